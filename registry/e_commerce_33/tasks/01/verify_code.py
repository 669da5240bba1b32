"""Task 1: the last return date is answered and nothing was changed."""

import re
import sqlite3
from pathlib import Path

LAST_DAY = "2026-04-21"
# Dates an honest answer may mention beside it: ordered, delivered, today.
OTHERS = {"2026-02-09", "2026-02-20", "2026-03-16"}
MONTHS = {"february": "02", "march": "03", "april": "04", "may": "05"}
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


def dates(answer: object) -> set:
    """Return the dates of an answer as YYYY-MM-DD, those written out in English too."""
    text = answer.lower() if isinstance(answer, str) else ""
    month = "(" + "|".join(MONTHS) + ")"
    found = set(re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", text))
    for name, day in re.findall(month + r" (\d{1,2})(?:st|nd|rd|th)?\b", text):
        found.add(f"2026-{MONTHS[name]}-{int(day):02}")
    for day, name in re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? " + month, text):
        found.add(f"2026-{MONTHS[name]}-{int(day):02}")
    return found


def is_done(before: dict, after: dict, answer: object) -> bool:
    """Compare the changes and the answer with what was asked for."""
    named = dates(answer)
    return not diff(before, after) and LAST_DAY in named and named <= OTHERS | {LAST_DAY}


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
