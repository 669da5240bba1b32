"""One episode by the rules of the Gymnasium face: what an action does, when it ends, what it is worth.

An episode drives one session and holds no I/O of its own; a single environment steps one, a vector environment
many at once. Whatever an agent sends becomes an observation it can learn from; only what cannot be an action at
all is the caller's mistake.
"""

from dataclasses import dataclass, replace
from typing import Any

from gymnasium.error import InvalidAction, ResetNeeded

from awm_gym.reward.scheme import RewardScheme
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import BROKEN, Outcome, Verdict
from awm_gym.spaces import FINAL_ANSWER, ActionProblem, ToolCallSpace, observation

LIST_TOOLS = "list_tools"
"""Under the paper's step rules, the reserved tool that lists the others; to be called once, and first."""

Observation = dict[str, Any]
Info = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """When an episode ends, and what it is worth then.

    Attributes:
        scheme: the reward of each outcome, and whether step rules hold.
        max_steps: how many actions there may be; after the last one the episode is verified and truncated.
    """

    scheme: RewardScheme
    max_steps: int

    def __post_init__(self) -> None:
        if self.max_steps < 1:
            raise ValueError(f"expected max_steps to be at least 1, got {self.max_steps}")


@dataclass(frozen=True, slots=True)
class Step:
    """What a step returns, in gymnasium's order."""

    observation: Observation
    reward: float
    terminated: bool
    truncated: bool
    info: Info


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an episode has come, beside the state of its session.

    Attributes:
        steps: actions taken.
        done: whether the episode is over.
        listed: whether `list_tools` was called (step rules).
        succeeded: whether a tool call succeeded (step rules).
        broken: whether the application broke in a call.
    """

    steps: int = 0
    done: bool = False
    listed: bool = False
    succeeded: bool = False
    broken: bool = False


class Episode:
    """One episode in one session.

    Attributes:
        session: the session.
        progress: how far it has come.
    """

    def __init__(self, session: Session, space: ToolCallSpace, rules: Rules, progress: Progress | None = None) -> None:
        """Begin, or go on from where another one was.

        Args:
            session: a freshly opened session, or one in the state that belongs to `progress`.
            space: the actions.
            rules: when it ends and what it is worth.
            progress: how far it has come; by default, it begins.
        """
        self.session = session
        self.progress = progress or Progress()
        self._space = space
        self._rules = rules

    def first_observation(self) -> Observation:
        """Return the observation before any action: the task."""
        return observation(self.session.task.text, "", False)

    def first_info(self) -> Info:
        """Return reset's info: what the episode is, and the tools as a JSON list."""
        entry = self.session.entry
        return {
            "entry": entry.key,
            "digest": entry.digest,
            "task_index": self.session.task_index,
            "tools": self.session.tools_json,
        }

    async def step(self, action: Any) -> Step:
        """Take one action.

        Raises:
            InvalidAction: if it cannot be an action at all.
            ResetNeeded: if the episode is over.
        """
        if self.progress.done:
            raise ResetNeeded("this episode is over; call reset() to begin another")
        listing = self._rules.scheme.step_rules and isinstance(action, dict) and action.get("tool") == LIST_TOOLS
        problem = None if listing else self._space.problem(action)
        if problem is not None and problem.kind == "not_an_action":
            raise InvalidAction(problem.message)
        self._note(steps=self.progress.steps + 1)
        violation = self._violation(action["tool"], problem)
        if violation:
            return self._end(violation, Verdict("format_error", violation), "malformed", True)
        if problem is not None:
            return await self._go_on(problem.message, "malformed", 0)
        if listing:
            self._note(listed=True)
            return await self._go_on(self.session.tools_json, "ok", 0)
        return await self._act(action["tool"], action["arguments"])

    async def _act(self, tool: str, arguments: dict[str, Any]) -> Step:
        if tool == FINAL_ANSWER:
            return self._end("", await self.judge(arguments["answer"]), "ok", True)
        result = await self.session.acall(tool, arguments)
        if result.kind == "ok":
            self._note(succeeded=True)
        elif result.kind in BROKEN:
            self._note(broken=True)
        if result.kind in BROKEN and self._rules.scheme.step_rules:
            return self._end(result.content, Verdict("server_error", result.detail), result.kind, True, result.status)
        return await self._go_on(result.content, result.kind, result.status or 0)

    async def judge(self, answer: str | None) -> Verdict:
        """Verify the state as it is now.

        A task that is not done in an episode in which the application broke is nobody's failure: `server_error`.
        """
        verdict = await self.session.averify(answer)
        if self.progress.broken and verdict.outcome in ("agent_error", "incomplete"):
            return Verdict("server_error", f"{verdict.detail}; a tool had failed", verdict.facts)
        return verdict

    def _note(self, **changes: Any) -> None:
        self.progress = replace(self.progress, **changes)

    def _violation(self, tool: str, problem: ActionProblem | None) -> str:
        """Return which of the paper's step rules a call breaks; empty if none, or if they do not hold."""
        if not self._rules.scheme.step_rules:
            return ""
        if problem is not None:
            return problem.message
        if tool == LIST_TOOLS:
            return f"{LIST_TOOLS} was called twice; it is to be called once" if self.progress.listed else ""
        if not self.progress.listed:
            return f"{LIST_TOOLS} must be the first call"
        if tool == FINAL_ANSWER and not self.progress.succeeded:
            return f"at least one tool must succeed before {FINAL_ANSWER}"
        return ""

    async def _go_on(self, content: str, kind: str, status: int) -> Step:
        if self.progress.steps >= self._rules.max_steps:
            return self._end(content, await self.judge(None), kind, False, status)
        return self._step(content, kind, status, 0.0, "", "", False, False)

    def _end(self, content: str, verdict: Verdict, kind: str, terminated: bool, status: int | None = 0) -> Step:
        self._note(done=True)
        return self._step(
            content,
            kind,
            status or 0,
            self._rules.scheme(verdict.outcome),
            verdict.outcome,
            verdict.detail,
            terminated,
            not terminated,
        )

    def _step(
        self,
        content: str,
        kind: str,
        status: int,
        reward: float,
        outcome: Outcome | str,
        detail: str,
        terminated: bool,
        truncated: bool,
    ) -> Step:
        info: Info = {
            "kind": kind,
            "status": status,
            "outcome": outcome,
            "detail": detail,
            "steps": self.progress.steps,
        }
        seen = observation(self.session.task.text, content, kind != "ok")
        return Step(seen, reward, terminated, truncated, info)
