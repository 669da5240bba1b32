"""Task 3: one return of the sleeping bag and one mat, to store credit, and its refund answered."""

import re
import sqlite3
from pathlib import Path

REFUND = 164.70
# Amounts an honest answer may mention beside it: the two items' shares, the fee avoided, the other refund.
OTHERS = {0, 6.95, 48.60, 116.10, 157.75}
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
    number = max(after["returns"])[0]
    line = {"return_id": number, "quantity": 1, "reason": "changed_mind"}
    expected = {
        "returns": {
            "added": [
                {
                    "rma_number": after["returns"][(number,)]["rma_number"],
                    "user_id": 1,
                    "order_id": 9,
                    "status": "requested",
                    "refund_to": "store_credit",
                    "label_fee_cents": 0,
                    "refund_cents": 16470,
                }
            ]
        },
        "return_items": {
            "added": sorted(
                [line | {"order_item_id": 15}, line | {"order_item_id": 16}], key=lambda x: x["order_item_id"]
            )
        },
    }
    found.get("return_items", {}).get("added", []).sort(key=lambda row: row["order_item_id"])
    every, money = amounts(answer)
    return found == expected and REFUND in every and money <= OTHERS | {REFUND}


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
