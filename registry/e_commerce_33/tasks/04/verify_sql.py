"""Facts for task 4: new orders, credit, points and gift card, the cart, anything else that changed."""

import sqlite3
from pathlib import Path

ASKED_FOR = {
    "cart_items",
    "coupon_redemptions",
    "gift_cards",
    "loyalty_entries",
    "order_items",
    "orders",
    "payments",
    "stock_levels",
    "store_credit_entries",
}
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


def added(before: dict, after: dict, table: str) -> list:
    """List the new rows of a table."""
    return [plain(row) for key, row in after[table].items() if key not in before[table]]


def facts(before: dict, after: dict) -> dict:
    """Compare the two states."""
    changes = report(before, after)
    new = {table: added(before, after, table) for table in sorted(ASKED_FOR - {"cart_items", "stock_levels"})}
    return {
        "new_rows": new,
        "gift_card_after": plain(after["gift_cards"].get((1,))),
        "points_after": sum(e["points"] for e in after["loyalty_entries"].values() if e["user_id"] == 1),
        "cart_after": [plain(row) for row in after["cart_items"].values() if row["cart_id"] == 1],
        "stock_changes": [row for row in changes if row["table"] == "stock_levels"],
        "changes_of_existing_rows": [row for row in changes if row["before"] is not None],
        "changes_elsewhere": [row for row in changes if row["table"] not in ASKED_FOR],
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
