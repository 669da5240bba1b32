"""Databases of a host: built once per entry, then one in-memory copy per session.

An entry's SQL is executed once and kept as an image, the bytes of an SQLite file. A session's database is that
image deserialized into memory. The generated app makes its engine once, at import; the engine it gets here takes
its connections from whatever session is current (`Databases.current`), so one app serves many databases.
"""

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool
from sqlalchemy.pool.base import ConnectionPoolEntry

# A small page keeps an image of twenty nearly empty tables near 90 kB instead of 300 kB, and so every open,
# snapshot and fork three times as cheap; what SQL can see is the same.
_PAGE_SIZE = 1024
_CACHED_STATEMENTS = 8  # some 10 kB each, in every session
_OPERATIONS_BETWEEN_LOOKS = 100_000
_ESCAPED_QUOTE = re.compile(r"\\'")


_connect = sqlite3.connect  # the world puts its own in this place; the one that apps find leads to `Databases`


class SessionConnection(sqlite3.Connection):
    """The one SQLite connection of a session; the app may close or share it, only the host ends it."""

    spare: list[ConnectionPoolEntry]
    lent: list[ConnectionPoolEntry]

    def close(self) -> None:
        """Do nothing: the database outlives the app's connection to it."""

    def rollback(self) -> None:
        """Roll back, unless another checkout of the same connection still has work in hand."""
        if len(self.lent) <= 1:
            super().rollback()

    def settle(self) -> None:
        """End a call: what the app left uncommitted is undone, what it never gave back is forgotten."""
        for record in self.lent:
            # Else the garbage collector would return the record in the middle of a later call, and roll that back.
            record.fairy_ref = None  # type: ignore[attr-defined]
        self.lent.clear()
        if self.in_transaction:
            super().rollback()

    def destroy(self) -> None:
        """Close for good."""
        self.spare.clear()
        self.lent.clear()
        super().close()


def connect(max_bytes: int, image: bytes = b"") -> SessionConnection:
    """Open an in-memory database.

    Args:
        max_bytes: the size beyond which a write fails with "database or disk is full".
        image: the bytes of an SQLite file to start from; empty for an empty database.
    """
    connection = _connect(
        ":memory:", check_same_thread=False, factory=SessionConnection, cached_statements=_CACHED_STATEMENTS
    )
    connection.spare, connection.lent = [], []
    if image:
        connection.deserialize(image)
    else:
        connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
        connection.execute("PRAGMA user_version=0")  # writes the first page: without one there is no image
    page_size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={max(1, max_bytes // page_size)}")
    connection.execute("PRAGMA cache_size=-32")  # kB; a page that is not in it is a copy away
    connection.execute("PRAGMA temp_store=MEMORY")  # the sandbox has no folder for a sort that outgrows the cache
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max_bytes)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    # SQLite runs without looking at Python's signals; every so often it calls this, and a pending alarm gets its turn.
    connection.set_progress_handler(_look_up, _OPERATIONS_BETWEEN_LOOKS)
    return connection


def _look_up() -> None:
    """Go on: returning None does not interrupt the statement."""


def build(connection: SessionConnection, ddl: Iterable[str], inserts: Iterable[str]) -> tuple[list[str], list[str]]:
    r"""Execute an entry's SQL with foreign keys on, as the data set's publisher does.

    A statement that fails is left out. One that fails for an apostrophe escaped as `\\'` is mended and tried again.

    Args:
        connection: an empty database.
        ddl: CREATE statements.
        inserts: INSERT statements.

    Returns:
        A line for each statement that was mended, and one for each that was left out.
    """
    mended: list[str] = []
    failed: list[str] = []
    connection.execute("PRAGMA foreign_keys=ON")
    for statement in (*ddl, *inserts):
        try:
            connection.execute(statement)
        except (sqlite3.Error, sqlite3.Warning) as error:
            repaired = _ESCAPED_QUOTE.sub("''", statement)
            if repaired != statement:
                try:
                    connection.execute(repaired)
                except (sqlite3.Error, sqlite3.Warning):
                    pass
                else:
                    mended.append(f"mended \\' in: {_short(statement)}")
                    continue
            failed.append(f"left out, {error}: {_short(statement)}")
    connection.commit()
    connection.execute("PRAGMA foreign_keys=OFF")
    return mended, failed


def _short(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= 160 else text[:157] + "..."


class Databases:
    """Which database the app sees now.

    Attributes:
        current: the connection of the session whose call is running; None between calls.
    """

    def __init__(self) -> None:
        self.current: SessionConnection | None = None

    def connection(self) -> SessionConnection:
        """Return the current session's connection.

        Raises:
            RuntimeError: if the app reaches for a database outside of a call.
        """
        if self.current is None:
            raise RuntimeError("the database is only there during a call")
        return self.current

    def engine(self, url: object = None, **options: Any) -> Engine:
        """Stand in for `sqlalchemy.create_engine`: an engine over the current session's database."""
        kept = {key: options[key] for key in ("echo", "future", "execution_options") if key in options}
        return create_engine("sqlite://", creator=self.connection, poolclass=_session_pool(self), **kept)


def _session_pool(databases: Databases) -> type[Pool]:
    """Return a pool class whose connections are those of the current session.

    Each checkout gets a record of its own over the session's one SQLite connection, so that an app that opens
    two ORM sessions in one call works, and a record is kept for the session's next call.
    """

    class SessionPool(Pool):
        def _do_get(self) -> ConnectionPoolEntry:
            connection = databases.connection()
            record = connection.spare.pop() if connection.spare else self._create_connection()
            connection.lent.append(record)
            return record

        def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
            connection = record.dbapi_connection
            if isinstance(connection, SessionConnection) and record in connection.lent:
                connection.lent.remove(record)
                connection.spare.append(record)

        def recreate(self) -> "SessionPool":
            return SessionPool(self._creator, dialect=self._dialect, _dispatch=self.dispatch)

        def dispose(self) -> None:
            """Nothing to close: the host owns the connections."""

        def status(self) -> str:
            return "connections of the current session"

    return SessionPool
