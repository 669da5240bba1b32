"""`AwmVectorEnv`: many environments at once behave as the same ones alone."""

import pickle
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from awm_gym import AwmEnv, AwmVectorEnv, Runtime, make_vec
from tests.awm_gym.test_env import CRASH, DONE, LIST, MILK, source

__all__ = ["source"]  # a fixture

N = 4


def vector(source: str, runtime: Runtime, mode: str = "NextStep", **options: Any) -> AwmVectorEnv:
    env = AwmVectorEnv("notes", N, source=source, runtime=runtime, autoreset_mode=mode, **{"task": 0, **options})
    env.reset(seed=10)
    return env


def test_a_batch_is_a_tuple_of_texts_and_an_array_of_flags(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime)
    observed, infos = env.reset(seed=0)
    assert observed in env.observation_space
    assert observed["content"] == ("",) * N
    assert (observed["is_error"].dtype, observed["is_error"].shape) == (np.int64, (N,))
    assert infos["task_index"].tolist() == [0] * N
    observed, rewards, terminated, truncated, infos = env.step([LIST, MILK, CRASH, DONE])
    assert observed in env.observation_space
    assert infos["kind"].tolist() == ["ok", "ok", "server_error", "ok"]
    assert rewards.tolist() == [0.0] * N
    assert terminated.tolist() == [False, False, False, True]
    assert not truncated.any()


def test_sampled_actions_are_valid(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime)
    env.action_space.seed(0)
    for _ in range(5):
        _, _, _, _, infos = env.step(env.action_space.sample())
        assert "malformed" not in infos.get("kind", np.array([])).tolist()


def test_it_equals_single_environments_step_by_step(source: str, runtime: Runtime) -> None:
    env = AwmVectorEnv("notes", N, source=source, runtime=runtime)
    singles = [AwmEnv("notes", source=source, runtime=runtime) for _ in range(N)]
    observed, _ = env.reset(seed=5)
    assert observed["task"] == tuple(one.reset(seed=5 + i)[0]["task"] for i, one in enumerate(singles))
    for turn in range(6):
        actions = [[LIST, MILK, CRASH, MILK][(turn + i) % 4] for i in range(N)]
        observed, rewards, _, _, _ = env.step(actions)
        alone = [one.step(action) for one, action in zip(singles, actions, strict=True)]
        assert observed["content"] == tuple(step[0]["content"] for step in alone)
        assert rewards.tolist() == [step[1] for step in alone]
    assert [s.digest() for s in env.sessions] == [one.session.digest() for one in singles]


def test_next_step_begins_anew_in_the_step_after_the_end(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime, "NextStep")
    env.step([MILK] * N)
    _, rewards, terminated, _, _ = env.step([DONE, LIST, LIST, LIST])
    assert (rewards[0], terminated[0]) == (1.0, True)
    observed, rewards, terminated, _, infos = env.step([MILK, LIST, LIST, LIST])
    assert (rewards[0], terminated[0], observed["content"][0]) == (0.0, False, "")
    assert infos["_entry"].tolist() == [True, False, False, False]
    assert env.sessions[0].steps == 0


def test_same_step_returns_the_end_in_info_and_the_beginning_as_observation(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime, "SameStep")
    env.step([MILK] * N)
    observed, rewards, terminated, _, infos = env.step([DONE, LIST, LIST, LIST])
    assert (rewards[0], terminated[0]) == (1.0, True)
    assert infos["_final_info"].tolist() == [True, False, False, False]
    assert infos["final_info"]["outcome"][0] == "complete"
    assert infos["final_obs"][0]["task"] == observed["task"][0]
    assert env.step([LIST] * N)[2].tolist() == [False] * N


def test_disabled_waits_for_a_reset_of_those_that_are_over(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime, "Disabled")
    env.step([MILK] * N)
    env.step([DONE, LIST, LIST, LIST])
    with pytest.raises(ResetNeeded):
        env.step([LIST] * N)
    mask = np.array([True, False, False, False])
    env.reset(options={"reset_mask": mask})
    env.step([LIST] * N)
    assert [session.steps for session in env.sessions] == [1, 3, 3, 3]


@pytest.mark.parametrize(
    "mask", [[True] * 3, np.array([1, 0, 0, 0]), np.zeros(N, dtype=bool), np.ones((N, 1), dtype=bool)]
)
def test_a_wrong_mask_is_named(source: str, runtime: Runtime, mask: Any) -> None:
    with pytest.raises(ValueError, match="expected a reset_mask"):
        vector(source, runtime).reset(options={"reset_mask": mask})


def test_seeds_and_tasks_may_be_given_one_by_one(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime, task=None)
    _, infos = env.reset(seed=[7, 7, 8, 8], options={"task": [0, 1, 0, 1]})
    assert infos["task_index"].tolist() == [0, 1, 0, 1]
    observed = env.step([MILK] * N)[0]
    assert observed["content"][0] == observed["content"][1] != observed["content"][2]
    with pytest.raises(ValueError, match="expected one seed for each of 4"):
        env.reset(seed=[1, 2])
    with pytest.raises(ValueError, match="expected 4 actions, got 1"):
        env.step([LIST])


def test_snapshots_of_all_are_restored_at_once(source: str, runtime: Runtime) -> None:
    env = vector(source, runtime)
    env.step([MILK, LIST, LIST, LIST])
    states = pickle.loads(pickle.dumps(env.snapshot()))
    assert env.rewards().tolist() == [1.0, 0.0, 0.0, 0.0]
    first = env.step([MILK] * N)[0]
    env.restore(states)
    assert env.step([MILK] * N)[0] == {**first, "is_error": pytest.approx(first["is_error"])}
    env.restore([states[0]] * N)
    assert env.rewards().tolist() == [1.0] * N


def test_scenarios_may_be_mixed() -> None:
    env = make_vec(["awm/e_commerce_33-v0", "clinic_scheduling_1"], num_envs=3, tasks=[0, 1])
    _, infos = env.reset(seed=0)
    assert infos["entry"].tolist() == ["e_commerce_33", "clinic_scheduling_1", "e_commerce_33"]
    _, _, _, _, infos = env.step(env.action_space.sample())
    assert set(infos["kind"]) <= {"ok", "refused"}
    env.close()


# -- Gymnasium's own ways --------------------------------------------------------------------------------------


def test_make_vec_uses_the_native_vector_environment() -> None:
    env = gymnasium.make_vec(
        "awm/e_commerce_33-v0", num_envs=2, vectorization_mode="vector_entry_point", task=0, autoreset_mode="SameStep"
    )
    assert isinstance(env, AwmVectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    env.reset(seed=0)
    env.close()


def test_wrappers_for_vector_environments_work(source: str, runtime: Runtime) -> None:
    env = RecordEpisodeStatistics(vector(source, runtime))
    env.reset(seed=0)
    env.step([MILK] * N)
    _, _, _, _, infos = env.step([DONE] * N)
    assert infos["episode"]["r"].tolist() == [1.0] * N
    assert infos["episode"]["l"].tolist() == [2] * N


def one_of(index: int, source: str) -> AwmEnv:
    return AwmEnv("notes", source=source, task=index % 2)


@pytest.mark.parametrize("kind", [SyncVectorEnv, AsyncVectorEnv])
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_it_works_in_gymnasiums_own_vector_environments(
    source: str, kind: type[SyncVectorEnv] | type[AsyncVectorEnv], mode: AutoresetMode
) -> None:
    env = kind([lambda i=i: one_of(i, source) for i in range(2)], autoreset_mode=mode)
    observed, _ = env.reset(seed=3)
    assert observed["task"] == ("Add a note that says: milk", "Another")
    observed, *_ = env.step((MILK, LIST))
    assert '"body":"milk"' in observed["content"][0]
    _, rewards, terminated, _, _ = env.step((DONE, LIST))
    assert (rewards.tolist(), terminated.tolist()) == ([1.0, 0.0], [True, False])
    env.close()


def test_gymnasiums_wrappers_work(source: str, runtime: Runtime) -> None:
    env: Any = AwmEnv("notes", source=source, runtime=runtime, task=0)
    env = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.wrappers.TransformReward(env, lambda r: 2 * r))
    env = gymnasium.wrappers.TimeLimit(gymnasium.wrappers.Autoreset(env), 3)
    env.reset(seed=0)
    env.step(MILK)
    _, reward, terminated, _, info = env.step(DONE)
    assert (reward, terminated, info["episode"]["l"]) == (2.0, True, 2)
    assert env.step(LIST)[1] == 0.0
