"""What the `diff` verifier wants to know of a database. Runs like a verifier: confined, on its own, on two files.

So it imports nothing of the library, and its source is sent where generated code runs.
"""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

NEWEST = 200
MAX_NAME = 80
MAX_NAMES = 2000


def verify_schema(initial_db_path: str, final_db_path: str, answers: str) -> dict[str, Any]:
    """Return what the tables are like, and which columns hold names that occur in answers.

    Args:
        initial_db_path: the database.
        final_db_path: the same again.
        answers: JSON list of gold answers.

    Returns:
        `tables`: by name, `columns`, `key` (columns of the primary key), `references` (column to the table whose
        primary key it holds), `unique` (columns of which no two rows have the same value) and `newest` (the highest
        keys, if the key is one integer). `names`: the values of each column of which one occurs in an answer.
    """
    database = sqlite3.connect(f"{Path(initial_db_path).absolute().as_uri()}?mode=ro", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    tables = {name: _table(database, name) for (name,) in database.execute(listed).fetchall()}
    for name, table in tables.items():
        table["references"] = _references(database, name, tables)
    return {"tables": tables, "names": _names(database, tables, [_plain(text) for text in json.loads(answers)])}


def _table(database: sqlite3.Connection, name: str) -> dict[str, Any]:
    info = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    key = [column[1] for column in sorted(info, key=lambda column: column[5]) if column[5]]
    newest: list[int] = []
    if len(key) == 1:
        column = _quoted(key[0])
        rows = database.execute(
            f"SELECT {column} FROM {_quoted(name)} WHERE typeof({column}) = 'integer' ORDER BY {column} DESC LIMIT ?",
            (NEWEST,),
        )
        newest = [row[0] for row in rows]
    return {
        "columns": [column[1] for column in info],
        "key": key,
        "unique": _unique(database, name),
        "newest": newest,
    }


def _unique(database: sqlite3.Connection, name: str) -> list[str]:
    found = []
    for _, index, unique, *_rest in database.execute(f"PRAGMA index_list({_quoted(name)})").fetchall():
        columns = [row[2] for row in database.execute(f"PRAGMA index_info({_quoted(index)})")]
        if unique and len(columns) == 1 and columns[0] is not None:
            found.append(columns[0])
    return found


def _references(database: sqlite3.Connection, name: str, tables: dict[str, Any]) -> dict[str, str]:
    spelled = {table.casefold(): table for table in tables}
    found = {}
    for row in database.execute(f"PRAGMA foreign_key_list({_quoted(name)})").fetchall():
        parent, column, target = spelled.get(row[2].casefold()), row[3], row[4]
        if parent is not None and len(tables[parent]["key"]) == 1:
            key = tables[parent]["key"][0]
            if (target or key).casefold() == key.casefold():
                found[_spelled(column, tables[name]["columns"])] = parent
    return found


def _spelled(column: str, columns: list[str]) -> str:
    return next((name for name in columns if name.casefold() == column.casefold()), column)


def _names(database: sqlite3.Connection, tables: dict[str, Any], answers: list[str]) -> list[list[str]]:
    found = []
    for name, table in tables.items():
        for column in table["columns"] if answers else ():
            values = [
                value
                for (value,) in database.execute(
                    f"SELECT DISTINCT {_quoted(column)} FROM {_quoted(name)} "
                    f"WHERE typeof({_quoted(column)}) = 'text' AND length({_quoted(column)}) <= ? LIMIT ?",
                    (MAX_NAME, MAX_NAMES),
                )
                if re.search(r"[^\W\d_]{2}", value)
            ]
            if any(f" {_plain(value).strip()} " in answer for value in values for answer in answers):
                found.append(values)
    return found


def _plain(text: str) -> str:
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
