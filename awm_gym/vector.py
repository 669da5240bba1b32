"""`AwmVectorEnv`: many environments stepped at once, of one scenario or of several.

It has no processes or threads of its own: the steps of all sub-environments are in flight together on the runtime's
loop, across its hosts, and the results come back in order.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.spaces import Tuple
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from awm_gym.episode import Info, Observation, Rules, Step
from awm_gym.episodes import EnvSnapshot, Episodes, TaskChoice, checked_options
from awm_gym.registry import get_entry
from awm_gym.reward import reward_scheme
from awm_gym.runtime import Runtime, Verdict, default_runtime
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Outcome, VerifierLike
from awm_gym.spaces import observation_space

Actions = Sequence[dict[str, Any]]
Flags = npt.NDArray[np.bool_]

_OPTIONS = ("task", "reset_mask")


class AwmVectorEnv(VectorEnv[Observation, Actions, npt.NDArray[Any]]):
    """`num_envs` environments side by side.

    Actions are a sequence of `num_envs` tool calls. Observations are a dict of `task` and `content` (tuples of
    `num_envs` texts) and `is_error` (int64 of shape `(num_envs,)`).
    """

    def __init__(
        self,
        name: str | Sequence[str],
        num_envs: int = 1,
        *,
        tasks: TaskChoice = None,
        task: int | None = None,
        max_steps: int = 50,
        verifier: VerifierLike = "code",
        reward: str | dict[Outcome, float] = "binary",
        source: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        render_mode: None = None,
        runtime: Runtime | None = None,
    ) -> None:
        """Bring the entries' apps up.

        Args:
            name: the entry's name; several names are dealt to the sub-environments in turn.
            num_envs: how many sub-environments.
            tasks: as for `AwmEnv`.
            task: as for `AwmEnv`.
            max_steps: as for `AwmEnv`.
            verifier: as for `AwmEnv`.
            reward: as for `AwmEnv`.
            source: as for `AwmEnv`.
            autoreset_mode: when an episode that is over is followed by a new one.
            render_mode: None; a vector environment does not render.
            runtime: where sessions are opened; the process's shared one by default.

        Raises:
            ValueError: if there is no name, or `num_envs` is not positive.
        """
        names = [name] if isinstance(name, str) else list(name)
        if not names or num_envs < 1:
            raise ValueError(f"expected at least one name and one environment, got {names} and num_envs={num_envs}")
        if task is not None:
            tasks = [task]
        self.num_envs = num_envs
        self.render_mode = render_mode
        self._autoreset = AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self._autoreset}
        self._rules = Rules(reward_scheme(reward), max_steps)
        self._runtime = runtime or default_runtime()
        entries = [get_entry(each, source=source) for each in names]
        self._slots = [
            Episodes(self._runtime, entries[index % len(entries)], tasks, self._rules, verifier)
            for index in range(num_envs)
        ]
        self._over = np.zeros(num_envs, dtype=np.bool_)
        self._seen: list[Observation] = []
        self.single_action_space = self._slots[0].space
        self.action_space = Tuple([slot.space for slot in self._slots])
        self.single_observation_space = observation_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions of the running episodes."""
        return tuple(slot.current.session for slot in self._slots)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Begin an episode in every sub-environment, or in those of a mask.

        Args:
            seed: one seed, to which each sub-environment adds its index, or one for each.
            options: `task`, an index for all or one for each; `reset_mask`, a bool array of shape `(num_envs,)`.

        Returns:
            Observations, and infos as gymnasium batches them.

        Raises:
            ValueError: if seeds, tasks or the mask do not fit `num_envs`.
        """
        chosen = checked_options(options, _OPTIONS)
        mask = _mask(chosen.pop("reset_mask", None), self.num_envs)
        seeds = self._per_env("seed", [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else seed)
        tasks = self._per_env("task", chosen.get("task"))
        if not self._seen and not mask.all():
            raise ValueError("expected a first reset of all sub-environments, got a reset_mask that leaves some out")
        for slot, own_seed, selected in zip(self._slots, seeds, mask, strict=True):
            if selected and (own_seed is not None or slot.generator is None):
                slot.generator, _ = seeding.np_random(own_seed)
        self._over[mask] = False
        indices = np.flatnonzero(mask).tolist()
        begun = self._runtime.wait(self._reset({index: tasks[index] for index in indices}))
        self._seen = self._seen or [{} for _ in range(self.num_envs)]
        infos: Info = {}
        for index, (observed, info) in zip(indices, begun, strict=True):
            self._seen[index] = observed
            infos = self._add_info(infos, info, index)
        return _batched(self._seen), infos

    async def _reset(self, tasks: dict[int, int | None]) -> list[tuple[Observation, Info]]:
        return await asyncio.gather(*(self._slots[index].reset({"task": task}) for index, task in tasks.items()))

    def step(self, actions: Actions) -> tuple[Observation, npt.NDArray[np.float64], Flags, Flags, Info]:
        """Take an action in every sub-environment.

        Args:
            actions: `num_envs` tool calls. In mode `NextStep` the action of an environment whose episode was
                over is ignored: it begins a new one, with reward 0.

        Returns:
            Observations, rewards (float64), terminations and truncations (bool), each of shape `(num_envs,)`, and
            infos as gymnasium batches them; in mode `SameStep` with `final_obs` and `final_info`.

        Raises:
            ValueError: if there are not `num_envs` actions.
            gymnasium.error.InvalidAction: if one cannot be an action at all.
            gymnasium.error.ResetNeeded: in mode `Disabled`, if an episode is over and was not reset.
        """
        if len(actions) != self.num_envs:
            raise ValueError(f"expected {self.num_envs} actions, got {len(actions)}")
        self._check(actions)
        results = self._runtime.wait(self._step(actions))
        rewards = np.zeros(self.num_envs)
        terminated, truncated = np.zeros(self.num_envs, np.bool_), np.zeros(self.num_envs, np.bool_)
        infos: Info = {}
        for index, (step, begun) in enumerate(results):
            rewards[index], terminated[index], truncated[index] = step.reward, step.terminated, step.truncated
            self._seen[index], info = step.observation, step.info
            if begun is not None:
                infos = self._add_info(infos, {"final_obs": step.observation, "final_info": info}, index)
                self._seen[index], info = begun
            infos = self._add_info(infos, info, index)
        self._over = terminated | truncated
        return _batched(self._seen), rewards, terminated, truncated, infos

    def _check(self, actions: Actions) -> None:
        """Refuse the whole batch before any sub-environment has moved."""
        if not self._seen:
            raise ResetNeeded("no episode is running; call reset() first")
        if self._autoreset == AutoresetMode.DISABLED and self._over.any():
            over = np.flatnonzero(self._over).tolist()
            raise ResetNeeded(f"the episodes of environments {over} are over; call reset(), or with a reset_mask")
        for index, (slot, action) in enumerate(zip(self._slots, actions, strict=True)):
            problem = None if isinstance(action, dict) and "tool" in action else slot.space.problem(action)
            if problem is not None:
                raise InvalidAction(f"environment {index}: {problem.message}")

    async def _step(self, actions: Actions) -> list[tuple[Step, tuple[Observation, Info] | None]]:
        return await asyncio.gather(*map(self._step_one, self._slots, actions, self._over.tolist()))

    async def _step_one(
        self, slot: Episodes, action: dict[str, Any], over: bool
    ) -> tuple[Step, tuple[Observation, Info] | None]:
        """Return a sub-environment's step, and in mode `SameStep` what a reset after it gave."""
        if over and self._autoreset == AutoresetMode.NEXT_STEP:
            observed, info = await slot.reset({})
            return Step(observed, 0.0, False, False, info), None
        step = await slot.step(action)
        if self._autoreset == AutoresetMode.SAME_STEP and (step.terminated or step.truncated):
            return step, await slot.reset({})
        return step, None

    def rewards(self) -> npt.NDArray[np.float64]:
        """Return what each episode would be worth if it ended now; they go on. Shape `(num_envs,)`."""
        return np.array([self._rules.scheme(verdict.outcome) for verdict in self.verdicts()])

    def verdicts(self) -> list[Verdict]:
        """Return what the verifier says of each state as it is now."""
        return self._runtime.wait(self._all(slot.judge(None) for slot in self._slots))

    def snapshot(self) -> list[EnvSnapshot]:
        """Return the state of every sub-environment."""
        return self._runtime.wait(self._all(slot.snapshot() for slot in self._slots))

    def restore(self, snapshots: Sequence[EnvSnapshot]) -> Observation:
        """Go back, or over, to states.

        Args:
            snapshots: one for each sub-environment; the same one may be given several times.

        Returns:
            The observations there.
        """
        states = self._per_env("snapshot", list(snapshots))
        pairs = zip(self._slots, states, strict=True)
        self._seen = self._runtime.wait(self._all(slot.restore(state) for slot, state in pairs))
        self._over = np.array([state.progress.done for state in states])
        return _batched(self._seen)

    async def _all(self, work: Any) -> list[Any]:
        return list(await asyncio.gather(*work))

    def close_extras(self, **_: Any) -> None:
        """Give all sessions back."""
        if self._runtime.running:
            self._runtime.wait(self._all(slot.close() for slot in self._slots))

    def _per_env(self, what: str, given: Any) -> list[Any]:
        """Return one value for each sub-environment; a single one is for all."""
        if not isinstance(given, list | tuple | np.ndarray):
            return [given] * self.num_envs
        if len(given) != self.num_envs:
            raise ValueError(f"expected one {what} for each of {self.num_envs} environments, got {len(given)}")
        return [value.item() if isinstance(value, np.generic) else value for value in given]


def make_vec(
    ids: str | Sequence[str], num_envs: int | None = None, tasks: TaskChoice = None, **options: Any
) -> AwmVectorEnv:
    """Make a vector environment of one or several scenarios.

    Args:
        ids: ids or names of entries, dealt to the sub-environments in turn.
        num_envs: how many sub-environments; one for each id by default.
        tasks: indices of the tasks that episodes are drawn from, or `"verified"`; all by default.
        options: as for `AwmVectorEnv`.
    """
    names = [ids] if isinstance(ids, str) else list(ids)
    return AwmVectorEnv(names, len(names) if num_envs is None else num_envs, tasks=tasks, **options)


def _mask(given: Any, size: int) -> Flags:
    if given is None:
        return np.ones(size, dtype=np.bool_)
    mask = np.asarray(given)
    if mask.dtype != np.bool_ or mask.shape != (size,) or not mask.any():
        raise ValueError(
            f"expected a reset_mask of bool values, shape ({size},), at least one True; "
            f"got {mask.dtype}, shape {mask.shape}"
        )
    return mask


def _batched(observations: Sequence[Observation]) -> Observation:
    return {
        "task": tuple(each["task"] for each in observations),
        "content": tuple(each["content"] for each in observations),
        "is_error": np.array([each["is_error"] for each in observations], dtype=np.int64),
    }
