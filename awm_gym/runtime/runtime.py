"""The runtime: opens sessions. It owns the event loop thread, the pool of hosts and the verifier processes.

Everything that waits runs on that one loop; `wait` and `join` bring a coroutine there from a thread or from another
loop. A process usually has one runtime, `default_runtime()`, which ends with it.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

from awm_gym.errors import RuntimeClosed
from awm_gym.registry import Entry, get_entry
from awm_gym.runtime.pool import Pool, Scenario
from awm_gym.runtime.session import Session
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.types import Changes, Snapshot, VerifierLike
from awm_gym.runtime.verification import Verification, VerifierCall
from awm_gym.runtime.verifiers import find_verifier

T = TypeVar("T")

_CLOSED = "this runtime was closed; make a new Runtime()"


class Runtime:
    """Opens sessions.

    Example:
        >>> with Runtime() as runtime, runtime.open("e_commerce_33", task=0) as session:
        ...     result = session.call("list_categories")
    """

    def __init__(self, settings: Settings | None = None) -> None:
        """Start a runtime; hosts start when they are needed.

        Args:
            settings: limits and walls; the defaults suit training on one machine.
        """
        self.settings = settings or Settings()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="awm-gym", daemon=True)
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._closing = threading.Lock()
        self._pid = os.getpid()
        self.running = True
        self._pool = Pool(self.settings)
        self._verification = Verification(self.settings)
        self._thread.start()

    # -- opening ---------------------------------------------------------------------------------------------

    def scenario(self, entry: Entry | str) -> Scenario:
        """Bring an entry to life: its tools, the image of its database, what is wrong with it.

        Raises:
            EntryNotFound: if no source holds it.
            EnvironmentBroken: if its database or app cannot be brought up.
        """
        return self.wait(self._pool.scenario(_entry(entry)))

    async def ascenario(self, entry: Entry | str) -> Scenario:
        """Asynchronous twin of `scenario`."""
        return await self.join(self._pool.scenario(_entry(entry)))

    def open(
        self,
        entry: Entry | str,
        task: int = 0,
        *,
        seed: int = 0,
        verifier: VerifierLike = "code",
        snapshot: Snapshot | None = None,
    ) -> Session:
        """Open a session.

        Args:
            entry: the environment, or its name.
            task: index of the task.
            seed: what the session's randomness comes from.
            verifier: name of a verifier, one of your own, or several that must agree.
            snapshot: a state to begin in, instead of the entry's initial database.

        Raises:
            EntryNotFound: if no source holds the entry.
            TaskNotFound: if the entry has no such task.
            EnvironmentBroken: if the entry's database or app cannot be brought up.
        """
        return self.wait(self._open(_entry(entry), task, seed, verifier, snapshot))

    async def aopen(
        self,
        entry: Entry | str,
        task: int = 0,
        *,
        seed: int = 0,
        verifier: VerifierLike = "code",
        snapshot: Snapshot | None = None,
    ) -> Session:
        """Asynchronous twin of `open`."""
        return await self.join(self._open(_entry(entry), task, seed, verifier, snapshot))

    async def _open(
        self, entry: Entry, task: int, seed: int, verifier: VerifierLike, snapshot: Snapshot | None
    ) -> Session:
        entry.task(task)
        scenario = await self._pool.scenario(entry)
        session = Session(self, scenario, task, seed, find_verifier(verifier))
        if snapshot is None:
            await session.open()
        else:
            await session.resume(snapshot)
        return session

    async def evaluate(self, call: VerifierCall) -> Any:
        """Run a verifier in a process of its own; for verifiers, on the runtime's loop."""
        return await self._verification.run(call)

    async def compare(self, before: bytes, after: bytes) -> Changes:
        """Return the rows that differ between two images; for sessions, on the runtime's loop.

        Raises:
            EnvironmentBroken: if they cannot be read.
        """
        return await self._verification.compare(before, after)

    async def digest(self, image: bytes) -> str:
        """Return the digest of an image's content; for sessions, on the runtime's loop.

        Raises:
            EnvironmentBroken: if it cannot be read.
        """
        return await self._verification.digest(image)

    # -- the loop --------------------------------------------------------------------------------------------

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the runtime's loop and block until it is done.

        Raises:
            RuntimeClosed: if the runtime is closed, or is being closed meanwhile.
        """
        future = self._submit(work)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise RuntimeClosed(_CLOSED) from None
        except BaseException:
            future.cancel()
            raise

    async def join(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the runtime's loop and await it from whichever loop this is.

        Raises:
            RuntimeClosed: if the runtime is closed, or is being closed meanwhile.
        """
        if asyncio.get_running_loop() is self._loop:
            return await work
        future = self._submit(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self.running or task is None or task.cancelling():
                raise
            raise RuntimeClosed(_CLOSED) from None  # it is not this task that was cancelled

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        problem = ""
        if not self.running:
            problem = _CLOSED
        elif self._pid != os.getpid():
            problem = "a runtime cannot cross a fork; make a Runtime() in the new process"
        elif threading.get_ident() == self._thread.ident:
            problem = "a blocking method was called on the runtime's own loop; await its asynchronous twin"
        if not problem:
            with contextlib.suppress(RuntimeError):  # the loop was closed a moment ago
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise RuntimeClosed(problem or _CLOSED)

    def adopt(self, session: Session) -> None:
        """Remember a session, so that it is closed with the runtime."""
        self._sessions.add(session)

    # -- the end ---------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End every host and verifier; sessions that are still open are lost. More than once does no harm."""
        with self._closing:
            if not self.running:
                return
            if self._pid == os.getpid():
                shutting = self._submit(self._shut())
                self.running = False
                shutting.result()
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
            self.running = False

    async def _shut(self) -> None:
        self._pool.close()
        await _cancel_others()  # which ends the verifiers that run
        self._verification.close()

    def _live(self) -> None:
        """Run the loop; the whole life of its thread."""
        self._loop.run_forever()
        self._loop.run_until_complete(_cancel_others())  # nobody who asked in the last moment is left waiting
        self._loop.close()

    def __enter__(self) -> "Runtime":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _cancel_others() -> None:
    await asyncio.sleep(0)  # what was submitted becomes a task
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # the transports of the hosts close in the loop's next turn


def _entry(entry: Entry | str) -> Entry:
    return get_entry(entry) if isinstance(entry, str) else entry


_default: Runtime | None = None
_default_lock = threading.Lock()


def default_runtime() -> Runtime:
    """Return this process's shared runtime, made at the first call and closed at exit."""
    global _default
    with _default_lock:
        if _default is None or not _default.running:
            _default = Runtime()
            atexit.register(_default.close)
        return _default


def _after_fork() -> None:
    """Forget the parent's runtime in a forked child: its threads and hosts did not come along."""
    global _default, _default_lock
    _default, _default_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
