"""Facts for a judge.

Bexley Joinery's invoice 2291: one wire of 18,400.00 dollars, pending approval, and the request done.
"""

import pathlib
import sqlite3

QUERIES = {
    "transfers": """
        SELECT t.id, r.code AS rail, t.account_id, t.beneficiary_id, b.bank_name, b.registered_on,
            t.amount_cents, t.purpose, t.status, t.value_date
        FROM transfers t
        JOIN payment_rails r ON r.id = t.rail_id
        JOIN beneficiaries b ON b.id = t.beneficiary_id
        WHERE b.customer_id = 10
        ORDER BY t.id
    """,
    "approvals": """
        SELECT id, transfer_id, requested_by, status
        FROM approvals
        WHERE transfer_id > 17
        ORDER BY id
    """,
    "requests": """
        SELECT id, body, status
        FROM service_requests
        WHERE customer_id = 10
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
