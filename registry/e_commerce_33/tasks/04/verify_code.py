"""Task 4: gift card and points became credit, the Dutch oven alone was ordered as asked."""

import re
import sqlite3
from pathlib import Path

CHARGED = 56.45
# Amounts an honest answer may mention beside the charge: what the sum is made of.
OTHERS = {14, 14.95, 15, 18.50, 50, 82.50, 124, 138.95, 139}
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


def amounts(answer: object) -> tuple[set, set]:
    """Return all numbers of an answer, and those that look like money (a dollar sign or two decimals)."""
    text = re.sub(r"(?i)us\$|usd", " $", answer) if isinstance(answer, str) else ""
    every, money = set(), set()
    if re.search(r"\d\s+or\s+\$?\s*\d", text):
        return every, money  # one amount or another is no answer
    for sign, digits in re.findall(r"(?<![\w.,-])(\$\s*)?(\d[\d,]*(?:\.\d+)?)(?!\w|\.\d)", text):
        value = float(digits.replace(",", ""))
        every.add(value)
        if sign or re.search(r"\.\d\d$", digits):
            money.add(value)
    return every, money


def ledger(found: dict, table: str, column: str) -> dict:
    """Take a ledger's new entries out of the changes, summed by user and reason: steps do not matter."""
    sums: dict = {}
    for row in found.get(table, {}).pop("added", []):
        key = (row["user_id"], row["reason"])
        sums[key] = sums.get(key, 0) + row[column]
    if not found.get(table, True):
        del found[table]
    return sums


def is_done(before: dict, after: dict, answer: object) -> bool:
    """Compare the changes and the answer with what was asked for."""
    found = diff(before, after)
    credit = ledger(found, "store_credit_entries", "amount_cents")
    points = ledger(found, "loyalty_entries", "points")
    (number,) = max(after["orders"])
    order = after["orders"][(number,)]
    paid = {"order_id": number, "payment_method_id": None, "source": "store_credit", "amount_cents": 8250}
    card = {"order_id": number, "payment_method_id": 2, "source": "card", "amount_cents": 5645}
    expected = {
        "gift_cards": {"changed": {(1,): {"status": "redeemed", "redeemed_by": 1}}},
        "cart_items": {"removed": [(1,)]},
        "stock_levels": {"changed": {(43, 3): {"reserved": before["stock_levels"][(43, 3)]["reserved"] + 1}}},
        "orders": {
            "added": [
                {
                    "number": order["number"],
                    "user_id": 1,
                    "status": "placed",
                    "address_id": 4,
                    "ship_to": "Robert Ellison, 1630 Orchard Road, Ithaca, NY 14850",
                    "shipping_method_id": 2,
                    "coupon_id": 9,
                    "subtotal_cents": 13900,
                    "discount_cents": 1500,
                    "shipping_cents": 1495,
                    "total_cents": 13895,
                    "estimated_delivery": order["estimated_delivery"],
                    "cancel_reason": None,
                }
            ]
        },
        "order_items": {
            "added": [
                {
                    "order_id": number,
                    "variant_id": 43,
                    "warehouse_id": 3,
                    "quantity": 1,
                    "unit_price_cents": 13900,
                    "discount_cents": 1500,
                    "is_final_sale": 0,
                }
            ]
        },
        "payments": {"added": [card, paid]},
        "coupon_redemptions": {
            "added": [{"coupon_id": 9, "user_id": 1, "order_id": number, "status": "used"}]
        },
    }
    found.get("payments", {}).get("added", []).sort(key=lambda row: row["amount_cents"])
    every, money = amounts(answer)
    return (
        found == expected
        and credit == {(1, "gift_card"): 5000, (1, "points"): 1400, (1, "order"): -8250}
        and points == {(1, "converted"): -1400}
        and CHARGED in every
        and money <= OTHERS | {CHARGED}
    )


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
