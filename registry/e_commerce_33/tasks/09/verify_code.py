"""Task 9: order 17 is cancelled with its refunds, nothing else changed, and the card's part answered."""

import re
import sqlite3
from pathlib import Path

ORDER = 17
TO_CARD = 59.00
# Amounts an honest answer may mention beside it: the order's total, the store credit's part and new balance.
OTHERS = {25, 43.50, 84}
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


def is_done(before: dict, after: dict, answer: object) -> bool:
    """Compare the changes and the answer with what was asked for."""
    found = diff(before, after)
    refund = {"order_id": ORDER, "return_id": None}
    reserved = before["stock_levels"][(38, 2)]["reserved"] - 1
    expected = {
        "orders": {"changed": {(ORDER,): {"status": "cancelled", "cancel_reason": "ordered_by_mistake"}}},
        "stock_levels": {"changed": {(38, 2): {"reserved": reserved}}},
        "refunds": {
            "added": [
                refund | {"destination": "store_credit", "amount_cents": 2500},
                refund | {"destination": "card", "amount_cents": 5900},
            ]
        },
        "store_credit_entries": {
            "added": [
                {
                    "user_id": 1,
                    "amount_cents": 2500,
                    "reason": "refund",
                    "note": "Order FB-10417 cancelled",
                }
            ]
        },
    }
    found.get("refunds", {}).get("added", []).sort(key=lambda row: row["amount_cents"])
    every, money = amounts(answer)
    return found == expected and TO_CARD in every and money <= OTHERS | {TO_CARD}


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
