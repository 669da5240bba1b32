"""The answer is 2,259.50 dollars, what the day's limit leaves, and nothing was changed."""

import pathlib
import re
import sqlite3

REST = 2259.50
PARTS = {5000.00, 1240.50, 1500.00, 2740.50}
"""What an honest answer may mention beside it: the day's limit, and today's transfers and their sum."""


def read(path):
    """Return {table: {key: row}} and, for each table, {column: table that it refers to}."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables, references = {}, {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in con.execute(names).fetchall():
            keys = [row["name"] for row in con.execute(f'PRAGMA table_info("{name}")') if row["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {
                row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows
            }
            foreign = con.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
            references[name] = {row["from"]: row["table"] for row in foreign}
        return tables, references
    finally:
        con.close()


def difference(before, after):
    """Return {table: {"added": {key: row}, "removed": {key: row}, "changed": {key: {column: value}}}}."""
    if before.keys() != after.keys():
        raise ValueError("the databases hold different tables")
    found = {}
    for table, old in before.items():
        new = after[table]
        changed = {}
        for key in old.keys() & new.keys():
            if old[key].keys() != new[key].keys():
                raise ValueError(f"{table} has other columns")
            if columns := {name: value for name, value in new[key].items() if value != old[key][name]}:
                changed[key] = columns
        parts = {
            "added": {key: new[key] for key in new.keys() - old.keys()},
            "removed": {key: old[key] for key in old.keys() - new.keys()},
            "changed": changed,
        }
        if any(parts.values()):
            found[table] = {part: rows for part, rows in parts.items() if rows}
    return found


def numbers(text):
    """Return the numbers of a text, with thousands separators read away."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return {float(number) for number in re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?!\w)", text)}


def is_solved(before, after, references, answer):
    """Say whether nothing was changed and the answer is right; years and days may stand in it."""
    named = numbers(answer)
    dates = {number for number in named if number <= 31 or number in (1961, 2026)}
    return not difference(before, after) and REST in named and named - dates <= PARTS | {REST}


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, references = read(initial_db_path)
        after, _ = read(final_db_path)
        done = is_solved(before, after, references, final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
