"""The spaces in gymnasium's own vector environments and checkers, with a toy environment that echoes its actions."""

import json
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate

from awm_gym.spaces import FINAL_ANSWER, ToolCallSpace, UnicodeText, observation, observation_space

TASK = "Say it twice. 🙂\n"


def make_toy(tool: str = "say", big: int = 0) -> gym.Env[Any, Any]:
    # Inside the function, so that it travels to a spawned process by value.
    class Toy(gym.Env[Any, Any]):
        metadata = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012

        def __init__(self, render_mode: str | None = None) -> None:
            schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
            self.action_space = ToolCallSpace([SimpleNamespace(name=tool, description="", input_schema=schema)])
            self.observation_space = observation_space()
            self.render_mode = render_mode

        def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
            super().reset(seed=seed)
            return observation(TASK, "", False), {}

        def step(self, action: Any) -> Any:
            message = self.action_space.explain(action)  # type: ignore[attr-defined]
            content = message or json.dumps(action, ensure_ascii=False) + "x" * big
            done = message is None and action["tool"] == FINAL_ANSWER
            return observation(TASK, content, message is not None), float(done), done, False, {}

        def render(self) -> Any:
            return TASK

    return Toy()


def says(*texts: str, tool: str = "say") -> tuple[dict[str, Any], ...]:
    return tuple({"tool": tool, "arguments": {"text": text}} for text in texts)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Python 3.12 warns of every fork in a process with threads, which is what the test runner makes it.
        warnings.filterwarnings("ignore", message=".*multi-threaded.*", category=DeprecationWarning)
        yield


def test_check_env_is_content_without_a_warning() -> None:
    gym.register("test/Toy-v0", entry_point=make_toy_rendered)
    try:
        check_env(gym.make("test/Toy-v0").unwrapped)
    finally:
        del gym.registry["test/Toy-v0"]


def make_toy_rendered(render_mode: str | None = None) -> gym.Env[Any, Any]:
    env = make_toy()
    env.render_mode = render_mode
    return env


def sync_env(n: int) -> SyncVectorEnv:
    return SyncVectorEnv([make_toy] * n)


def async_env(n: int) -> AsyncVectorEnv:
    return AsyncVectorEnv([make_toy] * n, shared_memory=False)


def async_shared_env(n: int) -> AsyncVectorEnv:
    return AsyncVectorEnv([make_toy] * n, shared_memory=True)


def async_spawned_env(n: int) -> AsyncVectorEnv:
    return AsyncVectorEnv([make_toy] * n, shared_memory=True, context="spawn")


@pytest.mark.parametrize("make", [sync_env, async_env, async_shared_env, async_spawned_env])
def test_every_vector_environment_plays_texts_and_tool_calls(
    make: Callable[[int], gym.vector.VectorEnv[Any, Any, Any]],
) -> None:
    envs = make(2)
    try:
        first, _ = envs.reset(seed=1)
        assert first["task"] == (TASK, TASK)
        assert first["content"] == ("", "")
        actions = (*says("漢字\n🙂"), {"tool": "sya", "arguments": {}})
        seen, _, ended, _, _ = envs.step(actions)
        assert ended.tolist() == [False, False]
        assert json.loads(seen["content"][0]) == actions[0]
        assert "Did you mean 'say'?" in seen["content"][1]
        assert seen["is_error"].tolist() == [0, 1]
        assert seen["is_error"].dtype == np.int64
        assert seen in envs.observation_space
        shorter, _, ended, _, _ = envs.step((*says("b"), {"tool": FINAL_ANSWER, "arguments": {"answer": ""}}))
        assert ended.tolist() == [False, True]
        assert json.loads(shorter["content"][0]) == says("b")[0]
        assert json.loads(seen["content"][0]) == actions[0], "an earlier observation must not change"
        envs.action_space.seed(3)
        sample = envs.action_space.sample()
        assert sample in envs.action_space
        envs.step(sample)
    finally:
        envs.close()


def test_shared_texts_may_be_long_and_then_short_again() -> None:
    envs = AsyncVectorEnv([lambda: make_toy(big=1_000_000)] * 2, shared_memory=True)
    try:
        envs.reset()
        seen, *_ = envs.step(says("a", "é"))
        assert [len(content) for content in seen["content"]] == [1_000_000 + len(json.dumps(says("a")[0]))] * 2
        seen, _ = envs.reset()
        assert seen["content"] == ("", "")
    finally:
        envs.close()


def test_without_copies_the_texts_are_a_live_view_as_arrays_are() -> None:
    envs = AsyncVectorEnv([make_toy] * 2, shared_memory=True, copy=False)
    try:
        seen, _ = envs.reset()
        envs.step(says("a", "b"))
        assert '"a"' in seen["content"][0]
        assert '"b"' in seen["content"][-1]
        assert [*seen["content"]] == list(seen["content"][:])
    finally:
        envs.close()


def test_a_text_longer_than_its_shared_slot_says_what_to_do() -> None:
    from gymnasium.vector.utils import create_shared_memory, read_from_shared_memory, write_to_shared_memory

    space = UnicodeText(max_length=3)
    shared = create_shared_memory(space, n=2)
    write_to_shared_memory(space, 1, "🙂" * 3, shared)
    assert list(read_from_shared_memory(space, shared, n=2)) == ["", "🙂" * 3]
    with pytest.raises(ValueError, match="shared_memory=False"):
        write_to_shared_memory(space, 0, "🙂" * 4, shared)


@pytest.mark.parametrize("mode", ["same", "different"])
def test_scenarios_with_other_tools_share_a_vector_environment(mode: str) -> None:
    envs = SyncVectorEnv([lambda: make_toy("say"), lambda: make_toy("shout")], observation_mode=mode)
    envs.reset()
    seen, *_ = envs.step((*says("a"), *says("b", tool="shout")))
    assert seen["is_error"].tolist() == [0, 0]


def test_a_batch_of_calls_is_a_tuple() -> None:
    space = make_toy().action_space
    batched = batch_space(space, 3)
    items = batched.sample()
    assert items in batched
    assert list(iterate(batched, items)) == list(items)
    assert concatenate(space, items, create_empty_array(space, 3)) == items
    assert create_empty_array(space, 3) in batched


def test_a_batch_of_texts_is_a_tuple() -> None:
    space = UnicodeText(4)
    batched = batch_space(space, 3)
    items = batched.sample()
    assert items in batched
    assert list(iterate(batched, items)) == list(items)
    assert concatenate(space, items, create_empty_array(space, 3)) == items
    assert create_empty_array(space, 3) in batched


def test_a_batch_draws_different_calls_and_leaves_the_single_space_alone() -> None:
    space = make_toy().action_space
    space.seed(5)
    expected = [space.sample() for _ in range(3)]
    space.seed(5)
    batched = batch_space(space, 20)
    assert len({json.dumps(action) for action in batched.sample()}) > 5
    assert [space.sample() for _ in range(3)] == expected
