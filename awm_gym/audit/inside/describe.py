"""Tells what a database holds: its tables, their columns, and some values of each."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

_VALUES = 60
_LONGEST = 200


def verify_describe(initial_db_path: str, final_db_path: str) -> dict[str, Any]:
    """Return the tables of the final database: rows, keys, columns with values, and what they refer to."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(Path(final_db_path).read_bytes())
        database.execute("PRAGMA trusted_schema=OFF")
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
        ).fetchall()
        return {name: _table(database, name) for (name,) in names}


def _table(database: sqlite3.Connection, name: str) -> dict[str, Any]:
    refers = {
        row[3]: [row[2], row[4]] for row in database.execute(f"PRAGMA foreign_key_list({quoted(name)})").fetchall()
    }
    columns = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    return {
        "rows": database.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0],
        "columns": {
            column[1]: {
                "key": bool(column[5]),
                "refers": refers.get(column[1]),
                "values": _values(database, name, column[1]),
            }
            for column in columns
        },
    }


def _values(database: sqlite3.Connection, table: str, column: str) -> list[Any]:
    query = f"SELECT DISTINCT {quoted(column)} FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL LIMIT {_VALUES}"
    values = [value for (value,) in database.execute(query)]
    return [value for value in values if not isinstance(value, bytes) and len(json.dumps(value)) <= _LONGEST]


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
