"""A database's tables as the `diff` verifier sees them; what `probe` reports, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table.

    Attributes:
        columns: names of its columns.
        key: columns of its primary key.
        references: by column, the table whose primary key it holds.
        unique: columns in which no value occurs twice.
        newest: the highest keys of the initial rows, highest first, if the key is one integer.
    """

    columns: frozenset[str]
    key: tuple[str, ...]
    references: Mapping[str, str]
    unique: frozenset[str]
    newest: tuple[int, ...]

    @property
    def row_key(self) -> str | None:
        """The column that may be a surrogate key: the whole primary key, and no reference."""
        return self.key[0] if len(self.key) == 1 and self.key[0] not in self.references else None


Schema = Mapping[str, TableSchema]


def schema_from_json(tables: Mapping[str, Any]) -> Schema:
    """Return the tables that `probe` reported."""
    return {
        name: TableSchema(
            frozenset(table["columns"]),
            tuple(table["key"]),
            dict(table["references"]),
            frozenset(table["unique"]),
            tuple(table["newest"]),
        )
        for name, table in tables.items()
    }


UNKNOWN = TableSchema(frozenset(), (), {}, frozenset(), ())
"""For a table that the initial database lacks."""
