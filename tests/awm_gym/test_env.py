"""`AwmEnv`: an episode as Gymnasium sees it."""

import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import InvalidAction, NameNotFound, ResetNeeded
from gymnasium.utils.env_checker import check_env

import awm_gym
from awm_gym import AwmEnv, Runtime
from awm_gym.errors import EntryNotFound, TaskNotFound, VerifierNotFound
from awm_gym.registry import entry_names, write_entry
from tests.awm_gym.notes import notes_entry

LIST = {"tool": "list_notes", "arguments": {}}
MILK = {"tool": "add_note", "arguments": {"body": "milk"}}
DONE = {"tool": "final_answer", "arguments": {"answer": ""}}
CRASH = {"tool": "write_and_crash", "arguments": {}}
LIST_TOOLS = {"tool": "list_tools", "arguments": {}}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("entries")
    write_entry(notes_entry(), folder / "notes")
    return str(folder)


@pytest.fixture
def env(source: str, runtime: Runtime) -> Iterator[AwmEnv]:
    env = AwmEnv("notes", source=source, runtime=runtime, task=0)
    env.reset(seed=0)
    yield env
    env.close()


def paper(source: str, runtime: Runtime) -> AwmEnv:
    env = AwmEnv("notes", source=source, runtime=runtime, task=0, reward="paper")
    env.reset(seed=0)
    return env


# -- an episode ------------------------------------------------------------------------------------------------


def test_reset_gives_the_task_and_the_tools(env: AwmEnv) -> None:
    observed, info = env.reset(seed=1)
    assert observed == {"task": "Add a note that says: milk", "content": "", "is_error": 0}
    assert (info["entry"], info["task_index"], info["digest"]) == ("notes", 0, env.entry.digest)
    assert '"name": "add_note"' in info["tools"]


def test_a_step_is_a_tool_call_and_pays_nothing(env: AwmEnv) -> None:
    observed, reward, terminated, truncated, info = env.step(LIST)
    assert '"body":"bread"' in observed["content"]
    assert (observed["is_error"], reward, terminated, truncated) == (0, 0.0, False, False)
    assert info == {"kind": "ok", "status": 200, "outcome": "", "detail": "", "steps": 1}


def test_the_final_answer_ends_the_episode_with_the_verifiers_reward(env: AwmEnv) -> None:
    env.step(MILK)
    _, reward, terminated, truncated, info = env.step(DONE)
    assert (reward, terminated, truncated, info["outcome"]) == (1.0, True, False, "complete")


def test_doing_nothing_pays_nothing(env: AwmEnv) -> None:
    _, reward, terminated, _, info = env.step(DONE)
    assert (reward, terminated, info["outcome"]) == (0.0, True, "agent_error")


def test_an_episode_that_runs_out_is_verified_and_truncated(source: str, runtime: Runtime) -> None:
    env = AwmEnv("notes", source=source, runtime=runtime, task=0, max_steps=2)
    env.reset()
    env.step(MILK)
    _, reward, terminated, truncated, info = env.step(LIST)
    assert (reward, terminated, truncated, info["outcome"]) == (1.0, False, True, "complete")


def test_the_reward_can_be_asked_for_while_the_episode_goes_on(env: AwmEnv) -> None:
    assert env.reward() == 0.0
    env.step(MILK)
    assert env.reward() == 1.0
    assert env.verdict().outcome == "complete"
    assert env.step(LIST)[4]["steps"] == 2


def test_a_broken_application_is_nobodys_failure(env: AwmEnv) -> None:
    env.step(CRASH)
    assert env.step(DONE)[4]["outcome"] == "server_error"


def test_a_task_done_in_spite_of_a_broken_call_is_complete(env: AwmEnv) -> None:
    env.step(CRASH)
    env.step(MILK)
    assert env.step(DONE)[4]["outcome"] == "complete"


# -- malformed actions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "explanation"),
    [
        ({"tool": "list_note", "arguments": {}}, "Did you mean 'list_notes'"),
        ({"tool": "add_note", "arguments": {}}, "missing required argument: 'body'"),
        ({"tool": "get_note", "arguments": {"note_id": "one"}}, "'note_id'"),
        ({"tool": "add_note", "arguments": {"body": "x", "colour": "red"}}, "colour"),
        ({"tool": "list_notes"}, "arguments"),
    ],
)
def test_a_malformed_call_is_explained_to_the_agent(env: AwmEnv, action: dict[str, Any], explanation: str) -> None:
    observed, reward, terminated, _, info = env.step(action)
    assert explanation in observed["content"]
    assert (observed["is_error"], reward, terminated, info["kind"]) == (1, 0.0, False, "malformed")


@pytest.mark.parametrize("action", [None, "list_notes", 3, [], {}, {"tool": 3}])
def test_what_cannot_be_an_action_is_an_exception(env: AwmEnv, action: Any) -> None:
    with pytest.raises(InvalidAction):
        env.step(action)


def test_no_tool_verifies(env: AwmEnv) -> None:
    names = {tool.name for tool in env.tools}
    assert not {name for name in names if "verif" in name or "reward" in name}
    assert env.step({"tool": "verify", "arguments": {}})[4]["kind"] == "malformed"


# -- the paper's step rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actions",
    [
        [LIST],
        [LIST_TOOLS, LIST_TOOLS],
        [LIST_TOOLS, {"tool": "nothing", "arguments": {}}],
        [LIST_TOOLS, {"tool": "add_note", "arguments": {"body": 3}}],
        [LIST_TOOLS, DONE],
    ],
)
def test_a_violated_step_rule_ends_the_episode_with_minus_one(
    source: str, runtime: Runtime, actions: list[dict[str, Any]]
) -> None:
    env = paper(source, runtime)
    *before, last = actions
    assert all(env.step(action)[1:3] == (0.0, False) for action in before)
    _, reward, terminated, _, info = env.step(last)
    assert (reward, terminated, info["outcome"]) == (-1.0, True, "format_error")


def test_by_the_step_rules_a_server_error_ends_the_episode_with_nothing(source: str, runtime: Runtime) -> None:
    env = paper(source, runtime)
    env.step(LIST_TOOLS)
    _, reward, terminated, _, info = env.step(CRASH)
    assert (reward, terminated, info["outcome"]) == (0.0, True, "server_error")


def test_an_episode_by_the_step_rules_is_paid(source: str, runtime: Runtime) -> None:
    env = paper(source, runtime)
    assert '"name": "add_note"' in env.step(LIST_TOOLS)[0]["content"]
    env.step(MILK)
    assert env.step(DONE)[1] == 1.0


# -- choosing tasks, seeds -------------------------------------------------------------------------------------


def test_a_task_is_drawn_from_the_seed_or_chosen(source: str, runtime: Runtime) -> None:
    env = AwmEnv("notes", source=source, runtime=runtime)
    drawn = [env.reset(seed=seed)[1]["task_index"] for seed in range(12)]
    assert set(drawn) == {0, 1}
    assert drawn == [env.reset(seed=seed)[1]["task_index"] for seed in range(12)]
    assert env.reset(seed=3, options={"task": 1})[1]["task_index"] == 1


def test_the_same_seed_and_actions_give_the_same_episode(env: AwmEnv) -> None:
    def play(seed: int) -> list[Any]:
        env.reset(seed=seed)
        return [env.step(MILK)[0]["content"], env.session.digest()]

    assert play(4) == play(4)
    assert play(4) != play(5)


@pytest.mark.parametrize(
    ("options", "error"), [({"task": 2}, TaskNotFound), ({"tsk": 1}, ValueError), ({"task": -1}, TaskNotFound)]
)
def test_a_wrong_option_is_named(env: AwmEnv, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="expected"):
        env.reset(options=options)


@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({"task": 5}, TaskNotFound),
        ({"tasks": []}, TaskNotFound),
        ({"task": 0, "tasks": [1]}, ValueError),
        ({"reward": "bananas"}, ValueError),
        ({"reward": {"done": 1}}, ValueError),
        ({"verifier": "bananas"}, ValueError),
        ({"source": "bananas"}, awm_gym.AwmError),
        ({"max_steps": 0}, ValueError),
    ],
)
def test_a_wrong_keyword_is_named(source: str, runtime: Runtime, keywords: dict[str, Any], error: Any) -> None:
    with pytest.raises(error, match="expected"):
        AwmEnv("notes", **{"source": source, "runtime": runtime, **keywords})


def test_a_reward_for_each_outcome(source: str, runtime: Runtime) -> None:
    env = AwmEnv("notes", source=source, runtime=runtime, task=0, reward={"complete": 5, "agent_error": -0.5})
    env.reset()
    assert env.step(DONE)[1] == -0.5


def test_a_task_without_a_verifier_is_found_when_the_environment_is_made(tmp_path: Path, runtime: Runtime) -> None:
    entry = notes_entry()
    bare = entry.model_copy(update={"tasks": (entry.tasks[0].model_copy(update={"verifiers": ()}),)})
    write_entry(bare, tmp_path / "entries" / "notes")
    with pytest.raises(VerifierNotFound, match="'code'"):
        AwmEnv("notes", source=str(tmp_path / "entries"), runtime=runtime)


# -- Gymnasium's contract --------------------------------------------------------------------------------------


def test_steps_need_a_reset(source: str, runtime: Runtime, env: AwmEnv) -> None:
    with pytest.raises(ResetNeeded):
        AwmEnv("notes", source=source, runtime=runtime).step(LIST)
    env.step(DONE)
    with pytest.raises(ResetNeeded, match="over"):
        env.step(LIST)


@pytest.mark.parametrize("name", entry_names())
def test_every_entry_passes_gymnasiums_checker_without_a_warning(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(f"awm/{name}-v0")
        check_env(env.unwrapped)
        env.close()


def test_specs_pickle_and_make_the_same_environment() -> None:
    env = gymnasium.make("awm_gym:awm/e_commerce_33-v0", task=3, source="bundled")
    assert env.spec is not None
    again = gymnasium.make(pickle.loads(pickle.dumps(env.spec)))
    assert again.reset(seed=0)[0] == env.reset(seed=0)[0]


def test_an_unknown_id_suggests_names_and_tells_how_to_get_more() -> None:
    with pytest.raises(NameNotFound, match=r"Did you mean 'e_commerce_33'\?.*hf download") as caught:
        gymnasium.make("awm/e_comerce_33-v0")
    assert isinstance(caught.value, EntryNotFound)


def test_rendering_shows_the_last_step(source: str, runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    env = AwmEnv("notes", source=source, runtime=runtime, task=0, render_mode="ansi")
    env.reset()
    assert "Add a note" in str(env.render())
    env.step(MILK)
    assert "add_note(body='milk')" in str(env.render())
    human = AwmEnv("notes", source=source, runtime=runtime, task=0, render_mode="human")
    human.reset()
    human.step(DONE)
    assert "agent_error, reward 0.0" in capsys.readouterr().out


# -- snapshots -------------------------------------------------------------------------------------------------


def test_a_snapshot_holds_the_whole_environment(env: AwmEnv) -> None:
    env.step(MILK)
    state = pickle.loads(pickle.dumps(env.snapshot()))
    first = [env.step(MILK), env.step(DONE), env.reset()]
    env.restore(state)
    again = [env.step(MILK), env.step(DONE), env.reset()]
    np.testing.assert_equal(first, again)


def test_a_fork_goes_its_own_way(env: AwmEnv) -> None:
    twin = env.fork()
    env.step(MILK)
    assert (env.reward(), twin.reward()) == (1.0, 0.0)
    twin.step(LIST)
    assert (env.session.steps, twin.session.steps) == (1, 1)
    twin.close()
