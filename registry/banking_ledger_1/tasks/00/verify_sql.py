"""Facts for a judge.

The answer is 2,259.50 dollars, what the day's limit leaves, and nothing was changed.
"""

import pathlib
import sqlite3

QUERIES = {
    "account": """
        SELECT a.number, a.daily_transfer_limit_cents, p.min_balance_cents
        FROM accounts a
        JOIN products p ON p.id = a.product_id
        WHERE a.id = 2
    """,
    "transfers_of_today": """
        SELECT reference, amount_cents, status
        FROM transfers
        WHERE account_id = 2 AND requested_at >= '2026-05-22'
        ORDER BY id
    """,
    "ledger_balance_cents": """
        SELECT sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END) AS ledger_cents
        FROM postings p
        JOIN journals j ON j.id = p.journal_id
        WHERE p.account_id = 2 AND j.status = 'posted'
    """,
    "active_holds": """
        SELECT amount_cents, expires_on
        FROM holds
        WHERE account_id = 2 AND status = 'active'
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
