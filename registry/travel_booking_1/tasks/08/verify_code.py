"""Retreat in Lisbon: Brian Walsh out, Orla Byrne in, with a room of the block and a train from Porto."""

import json
import pathlib
import sqlite3

# What the application makes up for a new row: ids, names made from ids, moments.
MADE_UP = {
    *("id", "reference", "locator", "number", "entity_id", "at", "created_at", "placed_at", "expires_at"),
    *("issued_at", "issued_on", "due_on", "requested_at"),
}


def load(path):
    """Return every table as {key: row}, and its links to other tables as {column: table}."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables, links = {}, {}
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name.startswith("sqlite_"):
                continue
            keys = [column["name"] for column in con.execute(f'PRAGMA table_info("{name}")') if column["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {
                tuple(row[k] for k in keys) if len(keys) > 1 else row[keys[0]]: row for row in rows
            }
            found = con.execute(f'PRAGMA foreign_key_list("{name}")')
            links[name] = {link["from"]: link["table"] for link in found}
        return tables, links
    finally:
        con.close()


def changes(before, after, links):
    """Return what differs, as {table: {"added": [row], "removed": [key], "changed": {key: {column: new}}}}.

    A new row stands without NULLs and without what was made up for it. Where a row points to a new row, the
    new row itself stands in place of its id, so that nothing depends on the order of the calls.
    """
    if before.keys() != after.keys():
        raise ValueError("the databases hold different tables")
    new = {table: after[table].keys() - before[table].keys() for table in before}

    def value(table, column, content):
        target = links[table].get(column)
        return row_of(target, content) if target and content in new[target] else content

    def row_of(table, key):
        row = after[table][key].items()
        return {c: value(table, c, v) for c, v in row if c not in MADE_UP and v is not None}

    found = {}
    for table, old in before.items():
        changed = {}
        for key in old.keys() & after[table].keys():
            columns = after[table][key].items()
            changed[key] = {c: value(table, c, v) for c, v in columns if (c, v) not in old[key].items()}
            if len(changed[key]) > 1:  # the moment of a decision, which comes with the decision
                changed[key].pop("decided_at", None)
        kinds = {
            "added": in_order(row_of(table, key) for key in new[table]),
            "removed": sorted(old.keys() - after[table].keys()),
            "changed": {key: columns for key, columns in changed.items() if columns},
        }
        if kinds := {kind: rows for kind, rows in kinds.items() if rows}:
            found[table] = kinds
    return found


def in_order(rows):
    """Return rows in an order that depends on nothing but their content."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def audited(found, *writes):
    """Take the audit log out of what changed; say whether just these (action, entity) were added to it."""
    log = found.pop("audit_log", {})
    rows = sorted((row["action"], row["entity"], row["user_id"]) for row in log.get("added", []))
    return log.keys() <= {"added"} and rows == sorted((*write, 1) for write in writes)


def same(found, expected):
    """Compare what changed with what was expected, in whatever order the rows were added."""
    for kinds in expected.values():
        if "added" in kinds:
            kinds["added"] = in_order(kinds["added"])
    return found == expected


TRIP = {
    "traveller_id": 20,
    "group_id": 1,
    "purpose": "Ashgrove partner retreat Lisbon 2026",
    "status": "open",
    "approval_status": "none",
    "created_by": 1,
}
BOOKING = {"trip_id": TRIP, "total_cents": 35650, "created_by": 1}
ROOM = {
    "trip_id": TRIP,
    "booking_id": BOOKING,
    "kind": "hotel",
    "room_type_id": 16,
    "group_id": 1,
    "starts_on": "2026-03-26",
    "ends_on": "2026-03-28",
    "price_cents": 30400,
    "status": "booked",
}
TRAIN = {
    "trip_id": TRIP,
    "booking_id": BOOKING,
    "kind": "train",
    "rail_fare_id": 10,
    "starts_on": "2026-03-26",
    "ends_on": "2026-03-26",
    "starts_utc": "2026-03-26T13:40:00Z",
    "ends_utc": "2026-03-26T16:50:00Z",
    "price_cents": 2750,
    "status": "booked",
}
EXPECTED = {
    "group_members": {
        "changed": {(1, 19): {"status": "withdrawn"}},
        "added": [{"group_id": 1, "traveller_id": 20, "status": "confirmed"}],
    },
    "trips": {"added": [TRIP]},
    "bookings": {"added": [BOOKING]},
    "segments": {"changed": {43: {"status": "cancelled"}}, "added": [ROOM, TRAIN]},
    "holds": {"added": [{"segment_id": part, "placed_by": 1, "status": "booked"} for part in (ROOM, TRAIN)]},
    "charges": {
        "added": [
            {"trip_id": 18, "segment_id": 43, "kind": "refund", "amount_cents": -30400},
            {"trip_id": TRIP, "segment_id": ROOM, "kind": "hotel", "amount_cents": 30400},
            {"trip_id": TRIP, "segment_id": TRAIN, "kind": "train", "amount_cents": 2750},
            {"trip_id": TRIP, "kind": "service_fee", "amount_cents": 2500},
        ]
    },
    "rail_fares": {"changed": {10: {"seats_left": 2}}},
}


def solved(before, found, answer):
    """Say whether this and nothing else changed."""
    members = [("set_member", "group")] * 2
    new = [("create", "trip"), ("hold", "hotel"), ("hold", "train"), ("book", "booking")]
    return audited(found, ("cancel", "hotel"), *members, *new) and same(found, EXPECTED)


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, links = load(initial_db_path)
        done = solved(before, changes(before, load(final_db_path)[0], links), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
