"""`awm env start` as real MCP clients over HTTP meet it: a private world each, and what is left of them in the end."""

import asyncio
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from awm_gym.cli import main
from awm_gym.registry import Entry, export_jsonl
from awm_gym.runtime import Runtime
from tests.awm_gym.serve.servers import ServerProcess, ask, call, note_bodies, open_session, request

Start = Callable[..., ServerProcess]


def test_two_clients_at_once_do_not_see_each_others_changes(start: Start) -> None:
    client: Any = pytest.importorskip("fastmcp").Client
    server = start("--scenario", "Notes")

    async def play() -> tuple[str, str]:
        async with client(server.url) as one, client(server.url) as two:
            await asyncio.gather(*(one.call_tool("add_note", {"body": body}) for body in ("milk", "eggs")))
            await two.call_tool("delete_note", {"note_id": 1})
            lists = await asyncio.gather(one.call_tool("list_notes", {}), two.call_tool("list_notes", {}))
            await one.call_tool("get_note", {"note_id": 1})
            return lists[0].content[0].text, lists[1].content[0].text

    of_one, of_two = asyncio.run(play())
    assert all(body in of_one for body in ("bread", "milk", "eggs"))
    assert of_two == '{"notes":[]}'

    assert server.end(signal.SIGINT) == 0
    assert server.bodies("initial.db") == ["bread"]
    one, two = sorted(server.told["sessions"], key=lambda session: -session["calls"])
    assert (one["calls"], two["calls"]) == (4, 2)
    assert sorted(server.bodies(one["database"])) == ["bread", "eggs", "milk"]
    assert server.bodies(two["database"]) == []
    assert server.told["final.db"] == one["number"]
    assert sorted(server.bodies("final.db")) == ["bread", "eggs", "milk"]
    assert one["ended"] == "closed by the client"
    assert sum(line.startswith("client session") for line in server.lines) == 4  # two begin, two end


def test_sigterm_keeps_the_database_of_a_client_that_is_still_there(start: Start) -> None:
    server = start("--scenario", "notes")
    call(server.url, open_session(server.url), "add_note", body="milk")
    open_session(server.url)  # and never calls

    assert server.end(signal.SIGTERM) == 0
    assert server.bodies("final.db") == ["bread", "milk"]
    assert [(session["calls"], session["database"]) for session in server.told["sessions"]] == [
        (1, "final.db"),
        (0, None),
    ]
    assert sorted(path.name for path in server.run.iterdir()) == ["final.db", "initial.db", "sessions.json"]


def test_the_files_of_the_official_layout_and_a_database_of_ones_own(
    start: Start, tmp_path: Path, notes: Entry
) -> None:
    export_jsonl([notes], tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "gen_tasks.jsonl").unlink()  # a server shows none
    mine = tmp_path / "mine.db"
    with Runtime() as runtime:
        mine.write_bytes(runtime.scenario(notes).image)
    with closing(sqlite3.connect(mine)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO notes (body) VALUES ('of my own')")

    server = start(
        *("--scenario", "NOTES", "--envs_load_path", "elsewhere/gen_envs.jsonl", "--db-path", "mine.db"),
        *("--temp_server_path", "made/server.py"),
    )
    call(server.url, open_session(server.url), "add_note", body="milk")
    assert (tmp_path / "made" / "server.py").read_text() == notes.app
    assert server.end(signal.SIGINT) == 0
    assert server.bodies("initial.db") == note_bodies(mine) == ["bread", "of my own"]
    assert server.bodies("final.db") == ["bread", "of my own", "milk"]


def test_the_outputs_folder_comes_before_the_registry_and_no_call_leaves_the_initial_database(
    start: Start, tmp_path: Path, notes: Entry
) -> None:
    other = notes.model_copy(update={"app": notes.app.replace("get_note", "read_note")})
    export_jsonl([other], tmp_path / "outputs")
    (tmp_path / "run").mkdir()
    for stale in ("final.db", "final.2.db", "sessions.json"):
        (tmp_path / "run" / stale).write_text("of an earlier run")

    server = start("--scenario", "notes")
    told = ask(server.url, request("tools/list"), mcp_session_id=open_session(server.url)).body["result"]["tools"]
    assert {"read_note", "get_note"} & {tool["name"] for tool in told} == {"read_note"}
    assert server.end(signal.SIGINT) == 0
    assert server.bodies("final.db") == ["bread"]
    assert (server.told["final.db"], server.told["sessions"][0]["calls"]) == (None, 0)
    assert sorted(path.name for path in server.run.iterdir()) == ["final.db", "initial.db", "sessions.json"]


class TestBadInput:
    """A clear error and exit status 2, before anything is served."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, notes: Entry, monkeypatch: pytest.MonkeyPatch) -> Path:
        pytest.importorskip("fastmcp")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("AWM_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("AWM_REGISTRY", raising=False)
        export_jsonl([notes], tmp_path / "files")
        (tmp_path / "text.db").write_text("no database")
        return tmp_path

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (
                ["--envs_load_path", "no/gen_envs.jsonl"],
                "expected a file like AWM's gen_envs.jsonl at no/gen_envs.jsonl",
            ),
            (["--envs_load_path", "text.db"], "text.db, line 1: content: Invalid JSON"),
            (["--envs_load_path", "files/gen_envs.jsonl", "--scenario", "nots"], "did you mean 'notes'?"),
            (["--scenario", "unheard_of"], "unheard_of"),
            (
                ["--envs_load_path", "files/gen_envs.jsonl", "--sample_path", "x"],
                "a file like AWM's gen_sample.jsonl at x",
            ),
            (
                ["--envs_load_path", "files/gen_envs.jsonl", "--db_path", "text.db"],
                "expected an SQLite database at text.db",
            ),
            (
                ["--envs_load_path", "files/gen_envs.jsonl", "--db_path", "none.db"],
                "expected an SQLite database at none.db",
            ),
            (["--envs_load_path", "files/gen_envs.jsonl", "--host", "256.1.1.1"], "--host and --port"),
            (["--envs_load_path", "files/gen_envs.jsonl", "--port", "99999"], "from 0 to 65535"),
            (["--envs_load_path", "files/gen_envs.jsonl", "--temp_server_path", "text.db/x"], "text.db/x is none"),
        ],
    )
    def test_is_named(self, options: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["env", "start", "--scenario", "notes", *options]) == 2
        assert told in capsys.readouterr().err

    def test_a_port_in_use(self, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            assert main(["env", "start", "--scenario", "e_commerce_33", "--port", port]) == 2
        assert f"127.0.0.1 port {port} is none" in capsys.readouterr().err

    def test_an_app_that_does_not_load(self, folder: Path, notes: Entry, capsys: pytest.CaptureFixture[str]) -> None:
        export_jsonl([notes.model_copy(update={"app": "import nothing_of_that_name"})], folder / "broken")
        options = ["--scenario", "notes", "--port", "0", "--envs_load_path", "broken/gen_envs.jsonl"]
        assert main(["env", "start", *options, "--output_dir", "run"]) == 2
        assert "nothing_of_that_name" in capsys.readouterr().err
        assert not (folder / "run").exists()

    def test_a_missing_extra(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setitem(sys.modules, "fastmcp", None)
        assert main(["env", "start", "--scenario", "notes"]) == 2
        assert "pip install 'awm-gym[serve]'" in capsys.readouterr().err
