"""The client, over real HTTP: what passes is retried, what the endpoint lacks is done without, the rest is told."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from awm_gym.errors import LlmFailed
from awm_gym.llm import Endpoint, Llm, Reply, Usage
from tests.awm_gym.llm.endpoint import Answer, LocalEndpoint, Request, Response, fails, says

ASKED = [{"role": "user", "content": "Red or blue?"}]
RED = '{"why": "it is warm", "colour": "red"}'

Start = Callable[..., LocalEndpoint]


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str
    colour: Literal["red", "blue"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[LocalEndpoint] = []

    def start(*answers: Response | Answer) -> LocalEndpoint:
        started.append(LocalEndpoint(*answers))
        return started[-1]

    yield start
    for endpoint in started:
        endpoint.close()


def ask(endpoint: LocalEndpoint, usage: Usage | None = None, times: int = 1, **options: Any) -> list[Choice]:
    async def work() -> list[Choice]:
        llm = Llm(Endpoint(endpoint.url, "judge", "sk-secret"), **{"timeout": 5.0, "retries": 2, **options})
        try:
            return [await llm.ask(ASKED, Choice, usage=usage, max_tokens=100) for _ in range(times)]
        finally:
            await llm.close()

    return asyncio.run(work())


def chat(endpoint: LocalEndpoint, **options: Any) -> Reply:
    async def work() -> Reply:
        llm = Llm(Endpoint(endpoint.url, "judge", "sk-secret"), timeout=5.0, retries=0)
        try:
            return await llm.chat(ASKED, **options)
        finally:
            await llm.close()

    return asyncio.run(work())


def test_a_conversation_is_answered_and_counted(start: Start) -> None:
    endpoint = start(says("Red.", tokens=(7, 2)))
    assert chat(endpoint, temperature=0.5, max_tokens=9) == Reply("Red.", "stop", "", Usage(1, 7, 2))
    assert endpoint.requests == [
        {"model": "judge", "messages": ASKED, "temperature": 0.5, "max_completion_tokens": 9},
    ]
    assert endpoint.keys == ["sk-secret"]


def test_a_shape_is_asked_for_by_its_schema(start: Start) -> None:
    endpoint = start(says(RED))
    assert ask(endpoint) == [Choice(why="it is warm", colour="red")]
    asked = endpoint.requests[0]["response_format"]
    assert asked["type"] == "json_schema"
    assert asked["json_schema"]["strict"] is True
    assert asked["json_schema"]["schema"]["required"] == ["why", "colour"]


def knows(*formats: str) -> Answer:
    """An endpoint that knows some formats only, and answers in prose unless made to give JSON."""

    def answer(request: Request) -> Response:
        form = request.get("response_format", {}).get("type", "text")
        if form not in (*formats, "text"):
            return fails(400, f"'{form}' is not supported here")
        return says(RED if form != "text" else f"I would say:\n```json\n{RED}\n```\nas it is warm.")

    return answer


@pytest.mark.parametrize(("formats", "requests"), [(["json_schema"], 1), (["json_object"], 2), ([], 3)])
def test_an_endpoint_is_asked_in_the_strictest_way_it_has(start: Start, formats: list[str], requests: int) -> None:
    endpoint = start(knows(*formats))
    assert [choice.colour for choice in ask(endpoint, times=2)] == ["red", "red"]
    assert len(endpoint.requests) == requests + 1  # the second time it is known
    last = endpoint.requests[-1]
    in_words = any("JSON schema" in message["content"] for message in last["messages"])
    assert in_words == (last.get("response_format", {}).get("type") != "json_schema")


def test_parameters_that_an_endpoint_does_not_know_are_left_out(start: Start) -> None:
    def old_fashioned(request: Request) -> Response:
        for name in ("max_completion_tokens", "temperature"):
            if name in request:
                return fails(400, f"Unsupported parameter: '{name}'")
        return says("Red.")

    endpoint = start(old_fashioned)
    assert chat(endpoint, temperature=0.5, max_tokens=9).text == "Red."
    assert endpoint.requests[-1] == {"model": "judge", "messages": ASKED, "max_tokens": 9}


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{RED}\n```",
        f"<think>Perhaps {{'colour'}} ... or {RED.replace('red', 'blue')}?</think>\n{RED}",
        f"{RED}\n\nThat is my answer {{as asked}}.",
    ],
)
def test_json_is_found_in_what_is_written_around_it(start: Start, text: str) -> None:
    assert ask(start(says(text)))[0].colour == "red"


def test_it_waits_as_long_as_it_is_told_to(start: Start) -> None:
    endpoint = start(fails(429, "slow down", {"Retry-After": "1"}), says(RED))
    assert ask(endpoint)[0].colour == "red"
    assert 1.0 <= endpoint.times[1] - endpoint.times[0] < 3.0


def test_what_passes_is_asked_again(start: Start) -> None:
    endpoint = start(fails(500), fails(503, headers={"Retry-After": "0.01"}), says(RED))
    assert ask(endpoint)[0].colour == "red"
    assert len(endpoint.requests) == 3


def test_a_timeout_is_asked_again(start: Start) -> None:
    late = says(RED)
    endpoint = start(Response(late.status, late.body, delay=1.0), says(RED))
    assert ask(endpoint, timeout=0.3)[0].colour == "red"


def test_a_cut_off_answer_is_asked_for_again_with_more_room(start: Start) -> None:
    endpoint, usage = start(says(RED[:20], end="length"), says(RED)), Usage()
    assert ask(endpoint, usage)[0].colour == "red"
    assert [request["max_completion_tokens"] for request in endpoint.requests] == [100, 200]
    assert usage == Usage(2, 200, 20)


def test_a_malformed_answer_is_asked_for_again_with_what_was_wrong(start: Start) -> None:
    endpoint = start(says('{"why": "I like it", "colour": "green"}'), says(RED))
    assert ask(endpoint)[0].colour == "red"
    *_, answer, remark = endpoint.requests[1]["messages"]
    assert (answer["role"], remark["role"]) == ("assistant", "user")
    assert "'red' or 'blue'" in remark["content"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (says("", refusal="I cannot help with that."), "I cannot help with that"),
        (says("", end="content_filter"), "filtered"),
        (says("Neither."), "no JSON object"),
        (says(RED[:20], end="length"), "cut off after 400 tokens"),
        (fails(401, "Incorrect API key provided: sk-secret"), "Incorrect API key"),
        (fails(400, "context too long"), "context too long"),
        (Response(200, b"<html>welcome</html>", {"Content-Type": "text/html"}), "something else"),
        (Response(200, {"choices": []}), "something else"),
    ],
)
def test_what_does_not_pass_is_told_without_the_key(start: Start, answer: Response, problem: str) -> None:
    with pytest.raises(LlmFailed, match="judge at http://127") as caught:
        ask(start(answer))
    assert problem in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_an_endpoint_that_is_not_there_is_told() -> None:
    gone = LocalEndpoint(says(RED))
    gone.close()
    with pytest.raises(LlmFailed, match="Connection"):
        ask(gone, retries=0)


def test_failures_cost_too(start: Start) -> None:
    usage = Usage()
    with pytest.raises(LlmFailed):
        ask(start(says("Neither.", tokens=(5, 1))), usage)
    assert usage == Usage(3, 15, 3)


def test_importing_the_library_does_not_import_the_client() -> None:
    code = "import awm_gym, awm_gym.llm, awm_gym.reward, sys; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
