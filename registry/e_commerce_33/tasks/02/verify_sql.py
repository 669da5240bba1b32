"""Facts for task 2: the address book entry, the customer's open orders and anything else that changed."""

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
    open_orders = [
        {
            "number": order["number"],
            "status": order["status"],
            "ship_to_before": order["ship_to"],
            "ship_to_after": after["orders"].get(key, {}).get("ship_to"),
        }
        for key, order in before["orders"].items()
        if order["user_id"] == 1 and order["status"] in ("placed", "packed", "shipped")
    ]
    touched = (("addresses", [3]), ("orders", [17]), ("orders", [18]))
    return {
        "entry_before": before["addresses"][(3,)],
        "entry_after": after["addresses"].get((3,)),
        "address_count": {"before": len(before["addresses"]), "after": len(after["addresses"])},
        "open_orders": open_orders,
        "other_changes": [r for r in report(before, after) if (r["table"], r["key"]) not in touched],
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
