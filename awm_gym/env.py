"""`AwmEnv`: an entry as a single Gymnasium environment, the thin face over an `Episode`."""

from collections.abc import Sequence
from typing import Any, ClassVar

import gymnasium
from gymnasium.error import ResetNeeded

from awm_gym.episode import Episode, Info, Observation
from awm_gym.errors import TaskNotFound
from awm_gym.registry import get_entry
from awm_gym.reward import reward_scheme
from awm_gym.runtime import Runtime, ToolSpec, Verdict, default_runtime
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Outcome, Verifier
from awm_gym.spaces import ToolCallSpace, observation_space

_OPTIONS = ("task",)


class AwmEnv(gymnasium.Env[Observation, dict[str, Any]]):
    """One environment: a partially observable process whose state is a database.

    An action is a tool call, `{"tool": name, "arguments": {...}}`; the reserved tool `final_answer` with
    `{"answer": text}` ends the episode. An observation is a dict of `task` (its text), `content` (what the tool
    answered) and `is_error` (0 or 1). The reward is 0 until the episode ends, and then what the verifier says.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["ansi", "human"], "render_fps": 1}  # type: ignore[misc]

    def __init__(
        self,
        name: str,
        *,
        task: int | None = None,
        tasks: Sequence[int] | None = None,
        max_steps: int = 50,
        verifier: str | Verifier = "code",
        reward: str | dict[Outcome, float] = "binary",
        source: str | None = None,
        render_mode: str | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        """Bring the entry's app up; the first environment of an entry starts its host process.

        Args:
            name: the entry's name.
            task: index of the one task to play.
            tasks: indices of the tasks that episodes are drawn from; all by default.
            max_steps: actions an episode may have; one that runs out is verified, and truncated.
            verifier: who judges: `"code"`, or a verifier of your own.
            reward: `"binary"`, `"paper"`, or a reward for each outcome.
            source: name or path of the source to take the entry from; the last that has it by default.
            render_mode: `"ansi"`, `"human"` or None.
            runtime: where sessions are opened; the process's shared one by default.

        Raises:
            EntryNotFound: if no source holds the entry.
            TaskNotFound: if the entry has no such task.
            EnvironmentBroken: if the entry's app cannot be brought up.
        """
        self.entry = get_entry(name, source=source)
        self.tasks = self._checked_tasks(task, tasks)
        self.max_steps = max_steps
        self.scheme = reward_scheme(reward)
        self.render_mode = render_mode
        self._verifier = verifier
        self._runtime = runtime or default_runtime()
        self._scenario = self._runtime.scenario(self.entry)
        self._episode: Episode | None = None
        self._frame = ""
        self.action_space: ToolCallSpace = ToolCallSpace(self._scenario.tools)
        self.observation_space = observation_space()

    def _checked_tasks(self, task: int | None, tasks: Sequence[int] | None) -> tuple[int, ...]:
        if task is not None and tasks is not None:
            raise ValueError("expected `task` or `tasks`, got both; leave one out")
        chosen = range(len(self.entry.tasks)) if task is None and tasks is None else tasks if task is None else [task]
        assert chosen is not None
        for index in chosen:
            self.entry.task(index)
        if not len(chosen):
            raise TaskNotFound(f"expected at least one task of {self.entry.key!r} to play, got an empty list")
        return tuple(chosen)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The tools of the entry, without the reserved `final_answer`."""
        return self._scenario.tools

    @property
    def session(self) -> Session:
        """The session of the running episode.

        Raises:
            ResetNeeded: before the first reset.
        """
        return self._running().session

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, Info]:
        """Begin an episode.

        Args:
            seed: seeds the choice of tasks and the randomness inside the environment.
            options: `{"task": index}` chooses the task; else one is drawn.

        Returns:
            The observation (the task, no content yet), and info with the entry, its digest, the index of the task
            and the tools as a JSON list.

        Raises:
            TaskNotFound: if the entry has no such task.
            ValueError: if an option is unknown.
        """
        super().reset(seed=seed)
        unknown = sorted(set(options or {}) - set(_OPTIONS))
        if unknown:
            raise ValueError(f"expected options out of {', '.join(_OPTIONS)}; got {', '.join(map(repr, unknown))}")
        task = (options or {}).get("task")
        drawn = self.tasks[int(self.np_random.integers(len(self.tasks)))]
        index = drawn if task is None else int(task)
        session_seed = int(self.np_random.integers(2**31))
        self.entry.task(index)
        self._end_session()
        session = self._runtime.open(self.entry, index, seed=session_seed, verifier=self._verifier)
        self._episode = Episode(session, self.action_space, self.scheme, self.max_steps)
        observed = self._episode.first_observation()
        self._show(f"{self.entry.env_id}, task {index}: {observed['task']}")
        return observed, self._episode.first_info()

    def step(self, action: dict[str, Any]) -> tuple[Observation, float, bool, bool, Info]:
        """Make a tool call.

        Args:
            action: `{"tool": name, "arguments": {...}}`. A malformed one is answered with an explanation.

        Returns:
            Observation, reward, terminated, truncated and info (`kind` and `status` of the call, `outcome` and
            `detail` once the episode is over, `steps`).

        Raises:
            gymnasium.error.InvalidAction: if it cannot be an action at all.
            gymnasium.error.ResetNeeded: before the first reset, or after the end of the episode.
        """
        step = self._runtime.wait(self._running().step(action))
        self._show(_frame(action, step.observation, step.info, step.reward))
        return step.observation, step.reward, step.terminated, step.truncated, step.info

    def reward(self, answer: str | None = None) -> float:
        """Return what the episode would be worth if it ended now; it goes on.

        Args:
            answer: the final answer to judge it with.
        """
        return self.scheme(self.verdict(answer).outcome)

    def verdict(self, answer: str | None = None) -> Verdict:
        """Return what the verifier says of the state as it is now; the episode goes on."""
        return self._runtime.wait(self._running().judge(answer))

    def render(self) -> str | None:
        """Return the last step as text (`ansi`); in mode `human`, it was printed when it happened."""
        return self._frame if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give the session back."""
        self._end_session()

    def _running(self) -> Episode:
        if self._episode is None:
            raise ResetNeeded("no episode is running; call reset() first")
        return self._episode

    def _end_session(self) -> None:
        if self._episode is not None:
            self._episode.session.close()
            self._episode = None

    def _show(self, frame: str) -> None:
        self._frame = frame
        if self.render_mode == "human":
            print(frame)


def _frame(action: dict[str, Any], observed: Observation, info: Info, reward: float) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in dict(action.get("arguments") or {}).items())
    mark = "!" if observed["is_error"] else "="
    lines = [f"{info['steps']:>3}. {action.get('tool')}({arguments})", f"     {mark} {observed['content'][:2000]}"]
    if info["outcome"]:
        lines.append(f"     {info['outcome']}, reward {reward}: {info['detail']}")
    return "\n".join(lines)
