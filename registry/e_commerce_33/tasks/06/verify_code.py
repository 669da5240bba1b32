"""Task 6: three items moved from the Balcony list to the cart, the watering can taken off the list."""

import sqlite3
from pathlib import Path

CART = 1
WANTED = {26: 2, 27: 3, 34: 1}
OFF_THE_LIST = [(6,), (8,), (10,), (11,)]
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


def diff(before: dict, after: dict) -> dict:
    """Return per table: rows added (without id and clock columns), keys removed, columns changed."""
    if before.keys() != after.keys():
        return {"schema": "differs"}
    found = {}
    for table, old in before.items():
        new = after[table]
        added = [
            {name: value for name, value in new[key].items() if name not in CLOCK | {"id"}}
            for key in new.keys() - old.keys()
        ]
        changed = {
            key: {name: new[key][name] for name in new[key].keys() - CLOCK if row.get(name) != new[key][name]}
            for key, row in old.items()
            if key in new
        }
        parts = {
            "added": sorted(added, key=repr),
            "removed": sorted(old.keys() - new.keys()),
            "changed": {key: columns for key, columns in changed.items() if columns},
        }
        if any(parts.values()):
            found[table] = {name: part for name, part in parts.items() if part}
    return found


def is_done(before: dict, after: dict, answer: object) -> bool:
    """Compare the changes with what was asked for."""
    found = diff(before, after)
    lines = found.get("cart_items", {}).get("added", [])
    lines.sort(key=lambda row: row["variant_id"])
    return found == {
        "cart_items": {
            "added": [
                {"cart_id": CART, "variant_id": variant, "quantity": number}
                for variant, number in WANTED.items()
            ]
        },
        "wishlist_items": {"removed": OFF_THE_LIST},
    }


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
