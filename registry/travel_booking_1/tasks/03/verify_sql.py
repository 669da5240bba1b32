"""Facts for a judge.

Niamh Kavanagh: five parts of her trip cancelled as Ashgrove's rules say, EUR 891 back.
"""

import pathlib
import sqlite3

RELEVANT = {
    "segments": """
        SELECT s.id, s.trip_id, s.kind, s.status, s.booking_id, s.flight_fare_id, s.room_type_id,
            s.rail_fare_id, s.seat_id, s.starts_on, s.ends_on, s.price_cents
        FROM segments s
        WHERE s.trip_id IN (13, 15)
        ORDER BY s.id
    """,
    "charges": """
        SELECT c.id, c.trip_id, c.segment_id, c.kind, c.amount_cents, c.invoice_id
        FROM charges c
        WHERE c.trip_id IN (13, 15)
        ORDER BY c.id
    """,
    "tickets": """
        SELECT t.id, t.segment_id, t.status, t.issued_at
        FROM tickets t
        JOIN segments s ON s.id = t.segment_id
        WHERE s.trip_id IN (13, 15)
        ORDER BY t.id
    """,
    "credits": """
        SELECT *
        FROM ticket_credits
        WHERE traveller_id = 18
        ORDER BY id
    """,
}


def read(path):
    """Return every table as {key: row}, and the answers to the task's queries."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables = {}
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not name.startswith("sqlite_"):
                keys = [c["name"] for c in con.execute(f'PRAGMA table_info("{name}")') if c["pk"]]
                rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
                tables[name] = {" ".join(str(row[key]) for key in keys): row for row in rows}
        return tables, {what: [dict(row) for row in con.execute(query)] for what, query in RELEVANT.items()}
    finally:
        con.close()


def difference(old, new):
    """Return the rows that were added, removed and changed, the last as [old value, new value] by column."""
    changed = {
        key: {
            column: [was, new[key].get(column)] for column, was in row.items() if was != new[key].get(column)
        }
        for key, row in old.items()
        if key in new
    }
    return {
        "added": [row for key, row in new.items() if key not in old],
        "removed": [row for key, row in old.items() if key not in new],
        "changed": {key: columns for key, columns in changed.items() if columns},
    }


def verify_task(initial_db_path, final_db_path):
    """Return what was relevant before and after and all that changed; the verdict is the judge's."""
    try:
        (before, seen_before), (after, seen_after) = read(initial_db_path), read(final_db_path)
    except sqlite3.Error as error:
        return {"error": f"a database cannot be read: {error}"}
    tables = {name: difference(before.get(name, {}), after.get(name, {})) for name in before | after}
    log = tables.pop("audit_log", {"added": []})["added"]
    return {
        "relevant_before": seen_before,
        "relevant_after": seen_after,
        "changes_by_table": {name: parts for name, parts in tables.items() if any(parts.values())},
        "logged_actions": [f"{row['action']} {row['entity']} {row['entity_id']}" for row in log],
    }
