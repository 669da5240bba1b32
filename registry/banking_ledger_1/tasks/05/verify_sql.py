"""Facts for a judge.

Kestrel's new account: two standing orders changed, two requests done, two declined, one left open.
"""

import pathlib
import sqlite3

QUERIES = {
    "requests": """
        SELECT r.id, c.full_name, r.channel, r.body, r.status
        FROM service_requests r
        JOIN customers c ON c.id = r.customer_id
        WHERE r.topic = 'standing_order'
        ORDER BY r.id
    """,
    "standing_orders": """
        SELECT s.id, s.account_id, s.next_run_on, s.amount_cents, s.status,
            b.id AS beneficiary_id, b.customer_id, b.name, b.account_no
        FROM standing_orders s
        JOIN beneficiaries b ON b.id = s.beneficiary_id
        WHERE b.name LIKE 'Kestrel%'
        ORDER BY s.id
    """,
    "beneficiaries": """
        SELECT id, customer_id, name, bank_name, routing_no, account_no
        FROM beneficiaries
        WHERE name LIKE 'Kestrel%'
        ORDER BY id
    """,
}


def read(path):
    """Return {table: {key: row}} and the answers to the queries."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in con.execute(names).fetchall():
            keys = [row["name"] for row in con.execute(f'PRAGMA table_info("{name}")') if row["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {" ".join(str(row[key]) for key in keys): row for row in rows}
        return tables, {what: [dict(row) for row in con.execute(query)] for what, query in QUERIES.items()}
    finally:
        con.close()


def compare(old, new):
    """Return the rows of a table that were added, removed or changed; a change as column: [before, after]."""
    shared = [key for key in old if key in new and old[key] != new[key]]
    changed = {
        key: {c: [v, new[key].get(c)] for c, v in old[key].items() if new[key].get(c) != v} for key in shared
    }
    return {
        "added": [new[key] for key in new if key not in old],
        "removed": [old[key] for key in old if key not in new],
        "changed": changed,
    }


def verify_task(initial_db_path, final_db_path):
    """Return facts, and no verdict."""
    try:
        (before, seen_before), (after, seen_after) = read(initial_db_path), read(final_db_path)
    except sqlite3.Error as error:
        return {"error": f"a database cannot be read: {error}"}
    changes = {table: compare(before.get(table, {}), after.get(table, {})) for table in before | after}
    changes = {table: parts for table, parts in changes.items() if any(parts.values())}
    log = changes.pop("audit_log", {"added": []})
    return {
        "before": seen_before,
        "after": seen_after,
        "changes_by_table": changes,
        "writes_in_the_audit_log": [
            f"{row['action']} {row['entity']} {row['entity_id']}: {row['detail']}" for row in log["added"]
        ],
    }
