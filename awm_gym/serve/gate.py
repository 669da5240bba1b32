"""Which requests come in, and when a client session begins and ends.

A world belongs to a client session, so a request either opens one or names one that lives. That has two
consequences. MCP's revision of 2026-07-28 has no sessions: nothing says which calls belong together, and two clients
would share a world or have a new one at every call. A request of that revision is refused as the protocol wants it,
with the revisions that are served, and a client that knows both (the official SDKs do) goes on with one of those. And
there is no stream from server to client, as it has nothing to say: GET is refused too, and nothing keeps the server
from ending.

A session ends when its client says so (DELETE), when it idles, or when the server behind has dropped it. Its id is
then unknown, and the client is told to begin a new one (404): it must never find itself in a fresh world unawares.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INVALID_REQUEST = -32600
_UNSUPPORTED_PROTOCOL_VERSION = -32022

Enter = Callable[[str], None]
Leave = Callable[[str, str], Awaitable[None]]


@dataclass
class _Presence:
    """A client session that lives: how many of its requests are being answered, and when the last one was."""

    requests: int = 0
    last: float = field(default_factory=time.monotonic)


class Gate:
    """An ASGI app in front of a session manager."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        header: str,
        versions: Collection[str],
        enter: Enter,
        leave: Leave,
        idle_s: float,
    ) -> None:
        """Make the gate.

        Args:
            app: the session manager.
            header: name of the header that holds a session's id, in lower case.
            versions: the revisions of the protocol that have sessions.
            enter: called with the id of a session that begins.
            leave: called with the id of a session that has ended, and why it did.
            idle_s: seconds without a request after which a session ends.
        """
        self._app = app
        self._header = header
        self._versions = versions
        self._enter = enter
        self._leave = leave
        self._idle_s = idle_s
        self._present: dict[str, _Presence] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        session = request.headers.get(self._header)
        refusal = await self._refusal(request, session)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif session is None:
            await self._opening(scope, receive, send)
        else:
            await self._within(session, scope, receive, send)

    async def sweep(self) -> None:
        """End sessions that idle, for ever; a task of the server."""
        while True:
            await asyncio.sleep(self._idle_s / 10)
            limit = time.monotonic() - self._idle_s
            for session, presence in list(self._present.items()):
                if not presence.requests and presence.last < limit:
                    await self._end(session, f"idle for {self._idle_s:g} s")

    async def _refusal(self, request: Request, session: str | None) -> JSONResponse | None:
        if request.method not in ("POST", "DELETE"):
            refused = f"expected POST or DELETE, got {request.method}"
            return _error(405, _INVALID_REQUEST, refused, headers={"Allow": "POST, DELETE"})
        requested = request.headers.get("mcp-protocol-version")
        if requested is not None and requested not in self._versions:
            supported = sorted(self._versions)
            return _error(
                400,
                _UNSUPPORTED_PROTOCOL_VERSION,
                f"revision {requested} of the protocol has no sessions, and every client session gets a private world"
                f" here; begin with `initialize` and one of {', '.join(supported)}",
                identifier=await _identifier(request),
                data={"supported": supported, "requested": requested},
            )
        if session is not None and session not in self._present:
            return _error(404, _INVALID_REQUEST, "this session has ended; begin a new one with `initialize`")
        return None

    async def _opening(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                for name, value in message["headers"]:
                    if name.decode("latin-1").lower() == self._header:
                        session = value.decode("latin-1")
                        self._present[session] = _Presence()
                        self._enter(session)
            await send(message)

        await self._app(scope, receive, watch)

    async def _within(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        presence = self._present[session]
        ended = ""

        async def watch(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                if message["status"] == 404:
                    ended = "dropped by the server"
                elif scope["method"] == "DELETE" and message["status"] < 400:
                    ended = "closed by the client"
            await send(message)

        presence.requests += 1
        try:
            await self._app(scope, receive, watch)
        finally:
            presence.requests -= 1
            presence.last = time.monotonic()
        if ended:
            await self._end(session, ended)

    async def _end(self, session: str, why: str) -> None:
        if self._present.pop(session, None) is not None:
            await self._leave(session, why)


async def _identifier(request: Request) -> Any:
    """Return the id of the JSON-RPC message, None if there is none to be found."""
    try:
        message = json.loads(await request.body())
    except ValueError:
        return None
    return message.get("id") if isinstance(message, dict) else None


def _error(
    status: int,
    code: int,
    message: str,
    *,
    identifier: Any = None,
    data: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    error = {"code": code, "message": message, **({"data": data} if data else {})}
    return JSONResponse({"jsonrpc": "2.0", "id": identifier, "error": error}, status, headers)
