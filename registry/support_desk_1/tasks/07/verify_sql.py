"""Facts for a judge.

Task 7: a call without entitlement became a ticket in Accounts, answered in German, its time logged.
"""

import sqlite3
from pathlib import Path

EVIDENCE = {
    "tickets_of_hallmeier_optik": """
        SELECT id, subject, contact_id, product_id, queue_id, assignee_id, kind, priority,
            status, channel
        FROM tickets
        WHERE organisation_id = 3
        ORDER BY id
    """,
    "entitlements": """
        SELECT p.code, e.valid_from, e.valid_until
        FROM entitlements e
        JOIN products p ON p.id = e.product_id
        WHERE e.organisation_id = 3
        ORDER BY e.id
    """,
    "messages": """
        SELECT m.ticket_id, m.author_kind, m.macro_id, m.body
        FROM ticket_messages m
        JOIN tickets t ON t.id = m.ticket_id
        WHERE t.organisation_id = 3
        ORDER BY m.id
    """,
    "tags": """
        SELECT x.ticket_id, g.name
        FROM ticket_tags x
        JOIN tags g ON g.id = x.tag_id
        JOIN tickets t ON t.id = x.ticket_id
        WHERE t.organisation_id = 3
        ORDER BY x.ticket_id
    """,
    "time": """
        SELECT e.ticket_id, e.worked_on, e.minutes, e.billable
        FROM time_entries e
        JOIN tickets t ON t.id = e.ticket_id
        WHERE t.organisation_id = 3
        ORDER BY e.id
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
