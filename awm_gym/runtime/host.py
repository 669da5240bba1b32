"""A host: the process in which one entry's app serves many sessions. Runs untrusted code.

The host does one thing at a time: it waits on its two channels, and handles a message to its end before it looks
at the next. A tool call (MCP channel) sets the world of its session, runs the app under a deadline and answers.
Control messages open and close sessions and hand out images of their databases; only the caller holds that channel.
"""

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import socket
from collections import deque
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from awm_gym.runtime import wire
from awm_gym.runtime.app import Answer, App, AppError, redirect_libraries
from awm_gym.runtime.database import Databases, SessionConnection, build, connect
from awm_gym.runtime.faults import describe
from awm_gym.runtime.sandbox import Plan, confine
from awm_gym.runtime.tools import BadArguments, HttpRequest
from awm_gym.runtime.world import World

PROTOCOL_VERSION = "2025-06-18"
_ALARM_REPEAT_S = 0.05
_METHOD_NOT_FOUND = -32601
_INVALID_PARAMS = -32602
_PARSE_ERROR = -32700


class DeadlineExceeded(BaseException):
    """Raised by the alarm in the middle of a call; no `except Exception` of the app catches it."""


class Host:
    """The state of a host process: the app, and a database and a seed for every session."""

    def __init__(self, plan: Plan, channels: Collection[int]) -> None:
        self._plan = plan
        self._channels = channels
        self._databases = Databases()
        self._sessions: dict[str, tuple[SessionConnection, int]] = {}
        self._app: App | None = None
        self._world: World | None = None
        self._anchor = datetime.min
        self._image = b""
        self._limits: dict[str, Any] = {}
        self._expired = False

    # -- control ---------------------------------------------------------------------------------------------

    def control(self, header: wire.Header, blob: bytes) -> bytes:
        """Handle a control message and return the reply frame."""
        operations: dict[str, Callable[[wire.Header, bytes], tuple[wire.Header, bytes]]] = {
            "load": self._load,
            "open": self._open,
            "image": self._take_image,
            "close": self._close,
        }
        try:
            reply, data = operations[header["op"]](header, blob)
        except Exception as error:
            return wire.pack({"error": describe(error)})
        return wire.pack(reply, data)

    def _load(self, header: wire.Header, blob: bytes) -> tuple[wire.Header, bytes]:
        self._limits = header["limits"]
        self._anchor = datetime.fromisoformat(header["anchor"])
        self._world = World.start(self._anchor)
        report = confine(self._plan, keep_fds=self._channels)
        os.environ["DATABASE_PATH"] = f"sqlite:///{header['name']}.db"
        self._world.enter(self._anchor, "load")
        connection = self._databases.current = self._connect(blob)
        signal.signal(signal.SIGALRM, self._on_alarm)
        try:
            with self._deadline(self._limits["load"]):
                mended, failed = ([], []) if blob else build(connection, header["ddl"], header["inserts"])
                before = connection.total_changes
                redirect_libraries(self._databases)
                self._app = App(header["app"], asyncio.new_event_loop())
        except DeadlineExceeded:
            limit = self._limits["load"]
            raise AppError(f"building the database and loading app.py took longer than {limit} s") from None
        finally:
            connection.settle()
            self._databases.current = None
        changed = connection.total_changes - before
        self._image = blob or connection.serialize()
        connection.destroy()
        gc.collect()
        gc.freeze()  # the app stays; collections need not look at it again
        reply = {
            "tools": [tool.spec.model_dump() for tool in self._app.tools.values()],
            "warnings": [
                *mended,
                *self._app.warnings,
                *([f"the app changes {changed} rows when it starts"] if changed else []),
            ],
            "failed": failed,
            "stateful": self._app.stateful,
            "sandbox": {layer.name: layer.active for layer in report.layers},
        }
        return reply, self._image

    def _open(self, header: wire.Header, blob: bytes) -> tuple[wire.Header, bytes]:
        self._sessions[header["session"]] = (self._connect(blob or self._image), header["seed"])
        return {}, b""

    def _take_image(self, header: wire.Header, _blob: bytes) -> tuple[wire.Header, bytes]:
        return {}, self._sessions[header["session"]][0].serialize()

    def _close(self, header: wire.Header, _blob: bytes) -> tuple[wire.Header, bytes]:
        connection, _ = self._sessions.pop(header["session"])
        connection.destroy()
        return {}, b""

    def _connect(self, image: bytes) -> SessionConnection:
        assert self._world is not None
        return connect(self._limits["database_bytes"], image)

    # -- tool calls ------------------------------------------------------------------------------------------

    def mcp(self, line: bytes) -> bytes | None:
        """Handle one JSON-RPC message of the MCP channel and return the reply line, or None for a notification."""
        try:
            message = json.loads(line)
            method, identifier = message["method"], message.get("id")
        except (ValueError, KeyError, TypeError):
            return _line({"id": None, "error": {"code": _PARSE_ERROR, "message": "expected a JSON-RPC request"}})
        if identifier is None:
            return None
        params = message.get("params") or {}
        if method == "tools/call":
            try:
                return _line({"id": identifier, "result": self._call(params)})
            except KeyError as error:
                problem = f"tools/call needs {error} naming an open session"
                return _line({"id": identifier, "error": {"code": _INVALID_PARAMS, "message": problem}})
        if method == "tools/list":
            tools = self._app.tools.values() if self._app else ()
            return _line({"id": identifier, "result": {"tools": [_listed(tool.spec) for tool in tools]}})
        if method == "initialize":
            return _line({"id": identifier, "result": _initialized(params)})
        if method == "ping":
            return _line({"id": identifier, "result": {}})
        return _line({"id": identifier, "error": {"code": _METHOD_NOT_FOUND, "message": f"no method {method!r}"}})

    def _call(self, params: dict[str, Any]) -> dict[str, Any]:
        assert self._app is not None
        assert self._world is not None
        meta = params["_meta"]
        connection, seed = self._sessions[meta[wire.SESSION]]
        tick = meta[wire.TICK]
        name, arguments = params["name"], params.get("arguments") or {}
        tool = self._app.tools.get(name) if isinstance(name, str) else None
        if tool is None:
            return _result(f"unknown tool {name!r}", None, "malformed")
        try:
            request = tool.request(arguments)
        except (BadArguments, RecursionError) as error:
            return _result(str(error), None, "malformed")
        self._world.enter(self._anchor + timedelta(seconds=tick), f"{seed}:{tick}")
        self._databases.current = connection
        try:
            with self._deadline(self._limits["call"]):
                answer = self._answer(request)
        except DeadlineExceeded:
            self._leave_nothing_running()
            limit = self._limits["call"]
            return _result(f"Error: the tool did not answer within {limit} s", None, "deadline")
        finally:
            connection.settle()
            self._databases.current = None
        return _classified(answer)

    def _answer(self, request: HttpRequest) -> Answer:
        assert self._app is not None
        try:
            return self._app.call(request, self._limits["answer_bytes"])
        except DeadlineExceeded:
            raise
        except BaseException as error:  # sys.exit() in a handler is the app's fault, not the host's end
            return Answer(500, b"Internal Server Error", describe(error))
        finally:
            if self._app.busy:
                self._leave_nothing_running()

    def _leave_nothing_running(self) -> None:
        """End what a call has left running, so that it does not wake up in a call of another session."""
        assert self._app is not None
        for task in asyncio.all_tasks(self._app.loop):
            with contextlib.suppress(BaseException):  # of code that is being ended; the alarm will ring again
                task.get_coro().close()
        self._app.loop.close()
        self._app.loop = asyncio.new_event_loop()

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Raise DeadlineExceeded in the block after the deadline, again and again until the block ends.

        The alarm interrupts Python code, a sleep and a regular expression; SQLite polls for it by its progress
        handler. Code that swallows even that is ended by the caller, who kills the host.
        """
        self._expired = False
        signal.setitimer(signal.ITIMER_REAL, seconds, _ALARM_REPEAT_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if self._expired:
            raise DeadlineExceeded

    def _on_alarm(self, _signal: int, _frame: object) -> None:
        self._expired = True
        raise DeadlineExceeded


def _listed(spec: Any) -> dict[str, Any]:
    return {"name": spec.name, "description": spec.description, "inputSchema": spec.input_schema}


def _initialized(params: dict[str, Any]) -> dict[str, Any]:
    return {
        "protocolVersion": params.get("protocolVersion", PROTOCOL_VERSION),
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "awm-gym", "version": "1"},
    }


def _classified(answer: Answer) -> dict[str, Any]:
    text = answer.body.decode("utf-8", "replace")
    if answer.status < 400:
        return _result(text, answer.status, "ok")
    if answer.status >= 500:
        return _result(f"Error {answer.status}: {text}", answer.status, "server_error", answer.detail)
    # FastAPI's own validation answers with a list of errors; an application's 422 carries its own detail.
    kind = "malformed" if answer.status == 422 and text.startswith('{"detail":[{') else "refused"
    return _result(f"Error {answer.status}: {text}", answer.status, kind)


def _result(text: str, status: int | None, kind: str, detail: str = "") -> dict[str, Any]:
    meta: dict[str, Any] = {wire.STATUS: status, wire.KIND: kind}
    if detail:
        meta[wire.DETAIL] = detail
    return {"content": [{"type": "text", "text": text}], "isError": kind != "ok", "_meta": meta}


def _line(message: dict[str, Any]) -> bytes:
    return (
        json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        + b"\n"
    )


def run(mcp: socket.socket, control: socket.socket, plan: Plan) -> None:
    """Serve until the caller closes a channel; the whole life of a host process.

    Between two calls the control channel has its turn, so that neither can keep the other waiting for long.
    """
    host = Host(plan, (mcp.fileno(), control.fileno()))
    reader = wire.FrameReader()
    lines: deque[bytes] = deque()
    pending = b""
    poll = select.poll()
    poll.register(mcp, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll(0 if lines else None):
            if descriptor == control.fileno():
                frames = wire.receive(control, reader)
                if not frames:
                    return
                for header, blob in frames:
                    control.sendall(host.control(header, blob))
            else:
                data = mcp.recv(1 << 18)
                if not data:
                    return
                *complete, pending = (pending + data).split(b"\n")
                lines.extend(complete)
        if lines:
            reply = host.mcp(lines.popleft())
            if reply is not None:
                mcp.sendall(reply)
