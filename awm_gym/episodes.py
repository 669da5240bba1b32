"""The episodes of one environment, one after the other: choosing the task, opening a session, closing the last one.

A single environment has one `Episodes`, a vector environment one for each of its sub-environments, so that both
behave alike. Methods that wait are coroutines for the runtime's loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from gymnasium.error import ResetNeeded

from awm_gym.audit.grades import VERIFIED, verified_tasks
from awm_gym.episode import Episode, Info, Observation, Progress, Rules, Step
from awm_gym.errors import TaskNotFound
from awm_gym.registry import Entry
from awm_gym.reward.verifiers import require
from awm_gym.runtime import Runtime, Snapshot, Verdict
from awm_gym.runtime.types import VerifierLike
from awm_gym.spaces import ToolCallSpace

OPTIONS = ("task",)

TaskChoice = Sequence[int] | Literal["verified"] | None
"""Indices of tasks; those that an audit graded `verified`; or all."""


@dataclass(frozen=True, slots=True)
class EnvSnapshot:
    """The whole state of an environment in the middle of an episode; a small picklable value.

    Attributes:
        session: the state of its session: database, clock, random state.
        progress: how far the episode has come.
        generator: state of the generator that later resets draw from.
    """

    session: Snapshot
    progress: Progress
    generator: dict[str, Any] = field(repr=False)


class Episodes:
    """The episodes of one environment.

    Attributes:
        entry: the environment's entry.
        tasks: indices of the tasks that episodes are drawn from.
        space: the actions.
        generator: what tasks and seeds are drawn from.
    """

    def __init__(self, runtime: Runtime, entry: Entry, tasks: TaskChoice, rules: Rules, verifier: VerifierLike) -> None:
        """Bring the entry to life and prepare for the first reset.

        Raises:
            TaskNotFound: if the entry has no such task, the list is empty, or none is verified.
            VerifierNotFound: if a task lacks what the verifier needs.
            EnvironmentBroken: if the entry's app cannot be brought up.
        """
        self.entry = entry
        self.tasks = _chosen(entry, tasks)
        if not self.tasks:
            raise TaskNotFound(f"expected at least one task of {entry.key!r} to play, got an empty list")
        for index in self.tasks:
            require(verifier, entry.task(index))
        self.scenario = runtime.scenario(entry)
        self.space = ToolCallSpace(self.scenario.tools)
        self.generator: np.random.Generator | None = None
        self._runtime = runtime
        self._rules = rules
        self._verifier = verifier
        self._episode: Episode | None = None

    @property
    def current(self) -> Episode:
        """The running episode.

        Raises:
            ResetNeeded: before the first reset.
        """
        if self._episode is None:
            raise ResetNeeded("no episode is running; call reset() first")
        return self._episode

    async def reset(self, options: dict[str, Any]) -> tuple[Observation, Info]:
        """Begin an episode with the task in the options, or one that is drawn."""
        assert self.generator is not None
        # Both are drawn in any case, so that choosing a task does not change the draws that follow.
        drawn = self.tasks[int(self.generator.integers(len(self.tasks)))]
        seed = int(self.generator.integers(2**31))
        chosen = options.get("task")
        index = drawn if chosen is None else int(chosen)
        self.entry.task(index)
        await self.close()
        session = await self._runtime.aopen(self.entry, index, seed=seed, verifier=self._verifier)
        self._episode = Episode(session, self.space, self._rules)
        return self._episode.first_observation(), self._episode.first_info()

    async def step(self, action: Any) -> Step:
        """Take an action in the running episode."""
        return await self.current.step(action)

    async def judge(self, answer: str | None) -> Verdict:
        """Verify the running episode as it is now."""
        return await self.current.judge(answer)

    async def snapshot(self) -> EnvSnapshot:
        """Return the state of the running episode."""
        assert self.generator is not None
        episode = self.current
        state = await episode.session.asnapshot()
        return EnvSnapshot(state, episode.progress, dict(self.generator.bit_generator.state))

    async def restore(self, snapshot: EnvSnapshot) -> Observation:
        """Go on from a state, and return its observation: the task, with no content."""
        if self._episode is None:
            session = await self._runtime.aopen(
                self.entry, snapshot.session.task, verifier=self._verifier, snapshot=snapshot.session
            )
        else:
            session = self._episode.session
            await session.arestore(snapshot.session)
        self.generator = np.random.Generator(np.random.PCG64())
        self.generator.bit_generator.state = snapshot.generator
        self._episode = Episode(session, self.space, self._rules, snapshot.progress)
        return self._episode.first_observation()

    def twin(self) -> "Episodes":
        """Return the episodes of another environment just like this, with none running."""
        return Episodes(self._runtime, self.entry, self.tasks, self._rules, self._verifier)

    async def close(self) -> None:
        """Give the session back."""
        episode, self._episode = self._episode, None
        if episode is not None:
            await episode.session.aclose()


def _chosen(entry: Entry, tasks: TaskChoice) -> tuple[int, ...]:
    if tasks is None:
        return tuple(range(len(entry.tasks)))
    if not isinstance(tasks, str):
        return tuple(tasks)
    if tasks != VERIFIED:
        raise ValueError(f"expected indices of tasks, or {VERIFIED!r}; got {tasks!r}")
    return verified_tasks(entry)


def checked_options(options: dict[str, Any] | None, allowed: Sequence[str] = OPTIONS) -> dict[str, Any]:
    """Return reset's options.

    Raises:
        ValueError: if one is unknown.
    """
    unknown = sorted(set(options or {}) - set(allowed))
    if unknown:
        raise ValueError(f"expected options out of {', '.join(allowed)}; got {', '.join(map(repr, unknown))}")
    return dict(options or {})
