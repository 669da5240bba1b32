"""Task 1: the next version and the number of pull requests in its notes are answered, nothing is changed."""

import re
import sqlite3
from pathlib import Path

# Columns that only the clock decides; of these it counts whether they are set.
STAMPS = {"sha", "at"} | {
    f"{event}_at"
    for event in ("created", "closed", "merged", "committed", "submitted", "queued", "published", "finished")
}


def snapshot(path):
    """Read a whole database: {table: {primary key: row}}."""
    db = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        names = [row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {}
        for table in names:
            keys = [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")') if row["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {tuple(row[key] for key in keys): row for row in rows}
        return tables
    finally:
        db.close()


def shown(row, columns):
    """Return columns of a row but its id, with "set" for whatever time or hash there is."""
    known = {name: row[name] for name in columns if name != "id"}
    return {name: "set" if name in STAMPS and value is not None else value for name, value in known.items()}


def difference(before, after):
    """Return what differs: {table: {"added": {key: row}, "removed": [key], "changed": {key: columns}}}."""
    if before.keys() != after.keys():
        raise ValueError("the databases have different tables")
    found = {}
    for table, old in before.items():
        new = after[table]
        both = old.keys() & new.keys()
        differing = {key: [name for name in new[key] if new[key][name] != old[key][name]] for key in both}
        parts = {
            "added": {key: shown(new[key], new[key]) for key in sorted(new.keys() - old.keys())},
            "removed": sorted(old.keys() - new.keys()),
            "changed": {key: shown(new[key], names) for key, names in differing.items() if names},
        }
        if any(parts.values()):
            found[table] = {part: content for part, content in parts.items() if content}
    return found


VERSION = ("3", "3", "0", "")
BASE = ("3", "2", "0", "")
PULL_REQUESTS = "5"


def is_done(found, before, answer):
    """Say whether nothing differs and the answer gives version and number; it may name the base as well."""
    text = re.sub(r"\bfive\b", PULL_REQUESTS, answer.casefold())
    pattern = r"(?<![\w.])v?(\d+)\.(\d+)\.(\d+)(-rc\.\d+)?(?!\w|\.\d)"
    versions = set(re.findall(pattern, text))
    rest = re.sub(r"#\d+", " ", re.sub(pattern, " ", text))
    return (
        not found
        and VERSION in versions
        and versions <= {VERSION, BASE}
        and set(re.findall(r"\d+(?:[.,]\d+)*", rest)) == {PULL_REQUESTS}
    )


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Return "complete" if the task was done exactly, else "others"."""
    try:
        before = snapshot(initial_db_path)
        done = is_done(difference(before, snapshot(final_db_path)), before, final_answer)
    except Exception:  # whatever is wrong with a database or an answer: the task is not done
        done = False
    return {"result": "complete" if done else "others"}
