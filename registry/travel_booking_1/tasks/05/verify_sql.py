"""Facts for a judge.

HW 512 cancelled: two tickets rebooked under the waiver, one hold released, two messages.
"""

import pathlib
import sqlite3

RELEVANT = {
    "on_the_route_that_day": """
        SELECT s.id, t.full_name, s.status, f.flight_number, x.cabin, x.booking_class, s.price_cents
        FROM segments s
        JOIN trips r ON r.id = s.trip_id
        JOIN travellers t ON t.id = r.traveller_id
        JOIN flight_fares x ON x.id = s.flight_fare_id
        JOIN flights f ON f.id = x.flight_id
        WHERE s.starts_on = '2026-03-13'
        ORDER BY s.id
    """,
    "seats_left": """
        SELECT f.flight_number, x.booking_class, x.seats_left
        FROM flight_fares x
        JOIN flights f ON f.id = x.flight_id
        WHERE f.flight_number IN ('HW 514', 'HW 516') AND x.cabin = 'economy'
        ORDER BY x.id
    """,
    "tiers": """
        SELECT t.full_name, p.name, m.tier
        FROM loyalty_memberships m
        JOIN travellers t ON t.id = m.traveller_id
        JOIN loyalty_programmes p ON p.id = m.programme_id
        WHERE t.id IN (6, 26)
        ORDER BY m.id
    """,
    "messages": """
        SELECT traveller_id, trip_id, topic, body
        FROM messages
        WHERE topic = 'disruption'
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
