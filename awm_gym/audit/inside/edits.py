"""Changes one row of a database, again and again from the same beginning: what nobody asked for.

Rows that differ between the two databases are left alone: those are what the episode was about. An edit that a
constraint forbids is passed over. Of each edited database only the blocks that differ are returned.
"""

import base64
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

_BLOCK = 4096
_TRIES = 12
_ROWS = 40

Row = dict[str, Any]


def verify_edits(initial_db_path: str, final_db_path: str, request: str) -> list[dict[str, Any]]:
    """Return edits of the final database: kind, place, what was done in words, length and changed blocks.

    The request is JSON: `seed`, `count`, `frozen` (names of columns that are left alone), `columns` (the same by
    table) and `tables` (left alone as a whole).
    """
    asked = json.loads(request)
    rng = random.Random(asked["seed"])
    before, after = Path(initial_db_path).read_bytes(), Path(final_db_path).read_bytes()
    with opened(before) as old, opened(after) as new:
        tables = {
            name: _Table(old, new, name, {*asked["frozen"], *asked["columns"].get(name, ())})
            for name in _names(new)
            if name not in asked["tables"]
        }
    changed = [table for table in tables.values() if table.changed]
    others = [table for table in tables.values() if not table.changed]
    found: list[dict[str, Any]] = []
    for place, group in _turns(changed, others, asked["count"]):
        edit = _edit(after, place, group, rng, found)
        if edit is not None:
            found.append(edit)
    return found


def _turns(changed: list["_Table"], others: list["_Table"], count: int) -> Iterator[tuple[str, list["_Table"]]]:
    """Take turns between the tables that the episode changed and the rest."""
    groups = [(place, group) for place, group in (("same table", changed), ("another table", others)) if group]
    return (groups[index % len(groups)] for index in range(count if groups else 0))


class _Table:
    """A table: its columns, and the rows that both databases hold alike."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, name: str, frozen: set[str]) -> None:
        self.name = name
        info = new.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
        self.keys = [column[1] for column in sorted(info, key=lambda column: column[5]) if column[5]]
        self.columns = [column[1] for column in info]
        refers = {row[3] for row in new.execute(f"PRAGMA foreign_key_list({quoted(name)})")}
        usable = [column for column in self.columns if column not in frozen and column not in self.keys]
        self.editable = [column for column in usable if column not in refers] or usable
        before, after = _rows(old, name), _rows(new, name)
        self.changed = before != after
        # The table has no key: then a row is found by all of its values.
        self.kept = [row for row in after if row in before][: 10 * _ROWS] if self.changed else after[: 10 * _ROWS]
        self.values = {column: [row[column] for row in after] for column in self.columns}

    def where(self, row: Row) -> tuple[str, list[Any]]:
        names = self.keys or self.columns
        return " AND ".join(f"{quoted(name)} IS ?" for name in names), [row[name] for name in names]


def _edit(
    image: bytes, place: str, tables: list[_Table], rng: random.Random, done: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Try edits until one is allowed and new."""
    told = {edit["text"] for edit in done}
    for _ in range(_TRIES):
        table = rng.choice(tables)
        kind = rng.choice(("update", "update", "insert", "delete"))
        if not table.kept:
            continue
        row = rng.choice(table.kept)
        made = {"update": _update, "insert": _insert, "delete": _delete}[kind](table, row, rng)
        if made is None or made[2] in told:
            continue
        statement, values, text = made
        edited = _execute(image, statement, values)
        if edited is not None:
            return {"kind": kind, "place": place, "text": text, "length": len(edited), "blocks": _delta(image, edited)}
    return None


def _update(table: _Table, row: Row, rng: random.Random) -> tuple[str, list[Any], str] | None:
    if not table.editable:
        return None
    column = rng.choice(table.editable)
    value = _other(row[column], table.values[column], rng)
    if value == row[column]:
        return None
    where, values = table.where(row)
    statement = f"UPDATE {quoted(table.name)} SET {quoted(column)} = ? WHERE {where}"
    return statement, [value, *values], f"{table.name} {_key(table, row)}: {column} {row[column]!r} -> {value!r}"


def _insert(table: _Table, row: Row, rng: random.Random) -> tuple[str, list[Any], str] | None:
    copy = dict(row)
    for name in table.keys:
        numbers = [value for value in table.values[name] if isinstance(value, int)]
        if numbers and len(table.keys) == 1:
            copy[name] = max(numbers) + 1
        else:
            copy[name] = rng.choice(table.values[name]) if len(table.keys) > 1 else f"{row[name]}-copy"
    for name in table.editable:
        if isinstance(copy[name], str) and len(set(table.values[name])) == len(table.values[name]):
            copy[name] = f"{copy[name]} (copy)"
    names = ", ".join(map(quoted, copy))
    statement = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({', '.join('?' * len(copy))})"
    return statement, list(copy.values()), f"{table.name} {_key(table, copy)}: a copy of {_key(table, row)} inserted"


def _delete(table: _Table, row: Row, rng: random.Random) -> tuple[str, list[Any], str] | None:
    where, values = table.where(row)
    return f"DELETE FROM {quoted(table.name)} WHERE {where}", values, f"{table.name} {_key(table, row)}: deleted"


def _other(value: Any, values: list[Any], rng: random.Random) -> Any:
    """Return another value of the same kind: one that the column holds elsewhere, or one close by."""
    distinct = {other for other in values if other is not None and other != value and type(other) is type(value)}
    if distinct and len(set(values)) < len(values) and (rng.random() < 0.5 or isinstance(value, str)):
        return rng.choice(sorted(distinct))
    if isinstance(value, int | float):
        return 1 - value if value in (0, 1) and set(values) <= {0, 1, None} else value + 1
    if isinstance(value, str):
        return f"{value} (edited)" if not distinct or rng.random() < 0.5 else rng.choice(sorted(distinct))
    return rng.choice(sorted(distinct)) if distinct else "edited"


def _execute(image: bytes, statement: str, values: list[Any]) -> bytes | None:
    """Return the image after a statement that changed exactly one row, or None."""
    with opened(image) as database:
        try:
            database.execute("PRAGMA foreign_keys=ON")
            cursor = database.execute(statement, values)
            database.commit()
        except sqlite3.Error:
            return None
        return database.serialize() if cursor.rowcount == 1 else None


def _delta(before: bytes, after: bytes) -> list[list[Any]]:
    return [
        [start, base64.b64encode(after[start : start + _BLOCK]).decode()]
        for start in range(0, len(after), _BLOCK)
        if after[start : start + _BLOCK] != before[start : start + _BLOCK]
    ]


def _key(table: _Table, row: Row) -> str:
    names = table.keys or table.columns[:1]
    return ", ".join(f"{name}={row[name]!r}" for name in names)


def _rows(database: sqlite3.Connection, table: str) -> list[Row]:
    try:
        cursor = database.execute(f"SELECT * FROM {quoted(table)}")
    except sqlite3.Error:  # it is not in this database
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _names(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
    return [name for (name,) in database.execute(query)]


def opened(image: bytes) -> Any:
    """Open an image in memory, for the length of a `with` block."""
    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    database.execute("PRAGMA trusted_schema=OFF")
    return closing(database)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
