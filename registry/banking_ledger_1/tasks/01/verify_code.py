"""The six open references are answered with their amounts, and nothing was changed."""

import pathlib
import re
import sqlite3

OPEN = {
    "SUS-26-004": 100.00,
    "SUS-26-005": 62.40,
    "SUS-26-006": 45.00,
    "SUS-26-009": 2200.00,
    "SUS-26-010": 75.25,
    "SUS-26-012": 35.00,
}
DEBIT = "SUS-26-012"
TOTAL = 2447.65


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


def stated(answer):
    """Return {reference: (amount on its line, whether that is called a debit)}; None if it is not clear."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", answer.upper())
    pieces = re.split(r"\b(SUS-26-\d{3})\b", text)
    found = {}
    for reference, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        line = piece.splitlines()[0]
        amounts = [float(amount) for amount in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", line)]
        if reference in found or not amounts or set(amounts[1:]) - {TOTAL}:
            return None
        found[reference] = (amounts[0], "DEBIT" in line)
    return found


def is_solved(before, after, references, answer):
    """Say whether nothing was changed and just the open references are given, each with its amount."""
    right = {reference: (amount, reference == DEBIT) for reference, amount in OPEN.items()}
    return not difference(before, after) and stated(answer) == right


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, references = read(initial_db_path)
        after, _ = read(final_db_path)
        done = is_solved(before, after, references, final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
