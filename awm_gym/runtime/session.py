"""A session: one episode's world. Everything an agent does to an environment goes through here.

A session is a database in some host, a seed, and the number of calls made. It keeps a journal of its calls, so that
a host's death costs nothing: determinism makes the same calls on a fresh copy lead to the same state, and the
answers are compared to be sure. Every method that waits has an asynchronous twin whose name begins with `a`.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from awm_gym.errors import RuntimeClosed, SnapshotMismatch
from awm_gym.registry.entry import Entry, Task
from awm_gym.runtime import changes, wire
from awm_gym.runtime.link import HostDied, HostLink, HostRefused
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

_identifiers = itertools.count(1)


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
        """Make the call; if the host dies of it, or beside it, make it once more in another host."""
        for _ in range(2):
            try:
                host = await self._placed()
                return await self._send(host, tool, arguments, tick)
            except HostDied:
                await self._leave()
        return ToolResult("Error: the application crashed", True, "crash", None, "the host process died, twice")

    async def _send(self, host: HostLink, tool: str, arguments: dict[str, Any], tick: int) -> ToolResult:
        meta = {wire.SESSION: self._id, wire.TICK: tick}
        message = await host.request("tools/call", {"name": tool, "arguments": arguments, "_meta": meta})
        result = message.get("result")
        if result is None:
            return ToolResult("Error: the host refused the call", True, "crash", None, str(message.get("error")))
        told = result["_meta"]
        return ToolResult(
            result["content"][0]["text"],
            result["isError"],
            told[wire.KIND],
            told[wire.STATUS],
            told.get(wire.DETAIL, ""),
        )

    async def _placed(self) -> HostLink:
        """Return a living host that holds this session's database, rebuilding it there if need be."""
        if self._closed:
            raise RuntimeClosed("this session was closed; open another with Runtime.open(...)")
        if self._host is not None and self._host.alive and self._settled:
            return self._host
        await self._leave()
        self._settled = False
        host = self._host = await self._scenario.place(self)
        await host.control({"op": "open", "session": self._id, "seed": self._seed}, self._base)
        for call in self._journal:
            again = await self._send(host, call.tool, call.arguments, call.tick)
            if fingerprint(again.content) != fingerprint(call.result.content):
                raise HostDied
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

    async def park(self) -> None:
        """Leave the host so that it can be retired, taking along what it takes to go on in another one."""
        async with self._lock:
            with contextlib.suppress(HostDied):
                if self._host is not None and not self._scenario.stateful:
                    self._base, self._journal = await self._image(), []
            await self._leave()

    async def _image(self) -> bytes:
        for _ in range(2):
            try:
                host = await self._placed()
                _, image = await host.control({"op": "image", "session": self._id})
            except HostDied:
                await self._leave()
            else:
                return image
        raise HostDied

    async def _verify(self, answer: str | None) -> Verdict:
        async with self._lock:
            try:
                image = await self._image()
            except HostDied:
                return Verdict("server_error", "the host died, and the session could not be rebuilt")
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
            await self._placed()

    def _begin(self, snapshot: Snapshot) -> None:
        self._base, self._journal, self._calls = snapshot.image, list(snapshot.replay), []
        self._tick, self._seed, self._task_index = snapshot.tick, snapshot.seed, snapshot.task

    async def _fork(self) -> "Session":
        snapshot = await self._snapshot()
        twin = Session(self._runtime, self._scenario, self._task_index, self._seed, self._verifier)
        await twin.resume(snapshot)
        return twin

    async def _changes(self) -> Changes:
        async with self._lock:
            return changes.compare(self._scenario.image, await self._image())

    async def _digest(self) -> str:
        async with self._lock:
            return changes.digest(await self._image())

    async def resume(self, snapshot: Snapshot) -> None:
        """Place the session in a host, in the state of a snapshot; called once, by whoever made it."""
        await self._restore(snapshot)
        self._runtime.adopt(self)

    async def open(self) -> None:
        """Place the session in a host; called once, by whoever made it."""
        async with self._lock:
            await self._placed()
        self._runtime.adopt(self)

    async def _close(self) -> None:
        if self._closed:
            return
        async with self._lock:
            self._closed = True
            await self._leave()
