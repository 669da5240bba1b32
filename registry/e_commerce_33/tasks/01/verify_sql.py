"""Facts for task 1: what the hammock's return window follows from, and whether anything changed."""

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
    item = before["order_items"][(11,)]
    parcel = next(parcel for parcel, carried in before["shipment_items"] if carried == item["id"])
    shipment = before["shipments"][(parcel,)]
    variant = before["product_variants"][(item["variant_id"],)]
    product = before["products"][(variant["product_id"],)]
    category = before["categories"][(product["category_id"],)]
    return {
        "order": before["orders"][(item["order_id"],)]["number"],
        "product": product["name"],
        "category": category["name"],
        "return_days": category["return_days"],
        "in_parcel": shipment["tracking_number"],
        "parcel_delivered_at": shipment["delivered_at"],
        "changes": report(before, after),
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
