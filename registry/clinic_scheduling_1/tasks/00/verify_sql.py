"""Facts for a judge.

Old Mill, 18 March: the patients without insurance on the day are named, and nothing is changed.
"""

import pathlib
import sqlite3

RELEVANT = {
    "visits_at_old_mill_on_18_march": """
        SELECT a.id, a.status, a.self_pay, p.full_name, i.valid_from, i.valid_until
        FROM appointments a
        JOIN patients p ON p.id = a.patient_id LEFT JOIN patient_insurances i ON i.patient_id =
            p.id
        WHERE a.site_id = 3 AND date(a.start_at) = '2026-03-18'
        ORDER BY a.start_at, i.valid_from
    """,
}
CONCERNED = []


def read(path):
    """Return every table as {row key: row}, and the answers to the task's queries."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables = {}
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not name.startswith("sqlite_"):
                rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
                tables[name] = {
                    str(row["id"]) if "id" in row else str(list(row.values())): row for row in rows
                }
        return tables, {what: [dict(row) for row in con.execute(query)] for what, query in RELEVANT.items()}
    finally:
        con.close()


def difference(old, new):
    """Return the rows added, removed and changed between two versions of a table."""
    changed = [key for key in old if key in new and old[key] != new[key]]
    return {
        "added": [new[key] for key in new if key not in old],
        "removed": [old[key] for key in old if key not in new],
        "changed": [
            {
                "row": key,
                "columns": {c: [v, new[key].get(c)] for c, v in old[key].items() if new[key].get(c) != v},
            }
            for key in changed
        ],
    }


def verify_task(initial_db_path, final_db_path):
    """Return the facts on which a judge decides; they hold no verdict."""
    try:
        (before, seen_before), (after, seen_after) = read(initial_db_path), read(final_db_path)
    except sqlite3.Error as error:
        return {"error": f"a database cannot be read: {error}"}
    tables = {name: difference(before.get(name, {}), after.get(name, {})) for name in before | after}
    tables = {name: parts for name, parts in tables.items() if any(parts.values())}
    log = tables.pop("audit_log", {"added": []})
    return {
        "relevant_before": seen_before,
        "relevant_after": seen_after,
        "changes_in_concerned_tables": {name: parts for name, parts in tables.items() if name in CONCERNED},
        "changes_in_other_tables": {name: parts for name, parts in tables.items() if name not in CONCERNED},
        "audit_rows_added": [f"{row['action']} {row['entity']} {row['entity_id']}" for row in log["added"]],
    }
