"""A session: one episode's world. Everything an agent does to an environment goes through here.

A session is a database in some host, a seed, and the number of calls made. It keeps a journal of its calls, so that
a host's death costs nothing: determinism makes the same calls on a fresh copy lead to the same state, and the
answers are compared to be sure. Every method that waits has an asynchronous twin whose name begins with `a`.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from awm_gym.errors import AwmError, EnvironmentBroken, RuntimeClosed, SnapshotMismatch
from awm_gym.registry.entry import Entry, Task
from awm_gym.runtime import wire
from awm_gym.runtime.link import HostDied, HostLink, HostRefused, Unsendable
from awm_gym.runtime.tools import ToolSpec
from awm_gym.runtime.types import (
    Call,
    Changes,
    Evidence,
    Snapshot,
    ToolResult,
    Verdict,
    Verifier,
    fingerprint,
)

if TYPE_CHECKING:
    from awm_gym.runtime.pool import Scenario
    from awm_gym.runtime.runtime import Runtime

T = TypeVar("T")

_identifiers = itertools.count(1)
_DEATHS = 5
"""Hosts that may die of one message before it is given up; several, since something from outside may kill a host."""
_FAULTS = 2
"""The same for hosts that had to be killed, for silence or nonsense: that is rarely chance."""


class _HostsDied(EnvironmentBroken):
    def __init__(self, message: str, hung: bool) -> None:
        super().__init__(message)
        self.hung = hung


class Session:
    """One episode's world: an entry, a task, a seed and a private database. Made by `Runtime.open`."""

    def __init__(self, runtime: "Runtime", scenario: "Scenario", task: int, seed: int, verifier: Verifier) -> None:
        self._runtime = runtime
        self._scenario = scenario
        self._verifier = verifier
        self._id = str(next(_identifiers))
        self._lock = asyncio.Lock()
        self._host: HostLink | None = None
        self._base = b""
        self._journal: list[Call] = []  # what was called on the base
        self._calls: list[Call] = []
        self._tick = 0
        self._closed = False
        self._settled = False  # whether the host's database is in the state that the journal tells
        self._shunned = False  # whether hosts died of it, so that it gets one of its own
        self._task_index = task
        self._seed = seed

    # -- what it is ------------------------------------------------------------------------------------------

    @property
    def entry(self) -> Entry:
        """The environment."""
        return self._scenario.entry

    @property
    def task(self) -> Task:
        """The task to be done."""
        return self.entry.task(self._task_index)

    @property
    def task_index(self) -> int:
        """The task's index in its entry."""
        return self._task_index

    @property
    def seed(self) -> int:
        """What the session's randomness comes from."""
        return self._seed

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The tools an agent may call."""
        return self._scenario.tools

    @property
    def tools_json(self) -> str:
        """The tools as a JSON list of objects with name, description and input schema."""
        return self._scenario.tools_json

    @property
    def now(self) -> datetime:
        """The virtual time (UTC): the entry's anchor, and a second for every call made."""
        return self.entry.anchor + timedelta(seconds=self._tick)

    @property
    def steps(self) -> int:
        """How many calls have been made."""
        return self._tick

    @property
    def calls(self) -> Sequence[Call]:
        """The calls since the session was opened, restored or forked, oldest first."""
        return tuple(self._calls)

    # -- the operations, twice: blocking, and for an event loop -----------------------------------------------

    def call(self, tool: str, arguments: dict[str, Any] | None = None) -> ToolResult:
        """Call a tool.

        Args:
            tool: its name.
            arguments: its arguments by name; JSON-compatible.

        Returns:
            The answer; a call that fails is a result too, never an exception.

        Raises:
            RuntimeClosed: if the session was closed.
        """
        return self._runtime.wait(self._call(tool, arguments or {}))

    async def acall(self, tool: str, arguments: dict[str, Any] | None = None) -> ToolResult:
        """Asynchronous twin of `call`."""
        return await self._runtime.join(self._call(tool, arguments or {}))

    def verify(self, answer: str | None = None) -> Verdict:
        """Ask the verifier about the state as it is now; the session can go on afterwards.

        Args:
            answer: the agent's final answer, if it gave one.
        """
        return self._runtime.wait(self._verify(answer))

    async def averify(self, answer: str | None = None) -> Verdict:
        """Asynchronous twin of `verify`."""
        return await self._runtime.join(self._verify(answer))

    def snapshot(self) -> Snapshot:
        """Return the state as a value that `restore` takes, here or in another process."""
        return self._runtime.wait(self._snapshot())

    async def asnapshot(self) -> Snapshot:
        """Asynchronous twin of `snapshot`."""
        return await self._runtime.join(self._snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Go back, or over, to a state.

        Raises:
            SnapshotMismatch: if the snapshot belongs to another entry or task.
        """
        self._runtime.wait(self._restore(snapshot))

    async def arestore(self, snapshot: Snapshot) -> None:
        """Asynchronous twin of `restore`."""
        await self._runtime.join(self._restore(snapshot))

    def fork(self) -> "Session":
        """Return a second session in the same state; from there on each goes its own way."""
        return self._runtime.wait(self._fork())

    async def afork(self) -> "Session":
        """Asynchronous twin of `fork`."""
        return await self._runtime.join(self._fork())

    def changes(self) -> Changes:
        """Return the rows added, removed and changed since the episode's start. For people, not for agents."""
        return self._runtime.wait(self._changes())

    async def achanges(self) -> Changes:
        """Asynchronous twin of `changes`."""
        return await self._runtime.join(self._changes())

    def image(self) -> bytes:
        """Return the database as it is now, as the bytes of an SQLite file. For people, not for agents.

        Raises:
            EnvironmentBroken: if host after host dies of it.
        """
        return self._runtime.wait(self._locked_image())

    async def aimage(self) -> bytes:
        """Asynchronous twin of `image`."""
        return await self._runtime.join(self._locked_image())

    def digest(self) -> str:
        """Return a digest of the database's content; equal content has an equal digest on any machine."""
        return self._runtime.wait(self._digest())

    async def adigest(self) -> str:
        """Asynchronous twin of `digest`."""
        return await self._runtime.join(self._digest())

    def close(self) -> None:
        """Give the database back; more than once does no harm."""
        if not self._closed and self._runtime.running:
            self._runtime.wait(self._close())

    async def aclose(self) -> None:
        """Asynchronous twin of `close`."""
        if not self._closed and self._runtime.running:
            await self._runtime.join(self._close())

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # -- on the runtime's loop -------------------------------------------------------------------------------

    async def _call(self, tool: str, arguments: dict[str, Any]) -> ToolResult:
        async with self._lock:
            self._tick += 1
            try:
                result = await self._attempt(tool, arguments, self._tick)
            except Unsendable as error:
                result = ToolResult(f"arguments must be JSON values: {error}", True, "malformed")
                self._calls.append(Call(tool, {}, result, self._tick))
                return result
            except BaseException:  # cancelled: whether the host did it or not, it is undone
                self._tick -= 1
                self._settled = False
                raise
            call = Call(tool, arguments, result, self._tick)
            self._calls.append(call)
            if call.effective:
                self._journal.append(call)
            if result.kind == "deadline":
                await self._leave()  # half-done work is still in that database; the next call rebuilds it without
            return result

    async def _attempt(self, tool: str, arguments: dict[str, Any], tick: int) -> ToolResult:
        try:
            return await self._in_host(lambda host: self._send(host, tool, arguments, tick))
        except _HostsDied as error:
            if error.hung:
                limit = self._runtime.settings.deadline
                text = f"Error: the tool did not answer within {limit} s"
                return ToolResult(text, True, "deadline", None, str(error))
            return ToolResult("Error: the application crashed", True, "crash", None, str(error))
        except RuntimeClosed:
            raise
        except AwmError as error:
            return ToolResult("Error: the application crashed", True, "crash", None, str(error))

    def _send(self, host: HostLink, tool: str, arguments: dict[str, Any], tick: int) -> Awaitable[ToolResult]:
        meta = {wire.SESSION: self._id, wire.TICK: tick}
        return host.call({"name": tool, "arguments": arguments, "_meta": meta})

    async def _in_host(self, work: Callable[[HostLink], Awaitable[T]]) -> T:
        """Do something in a host that holds this session's database; if that host dies, do it in another one.

        Where the host may have died of this, the next one is this session's alone, so that it takes no other
        session along; once that has gone well, the host is open to all again.

        Raises:
            EnvironmentBroken: if host after host dies of it.
        """
        alone, deaths = self._shunned, 0
        while True:
            try:
                host = await self._placed(alone)
                result = await work(host)
            except HostDied as error:
                died = error
            except HostRefused as error:
                died = HostDied(f"it refused: {error}", suspect=True)
            else:
                host.private = self._shunned
                return result
            await self._leave()
            if not died.suspect:
                continue
            alone, deaths = True, deaths + 1
            if deaths >= (_DEATHS if died.cause == "ended" else _FAULTS):
                self._shunned = True
                times = f"{deaths} times in a row"
                message = f"{self.entry.key}: the session's host died, {times}: {died}"
                raise _HostsDied(message, hung=died.cause == "silence") from None

    async def _placed(self, alone: bool) -> HostLink:
        """Return a living host that holds this session's database, rebuilding it there if need be."""
        if self._closed:
            raise RuntimeClosed("this session was closed; open another with Runtime.open(...)")
        if self._host is not None and self._host.alive and self._settled:
            return self._host
        await self._leave()
        self._settled = False
        host = self._host = await self._scenario.place(self, alone)
        await host.control({"op": "open", "session": self._id, "seed": self._seed}, self._base)
        for call in self._journal:
            again = await self._send(host, call.tool, call.arguments, call.tick)
            if fingerprint(again.content) != fingerprint(call.result.content):
                raise HostDied("it gave another answer when the session's calls were made again", suspect=True)
        self._settled = True
        return host

    async def _leave(self) -> None:
        """Leave the host, dead or alive; the session can be placed again."""
        host, self._host = self._host, None
        if host is None:
            return
        if host.alive and not self._scenario.exclusive:
            with contextlib.suppress(HostDied, HostRefused):
                await host.control({"op": "close", "session": self._id})
        self._scenario.left(host, self)

    async def park(self, host: HostLink) -> None:
        """Leave a host so that it can be retired, taking along what it takes to go on in another one."""
        async with self._lock:
            if self._host is not host:
                return
            if host.alive and self._settled and not self._scenario.stateful:
                with contextlib.suppress(HostDied, HostRefused):
                    _, image = await host.control({"op": "image", "session": self._id})
                    self._base, self._journal = image, []
            await self._leave()

    async def _settle(self) -> None:
        async def nothing(_host: HostLink) -> None:
            """Being placed is all."""

        await self._in_host(nothing)

    async def _image(self) -> bytes:
        _, image = await self._in_host(lambda host: host.control({"op": "image", "session": self._id}))
        return image

    async def _verify(self, answer: str | None) -> Verdict:
        async with self._lock:
            try:
                image = await self._image()
            except RuntimeClosed:
                raise
            except AwmError as error:
                return Verdict("server_error", str(error))
        initial = self._scenario.image
        evidence = Evidence(self.entry, self.task, initial, image, answer, self.now, tuple(self._calls))
        return await self._verifier(self._runtime, evidence)

    async def _snapshot(self) -> Snapshot:
        async with self._lock:
            known = (self.entry.digest, self._task_index, self._seed, self._tick)
            if self._scenario.stateful:
                return Snapshot(*known, self._base, tuple(self._journal))
            return Snapshot(*known, await self._image())

    async def _restore(self, snapshot: Snapshot) -> None:
        if snapshot.digest != self.entry.digest:
            raise SnapshotMismatch(
                f"expected a snapshot of {self.entry.key!r} (digest {self.entry.digest[:12]}), "
                f"got one of digest {snapshot.digest[:12]}; restore it into a session of the entry it was taken from"
            )
        async with self._lock:
            await self._leave()
            self._begin(snapshot)
            await self._settle()

    def _begin(self, snapshot: Snapshot) -> None:
        self._base, self._journal, self._calls = snapshot.image, list(snapshot.replay), []
        self._tick, self._seed, self._task_index = snapshot.tick, snapshot.seed, snapshot.task

    async def _fork(self) -> "Session":
        snapshot = await self._snapshot()
        twin = Session(self._runtime, self._scenario, self._task_index, self._seed, self._verifier)
        await twin.resume(snapshot)
        return twin

    async def _locked_image(self) -> bytes:
        async with self._lock:
            return await self._image()

    async def _changes(self) -> Changes:
        return await self._runtime.compare(self._scenario.image, await self._locked_image())

    async def _digest(self) -> str:
        return await self._runtime.digest(await self._locked_image())

    async def resume(self, snapshot: Snapshot) -> None:
        """Place the session in a host, in the state of a snapshot; called once, by whoever made it."""
        await self._restore(snapshot)
        self._runtime.adopt(self)

    async def open(self) -> None:
        """Place the session in a host; called once, by whoever made it."""
        async with self._lock:
            await self._settle()
        self._runtime.adopt(self)

    async def _close(self) -> None:
        if self._closed:
            return
        async with self._lock:
            self._closed = True
            await self._leave()
