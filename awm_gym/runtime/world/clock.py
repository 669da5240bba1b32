"""The virtual clock: between two settings, no time passes.

time-machine redirects the calendar (time.time, localtime, datetime.now, date.today, ...) inside C, so that
code which captured those functions before obeys as well, and values keep their ordinary types. What it
leaves out is done here: ctime and asctime, uuid1's memory of its last timestamp, the time zone.

Stop-watches (monotonic, perf_counter, process_time, thread_time) are virtual for modules loaded after the
start, which generated code is; each reading moves them on by a microsecond, so that a duration is small but
never zero. Every module's readings are counted apart: how often a library reads may depend on what it has
cached by then. Modules loaded before keep the real ones: an event loop, or a lock with a timeout, has to wait
for real. Those of the standard library that wait are therefore imported here, should nobody have done so.
"""

import asyncio  # noqa: F401  (waits by the clock, and brings threading, selectors and subprocess)
import concurrent.futures.thread  # noqa: F401  (brings queue)
import functools
import multiprocessing.connection  # noqa: F401
import os
import sched  # noqa: F401
import socketserver  # noqa: F401
import sys
import time
import types
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import time_machine

from awm_gym.runtime.world.patching import replace_everywhere

_STOP_WATCHES = ("monotonic", "perf_counter", "process_time", "thread_time")
_CALENDAR_CLOCKS = {getattr(time, name, time.CLOCK_REALTIME) for name in ("CLOCK_REALTIME", "CLOCK_TAI")}
_NANOSECONDS = 1_000_000_000


class Clock:
    """The clock of this process. Make one only: it patches the process for good.

    Args:
        now: the instant it shows first.
    """

    def __init__(self, now: datetime) -> None:
        os.environ["TZ"] = "UTC"
        time.tzset()
        self._readings: Counter[object] = Counter()
        self._traveller = time_machine.travel(now.timestamp(), tick=False).start()
        self._uuid_memory = dict.fromkeys(name for name in vars(uuid) if name.startswith("_last_timestamp"))
        self._patch_calendar()
        self._patch_stop_watches()

    def set(self, timestamp: float) -> None:
        """Show another instant.

        Args:
            timestamp: seconds since the epoch, UTC.
        """
        self._traveller.move_to(timestamp)
        self._readings.clear()
        # uuid1 never goes behind the last timestamp it used, which may be another session's.
        vars(uuid).update(self._uuid_memory)

    def _read_ns(self) -> int:
        reader = sys._getframe(2).f_globals.get("__name__")  # who called the function that called this one
        self._readings[reader] += 1
        return time.time_ns() + 1_000 * self._readings[reader]

    def _patch_calendar(self) -> None:
        real_ctime, real_asctime = time.ctime, time.asctime

        @functools.wraps(real_ctime)
        def ctime(seconds: float | None = None, /) -> str:
            return real_ctime(time.time() if seconds is None else seconds)

        @functools.wraps(real_asctime)
        def asctime(*moment: Any) -> str:
            return real_asctime(*moment or (time.localtime(),))

        replace_everywhere((real_ctime, ctime), (real_asctime, asctime))

    def _patch_stop_watches(self) -> None:
        module = time  # not the global: the next lines give that, too, the copy with the real stop-watches
        real = types.ModuleType(module.__name__, module.__doc__)
        vars(real).update(vars(module))
        replace_everywhere((module, real))

        def clock_gettime_ns(clock: int, /) -> int:
            real.clock_gettime_ns(clock)  # raises what it should, if there is no such clock
            return module.time_ns() if clock in _CALENDAR_CLOCKS else self._read_ns()

        def clock_gettime(clock: int, /) -> float:
            real.clock_gettime(clock)
            return (module.time_ns() if clock in _CALENDAR_CLOCKS else self._read_ns()) / _NANOSECONDS

        virtual: dict[str, Callable[..., float]] = {
            "clock_gettime": clock_gettime,
            "clock_gettime_ns": clock_gettime_ns,
        }
        for name in _STOP_WATCHES:
            virtual |= {name: lambda: self._read_ns() / _NANOSECONDS, f"{name}_ns": lambda: self._read_ns()}
        for name, function in virtual.items():
            setattr(module, name, functools.wraps(getattr(module, name))(function))
