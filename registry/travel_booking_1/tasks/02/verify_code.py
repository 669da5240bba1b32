"""Marta Kowalski: flight home exchanged for CN 690 in Classic, seat 9C, preference aisle, EUR 93."""

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


def number(text):
    """Read a number as people write it: 1,057.80 or 1.057,80 or 1057.8; None if it is none."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d+(\.\d{1,2})?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?|\d+,\d{1,2}", text):
        return float(text.replace(".", "").replace(",", "."))
    return None


def amounts_agree(answer, total, parts=frozenset()):
    """Say whether an answer gives the total, and no amount of money but it and its parts."""
    if not isinstance(answer, str) or re.search(
        r"\d\W*(?:euros?|eur)?\W+or\W+(?:euros?|eur)?\W*\d", answer, re.I
    ):
        return False
    text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)", "", re.sub(r"\d{4}-\d\d-\d\d", " ", answer))
    every, money = set(), set()
    for sign, digits, unit in re.findall(r"(?i)((?:€|eur)\s*)?(?<![\w.,])(\d[\d.,]*)(\s*(?:€|eur))?", text):
        amount = number(digits.rstrip(".,"))
        every.add(amount)
        if sign or unit or re.search(r"[.,]\d\d$", digits.rstrip(".,")):
            money.add(amount)
    return total in (money or every) and money <= {total} | parts


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


COST = 93.0
# Amounts that belong to it: the change fee and the difference in fare, the old fare and the new.
PARTS = {60.0, 33.0, 149.0, 182.0}
EXPECTED = {
    "segments": {
        "changed": {
            57: {
                "flight_fare_id": 77,
                "seat_id": 20,
                "starts_utc": "2026-03-19T19:55:00Z",
                "ends_utc": "2026-03-19T22:20:00Z",
                "price_cents": 18200,
            }
        }
    },
    "tickets": {
        "changed": {41: {"status": "exchanged"}},
        "added": [{"segment_id": 57, "fare_cents": 15800, "taxes_cents": 2400, "status": "open"}],
    },
    "charges": {
        "added": [
            {"trip_id": 22, "segment_id": 57, "kind": "change_fee", "amount_cents": 6000},
            {"trip_id": 22, "segment_id": 57, "kind": "fare_difference", "amount_cents": 3300},
        ]
    },
    "flight_fares": {"changed": {68: {"seats_left": 2}, 77: {"seats_left": 2}}},
    "preferences": {"changed": {4: {"seat": "aisle"}}},
}


def solved(before, found, answer):
    """Say whether this and nothing else changed, and the answer is the cost of the change."""
    logged = audited(found, ("change", "flight"), ("assign_seat", "flight"), ("update", "preferences"))
    return logged and same(found, EXPECTED) and amounts_agree(answer, COST, PARTS)


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, links = load(initial_db_path)
        done = solved(before, changes(before, load(final_db_path)[0], links), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
