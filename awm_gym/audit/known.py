"""What a database holds, for drawing arguments that mean something in it.

A random integer is hardly ever the id of a row. An argument is matched with columns by its name: `product_id` with
the columns `product_id` and with the key of `products`, `order_number` with `orders.number`. What fits an argument's
schema can be put in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]

Schema = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its table, and some of the values it holds."""

    table: str
    name: str
    key: bool
    refers: bool
    values: tuple[Any, ...]


class Known:
    """The columns of a database, to be asked by the names of arguments."""

    def __init__(self, tables: dict[str, Any]) -> None:
        """Take what `inside.describe` tells."""
        self.columns = [
            Column(table, name, column["key"], bool(column["refers"]), tuple(column["values"]))
            for table, about in tables.items()
            for name, column in about["columns"].items()
        ]
        self.rows = sum(about["rows"] for about in tables.values())
        self._found: dict[str, tuple[Any, ...]] = {}

    def values(self, argument: str) -> tuple[Any, ...]:
        """Return the values that an argument of that name may mean; the best match first."""
        name = argument.lower().partition("__")[0]
        if name not in self._found:
            self._found[name] = tuple(dict.fromkeys(value for column in self._matches(name) for value in column.values))
        return self._found[name]

    def is_reference(self, argument: str) -> bool:
        """Tell whether an argument seems to name a row."""
        return any(column.key or column.refers for column in self._matches(argument.lower().partition("__")[0]))

    def siblings(self, argument: str, value: Any) -> tuple[Any, ...]:
        """Return other values of the columns that hold this one, by the argument's name if that leads anywhere."""
        named = self.values(argument)
        if value in named:
            return tuple(other for other in named if other != value and type(other) is type(value))
        holders = [column for column in self.columns if value in column.values and isinstance(value, str)]
        return tuple(dict.fromkeys(other for column in holders for other in column.values if other != value))

    def fitting(self, argument: str, schema: Schema) -> tuple[Any, ...]:
        """Return the values that an argument may mean and that its schema allows."""
        return tuple(value for value in self.values(argument) if fits(schema, value))

    def _matches(self, name: str) -> Iterator[Column]:
        for column in self.columns:
            if column.name.lower() == name and name != "id":
                yield column
        for column in self.columns:
            if name in (f"{single}_{column.name.lower()}" for single in _singular(column.table.lower())):
                yield column


def fits(schema: Schema, value: Any) -> bool:
    """Tell whether a schema allows a value; one that is broken allows all."""
    try:
        return bool(Draft202012Validator(schema).is_valid(value))
    except Exception:  # whatever a generated schema can make of the validator
        return True


def _singular(table: str) -> tuple[str, ...]:
    """Return how one row of a table may be called: `order_items` are also `item`."""
    forms = [table]
    if table.endswith("ies"):
        forms.append(f"{table[:-3]}y")
    if table.endswith("es"):
        forms.append(table[:-2])
    if table.endswith("s"):
        forms.append(table[:-1])
    return tuple({form for full in forms for form in (full, full.rpartition("_")[2])})
