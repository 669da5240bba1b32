"""Task 1: the answer is the 357.50 dollars that are billed, and nothing is changed."""

import re
import sqlite3
from pathlib import Path

BILLED = 357.5


def read(path):
    """Return every table of a database as {key: row}."""
    db = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in db.execute(names).fetchall():
            keys = [column["name"] for column in db.execute(f'PRAGMA table_info("{table}")') if column["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {
                row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows
            }
        return tables
    finally:
        db.close()


def amounts(answer):
    """Return the numbers of an answer, without those of tickets, invoices and the year."""
    text = re.sub(r"(?i)\b(?:HR|INV)-\d+\b|\b2026\b", " ", answer)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return {float(number) for number in re.findall(r"(?<![\d.-])\d+(?:\.\d+)?", text)}


def is_solved(before, after, answer):
    """Say whether nothing changed and the answer is the amount."""
    return before == after and amounts(answer) == {BILLED}


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if all that was asked for was done and nothing else, otherwise "others"."""
    try:
        solved = is_solved(read(initial_db_path), read(final_db_path), final_answer)
    except Exception:  # a database or an answer that makes no sense does not solve the task
        solved = False
    return {"result": "complete" if solved else "others"}
