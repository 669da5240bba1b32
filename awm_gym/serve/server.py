"""An entry behind a socket: MCP over streamable HTTP at /mcp, until the process is told to end.

The pieces, from the network inwards: uvicorn, the gate, the SDK's session manager, the clients, their worlds.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import awm_gym
from awm_gym.errors import AwmError
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Snapshot
from awm_gym.runtime.pool import Scenario
from awm_gym.serve.clients import Clients, Tell
from awm_gym.serve.entry_files import with_task
from awm_gym.serve.record import Record

if TYPE_CHECKING:
    from starlette.applications import Starlette

PATH = "/mcp"
IDLE_S = 30 * 60.0
"""Seconds without a request after which a client session ends; the SDK's own limit, where it has one, is the same."""

_PATIENCE_S = 3
"""Seconds that requests in hand get when the server is told to end."""


def require_extra() -> None:
    """Make sure that what serving needs is installed.

    Raises:
        AwmError: if it is not.
    """
    missing = [name for name in ("fastmcp", "mcp", "uvicorn") if find_spec(name) is None]
    if missing:
        raise AwmError(f"serving needs {' and '.join(missing)}, not installed here: pip install 'awm-gym[serve]'")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: name or address of the interface.
        port: the port; 0 for any that is free.

    Raises:
        AwmError: if the address cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With the protocol named, asyncio switches Nagle's algorithm off; without, a call takes 40 ms more.
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise AwmError(
            f"expected an address to listen at, {host} port {port} is none: {error}; "
            "choose another by --host and --port (--port 0 takes any free port)"
        ) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL by which this machine reaches a server at the socket."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "localhost"
    return f"http://[{host}]:{port}{PATH}" if ":" in host else f"http://{host}:{port}{PATH}"


async def serve(
    runtime: Runtime,
    entry: Entry,
    listener: socket.socket,
    folder: Path,
    *,
    image: bytes | None = None,
    tell: Tell = print,
) -> None:
    """Serve an entry until SIGINT or SIGTERM, then write what the clients left.

    It handles these signals, so it must run in the main thread.

    Args:
        runtime: opens the worlds.
        entry: what is served; of its tasks, no client gets to see anything.
        listener: a socket that listens.
        folder: gets initial.db, final.db and sessions.json, see `record.py`.
        image: a database to start from instead of the entry's own, as the bytes of an SQLite file.
        tell: called with lines for people.

    Raises:
        AwmError: if the extra `serve` is not installed, the image is too large, or the folder cannot be written.
        EnvironmentBroken: if the entry's database or app cannot be brought up.
    """
    require_extra()
    limit = runtime.settings.database_bytes
    if image is not None and len(image) > limit:
        raise AwmError(f"expected a database of at most {limit >> 20} MiB to start from, got {len(image) >> 20} MiB")
    entry = with_task(entry)
    scenario = await runtime.ascenario(entry)
    start = None if image is None else Snapshot(entry.digest, task=0, seed=0, tick=0, image=image)
    record = await asyncio.to_thread(Record, folder, entry.key, scenario.image if image is None else image)
    clients = Clients(lambda: runtime.aopen(entry, snapshot=start), record, tell)

    loopback = ip_address(listener.getsockname()[0]).is_loopback

    def ready() -> None:
        tell(f"{entry.key}: {len(scenario.tools)} tools at {url_of(listener)}")
        tell(f"initial.db and, in the end, final.db are in {folder}; Ctrl-C ends")
        if not loopback:
            tell("other machines can reach this server, and nobody has to log in")

    try:
        await _run(application(scenario, clients, loopback=loopback, ready=ready), listener)
    finally:
        await clients.close()


def application(
    scenario: Scenario,
    clients: Clients,
    *,
    loopback: bool = True,
    idle_s: float = IDLE_S,
    ready: Callable[[], None] = lambda: None,
) -> "Starlette":
    """Return the ASGI application: /mcp, and nothing else.

    Args:
        scenario: what is served.
        clients: who gets the calls.
        loopback: whether only this machine can reach it.
        idle_s: seconds without a request after which a client session ends.
        ready: called when requests can come.
    """
    from starlette.applications import Starlette
    from starlette.routing import Route

    from awm_gym.serve import sdk
    from awm_gym.serve.gate import Gate

    manager = sdk.session_manager(
        scenario.entry.key, awm_gym.__version__, scenario.tools, clients.call, loopback=loopback
    )
    gate = Gate(
        manager.handle_request,
        header=sdk.SESSION_HEADER,
        versions=sdk.SESSION_VERSIONS,
        enter=clients.enter,
        leave=clients.leave,
        idle_s=idle_s,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            sweeping = asyncio.create_task(gate.sweep())
            ready()
            yield
            sweeping.cancel()

    return Starlette(routes=[Route(PATH, gate)], lifespan=lifespan)


async def _run(app: "Starlette", listener: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Leave the signals alone: uvicorn would raise them again at its end, before databases are written."""
            yield

    server = Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_PATIENCE_S))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # They stay handled when this has ended, so that impatience does not keep databases from being written.
        loop.add_signal_handler(name, server.handle_exit, name, None)
    await server.serve(sockets=[listener])
    if not server.started:
        raise AwmError("expected the server to start, it did not; what kept it is told above")
