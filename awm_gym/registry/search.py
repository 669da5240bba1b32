"""Full text over descriptions and tasks: one table that every source fills and asks in the same way.

Words are matched by their stems and beginnings ("book" finds "bookings"), all of them must occur, and the
name counts for more than the description, which counts for more than the tasks.
"""

import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

_CREATE = "CREATE VIRTUAL TABLE texts USING fts5(key, title, description, tasks, tokenize='porter unicode61')"
_FIND = "SELECT key FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, 8.0, 8.0, 3.0, 1.0), key"


class Text(NamedTuple):
    """What of an entry is searched."""

    key: str
    title: str
    description: str
    tasks: str


def add_texts(connection: sqlite3.Connection, texts: Iterable[Text]) -> None:
    """Create the table of texts in a database and fill it."""
    connection.execute(_CREATE)
    connection.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", texts)


def find_keys(connection: sqlite3.Connection, words: str) -> list[str]:
    """Return the keys of the texts that hold all the words, best first."""
    terms = " ".join(f'"{word}"*' for word in re.findall(r"\w+", words))
    return [key for (key,) in connection.execute(_FIND, (terms,))] if terms else []
