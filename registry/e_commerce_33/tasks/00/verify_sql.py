"""Facts for task 0: the cart before and after, the coupon on it and anything else that changed."""

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


def cart(tables: dict) -> dict:
    """Describe the customer's cart."""
    coupons, variants, products = tables["coupons"], tables["product_variants"], tables["products"]
    coupon = tables["carts"][(1,)]["coupon_id"]
    lines = []
    for item in tables["cart_items"].values():
        if item["cart_id"] == 1:
            variant = variants[(item["variant_id"],)]
            lines.append(
                {
                    "product": products[(variant["product_id"],)]["name"],
                    "colour": variant["colour"],
                    "quantity": item["quantity"],
                    "unit_price_cents": variant["price_cents"],
                }
            )
    return {"coupon": coupons[(coupon,)]["code"] if coupon else None, "lines": lines}


def facts(before: dict, after: dict) -> dict:
    """Compare the two states."""
    elsewhere = [row for row in report(before, after) if row["table"] not in ("carts", "cart_items")]
    return {
        "cart_before": cart(before),
        "cart_after": cart(after),
        "cart_changes": [row for row in report(before, after) if row["table"] in ("carts", "cart_items")],
        "new_orders": len(after["orders"]) - len(before["orders"]),
        "changes_elsewhere": elsewhere,
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
