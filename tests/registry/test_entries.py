"""Every environment that ships: as rich as it should be, every task proven, every verifier proven to reject."""

import re
import sqlite3
from typing import Any

import gymnasium
import pytest

import awm_gym
from awm_gym.registry import Entry, Solution, bundled_location, get_entry, open_source
from awm_gym.runtime.verification import VerifierCall

NAMES = open_source(bundled_location()).names()
TASKS = [(name, index) for name in NAMES for index in range(10)]


def entry_of(name: str) -> Entry:
    return get_entry(name, source="bundled")


def played(name: str, index: int, solution: Solution) -> tuple[float, dict[str, Any], bool]:
    """Return the reward of an episode that plays a solution, what was refused in it, and whether it changed data."""
    env: Any = gymnasium.make(f"awm/{name}-v0", task=index, source="bundled")
    env.reset(seed=0)
    refused = {}
    for call in solution.calls:
        observed, _, terminated, _, info = env.step({"tool": call.tool, "arguments": call.arguments})
        assert not terminated
        if info["kind"] != "ok":
            refused[call.tool] = observed["content"]
    answer = {"tool": "final_answer", "arguments": {"answer": solution.answer or ""}}
    _, reward, terminated, _, info = env.step(answer)
    changed = bool(env.unwrapped.session.changes())
    env.close()
    assert terminated
    assert info["outcome"] != "judge_error", info["detail"]
    return float(reward), refused, changed


def test_at_least_two_entries_ship() -> None:
    assert {"e_commerce_33", "clinic_scheduling_1"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_at_least_as_rich_as_the_papers_average(name: str) -> None:
    entry, scenario = entry_of(name), awm_gym.default_runtime().scenario(entry_of(name))
    database = sqlite3.connect(":memory:")
    database.deserialize(scenario.image)
    rows = sum(database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0] for table in entry.tables)
    assert len(entry.tables) >= 15
    assert rows >= 120
    assert len(scenario.tools) >= 30
    assert len(entry.tasks) == 10
    assert entry.license == "Apache-2.0"
    lengths = [len(task.gold[0].calls) for task in entry.tasks]
    assert min(lengths) >= 2
    assert sum(length >= 10 for length in lengths) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_comes_up_without_a_warning_and_shares_its_host(name: str) -> None:
    scenario = awm_gym.default_runtime().scenario(entry_of(name))
    assert (scenario.warnings, scenario.failed, scenario.stateful) == ((), (), ())


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_and_parameter_is_described(name: str) -> None:
    for tool in awm_gym.default_runtime().scenario(entry_of(name)).tools:
        assert len(tool.description) >= 30, tool.name
        for parameter, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), (tool.name, parameter)


@pytest.mark.parametrize(("name", "index"), TASKS)
def test_gold_is_paid_and_nothing_and_near_misses_are_not(name: str, index: int) -> None:
    task = entry_of(name).task(index)
    assert task.gold
    assert len(task.near_misses) >= 3
    for gold in task.gold:
        reward, refused, changed = played(name, index, gold)
        assert (reward, refused) == (1.0, {})
    # The right answer alone must do nothing where the task is to change something; where it is to find
    # something out, no verifier can tell a lookup from a lucky guess.
    for answer in (None, "", "done", *([task.gold[0].answer] if changed else [])):
        assert played(name, index, Solution(calls=(), answer=answer))[0] == 0.0
    for miss in task.near_misses:
        assert played(name, index, miss)[0] == 0.0, miss.why


@pytest.mark.parametrize(("name", "index"), TASKS)
def test_the_sql_verifier_tells_doing_nothing_from_the_gold_solution(name: str, index: int) -> None:
    entry = entry_of(name)
    code = entry.task(index).verifier("sql").code
    with awm_gym.default_runtime().open(entry, index) as session:
        initial = session.snapshot().image
        for call in entry.task(index).gold[0].calls:
            session.call(call.tool, call.arguments)
        final, now = session.snapshot().image, session.now
        changed = bool(session.changes())
    runtime = awm_gym.default_runtime()
    facts = [runtime.wait(runtime.evaluate(VerifierCall(code, initial, image, (), now))) for image in (initial, final)]
    assert all(isinstance(fact, dict) and fact for fact in facts)
    assert (facts[0] != facts[1]) == changed


@pytest.mark.parametrize("name", NAMES)
def test_tasks_read_like_a_users_request(name: str) -> None:
    tools = {tool.name for tool in awm_gym.default_runtime().scenario(entry_of(name)).tools}
    for task in entry_of(name).tasks:
        words = set(re.findall(r"[a-z_]+", task.text))
        assert not {word for word in words & tools if "_" in word}, task.text
        assert 40 <= len(task.text) <= 1200
