"""Facts for a judge.

Task 8: Priya's absence is recorded and three tickets are handed over, the urgent one with a message.
"""

import sqlite3
from pathlib import Path

EVIDENCE = {
    "absences": """
        SELECT *
        FROM absences
        WHERE agent_id = 3
        ORDER BY id
    """,
    "tickets_that_were_priyas": """
        SELECT t.id, t.priority, t.status, q.code AS queue, a.full_name AS assignee
        FROM tickets t
        JOIN queues q ON q.id = t.queue_id
        JOIN agents a ON a.id = t.assignee_id
        WHERE t.id IN (380, 400, 409, 411, 441, 456)
        ORDER BY t.id
    """,
    "macros_sent": """
        SELECT m.ticket_id, x.code, x.language
        FROM ticket_messages m
        JOIN macros x ON x.id = m.macro_id
        WHERE m.ticket_id IN (380, 400, 409, 411, 441, 456)
        ORDER BY m.id
    """,
}


def read(path):
    """Return every table as {key: row}, and what the queries of this task find."""
    db = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in db.execute(names).fetchall():
            keys = [column["name"] for column in db.execute(f'PRAGMA table_info("{table}")') if column["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {", ".join(str(row[key]) for key in keys): row for row in rows}
        return tables, {name: [dict(row) for row in db.execute(query)] for name, query in EVIDENCE.items()}
    finally:
        db.close()


def compare(old, now):
    """Return which rows of a table are new, gone or changed; of changed columns both values."""
    changed = {}
    for key in old.keys() & now.keys():
        columns = {
            name: [value, now[key].get(name)]
            for name, value in old[key].items()
            if now[key].get(name) != value
        }
        if columns:
            changed[key] = columns
    return {
        "new": [now[key] for key in now if key not in old],
        "gone": [old[key] for key in old if key not in now],
        "changed": dict(sorted(changed.items())),
    }


def verify_task(initial_db_path, final_db_path):
    """Return what differs between the two databases, and the rows that matter; no verdict."""
    try:
        (before, evidence_before), (after, evidence_after) = read(initial_db_path), read(final_db_path)
    except (sqlite3.Error, OSError) as error:
        return {"error": f"a database cannot be read: {error}"}
    tables = {name: compare(before.get(name, {}), after.get(name, {})) for name in sorted({*before, *after})}
    return {
        "differences": {name: parts for name, parts in tables.items() if any(parts.values())},
        "number_of_rows_that_differ": sum(len(part) for parts in tables.values() for part in parts.values()),
        "evidence_before": evidence_before,
        "evidence_after": evidence_after,
    }
