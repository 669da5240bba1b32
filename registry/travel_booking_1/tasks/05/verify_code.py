"""HW 512 cancelled: two tickets rebooked under the waiver, one hold released, two messages."""

import json
import pathlib
import re
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


SINEAD, STEFAN = 6, 26
MESSAGE = {"direction": "outbound", "topic": "disruption", "handled": 1}
EXPECTED = {
    "segments": {
        "changed": {
            58: {
                "flight_fare_id": 46,
                "seat_id": None,
                "starts_utc": "2026-03-13T11:20:00Z",
                "ends_utc": "2026-03-13T13:35:00Z",
            },
            21: {
                "flight_fare_id": 48,
                "starts_utc": "2026-03-13T16:45:00Z",
                "ends_utc": "2026-03-13T19:00:00Z",
            },
            83: {"status": "released"},
        }
    },
    "tickets": {
        "changed": {42: {"status": "exchanged"}, 17: {"status": "exchanged"}},
        "added": [
            {"segment_id": 58, "fare_cents": 11300, "taxes_cents": 3100, "status": "open"},
            {"segment_id": 21, "fare_cents": 5700, "taxes_cents": 3100, "status": "open"},
        ],
    },
    "holds": {"changed": {73: {"status": "released"}}},
    "flight_fares": {"changed": {46: {"seats_left": 0}, 48: {"seats_left": 3}}},
    "messages": {
        "added": [
            MESSAGE | {"traveller_id": SINEAD, "trip_id": 23},
            MESSAGE | {"traveller_id": STEFAN, "trip_id": 11},
        ]
    },
}
HW_514 = (r"\bHW ?514\b", r"\b11[:.h]20\b")
HW_516 = (r"\bHW ?516\b", r"\b(?:16[:.h]45|0?4[:.]45 ?p\.?m)\b")


def tells(body, flight, other):
    """Say whether a text names the number and the time of one flight, and not those of the other."""
    return all(re.search(sign, body, re.I) for sign in flight) and not re.search(other[0], body, re.I)


def solved(before, found, answer):
    """Say whether this and nothing else changed, and each message names the traveller's own new flight."""
    rebooked, written = [("rebook", "flight")] * 2, [("send", "message")] * 2
    logged = audited(found, *rebooked, ("release", "flight"), *written)
    bodies = {row["traveller_id"]: row.pop("body") for row in found["messages"]["added"]}
    found["messages"]["added"] = in_order(found["messages"]["added"])
    informed = tells(bodies[SINEAD], HW_514, HW_516) and tells(bodies[STEFAN], HW_516, HW_514)
    return logged and informed and same(found, EXPECTED)


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, links = load(initial_db_path)
        done = solved(before, changes(before, load(final_db_path)[0], links), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
