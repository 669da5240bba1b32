"""`AwmEnv`: an entry as a single Gymnasium environment, the thin face over its `Episodes`."""

import copy
from typing import Any, ClassVar

import gymnasium

from awm_gym.episode import Info, Observation, Rules
from awm_gym.episodes import EnvSnapshot, Episodes, TaskChoice, checked_options
from awm_gym.registry import Entry, get_entry
from awm_gym.reward import reward_scheme
from awm_gym.runtime import Runtime, ToolSpec, Verdict, default_runtime
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Outcome, VerifierLike
from awm_gym.spaces import ToolCallSpace, observation_space


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
        tasks: TaskChoice = None,
        max_steps: int = 50,
        verifier: VerifierLike = "code",
        reward: str | dict[Outcome, float] = "binary",
        source: str | None = None,
        render_mode: str | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        """Bring the entry's app up; the first environment of an entry starts its host process.

        Args:
            name: the entry's name.
            task: index of the one task to play.
            tasks: indices of the tasks that episodes are drawn from, or `"verified"` for those that an audit has
                proven; all by default.
            max_steps: actions an episode may have; one that runs out is verified, and truncated.
            verifier: who judges: `"code"`, `"diff"`, `"sql"`, a verifier of your own, or several that must agree.
            reward: `"binary"`, `"paper"`, or a reward for each outcome.
            source: name or path of the source to take the entry from; the last that has it by default.
            render_mode: `"ansi"`, `"human"` or None.
            runtime: where sessions are opened; the process's shared one by default.

        Raises:
            EntryNotFound: if no source holds the entry.
            TaskNotFound: if the entry has no such task.
            VerifierNotFound: if a task lacks what the verifier needs.
            EndpointMissing: if the verifier needs an LLM, and none is configured.
            EnvironmentBroken: if the entry's app cannot be brought up.
        """
        if task is not None:
            if tasks is not None:
                raise ValueError("expected `task` or `tasks`, got both; leave one out")
            tasks = [task]
        self.render_mode = render_mode
        self._rules = Rules(reward_scheme(reward), max_steps)
        self._runtime = runtime or default_runtime()
        self._episodes = Episodes(self._runtime, get_entry(name, source=source), tasks, self._rules, verifier)
        self._frame = ""
        self.action_space: ToolCallSpace = self._episodes.space
        self.observation_space = observation_space()

    @property
    def entry(self) -> Entry:
        """What the environment is."""
        return self._episodes.entry

    @property
    def tasks(self) -> tuple[int, ...]:
        """Indices of the tasks that episodes are drawn from."""
        return self._episodes.tasks

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The tools of the entry, without the reserved `final_answer`."""
        return self._episodes.scenario.tools

    @property
    def session(self) -> Session:
        """The session of the running episode.

        Raises:
            gymnasium.error.ResetNeeded: before the first reset.
        """
        return self._episodes.current.session

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
        self._episodes.generator = self.np_random
        observed, info = self._runtime.wait(self._episodes.reset(checked_options(options)))
        self._show(f"{self.entry.env_id}, task {info['task_index']}: {observed['task']}")
        return observed, info

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
        step = self._runtime.wait(self._episodes.step(action))
        if self.render_mode:
            self._show(_frame(action, step.observation, step.info, step.reward))
        return step.observation, step.reward, step.terminated, step.truncated, step.info

    def reward(self, answer: str | None = None) -> float:
        """Return what the episode would be worth if it ended now; it goes on.

        Args:
            answer: the final answer to judge it with.
        """
        return self._rules.scheme(self.verdict(answer).outcome)

    def verdict(self, answer: str | None = None) -> Verdict:
        """Return what the verifier says of the state as it is now; the episode goes on."""
        return self._runtime.wait(self._episodes.judge(answer))

    def snapshot(self) -> EnvSnapshot:
        """Return the state of the running episode, as a value that `restore` takes here or in another process."""
        return self._runtime.wait(self._episodes.snapshot())

    def restore(self, snapshot: EnvSnapshot) -> Observation:
        """Go back, or over, to a state.

        Returns:
            The observation there: the task, with no content.

        Raises:
            SnapshotMismatch: if the snapshot was taken of another entry.
        """
        observed = self._runtime.wait(self._episodes.restore(snapshot))
        assert self._episodes.generator is not None
        self.np_random = self._episodes.generator
        return observed

    def fork(self) -> "AwmEnv":
        """Return a second environment in the same state; from there on each goes its own way."""
        twin = copy.copy(self)
        twin._episodes = self._episodes.twin()
        twin.action_space = twin._episodes.space
        twin.restore(self.snapshot())
        return twin

    def render(self) -> str | None:
        """Return the last step as text (`ansi`); in mode `human`, it was printed when it happened."""
        return self._frame if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give the session back."""
        if self._runtime.running:
            self._runtime.wait(self._episodes.close())

    def _show(self, frame: str) -> None:
        self._frame = frame
        if self.render_mode == "human":
            print(frame)


def _frame(action: dict[str, Any], observed: Observation, info: Info, reward: float) -> str:
    given = action.get("arguments")
    arguments = ", ".join(f"{name}={value!r}" for name, value in given.items()) if isinstance(given, dict) else given
    mark = "!" if observed["is_error"] else "="
    lines = [f"{info['steps']:>3}. {action['tool']}({arguments})", f"     {mark} {observed['content'][:2000]}"]
    if info["outcome"]:
        lines.append(f"     {info['outcome']}, reward {reward}: {info['detail']}")
    return "\n".join(lines)
