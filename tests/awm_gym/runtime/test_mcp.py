"""A host speaks MCP: the official client library, put on the host's socket, can use it like any server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Settings, wire
from awm_gym.runtime.pool import Pool

mcp = pytest.importorskip("mcp")
mcp_types = pytest.importorskip("mcp.types")
SessionMessage = pytest.importorskip("mcp.shared.message").SessionMessage


def parsed(line: bytes) -> Any:
    adapter = getattr(mcp_types, "jsonrpc_message_adapter", None)  # mcp 2
    return adapter.validate_json(line) if adapter else mcp_types.JSONRPCMessage.model_validate_json(line)


@asynccontextmanager
async def client(channel: socket.socket) -> AsyncIterator[Any]:
    """Put the library's ClientSession on a socket, a JSON-RPC message a line."""
    reader, writer = await asyncio.open_connection(sock=channel)
    incoming, session_reads = anyio.create_memory_object_stream[Any](16)
    session_writes, outgoing = anyio.create_memory_object_stream[Any](16)

    async def receive() -> None:
        while line := await reader.readline():
            await incoming.send(SessionMessage(parsed(line)))

    async def send() -> None:
        async for message in outgoing:
            writer.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")

    async with anyio.create_task_group() as group:
        group.start_soon(receive)
        group.start_soon(send)
        async with mcp.ClientSession(session_reads, session_writes) as session:
            yield session
        group.cancel_scope.cancel()
    writer.close()


async def talk(entry: Entry) -> list[Any]:
    pool = Pool(Settings())
    scenario = await pool.scenario(entry)
    (mcp_ours, mcp_theirs), (control, control_theirs) = socket.socketpair(), socket.socketpair()
    process = await (await pool.zygote()).spawn(mcp_theirs, control_theirs)
    try:
        control.settimeout(10)
        for header in (scenario.load_message(), {"op": "open", "session": "s", "seed": 0}):
            control.sendall(wire.pack(header))
            assert "error" not in wire.receive(control, wire.FrameReader())[0][0]
        async with client(mcp_ours) as session:
            await session.initialize()
            await session.send_ping()
            tools = (await session.list_tools()).tools
            meta = {wire.SESSION: "s", wire.TICK: 1}
            good = await session.call_tool("add_note", {"body": "via MCP"}, meta=meta)
            bad = await session.call_tool("get_note", {"note_id": 99}, meta={**meta, wire.TICK: 2})
            return [tools, good, bad]
    finally:
        process.kill()
        pool.close()
        control.close()


def test_the_official_client_lists_and_calls_tools(notes: Entry) -> None:
    tools, good, bad = asyncio.run(talk(notes))
    listed = {tool.name: tool.model_dump(by_alias=True) for tool in tools}
    assert "list_notes" in listed
    assert listed["add_note"]["inputSchema"]["required"] == ["body"]
    answers = [json.loads(result.content[0].text.removeprefix("Error 404: ")) for result in (good, bad)]
    assert answers[0]["body"] == "via MCP"
    assert answers[1] == {"detail": "no such note"}
    flags = [result.model_dump(by_alias=True)["isError"] for result in (good, bad)]
    assert flags == [False, True]
