"""What is measured, beside what, and which budget it has: one `Goal` for each row of the table."""

from dataclasses import dataclass
from typing import Literal

MANY = 1024
"""Sessions at once for which the budgets are set."""

SCENARIOS = 15
"""Scenarios they are spread over."""

BARE = "bare app"
BARE_ALL = "bare app, every core"
BARE_VERIFIER = "bare verifier"
OFFICIAL = "process each"
OFFICIAL_MANY = "process each, x {sessions}"
OFFICIAL_ALL = "process each, every core"
FILE_COPY = "file copy"
SHARED = "shared host"

LEGEND = {
    "bare app": "the same calls of the same app, called by ASGI in its own process: no server, no walls",
    "bare verifier": "the same verifier as a function call, with no process around it",
    "process each": "uvicorn, FastMCP's OpenAPI tools and an MCP client over HTTP for every environment, as the "
    "official server does it; for many, a single one times their number",
    "file copy": "copying the database's file",
    "shared host": "sessions of one scenario in one host, as is the default",
}
"""What the references are."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound on what was measured, or on its ratio to the reference.

    Attributes:
        limit: the bound, in the row's unit or as a ratio.
        of: what it bounds.
        at_least: whether it is a lower bound.
        per_core: whether it is meant for each core of the machine.
    """

    limit: float
    of: Literal["value", "ratio"] = "value"
    at_least: bool = False
    per_core: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A row before it is measured.

    Attributes:
        name: what it is asked for by.
        what: what it is, for people; `{sessions}` and `{scenarios}` stand for their numbers.
        unit: of the value and the reference.
        against: what the reference is; empty if there is none.
        budget: its bound, if it has one.
        only_at: number of sessions for which the budget is set, if it depends on that.
    """

    name: str
    what: str
    unit: str
    against: str = ""
    budget: Budget | None = None
    only_at: int | None = None


GOALS: tuple[Goal, ...] = (
    Goal("reset", "reset to first observation, warm", "ms", OFFICIAL, Budget(3)),
    Goal("reset_all", "{sessions} resets at once", "s", OFFICIAL_MANY, Budget(3), MANY),
    Goal("first_reset", "first reset in a fresh process", "s", OFFICIAL, Budget(3)),
    Goal("step", "step, process isolation and MCP included", "ms", BARE, Budget(1.6, "ratio")),
    Goal("verify", "verify, code", "ms", BARE_VERIFIER, Budget(8)),
    Goal(
        "episodes",
        "5-step episodes a minute, reset and verify included",
        "/min",
        OFFICIAL_ALL,
        Budget(3000, at_least=True, per_core=True),
    ),
    Goal(
        "memory", "memory, {sessions} sessions, {scenarios} scenarios", "MiB", OFFICIAL_MANY, Budget(1.2 * 1024), MANY
    ),
    Goal(
        "throughput",
        "steps a second, {sessions} sessions, {scenarios} scenarios",
        "/s",
        BARE_ALL,
        Budget(0.6, "ratio", at_least=True),
    ),
    Goal("snapshot", "snapshot, 300 kB database", "ms", FILE_COPY, Budget(2)),
    Goal("restore", "restore, 300 kB database", "ms", FILE_COPY, Budget(2)),
    Goal("fork", "fork, 300 kB database", "ms", FILE_COPY, Budget(2)),
    Goal("isolated_open", "open, isolation='session'", "ms", SHARED),
    Goal("isolated_memory", "memory a session, isolation='session'", "MiB", SHARED),
    Goal("official_step", "step in a process per environment", "ms", BARE),
    Goal("official_memory", "memory of a process per environment", "MiB"),
)
"""In the order of the table. A process per environment: uvicorn, FastMCP's OpenAPI tools, an MCP client over HTTP."""

NAMES = tuple(goal.name for goal in GOALS)
