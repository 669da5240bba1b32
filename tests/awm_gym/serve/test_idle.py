"""Client sessions that end by themselves."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime
from awm_gym.serve.clients import Clients
from awm_gym.serve.record import Record
from awm_gym.serve.server import application
from tests.awm_gym.serve.servers import hello, note_bodies, request

IDLE_S = 0.5


async def post(app: Any, message: object, session: str | None = None) -> tuple[int, dict[str, str]]:
    """Send a message to an ASGI application; return the status and the headers of its answer."""
    started: list[Any] = []
    headers = {"content-type": "application/json", "accept": "application/json", "host": "localhost:8001"}
    headers |= {"mcp-session-id": session} if session else {}
    body = {"type": "http.request", "body": json.dumps(message).encode(), "more_body": False}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/mcp",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Any:
        return body

    async def send(answer: Any) -> None:
        started.append(answer)

    await app(scope, receive, send)
    return started[0]["status"], {name.decode(): value.decode() for name, value in started[0]["headers"]}


def test_a_client_session_that_idles_ends_and_its_database_is_kept(
    runtime: Runtime, notes: Entry, tmp_path: Path
) -> None:
    pytest.importorskip("mcp")
    lines: list[str] = []
    scenario = runtime.scenario(notes)
    record = Record(tmp_path, notes.key, scenario.image)
    clients = Clients(lambda: runtime.aopen(notes), record, lines.append)
    app = application(scenario, clients, idle_s=IDLE_S)

    async def play() -> list[int]:
        async with app.router.lifespan_context(app):
            sessions = [(await post(app, hello()))[1]["mcp-session-id"] for _ in range(2)]
            milk = request("tools/call", name="add_note", arguments={"body": "milk"})
            await post(app, milk, sessions[0])
            for _ in range(8):  # the other one stays busy meanwhile
                await asyncio.sleep(IDLE_S / 4)
                await post(app, request("ping"), sessions[1])
            return [(await post(app, request("ping"), session))[0] for session in sessions]

    assert asyncio.run(play()) == [404, 200]
    assert note_bodies(tmp_path / "final.1.db") == ["bread", "milk"]
    assert any("idle for 0.5 s" in line for line in lines)
