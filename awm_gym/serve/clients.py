"""Client sessions and their worlds: each gets a private one at its first call, which is closed when it ends."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from awm_gym.errors import AwmError, EnvironmentBroken
from awm_gym.runtime import Session, ToolResult
from awm_gym.serve.record import Record, Visit

OpenSession = Callable[[], Awaitable[Session]]
Tell = Callable[[str], None]


@dataclass
class _Client:
    """A client session, from its beginning to its end and beyond."""

    number: int
    began: datetime
    name: str = ""
    ended: str = ""
    calls: int = 0
    last_call: int = 0
    session: Session | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    def visit(self) -> Visit:
        return Visit(self.number, self.name, self.began, self.ended, self.calls, self.last_call)


class Clients:
    """All client sessions of a server."""

    def __init__(self, open_session: OpenSession, record: Record, tell: Tell) -> None:
        """Make an empty set.

        Args:
            open_session: opens a world.
            record: where the databases are kept that clients leave.
            tell: called with a line for people about each client session.
        """
        self._open_session = open_session
        self._record = record
        self._tell = tell
        self._present: dict[str, _Client] = {}
        self._visits: list[Visit] = []
        self._numbers = itertools.count(1)
        self._calls = itertools.count(1)

    def enter(self, key: str) -> None:
        """Take note of a client session that begins."""
        client = self._present[key] = _Client(next(self._numbers), datetime.now(UTC))
        self._tell(f"client session {client.number} began")

    async def call(self, key: str, name: str, tool: str, arguments: dict[str, Any]) -> ToolResult:
        """Call a tool in the world of a client session.

        Args:
            key: the client session's id.
            name: of the client's software.
            tool: the tool's name.
            arguments: its arguments.
        """
        client = self._present[key]
        client.name = name
        client.calls += 1
        client.last_call = next(self._calls)
        try:
            async with client.opening:
                if client.ended:
                    return ToolResult("Error: the session has ended", True, "crash")
                client.session = client.session or await self._open_session()
            # A call that was begun is carried out, whatever becomes of the request for it.
            return await asyncio.shield(client.session.acall(tool, arguments))
        except EnvironmentBroken as error:
            self._tell(f"client session {client.number} has no world: {error}")
            return ToolResult("Error: the application could not be started", True, "crash")

    async def leave(self, key: str, why: str) -> None:
        """Keep what a client session left, and close its world.

        Args:
            key: its id.
            why: why it has ended.
        """
        client = self._present.pop(key)
        client.ended = why
        async with client.opening:
            if client.session is not None:
                await self._keep(client.number, client.session)
                await client.session.aclose()
        self._visits.append(client.visit())
        calls = "1 call" if client.calls == 1 else f"{client.calls} calls"
        self._tell(f"client session {client.number} ({client.name or 'unnamed'}) ended: {calls}, {why}")

    async def close(self) -> None:
        """End the client sessions that are left, and finish the record."""
        await asyncio.gather(*(self.leave(key, "the server was stopped") for key in list(self._present)))
        await asyncio.to_thread(self._record.finish, self._visits)

    async def _keep(self, number: int, session: Session) -> None:
        try:
            await asyncio.to_thread(self._record.keep, number, await session.aimage())
        except AwmError as error:
            self._tell(f"the database of client session {number} is lost: {error}")
