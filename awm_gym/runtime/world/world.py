"""`World`: one object that holds the clock, the randomness and SQLite's functions together."""

import functools
import hashlib
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from awm_gym.runtime.world.clock import Clock
from awm_gym.runtime.world.patching import replace_everywhere
from awm_gym.runtime.world.randomness import KEY_BYTES, Randomness
from awm_gym.runtime.world.sql import SqlFunctions
from awm_gym.runtime.world.validators import follow_clock


class World:
    """The world of this process: one instant of one session at a time.

    There is at most one, made by `World.start`. A forked child begins where its parent was.
    """

    _started: ClassVar["World | None"] = None

    def __init__(self, anchor: datetime) -> None:
        self._instant: tuple[datetime, str | int] = (anchor, "")
        self._connect = sqlite3.connect
        self._clock = Clock(anchor)
        self._randomness = Randomness()
        self._sql = SqlFunctions(self._pristine, lambda: self._randomness.stream)
        replace_everywhere((sqlite3.connect, self._connect_in_world()))
        follow_clock()
        # An SQLite connection must not be used across a fork, after which `random` has just reseeded itself.
        os.register_at_fork(before=self._sql.forget_pristine, after_in_child=lambda: self.enter(*self._instant))

    @classmethod
    def start(cls, anchor: datetime) -> "World":
        """Enter the world at an entry's anchor, with an empty seed; the first time, patch the process for it.

        What is imported before the first start is the library's, what is imported after it is generated
        code's: see `clock` for the one difference that this makes.

        Args:
            anchor: the instant at which the virtual clock starts; UTC, if it names no zone.

        Returns:
            The process's only world.
        """
        anchor = now_of(anchor, 0)
        if World._started is None:
            World._started = World(anchor)
        World._started.enter(anchor, "")
        return World._started

    def enter(self, now: datetime, seed: str | int) -> None:
        """Set what generated code sees, before each call.

        All that can be drawn depends on both arguments, so calls at different instants draw differently.

        Args:
            now: the virtual time during the call, see `now_of`.
            seed: the session's seed.
        """
        self._instant = (now, seed)
        timestamp = now.timestamp()
        key = hashlib.blake2b(f"{seed}@{timestamp!r}".encode(), digest_size=KEY_BYTES).digest()
        self._clock.set(timestamp)
        self._randomness.seed(key)
        self._sql.set_now(now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds"))

    def install_sql(self, connection: sqlite3.Connection) -> None:
        """Give a connection the virtual world's CURRENT_TIMESTAMP, date('now'), random() and so on.

        What sqlite3.connect opens after `start` has them already; this is for connections that were made
        before, or by calling the class.

        Args:
            connection: the connection; doing it twice changes nothing.
        """
        self._sql.install(connection)

    def _pristine(self) -> sqlite3.Connection:
        return self._connect(":memory:", check_same_thread=False)

    def _connect_in_world(self) -> Callable[..., sqlite3.Connection]:
        @functools.wraps(self._connect)
        def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = self._connect(*args, **kwargs)
            self._sql.install(connection)
            return connection

        return connect


def now_of(anchor: datetime, tick: int) -> datetime:
    """Return the virtual time at a tick: one second a tick after the anchor.

    Args:
        anchor: the entry's anchor; UTC, if it names no zone.
        tick: how many calls the session has seen.

    Returns:
        The time, in UTC.
    """
    start = anchor.astimezone(UTC) if anchor.tzinfo else anchor.replace(tzinfo=UTC)
    return start + timedelta(seconds=tick)


def hashing_is_fixed() -> bool:
    """Tell whether str hashes, and so the order of sets, are the same in every process (PYTHONHASHSEED=0)."""
    return sys.flags.hash_randomization == 0
