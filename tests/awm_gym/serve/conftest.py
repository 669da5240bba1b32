from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awm_gym.registry import Entry, write_entry
from tests.awm_gym.serve.servers import ServerProcess


@pytest.fixture
def start(tmp_path: Path, notes: Entry) -> Iterator[Callable[..., ServerProcess]]:
    """Starts servers in a folder whose registry holds the notes; the options are those of `awm env start`."""
    pytest.importorskip("fastmcp")
    write_entry(notes, tmp_path / "entries" / notes.key)
    servers = []

    def start(*options: str) -> ServerProcess:
        servers.append(ServerProcess(tmp_path, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, notes: Entry) -> Iterator[str]:
    """The URL of a server of the notes, for all tests of a module."""
    pytest.importorskip("fastmcp")
    folder = tmp_path_factory.mktemp("server")
    write_entry(notes, folder / "entries" / notes.key)
    server = ServerProcess(folder, "--scenario", notes.key)
    yield server.url
    server.kill()
