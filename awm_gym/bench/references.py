"""The references' processes, as the bench holds them: apps called bare, and one process per environment.

They run an entry's code with no sandbox around it, as what they stand for does. That is why `awm bench` says so, and
why it takes the bundled entries unless told otherwise.
"""

import asyncio
import inspect
import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from awm_gym.bench.processes import pss_bytes
from awm_gym.registry import Entry, ToolCall
from awm_gym.runtime.tools import HttpRequest, Tool, tools_from_openapi

_FOLDER = Path(__file__).parent


class Bare:
    """A process that calls apps without awm_gym; see `bare.py`."""

    def __init__(self, folder: Path) -> None:
        """Start it.

        Args:
            folder: gets the apps' databases.
        """
        self._folder = folder
        self._tools: dict[str, dict[str, Tool]] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_FOLDER / "bare.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            text=True,
        )

    def load(self, entry: Entry, image: bytes) -> None:
        """Load an entry's app over a copy of a database."""
        database = self._folder / f"{entry.key}.db"
        database.write_bytes(image)
        self.send("load", name=entry.key, source=entry.app, database=str(database), anchor=entry.anchor.timestamp())
        tools, _ = tools_from_openapi(self.receive())
        self._tools[entry.key] = {tool.spec.name: tool for tool in tools}

    def only_reads(self, entry: Entry, call: ToolCall) -> bool:
        """Return whether a call is a GET request, which leaves the database as it is."""
        return self._tools[entry.key][call.tool].method == "GET"

    def answers(self, entry: Entry, calls: Sequence[ToolCall]) -> list[tuple[int, str]]:
        """Return the status and body of each call's answer."""
        self.send("ask", name=entry.key, requests=self.requests(entry, calls))
        return [(status, body) for status, body in self.receive()]

    def verify(self, code: str, arguments: Sequence[str], repeat: int) -> list[float]:
        """Call a verifier, and return the seconds of each call."""
        self.send("verify", code=code, arguments=arguments, repeat=repeat)
        seconds: list[float] = self.receive()
        return seconds

    def time(self, entry: Entry, calls: Sequence[ToolCall], rounds: int) -> list[list[float]]:
        """Make calls in turn, so many rounds, and return the seconds of each by round."""
        self.send("time", name=entry.key, requests=self.requests(entry, calls), rounds=rounds)
        seconds: list[list[float]] = self.receive()
        return seconds

    def requests(self, entry: Entry, calls: Sequence[ToolCall]) -> list[dict[str, str]]:
        """Return what `bare.py` is told to make calls."""
        tools = self._tools[entry.key]
        return [_told(tools[call.tool].request(call.arguments)) for call in calls]

    def send(self, do: str, **arguments: Any) -> None:
        """Send a command; its answer is to be received."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()

    def receive(self) -> Any:
        """Wait for the answer to a command.

        Raises:
            RuntimeError: if the process has died of it.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that calls the app bare has died: the app does not load or run as it is")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def _told(request: HttpRequest) -> dict[str, str]:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query.decode(),
        "body": request.body.decode(),
        "content_type": request.content_type,
    }


class OfficialServer:
    """An environment in a process of its own, with an MCP client over HTTP; see `official.py`.

    Attributes:
        start_s: seconds from the start of the process to the answer of the first tool call.
    """

    def __init__(self, folder: Path, entry: Entry, image: bytes, first: ToolCall) -> None:
        """Start the server and make the first call.

        Args:
            folder: an empty folder.
            entry: the environment.
            image: its database.
            first: the call.
        """
        from fastmcp import Client

        (folder / "app.py").write_text(entry.app, encoding="utf-8")
        (folder / "app.db").write_bytes(image)
        self._runner = asyncio.Runner()
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        with listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            told = (str(folder / "app.py"), str(folder / "app.db"), str(listener.fileno()))
            started = time.perf_counter()
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_FOLDER / "official.py"), *told],
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            # The revisions of MCP that have sessions, as the official server is spoken to; in the one without, FastMCP
            # lists all tools at every call, which takes far longer.
            mode = {"mode": "legacy"} if "mode" in inspect.signature(Client).parameters else {}
            self._client: Any = Client(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", **mode)
            try:
                self._runner.run(asyncio.wait_for(self._begin(first), 60))
            except BaseException:
                self._end()
                raise
        self.start_s = time.perf_counter() - started

    async def _begin(self, first: ToolCall) -> None:
        await self._client.__aenter__()
        await self._client.call_tool(first.tool, first.arguments)

    def time(self, calls: Sequence[ToolCall], rounds: int) -> list[list[float]]:
        """Make calls in turn, so many rounds, and return the seconds of each by round."""
        return self._runner.run(self._time(calls, rounds))

    async def _time(self, calls: Sequence[ToolCall], rounds: int) -> list[list[float]]:
        return [[await self._timed(call) for call in calls] for _ in range(rounds)]

    async def _timed(self, call: ToolCall) -> float:
        started = time.perf_counter()
        await self._client.call_tool(call.tool, call.arguments, raise_on_error=False)
        return time.perf_counter() - started

    def pss_bytes(self) -> int:
        """Return the memory of the server's process, its proportional share of what it shares (PSS)."""
        return pss_bytes([self._process.pid])

    def close(self) -> None:
        """End the process."""
        self._runner.run(self._client.__aexit__(None, None, None))
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
