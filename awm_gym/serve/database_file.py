"""An SQLite file as the initial database of a served entry.

The file is only read, and never changed: worlds start from its image in memory.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from awm_gym.errors import SourceError
from awm_gym.registry import Entry, Table

_MAGIC = b"SQLite format 3\0"


def read_image(path: str | Path) -> bytes:
    """Return a database as the bytes of one SQLite file, with what still stands in its write-ahead log.

    Raises:
        SourceError: if there is no such file, or it is no SQLite database.
    """
    file = Path(path).expanduser()
    try:
        with file.open("rb") as stream:
            magic = stream.read(len(_MAGIC))
        if magic != _MAGIC:
            raise SourceError(f"expected an SQLite database at {file}, it holds something else")
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            image = copy.serialize()
    except (OSError, sqlite3.Error) as error:
        raise SourceError(f"expected an SQLite database at {file}: {error}") from None
    # The format numbers in the header, of which 2 asks for a write-ahead log; a database in memory cannot have one.
    return image[:18] + b"\x01\x01" + image[20:]


def with_schema(entry: Entry, image: bytes) -> Entry:
    """Return the entry with the schema of a database and without rows: its app is then loaded beside these tables."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(image)
        schema = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ).fetchall()
    tables = tuple(Table(name=name, ddl=sql) for name, sql in schema)
    return Entry.model_validate({**dict(entry), "tables": tables, "data": ()})
