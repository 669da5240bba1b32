"""A generated FastAPI app, loaded once in a host and called without a server in between.

The source runs as a module of its own, in which `create_engine` and `sqlite3.connect` lead to the current
session's database. Sync handlers and dependencies run on the host's one thread instead of a thread pool: a host
runs one call at a time anyway, and so a call has one thread, in which a deadline can end it.
"""

import ast
import asyncio
import sqlite3
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import anyio.to_thread
import sqlalchemy
from fastapi import FastAPI
from fastapi.routing import APIRoute

from awm_gym.runtime.database import Databases
from awm_gym.runtime.faults import describe
from awm_gym.runtime.tools import HttpRequest, Tool, tools_from_openapi

MODULE = "awm_entry_app"
_MUTATORS = frozenset(
    {
        *("append", "appendleft", "extend", "insert", "add", "update", "setdefault"),
        *("pop", "popitem", "remove", "discard", "clear", "sort", "reverse"),
    }
)


class AppError(Exception):
    """The app cannot be loaded; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What the app answered: HTTP status, body, and for a crash the exception that it let out."""

    status: int
    body: bytes
    detail: str = ""


def redirect_libraries(databases: Databases) -> None:
    """Make what generated code imports lead to the session's database and to the host's one thread."""

    def connect(*_args: object, **_options: object) -> sqlite3.Connection:
        return databases.connection()

    async def run_here(function: Callable[..., Any], *args: object, **_options: object) -> Any:
        return function(*args)

    sqlalchemy.create_engine = databases.engine
    sqlalchemy.engine.create_engine = databases.engine
    sqlite3.connect = connect  # type: ignore[assignment]
    anyio.to_thread.run_sync = run_here  # type: ignore[assignment]


class App:
    """A loaded app and its tools."""

    def __init__(self, source: str, loop: asyncio.AbstractEventLoop) -> None:
        """Run the source and start the app.

        Raises:
            AppError: if the source fails, or holds no FastAPI app.
        """
        self.loop = loop
        module = types.ModuleType(MODULE)
        sys.modules[MODULE] = module
        try:
            tree = ast.parse(source, "app.py")
            self.stateful = mutable_state(tree)
            code = compile(tree, "app.py", "exec")
            del tree  # some megabytes, which what is made next can use
            exec(code, module.__dict__)
        except (Exception, SystemExit) as error:
            raise AppError(f"app.py cannot be loaded: {describe(error)}") from error
        self._app = _find_app(module)
        self._state: dict[str, Any] = {}
        try:
            loop.run_until_complete(self._start())
            tools, warnings = tools_from_openapi(self._app.openapi())
            self._app.openapi_schema = None  # it is made anew should anyone ask
        except Exception as error:
            raise AppError(f"the app does not start: {describe(error)}") from error
        self.tools: dict[str, Tool] = {tool.spec.name: tool for tool in tools}
        self.warnings = [*warnings, *_route_faults(self._app)]

    async def _start(self) -> None:
        """Run what the app does at start-up; its end never comes, a host is killed."""
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._state.update(await self._lifespan.__aenter__() or {})

    @property
    def busy(self) -> bool:
        """Whether a call has left something that would go on in the next one: a task, or a callback to come."""
        due = (*getattr(self.loop, "_ready", ()), *getattr(self.loop, "_scheduled", ()))
        return bool(asyncio.all_tasks(self.loop)) or not all(handle.cancelled() for handle in due)

    def call(self, request: HttpRequest, max_bytes: int) -> Answer:
        """Send one request through the app.

        Args:
            request: the request.
            max_bytes: the size beyond which an answer is a failure of the app.
        """
        return self.loop.run_until_complete(self._respond(request, max_bytes))

    async def _respond(self, request: HttpRequest, max_bytes: int) -> Answer:
        status, size, unread = 500, 0, True
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            nonlocal unread
            if unread:
                unread = False
                return {"type": "http.request", "body": request.body, "more_body": False}
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
                if size > max_bytes:
                    raise OverflowError(f"the answer is longer than {max_bytes} bytes")
                chunks.append(bytes(message.get("body", b"")))

        try:
            await self._app(self._scope(request), receive, send)
        except Exception as error:
            return Answer(500, b"Internal Server Error", describe(error))
        if type(status) is not int or not 100 <= status <= 999:
            return Answer(500, b"Internal Server Error", f"the app answered with the status {status!r:.100}")
        return Answer(status, b"".join(chunks))

    def _scope(self, request: HttpRequest) -> dict[str, Any]:
        headers = [(b"host", b"app"), (b"accept", b"application/json")]
        if request.content_type:
            headers.append((b"content-type", request.content_type.encode()))
            headers.append((b"content-length", str(len(request.body)).encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(request.path),
            "raw_path": request.path.encode(),
            "query_string": request.query,
            "root_path": "",
            "headers": headers,
            "client": ("agent", 0),
            "server": ("app", 80),
            "state": dict(self._state),
        }


def _find_app(module: types.ModuleType) -> FastAPI:
    candidates = [module.__dict__.get("app"), *module.__dict__.values()]
    for candidate in candidates:
        if isinstance(candidate, FastAPI):
            return candidate
    raise AppError("app.py holds no FastAPI app; expected a module-level `app = FastAPI(...)`")


def _route_faults(app: FastAPI) -> list[str]:
    """Say which routes another one hides: routing takes the first match, OpenAPI lists the last of equals."""
    faults = []
    templates: list[APIRoute] = []
    same_path: dict[str, list[APIRoute]] = {}
    for route in app.routes:
        if not isinstance(route, APIRoute):
            continue
        fixed = "{" not in route.path
        for earlier in (*same_path.get(route.path, ()), *(templates if fixed else ())):
            if not set(earlier.methods or ()) & set(route.methods or ()):
                continue
            if earlier.path == route.path:
                faults.append(f"{route.name} never runs: {earlier.name} has the same method and path {route.path}")
            elif earlier.path_regex.match(route.path):
                faults.append(f"{route.name} never runs: {earlier.name} ({earlier.path}) takes {route.path} first")
        same_path.setdefault(route.path, []).append(route)
        if not fixed:
            templates.append(route)
    return faults


def mutable_state(tree: ast.Module) -> list[str]:
    """Return how functions of a module change what lives in the module; sessions must not share that.

    Found are `global` statements, stores into and mutating calls on module-level containers, and caches.
    The engine, the app and routers are set up once and do not count.
    """
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    found: list[str] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            local = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)} | {
                node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            found.extend(_state_changes(function, names - local, classes))
    return sorted(set(found))


def _state_changes(function: ast.AST, names: set[str], classes: set[str]) -> list[str]:
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            found.append(f"global {', '.join(node.names)}")
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            root = node.value
            while isinstance(root, ast.Subscript | ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in names | classes:
                found.append(f"{root.id} is changed")
        elif isinstance(node, ast.Call):
            call = node.func
            if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name):
                if call.value.id in names and call.attr in _MUTATORS:
                    found.append(f"{call.value.id}.{call.attr}()")
            elif isinstance(call, ast.Name) and call.id == "next" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Name) and argument.id in names:
                    found.append(f"next({argument.id})")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                target = decorator.func if isinstance(decorator, ast.Call) else decorator
                name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
                if name in ("lru_cache", "cache"):
                    found.append(f"{node.name} is cached")
    return found
