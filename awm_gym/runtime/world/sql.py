"""SQLite's time and randomness, overridden on a connection by functions of the virtual world.

An application's function takes precedence over a built-in one of the same name, also within DEFAULT clauses,
triggers and views. The time functions here do no arithmetic of their own: they write the virtual instant in
the place of 'now' and let the original compute, on a pristine connection that nothing was overridden on. They
are deterministic for SQLite, as the originals are, so that an index on date(column) stays possible and
datetime('now', '-7 days') is computed once a statement; answers are remembered until the clock is set again.

One difference remains: SQLite forbids 'now' in CHECK constraints, indexes and generated columns when a row
is written. A function cannot see where it is called, so here it is allowed.
"""

import functools
import random
import sqlite3
from collections.abc import Callable

SqlValue = str | bytes | int | float | None

_TIME_VALUES = {
    "date": (0, 1),
    "time": (0, 1),
    "datetime": (0, 1),
    "julianday": (0, 1),
    "unixepoch": (0, 1),  # SQLite 3.38
    "strftime": (1, 2),
    "timediff": (0, 2),  # SQLite 3.43
}
"""The overridden functions, and between which positions their arguments are time values."""

_ARGUMENTS = {"timediff": 2}
"""How many arguments they take, where that is not any number."""

_CACHE_SIZE = 1024  # answers a function; small, since every host holds them
_LARGEST_RANDOM = 2**63 - 1
_LARGEST_BLOB = 1_000_000_000  # SQLite's own limit, unless it was built with another


class SqlFunctions:
    """The functions, ready to be installed on any number of connections.

    Args:
        connect: opens a connection that nothing is overridden on, where the original functions are evaluated.
        stream: gives the generator for random() and randomblob().
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], stream: Callable[[], random.Random]) -> None:
        self._connect = connect
        self._stream = stream
        self._now = ""
        self._forget_now: dict[str, Callable[[], None]] = {}
        self._words_for_now = {"now"}
        if self._computes("unixepoch('subsec')"):  # SQLite 3.42: stands for ('now', 'subsec')
            self._words_for_now |= {"subsec", "subsecond"}
        self._time_functions = {
            name: self._time_function(name, start, stop)
            for name, (start, stop) in _TIME_VALUES.items()
            if self._computes(f"{name}({', '.join('0' * stop)})")
        }

    @functools.cached_property
    def _pristine(self) -> sqlite3.Connection:
        return self._connect()

    def forget_pristine(self) -> None:
        """Close the connection that the original functions are evaluated on; the next use opens another."""
        if "_pristine" in self.__dict__:
            self._pristine.close()
            del self._pristine

    def set_now(self, now: str) -> None:
        """Set the virtual instant, and forget the answers that hold only for the one before.

        Args:
            now: "YYYY-MM-DD HH:MM:SS.SSS", UTC.
        """
        self._now = now
        for forget in self._forget_now.values():
            forget()
        self._forget_now.clear()

    def install(self, connection: sqlite3.Connection) -> None:
        """Override SQLite's functions on a connection.

        Args:
            connection: any connection; doing it twice changes nothing.
        """
        # Some builds of SQLite accept only built-in functions in DEFAULTs and views unless told otherwise.
        connection.execute("PRAGMA trusted_schema = ON")
        for name, function in self._time_functions.items():
            connection.create_function(name, _ARGUMENTS.get(name, -1), function, deterministic=True)
        connection.create_function("current_timestamp", 0, lambda: self._now[:19])
        connection.create_function("current_date", 0, lambda: self._now[:10])
        connection.create_function("current_time", 0, lambda: self._now[11:19])
        connection.create_function("random", 0, self._random)
        connection.create_function("randomblob", 1, self._randomblob)

    def _computes(self, expression: str) -> bool:
        try:
            return bool(self._pristine.execute(f"SELECT {expression} IS NOT NULL").fetchone()[0])
        except sqlite3.OperationalError:  # no such function
            return False

    def _time_function(self, name: str, start: int, stop: int) -> Callable[..., SqlValue]:
        # The cache itself is what SQLite calls: a hit runs no Python code. Typed, since 1 and 1.0 differ.
        @functools.lru_cache(_CACHE_SIZE, typed=True)
        def function(*arguments: SqlValue) -> SqlValue:
            if len(arguments) <= start or stop - start > 1 or _may_be_now(arguments[start]):
                concrete = self._with_now(arguments, start, stop)
                if concrete != arguments:
                    self._forget_now[name] = function.cache_clear
                arguments = concrete
            marks = ", ".join("?" * len(arguments))
            answer: SqlValue
            (answer,) = self._pristine.execute(f"SELECT {name}({marks})", arguments).fetchone()
            return answer

        return function

    def _with_now(self, arguments: tuple[SqlValue, ...], start: int, stop: int) -> tuple[SqlValue, ...]:
        """Write the instant in the place of the time values that ask for it."""
        concrete = list(arguments)
        if len(concrete) == start:  # the time value was left out
            concrete.append("now")
        for position in range(start, min(stop, len(concrete))):
            word = _as_word(concrete[position])
            if word in self._words_for_now:
                concrete[position] = self._now
                if word != "now" and stop - start == 1:
                    concrete.append("subsec")  # at the end, since some modifiers must come first
        return tuple(concrete)

    def _random(self) -> int:
        # As the original: any integer of 64 bits whose sign can be changed.
        return self._stream().getrandbits(64) % (2 * _LARGEST_RANDOM + 1) - _LARGEST_RANDOM

    def _randomblob(self, size: SqlValue) -> bytes:
        count: int
        (count,) = self._pristine.execute("SELECT max(1, ifnull(CAST(? AS INTEGER), 1))", (size,)).fetchone()
        if count > _LARGEST_BLOB:
            raise OverflowError(f"expected a size of at most {_LARGEST_BLOB} bytes, got {count}")  # "too big"
        return self._stream().randbytes(count)


def _may_be_now(value: SqlValue) -> bool:
    """Tell quickly whether a time value deserves a closer look: for nearly none does."""
    return isinstance(value, bytes) or (isinstance(value, str) and value[:1] in "nNsS")


def _as_word(value: SqlValue) -> str:
    """Return a time value as SQLite compares it with 'now': up to a NUL, in lower case."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.partition("\0")[0].lower() if isinstance(value, str) else ""
