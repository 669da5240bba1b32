"""Servers in processes of their own, and a client so plain that it shows what goes over the wire."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

REVISION = "2025-06-18"


class ServerProcess:
    """An `awm env start` at a free port, in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.run = folder / "run"
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awm_gym", "env", "start", "--port", "0", "--output_dir", str(self.run), *options],
            cwd=folder,
            env={**os.environ, "AWM_HOME": str(folder / "home"), "AWM_REGISTRY": str(folder / "entries")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            if " tools at " in line:
                self.url = line.split()[-1]
                return
        raise AssertionError(f"the server did not start: {self.lines}")

    def end(self, how: signal.Signals) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        self._process.send_signal(how)
        rest, _ = self._process.communicate(timeout=30)
        self.lines += rest.splitlines()
        return self._process.returncode

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.communicate()

    def bodies(self, database: str) -> list[str]:
        """Return the texts of the notes in one of the databases that the run left."""
        return note_bodies(self.run / database)

    @property
    def told(self) -> Any:
        """What sessions.json says."""
        return json.loads((self.run / "sessions.json").read_text())


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: Any


def ask(url: str, message: object = None, method: str = "POST", **headers: str) -> Answer:
    """Send one HTTP request with a JSON body; of header names, `_` stands for `-`."""
    place = urlsplit(url)
    with closing(http.client.HTTPConnection(place.netloc, timeout=20)) as connection:
        sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, place.path, json.dumps(message), sent)
        answer = connection.getresponse()
        content = answer.read()
        try:
            body = json.loads(content)
        except ValueError:
            body = content
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def request(method: str, **params: object) -> dict[str, object]:
    """Return a JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def hello() -> dict[str, object]:
    """Return the request that opens a client session."""
    return request("initialize", protocolVersion=REVISION, capabilities={}, clientInfo={"name": "raw", "version": "1"})


def open_session(url: str) -> str:
    """Open a client session, and return its id."""
    session = ask(url, hello()).headers["mcp-session-id"]
    assert ask(url, {"jsonrpc": "2.0", "method": "notifications/initialized"}, mcp_session_id=session).status == 202
    return session


def call(url: str, session: str, tool: str, **arguments: object) -> Any:
    """Call a tool and return the result, as MCP has it."""
    return ask(url, request("tools/call", name=tool, arguments=arguments), mcp_session_id=session).body["result"]


def note_bodies(database: Path) -> list[str]:
    """Return the texts of the notes in a database file."""
    with closing(sqlite3.connect(database)) as connection:
        return [body for (body,) in connection.execute("SELECT body FROM notes ORDER BY id")]
