"""What a server says and does not say, message by message."""

import asyncio
from typing import Any

import pytest

from awm_gym.cli import main
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime
from tests.awm_gym.serve.servers import REVISION, ask, call, hello, open_session, request


@pytest.fixture
def session(url: str) -> str:
    return open_session(url)


def test_the_tools_are_those_of_the_entry_and_nothing_else(
    url: str, session: str, notes: Entry, runtime: Runtime
) -> None:
    told = ask(url, request("tools/list"), mcp_session_id=session).body["result"]
    expected = [
        {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
        for tool in runtime.scenario(notes).tools
    ]
    assert told["tools"] == expected
    assert not any("verif" in tool["name"] for tool in told["tools"])


@pytest.mark.parametrize("method", ["prompts/list", "resources/list", "resources/templates/list", "verify"])
def test_other_methods_are_unknown(url: str, session: str, method: str) -> None:
    assert "error" in ask(url, request(method), mcp_session_id=session).body


def test_a_call_is_answered_as_the_session_answers(url: str, session: str, notes: Entry, runtime: Runtime) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("add_note", {"body": "milk"}),
        ("get_note", {"note_id": 2}),  # it holds times and a uuid
        ("get_note", {"note_id": 99}),
        ("get_note", {"note_id": "two"}),
        ("get_note", {}),
        ("no_such_tool", {}),
        ("write_and_crash", {}),
    ]
    with runtime.open(notes) as direct:
        for tool, arguments in calls:
            expected = direct.call(tool, arguments)
            answered = call(url, session, tool, **arguments)
            assert answered["content"] == [{"type": "text", "text": expected.content}]
            assert answered["isError"] is expected.is_error
            assert "structuredContent" not in answered


def test_nothing_but_mcp_is_there(url: str) -> None:
    assert ask(url, method="GET").status == 405
    for path in ("/", "/docs", "/openapi.json", "/notes"):
        assert ask(url.removesuffix("/mcp") + path, method="GET").status == 404


def test_a_request_needs_a_session_that_lives(url: str, session: str) -> None:
    assert ask(url, request("tools/list")).status == 400
    assert ask(url, request("tools/list"), mcp_session_id="0" * 32).status == 404
    assert ask(url, method="DELETE", mcp_session_id=session).status == 200
    ended = ask(url, request("tools/list"), mcp_session_id=session)
    assert ended.status == 404
    assert "begin a new one" in ended.body["error"]["message"]


def test_a_revision_without_sessions_is_refused_with_those_that_have_some(url: str) -> None:
    answer = ask(url, request("server/discover"), mcp_protocol_version="2026-07-28")
    assert (answer.status, answer.body["id"], answer.body["error"]["code"]) == (400, 7, -32022)
    assert answer.body["error"]["data"]["requested"] == "2026-07-28"
    assert REVISION in answer.body["error"]["data"]["supported"]
    assert "mcp-session-id" not in answer.headers


def test_a_client_of_the_newest_revision_goes_on_with_one_that_has_sessions(url: str) -> None:
    client: Any = pytest.importorskip("fastmcp").Client

    async def play() -> str:
        async with client(url) as newest:  # it asks for the newest revision it knows first
            await newest.call_tool("add_note", {"body": "milk"})
            found = await newest.call_tool("list_notes", {"contains": "milk"})
            return str(found.content[0].text)

    assert '"body":"milk"' in asyncio.run(play())


def test_a_web_page_that_resolves_its_own_name_to_this_machine_is_refused(url: str) -> None:
    assert ask(url, hello(), Host="evil.example").status == 421
    assert ask(url, hello(), Origin="https://evil.example").status == 403


class TestCheck:
    def test_lists_what_a_server_offers(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["env", "check", "--url", url]) == 0
        told = capsys.readouterr().out
        assert "list_notes: All notes" in told
        assert f"{url} answers, 11 tools" in told

    def test_tells_when_none_is_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("fastmcp")
        assert main(["env", "check", "--url", "http://127.0.0.1:9/mcp", "--timeout", "5"]) == 1
        assert "no MCP server answers at http://127.0.0.1:9/mcp" in capsys.readouterr().err

    @pytest.mark.parametrize("options", [["--url", "localhost:8001"], ["--timeout", "0"], ["--timeout", "soon"]])
    def test_refuses_options_that_mean_nothing(self, options: list[str]) -> None:
        assert main(["env", "check", *options]) == 2
