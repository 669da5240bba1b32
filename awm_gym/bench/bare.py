"""The reference for steps and verifiers, run as a program: a generated app without awm_gym.

The app is executed as a plain module with its database in a file, and called by scope, receive and send in this
process: no server, no socket, no sandbox, the ordinary thread pool. A verifier is an ordinary function call. The one
addition is a clock that starts at the entry's anchor, so that the app answers as it does in a session.

Commands come as lines of JSON on stdin, answers leave as lines on stdout. Nothing here imports awm_gym.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
import types
from typing import Any

import time_machine

Request = dict[str, str]


class Bare:
    """The apps that were loaded, by name, and what their verifiers defined."""

    def __init__(self) -> None:
        self._apps: dict[str, tuple[Any, float]] = {}
        self._verifiers: dict[str, dict[str, Any]] = {}
        self._lifespans = contextlib.AsyncExitStack()

    async def load(self, name: str, source: str, database: str, anchor: float) -> dict[str, Any]:
        """Execute an app's source over a database file, and return its OpenAPI document."""
        os.environ["DATABASE_PATH"] = f"sqlite:///{database}"
        with time_machine.travel(anchor, tick=True):
            app = _executed(f"bare_{name}", source)["app"]
            await self._lifespans.enter_async_context(app.router.lifespan_context(app))
            document: dict[str, Any] = app.openapi()
        self._apps[name] = app, anchor
        return document

    async def ask(self, name: str, requests: list[Request]) -> list[tuple[int, str]]:
        """Return the status and body of each answer."""
        app, anchor = self._apps[name]
        with time_machine.travel(anchor, tick=True):
            return [await _answer(app, request) for request in requests]

    async def time(self, name: str, requests: list[Request], rounds: int) -> list[list[float]]:
        """Make the requests in turn, so many rounds, and return the seconds of each by round."""
        app, anchor = self._apps[name]
        with time_machine.travel(anchor, tick=True):
            return [[await _timed(app, request) for request in requests] for _ in range(rounds)]

    async def verify(self, code: str, arguments: list[Any], repeat: int) -> list[float]:
        """Call a verifier, and return the seconds of each call."""
        if code not in self._verifiers:
            self._verifiers[code] = _executed("bare_verifier", code)
        names = self._verifiers[code].items()
        function = next(value for name, value in names if name.startswith("verify_") and callable(value))
        seconds = []
        for _ in range(repeat):
            started = time.perf_counter()
            function(*arguments)
            seconds.append(time.perf_counter() - started)
        return seconds


def _executed(name: str, source: str) -> dict[str, Any]:
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module.__dict__


async def _timed(app: Any, request: Request) -> float:
    started = time.perf_counter()
    await _answer(app, request)
    return time.perf_counter() - started


async def _answer(app: Any, request: Request) -> tuple[int, str]:
    body = request["body"].encode()
    headers = [(b"host", b"app"), (b"accept", b"application/json")]
    if request["content_type"]:
        headers.append((b"content-type", request["content_type"].encode()))
        headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": request["path"],
        "raw_path": request["path"].encode(),
        "query_string": request["query"].encode(),
        "root_path": "",
        "headers": headers,
        "client": ("agent", 0),
        "server": ("app", 80),
        "state": {},
    }
    status = 0
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    with contextlib.suppress(Exception):  # the answer went out before: Starlette raises for the server's log
        await app(scope, receive, send)
    return status, b"".join(chunks).decode("utf-8", "replace")


async def main() -> None:
    """Obey until stdin ends."""
    bare = Bare()
    answers, sys.stdout = sys.stdout, sys.stderr  # what an app prints is no answer
    for line in sys.stdin:
        command = json.loads(line)
        answer = await getattr(bare, command.pop("do"))(**command)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
