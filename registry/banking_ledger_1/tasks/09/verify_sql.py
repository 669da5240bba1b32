"""Facts for a judge.

Theodora Vance's Lantern Saver: emptied of 7,838.24 dollars by every step of the policy, and closed.
"""

import pathlib
import sqlite3

QUERIES = {
    "account": """
        SELECT a.id, a.status, a.closed_on,
            (
                SELECT sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END)
                FROM postings p
                JOIN journals j ON j.id = p.journal_id
                WHERE p.account_id = a.id AND j.status = 'posted'
            ) AS ledger_cents
        FROM accounts a
        WHERE a.id IN (22, 23, 24)
        ORDER BY a.id
    """,
    "standing_orders": """
        SELECT id, account_id, to_account_id, beneficiary_id, amount_cents, next_run_on, status
        FROM standing_orders
        WHERE id IN (9, 10, 11, 12)
        ORDER BY id
    """,
    "interest": """
        SELECT id, from_day, to_day, amount_cents, payment_journal_id
        FROM interest_accruals
        WHERE account_id = 23
        ORDER BY id
    """,
    "transfers": """
        SELECT id, to_account_id, amount_cents, status
        FROM transfers
        WHERE account_id = 23
        ORDER BY id
    """,
    "statements": """
        SELECT id, from_day, to_day, opening_cents, closing_cents, posting_count
        FROM statements
        WHERE account_id = 23
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
