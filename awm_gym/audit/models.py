"""What an audit finds, as frozen data: gates, counterexamples, rates, and a grade for each task.

Everything is JSON: it is stored as it comes, shipped beside an entry, and put into the report as it is.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from awm_gym.registry import ToolCall

VERSION = 1
"""Of the gates: what another version found is audited again."""

GradeName = Literal["verified", "unproven", "rejected"]
"""`verified`: every gate passed, those that need a gold solution too. `unproven`: nothing was found that is plainly
wrong, but not everything was shown either. `rejected`: a gate has shown that the task or its verifier is wrong."""

Severity = Literal["rejects", "withholds"]
"""What a gate that fails does: reject the task, or only withhold `verified` from it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Options(_Frozen):
    """How hard an audit tries; another choice is another audit.

    Attributes:
        episodes: episodes of the random policy, shared by the tasks of a scenario.
        mutants: at most so many mutants of each gold solution.
        collateral: unasked changes that are tried on each gold solution.
        seed: what every draw comes from.
    """

    episodes: int = Field(50, ge=0)
    mutants: int = Field(40, ge=0)
    collateral: int = Field(24, ge=0)
    seed: int = 0

    def key(self) -> str:
        """Return the options as a text, equal for equal ones."""
        return f"{VERSION}/{self.episodes}/{self.mutants}/{self.collateral}/{self.seed}"


class Gate(_Frozen):
    """One question that was put to a task, and its answer.

    Attributes:
        name: what was asked.
        passed: None where it does not apply.
        detail: the answer in a sentence.
        severity: what it means for the grade if it failed.
        evidence: what the answer rests on.
    """

    name: str
    passed: bool | None
    detail: str = ""
    severity: Severity = "rejects"
    evidence: dict[str, Any] = {}


class Rate(_Frozen):
    """How many wrong outcomes were tried, and how many of them the verifier rejected."""

    tried: int = 0
    rejected: int = 0

    @property
    def share(self) -> float | None:
        """The part that was rejected; None if nothing was tried."""
        return self.rejected / self.tried if self.tried else None


class Counterexample(_Frozen):
    """A wrong outcome that some verifier accepted, or on which two verifiers disagree.

    Attributes:
        kind: `near miss`, `mutant` or `collateral`.
        what: what is wrong with it, in words.
        calls: the calls that lead to it.
        answer: the final answer.
        changes: what its database holds otherwise than the gold solution's, by table.
        accepted_by: verifiers that say complete.
        rejected_by: verifiers that say anything else.
    """

    kind: str
    what: str
    calls: tuple[ToolCall, ...] = ()
    answer: str | None = None
    changes: dict[str, Any] = {}
    accepted_by: tuple[str, ...]
    rejected_by: tuple[str, ...] = ()


class Difficulty(_Frozen):
    """How hard a task is, measured.

    Attributes:
        calls: length of the first gold solution; None without one.
        writes: how many of its calls change the database.
        tools: how many different tools it needs.
        random_success: part of the random policy's episodes that got `complete`.
    """

    calls: int | None = None
    writes: int | None = None
    tools: int | None = None
    random_success: float | None = None


class TaskAudit(_Frozen):
    """What was found about one task.

    Attributes:
        scenario: the entry's normalised name.
        digest: the entry's digest; the findings hold for this one only.
        task: the task's index.
        text: the task's text.
        grade: see `GradeName`.
        reasons: why it is not `verified`, one for each gate that failed.
        gates: all gates.
        mutants: by verifier, mutants of the gold solution.
        collateral: by verifier, gold solutions with an unasked change.
        equivalent: mutants that came to the same as the gold solution and do not count.
        counterexamples: what a verifier accepted though it is wrong.
        difficulty: how hard it is.
        seconds: how long the audit of it took.
    """

    scenario: str
    digest: str
    task: int
    text: str
    grade: GradeName
    reasons: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    mutants: dict[str, Rate] = {}
    collateral: dict[str, Rate] = {}
    equivalent: int = 0
    counterexamples: tuple[Counterexample, ...] = ()
    difficulty: Difficulty = Difficulty()
    seconds: float = 0.0

    def gate(self, name: str) -> Gate | None:
        """Return the gate of that name, if it was put to the task."""
        return next((gate for gate in self.gates if gate.name == name), None)


class ToolUse(_Frozen):
    """How often the calls of one tool ended how: with arguments that are valid by its schema, and with edge inputs."""

    valid: dict[str, int] = {}
    edge: dict[str, int] = {}


class ScenarioAudit(_Frozen):
    """What was found about an entry apart from its tasks.

    Attributes:
        scenario: its normalised name.
        digest: its digest.
        source: name of the source it came from.
        tasks: how many tasks it has.
        error: why it cannot be brought up; empty if it can.
        failed: statements that SQLite refused when the database was built.
        warnings: what the runtime mended or found strange: shadowed routes, invalid OpenAPI.
        contradictions: what is wrong in the tools' schemas.
        tools: how the calls of each tool ended.
        errors: a server error of each tool that had one.
        seconds: how long the gates of the entry took, and what its tasks share.
    """

    scenario: str
    digest: str
    source: str = ""
    tasks: int = 0
    error: str = ""
    failed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    tools: dict[str, ToolUse] = {}
    errors: dict[str, str] = {}
    seconds: float = 0.0

    @property
    def never_succeeded(self) -> tuple[str, ...]:
        """Tools that never succeeded on any of the valid arguments."""
        return tuple(name for name, use in self.tools.items() if use.valid and not use.valid.get("ok"))

    @property
    def calls(self) -> int:
        """Calls made of its tools."""
        return sum(sum(use.valid.values()) + sum(use.edge.values()) for use in self.tools.values())

    @property
    def server_errors(self) -> int:
        """How many of them the app answered 5xx, or not at all."""
        broken = ("server_error", "deadline", "crash")
        return sum(use.valid.get(kind, 0) + use.edge.get(kind, 0) for use in self.tools.values() for kind in broken)
