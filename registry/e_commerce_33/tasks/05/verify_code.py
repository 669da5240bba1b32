"""Task 5: one message in ticket 6 names the missing parcel, where it was left and the wish for a refund."""

import re
import sqlite3
from pathlib import Path

TICKET = 6
MISSING = "771923356043"
ARRIVED = ("1z84f2015733", "1z84f2015749")
FOR_REPLACEMENT = re.compile(
    r"(?<!not )(?<!n't )(?<!than )(?<!to )\b(?:want|prefer|have|like|need) (?:to have )?a replacement\b"
    r"|\breplacement,? (?:rather than|instead of|over|and not|not) (?:an? |the |my )?(?:refund|money)\b"
)
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


def says_it_all(body: str) -> bool:
    """Say whether the message answers the three questions, and nothing to the contrary."""
    text = " ".join(body.lower().replace("\u2019", "'").split())
    squeezed = re.sub(r"[\s-]", "", text)
    return (
        MISSING in squeezed
        and not any(number in squeezed for number in ARRIVED)
        and re.search(r"\bside[ -]gate\b", text) is not None
        and re.search(r"\brefund|\bmoney back\b", text) is not None
        and not FOR_REPLACEMENT.search(text)
    )


def is_done(before: dict, after: dict, answer: object) -> bool:
    """Compare the changes with what was asked for."""
    found = diff(before, after)
    body = found["ticket_messages"]["added"][0]["body"]
    expected = {
        "support_tickets": {"changed": {(TICKET,): {"status": "open"}}},
        "ticket_messages": {"added": [{"ticket_id": TICKET, "author": "customer", "body": body}]},
    }
    return found == expected and says_it_all(body)


def verify_task_completion(initial_db_path: str, final_db_path: str, final_answer: str | None = None) -> dict:
    """Say `complete` if exactly what was asked for was done, else `others`."""
    try:
        done = is_done(load(initial_db_path), load(final_db_path), final_answer)
    except Exception:
        done = False
    return {"result": "complete" if done else "others"}
