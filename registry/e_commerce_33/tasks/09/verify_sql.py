"""Facts for task 9: the two bird bath orders before and after, the refunds and anything else that changed."""

import sqlite3
from pathlib import Path

CLOCK = {"created_at", "updated_at", "added_at", "placed_at", "paid_at", "redeemed_at", "cancelled_at"}


def load(path: str) -> dict:
    """Return every table as {primary key: row}."""
    connection = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in connection.execute(names).fetchall():
            info = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            keys = [column["name"] for column in info if column["pk"]]
            rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {tuple(row[key] for key in keys): row for row in rows}
        return tables
    finally:
        connection.close()


def plain(row: dict | None) -> dict | None:
    """Return a row without its clock columns."""
    return None if row is None else {name: value for name, value in row.items() if name not in CLOCK}


def report(before: dict, after: dict) -> list:
    """List every row that differs, with its values before and after; clock columns do not count."""
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        for key in sorted(old.keys() | new.keys()):
            was, now = plain(old.get(key)), plain(new.get(key))
            if was != now:
                found.append({"table": table, "key": list(key), "before": was, "after": now})
    return found


def facts(before: dict, after: dict) -> dict:
    """Compare the two states."""
    changes = report(before, after)
    orders = [
        {"before": plain(before["orders"][(number,)]), "after": plain(after["orders"].get((number,)))}
        for number in (16, 17)
    ]
    consequences = ("refunds", "store_credit_entries", "stock_levels")
    return {
        "bird_bath_orders": orders,
        "payments_of_order_17": [plain(p) for p in before["payments"].values() if p["order_id"] == 17],
        "refunds_credit_and_stock": [row for row in changes if row["table"] in consequences],
        "other_changes": [
            row
            for row in changes
            if row["table"] not in consequences and (row["table"], row["key"]) != ("orders", [17])
        ],
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
