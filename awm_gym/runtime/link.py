"""The caller's end of a host: requests out, replies in, and what happens when the host dies.

A host answers the messages of a channel in their order, so that a reply is to the oldest message without one; JSON-RPC
ids say so once more on the MCP channel. A host runs generated code, which may write to its channels: whatever comes
that is not such a reply, well-formed and of a foreseen size, is the end of that host. All methods run on the
runtime's event loop.
"""

import asyncio
import json
import socket
from collections import deque
from typing import TYPE_CHECKING, Any, Literal

from awm_gym.runtime import replies, wire
from awm_gym.runtime.process import Process, Zygote
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.types import ToolResult

if TYPE_CHECKING:
    from awm_gym.runtime.session import Session

_MiB = 1 << 20
_JSON_BYTES = 6
"""Bytes that one byte of an answer takes at most in a line of JSON."""
_MAX_HEADER_BYTES = 32 * _MiB


Cause = Literal["ended", "silence", "nonsense"]


class HostDied(Exception):
    """The host went away before it answered; the text says why.

    Attributes:
        suspect: whether it may have died of this very message, since that was the oldest one unanswered.
        cause: `ended`: nobody knows; `silence`, `nonsense`: it was killed for that.
    """

    def __init__(self, reason: str, *, suspect: bool = False, cause: Cause = "ended") -> None:
        super().__init__(reason)
        self.suspect = suspect
        self.cause = cause


class Unsendable(ValueError):
    """A call's arguments are no JSON values, or are nested too deeply."""


class HostRefused(Exception):
    """The host answered a control message with an error."""


class _Channel(asyncio.Protocol):
    """One of the two connections.

    Attributes:
        waiting: who waits for a reply to which message, the oldest first.
        heard: when the oldest of them became the oldest, on the loop's clock.
    """

    def __init__(self, link: "HostLink") -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None
        self.waiting: deque[tuple[int, asyncio.Future[Any]]] = deque()
        self.heard = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=1 << 24)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.die("its process ended")

    def answer(self, value: object) -> None:
        """Give the oldest message its reply."""
        self.heard = asyncio.get_running_loop().time()
        _, future = self.waiting.popleft()
        if not future.done():
            future.set_result(value)


class _McpChannel(_Channel):
    def __init__(self, link: "HostLink", limit: int) -> None:
        super().__init__(link)
        self._limit = limit
        self._pending: list[bytes] = []
        self._size = 0

    def data_received(self, data: bytes) -> None:
        self._pending.append(data)
        self._size += len(data)
        if self._size > self._limit:
            self.link.die(f"it answered with more than {self._limit} bytes", "nonsense")
        elif b"\n" in data:
            *lines, rest = b"".join(self._pending).split(b"\n")
            self._pending, self._size = [rest], len(rest)
            for line in lines:
                if self.link.alive:
                    self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            message = wire.parse(line)
            if not self.waiting or message.get("id") != self.waiting[0][0]:
                raise replies.Nonsense("expected an answer to the oldest call")
            result = replies.tool_result(message)
        except ValueError as error:
            self.link.die(f"it answered with nonsense: {error}", "nonsense")
            return
        self.answer(result)


class _ControlChannel(_Channel):
    def __init__(self, link: "HostLink", limit: int) -> None:
        super().__init__(link)
        self._reader = wire.FrameReader(limit)

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                if not self.waiting:
                    raise replies.Nonsense("expected no reply, since nothing was asked")
                self.answer(frame)
        except ValueError as error:
            self.link.die(f"it answered with nonsense: {error}", "nonsense")


class HostLink:
    """A living host as the caller sees it.

    Attributes:
        residents: the sessions that live here.
        ready: True while the pool may place sessions here, or retire the host.
        private: True for a host that is kept for its one session, which may have killed another host.
        alive: False once the host has died or was killed.
        last_used: when the host was last given work, on the loop's clock.
    """

    def __init__(self, settings: Settings, private: bool = False) -> None:
        """Prepare a link; `start` makes the host.

        Args:
            settings: limits: how long an answer may take, and how large it may be.
            private: whether it is for one session.
        """
        self._loop = asyncio.get_running_loop()
        self._mcp = _McpChannel(self, _JSON_BYTES * settings.answer_bytes + _MiB)
        self._control = _ControlChannel(self, settings.database_bytes + _MAX_HEADER_BYTES)
        self._channels: tuple[_Channel, _Channel] = (self._mcp, self._control)
        self._process: Process | None = None
        self._next_id = 0
        self._watch: asyncio.TimerHandle | None = None  # a host that leaves work lying for `_hang_s` is killed
        self._left = asyncio.Event()
        self._settings = settings
        self._hang_s = settings.load_deadline + settings.grace
        self.residents: set[Session] = set()
        self.ready = False
        self.private = private
        self.alive = True
        self.last_used = self._loop.time()

    async def start(self, zygote: Zygote) -> None:
        """Fork the host and connect both channels."""
        (mcp, mcp_theirs), (control, control_theirs) = socket.socketpair(), socket.socketpair()
        self._process = await zygote.spawn(mcp_theirs, control_theirs)
        await self._loop.create_unix_connection(lambda: self._mcp, sock=mcp)
        await self._loop.create_unix_connection(lambda: self._control, sock=control)

    def serve(self) -> None:
        """Note that the host has loaded its app: it is ready, and has as long as a call may take for each answer."""
        self.ready = True
        self._hang_s = self._settings.deadline + self._settings.grace
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    @property
    def pid(self) -> int:
        """The host's process id; -1 once it was killed."""
        return self._process.pid if self._process else -1

    def call(self, params: dict[str, Any]) -> asyncio.Future[ToolResult]:
        """Send an MCP `tools/call` request.

        Args:
            params: its parameters, JSON-compatible.

        Returns:
            A future of the result; HostDied if the host dies first.

        Raises:
            Unsendable: if the parameters cannot be written as JSON.
        """
        self._next_id += 1
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": "tools/call", "params": params}
        try:
            line = json.dumps(message, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            raise Unsendable(str(error)) from None
        return self._send(self._mcp, line.encode() + b"\n")

    async def control(self, header: wire.Header, blob: bytes = b"") -> tuple[wire.Header, bytes]:
        """Send a control message and return the reply.

        Raises:
            HostDied: if the host dies first.
            HostRefused: if the host answers with an error.
        """
        reply, data = await self._send(self._control, wire.pack(header, blob))
        if "error" in reply:
            raise HostRefused(str(reply["error"]))
        return reply, data

    def _send(self, channel: _Channel, message: bytes) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        if not self.alive or channel.transport is None:
            future.set_exception(HostDied("it was dead already"))
            return future
        self.last_used = self._loop.time()
        if not channel.waiting:
            channel.heard = self.last_used
        if self._watch is None:
            self._watch = self._loop.call_later(self._hang_s, self._look)
        channel.waiting.append((self._next_id, future))
        channel.transport.write(message)
        return future

    def _look(self) -> None:
        """Kill a host that leaves a channel unanswered for too long: it swallows its own deadline."""
        self._watch = None
        since = [channel.heard for channel in self._channels if channel.waiting]
        if not since:
            return
        silent = self._loop.time() - min(since)
        if silent >= self._hang_s:
            self.die(f"it was silent for {self._hang_s} s", "silence")
        else:
            self._watch = self._loop.call_later(self._hang_s - silent, self._look)

    def leave(self, session: "Session") -> None:
        """Take a session off the residents."""
        self.residents.discard(session)
        if not self.residents:
            self._left.set()

    async def emptied(self) -> None:
        """Return once nobody lives here, or the host is dead."""
        while self.alive and self.residents:
            self._left.clear()
            await self._left.wait()

    def die(self, reason: str = "it was retired", cause: Cause = "ended") -> None:
        """End the host, and whatever waits for it with HostDied.

        Args:
            reason: what they are told.
            cause: as in `HostDied`.
        """
        if not self.alive:
            return
        self.alive = False
        self._left.set()
        if self._watch is not None:
            self._watch.cancel()
        if self._process is not None:
            self._process.kill()
        for channel in self._channels:
            if channel.transport is not None:
                channel.transport.abort()
            for place, (_, future) in enumerate(channel.waiting):
                if not future.done():
                    future.set_exception(HostDied(reason, suspect=place == 0, cause=cause))
            channel.waiting.clear()
