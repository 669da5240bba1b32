"""Facts for task 6: the wish list with stock, the cart before and after, anything else that changed."""

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


def cart(tables: dict) -> list:
    """List the customer's cart."""
    return [
        {"sku": tables["product_variants"][(row["variant_id"],)]["sku"], "quantity": row["quantity"]}
        for row in tables["cart_items"].values()
        if row["cart_id"] == 1
    ]


def facts(before: dict, after: dict) -> dict:
    """Compare the two states."""
    items = []
    for key, row in before["wishlist_items"].items():
        if row["wishlist_id"] == 2:
            variant = before["product_variants"][(row["variant_id"],)]
            levels = [s for s in before["stock_levels"].values() if s["variant_id"] == variant["id"]]
            items.append(
                {
                    "sku": variant["sku"],
                    "price_cents": variant["price_cents"],
                    "status": variant["status"],
                    "wanted": row["wanted"],
                    "available_by_warehouse": [s["on_hand"] - s["reserved"] for s in levels],
                    "still_on_the_list": key in after["wishlist_items"],
                }
            )
    touched = ("cart_items", "wishlist_items")
    coupon = after["carts"][(1,)]["coupon_id"]
    return {
        "balcony_list": items,
        "cart_before": cart(before),
        "cart_after": cart(after),
        "coupon_on_cart": coupon,
        "changes_of_cart_and_lists": [row for row in report(before, after) if row["table"] in touched],
        "changes_elsewhere": [row for row in report(before, after) if row["table"] not in touched],
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
