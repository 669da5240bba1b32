"""Comparing database images by content: what changed between two, and one digest for all that is in one.

Images are opened read-only and only their tables are read, so triggers and views do not run; but generated columns
do, and an image may be damaged on purpose. So this belongs into a process that can be lost (see `verifying`), and
changes travel out of it as JSON, in which the bytes of a blob are `{"blob": <base64>}`.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from awm_gym.runtime.types import Changes, TableChanges

_Row = tuple[Any, ...]


def compare(before: bytes, after: bytes) -> Changes:
    """Return the rows that were added, removed or changed, table by table.

    Rows are matched by primary key, or by rowid where a table has none; a table that exists on one side only has
    all of its rows added or removed.

    Args:
        before: image of a database.
        after: image of the same database later.
    """
    old, new = _open(before), _open(after)
    changes: Changes = {}
    old_tables, new_tables = set(_tables(old)), set(_tables(new))
    for table in sorted(old_tables | new_tables):
        rows_before = _keyed(old, table) if table in old_tables else {}
        rows_after = _keyed(new, table) if table in new_tables else {}
        if rows_before == rows_after:
            continue
        changes[table] = TableChanges(
            added=tuple(row for key, row in rows_after.items() if key not in rows_before),
            removed=tuple(row for key, row in rows_before.items() if key not in rows_after),
            changed=tuple(
                (row, rows_after[key])
                for key, row in rows_before.items()
                if key in rows_after and row != rows_after[key]
            ),
        )
    old.close()
    new.close()
    return changes


def to_json(changes: Changes) -> dict[str, Any]:
    """Return changes as JSON values."""
    return {
        table: {
            "added": [_plain(row) for row in found.added],
            "removed": [_plain(row) for row in found.removed],
            "changed": [[_plain(before), _plain(after)] for before, after in found.changed],
        }
        for table, found in changes.items()
    }


def from_json(value: Any) -> Changes:
    """Return the changes that JSON values tell.

    Raises:
        ValueError: if they tell none.
    """
    try:
        return {
            str(table): TableChanges(
                added=tuple(_row(row) for row in found["added"]),
                removed=tuple(_row(row) for row in found["removed"]),
                changed=tuple((_row(before), _row(after)) for before, after in found["changed"]),
            )
            for table, found in value.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"expected changes of tables: {error!r}") from None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"blob": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: base64.b64decode(value["blob"]) if isinstance(value, dict) else value for name, value in row.items()}


def digest(image: bytes) -> str:
    """Return the SHA-256 (hex) of a database's content: schema and rows, not the layout of its file."""
    database = _open(image)
    summary = hashlib.sha256()
    for sql in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"):
        summary.update(repr(sql).encode())
    for table in _tables(database):
        summary.update(repr(table).encode())
        for row in sorted(map(repr, database.execute(f"SELECT * FROM {_quoted(table)}"))):
            summary.update(row.encode("utf-8", "surrogatepass"))
    database.close()
    return summary.hexdigest()


def _open(image: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    database.execute("PRAGMA trusted_schema=OFF")
    database.execute("PRAGMA query_only=ON")
    return database


def _tables(database: sqlite3.Connection) -> Iterator[str]:
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
    )
    return (name for (name,) in names.fetchall())


def _keyed(database: sqlite3.Connection, table: str) -> dict[_Row, dict[str, Any]]:
    info = database.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    keys = [column[1] for column in sorted(info, key=lambda column: column[5]) if column[5]] or ["rowid"]
    cursor = database.execute(
        f"SELECT {', '.join(map(_quoted, keys)) if keys != ['rowid'] else 'rowid'}, * FROM {_quoted(table)}"
    )
    names = [column[0] for column in cursor.description[len(keys) :]]
    return {row[: len(keys)]: dict(zip(names, row[len(keys) :], strict=True)) for row in cursor}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
