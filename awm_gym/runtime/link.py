"""The caller's end of a host: requests out, replies in, and what happens when the host dies.

A host answers one message after the other, so replies on the control channel match their requests by order; those
on the MCP channel carry JSON-RPC ids. All methods run on the runtime's event loop.
"""

import asyncio
import json
import socket
from collections import deque
from typing import TYPE_CHECKING, Any

from awm_gym.runtime import wire
from awm_gym.runtime.process import Process, Zygote

if TYPE_CHECKING:
    from awm_gym.runtime.session import Session


class HostDied(Exception):
    """The host went away before it answered."""


class HostRefused(Exception):
    """The host answered a control message with an error."""


class _Channel(asyncio.Protocol):
    def __init__(self, link: "HostLink") -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=1 << 24)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.die()


class _McpChannel(_Channel):
    pending = b""

    def data_received(self, data: bytes) -> None:
        *lines, self.pending = (self.pending + data).split(b"\n")
        for line in lines:
            self.link.on_message(line)


class _ControlChannel(_Channel):
    def __init__(self, link: "HostLink") -> None:
        super().__init__(link)
        self.reader = wire.FrameReader()

    def data_received(self, data: bytes) -> None:
        try:
            frames = self.reader.feed(data)
        except ValueError:
            self.link.die()
            return
        for header, blob in frames:
            self.link.on_reply(header, blob)


class HostLink:
    """A living host as the caller sees it.

    Attributes:
        residents: the sessions that live here.
        ready: True while the pool may place sessions here.
        alive: False once the host has died or was killed.
        hang_s: seconds without any answer after which the host, if it has work to do, is killed.
        last_used: when the host was last given work, on the loop's clock.
    """

    def __init__(self, hang_s: float) -> None:
        """Prepare a link; `start` makes the host.

        Args:
            hang_s: seconds without any answer after which a host with work to do is killed.
        """
        self._loop = asyncio.get_running_loop()
        self._mcp, self._control = _McpChannel(self), _ControlChannel(self)
        self._process: Process | None = None
        self._calls: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._controls: deque[asyncio.Future[tuple[wire.Header, bytes]]] = deque()
        self._next_id = 0
        self.hang_s = hang_s
        self._heard = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self.residents: set[Session] = set()
        self.ready = False
        self.alive = True
        self.last_used = self._loop.time()

    async def start(self, zygote: Zygote) -> None:
        """Fork the host and connect both channels."""
        (mcp, mcp_theirs), (control, control_theirs) = socket.socketpair(), socket.socketpair()
        self._process = await zygote.spawn(mcp_theirs, control_theirs)
        await self._loop.create_unix_connection(lambda: self._mcp, sock=mcp)
        await self._loop.create_unix_connection(lambda: self._control, sock=control)

    @property
    def pid(self) -> int:
        """The host's process id; -1 once it was killed."""
        return self._process.pid if self._process else -1

    def request(self, method: str, params: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """Send an MCP request.

        Returns:
            A future of the reply message; HostDied if the host dies first.
        """
        future: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        if not self.alive or self._mcp.transport is None:
            future.set_exception(HostDied())
            return future
        self._next_id += 1
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params}
        self._expect()
        self._calls[self._next_id] = future
        self._mcp.transport.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        return future

    async def control(self, header: wire.Header, blob: bytes = b"") -> tuple[wire.Header, bytes]:
        """Send a control message and return the reply.

        Raises:
            HostDied: if the host dies first.
            HostRefused: if the host answers with an error.
        """
        if not self.alive or self._control.transport is None:
            raise HostDied
        future: asyncio.Future[tuple[wire.Header, bytes]] = self._loop.create_future()
        self._expect()
        self._controls.append(future)
        self._control.transport.write(wire.pack(header, blob))
        reply, data = await future
        if "error" in reply:
            raise HostRefused(str(reply["error"]))
        return reply, data

    def on_message(self, line: bytes) -> None:
        """Take a line of the MCP channel; one that answers nothing of ours is dropped."""
        self._heard = self._loop.time()
        try:
            message = json.loads(line)
            future = self._calls.pop(message["id"])
        except (ValueError, KeyError, TypeError):
            return
        if not future.done():
            future.set_result(message)

    def on_reply(self, header: wire.Header, blob: bytes) -> None:
        """Take a frame of the control channel."""
        self._heard = self._loop.time()
        if not self._controls:
            self.die()
            return
        future = self._controls.popleft()
        if not future.done():
            future.set_result((header, blob))

    def _expect(self) -> None:
        """Note that the host is about to have work: its silence counts from here if it had none."""
        self.last_used = self._loop.time()
        if not self._calls and not self._controls:
            self._heard = self.last_used
        if self._watch is None:
            self._watch = self._loop.call_later(self.hang_s, self._look)

    def _look(self) -> None:
        """Kill a host that has work and has said nothing for too long: it swallows its own deadline."""
        self._watch = None
        if not self._calls and not self._controls:
            return
        silent = self._loop.time() - self._heard
        if silent >= self.hang_s:
            self.die()
        else:
            self._watch = self._loop.call_later(self.hang_s - silent, self._look)

    def die(self) -> None:
        """End the host, and whatever waits for it with HostDied."""
        if not self.alive:
            return
        self.alive = False
        if self._watch is not None:
            self._watch.cancel()
        if self._process is not None:
            self._process.kill()
        for channel in (self._mcp, self._control):
            if channel.transport is not None:
                channel.transport.abort()
        for call in self._calls.values():
            _fail(call)
        for control in self._controls:
            _fail(control)
        self._calls.clear()
        self._controls.clear()


def _fail(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(HostDied())
