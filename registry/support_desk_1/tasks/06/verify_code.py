"""Task 6: HR-20459 goes to Petra Novakova and HR-20460 to Ingrid Solvang, and nothing else changes."""

import sqlite3
from pathlib import Path

START, END = "2026-05-06 09:00:00", "2026-05-06 10:00:00"
ASSIGNED = {459: (12, "Petra Novakova"), 460: (7, "Ingrid Solvang")}


def read(path):
    """Return every table of a database as {key: row}."""
    db = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in db.execute(names).fetchall():
            keys = [column["name"] for column in db.execute(f'PRAGMA table_info("{table}")') if column["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {
                row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows
            }
        return tables
    finally:
        db.close()


def seen(column, value):
    """Return a value to compare: a moment within the episode counts as "now"."""
    is_moment = column == "at" or column.endswith(("_at", "_since"))
    return "now" if is_moment and isinstance(value, str) and START <= value < END else value


def bag(rows):
    """Return rows in a form that does not depend on their order."""
    return sorted(repr(sorted(row.items())) for row in rows)


def differences(before, after):
    """Return all that differs: {table: {"new": bag of rows, "gone": keys, "changed": {key: columns}}}.

    New rows are compared without their ids. What does not differ is left out.
    """
    if before.keys() != after.keys():
        return {"tables": "differ"}
    found = {}
    for table, old in before.items():
        now = after[table]
        skip = {"id"}
        parts = {
            "new": bag(
                {column: seen(column, value) for column, value in now[key].items() if column not in skip}
                for key in now.keys() - old.keys()
            ),
            "gone": sorted(old.keys() - now.keys()),
            "changed": {
                key: {column: seen(column, now[key].get(column)) for column in differing}
                for key in old.keys() & now.keys()
                if (differing := [name for name, value in old[key].items() if now[key].get(name) != value])
            },
        }
        if any(parts.values()):
            found[table] = {name: part for name, part in parts.items() if part}
    return found


def logged(action, entity_id, detail, entity="ticket"):
    """Return a row of the audit log."""
    return {
        "at": "now",
        "agent_id": 1,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "detail": detail,
    }


def expected(before, after):
    """Return the differences that assigning by the handbook leaves."""
    return {
        "tickets": {
            "changed": {
                ticket: {"assignee_id": agent, "updated_at": "now"} for ticket, (agent, _) in ASSIGNED.items()
            }
        },
        "audit_log": {
            "new": bag(
                logged("assign", ticket, f"nobody -> {name}") for ticket, (_, name) in ASSIGNED.items()
            )
        },
    }


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if all that was asked for was done and nothing else, otherwise "others"."""
    try:
        before, after = read(initial_db_path), read(final_db_path)
        solved = differences(before, after) == expected(before, after)
    except Exception:  # a database or an answer that makes no sense does not solve the task
        solved = False
    return {"result": "complete" if solved else "others"}
