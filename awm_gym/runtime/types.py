"""What goes into and comes out of a session: results, verdicts, snapshots, changes. Frozen data, no behaviour."""

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from awm_gym.registry.entry import Entry, Task
    from awm_gym.runtime.runtime import Runtime

CallKind = Literal["ok", "refused", "malformed", "server_error", "deadline", "crash"]
"""What happened to a tool call, by what happened and not by the words of the answer:

- `ok`: the application answered with a status below 400.
- `refused`: the application answered 4xx; the call was well-formed, and the application said no.
- `malformed`: the call never reached the application's code: unknown tool, or arguments its schema rejects.
- `server_error`: the application answered 5xx or let an exception out.
- `deadline`: the application did not answer in time; the database is as it was before the call.
- `crash`: the process died of this call, each time it was made; the database is as it was before the call.
"""

BROKEN: frozenset[CallKind] = frozenset({"server_error", "deadline", "crash"})
"""The kinds that are the environment's fault."""

Outcome = Literal["complete", "incomplete", "agent_error", "server_error", "format_error", "judge_error"]
"""How an episode ended, in the words of Agent World Model's reward."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to a tool call.

    Attributes:
        content: what the agent reads: the application's JSON, or an error in words.
        is_error: True unless `kind` is `ok`.
        kind: what happened, see `CallKind`.
        status: the application's HTTP status; None if it gave none.
        detail: for developers, never for agents: the exception behind a server error.
    """

    content: str
    is_error: bool
    kind: CallKind
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that was made, its result, and its number in the episode (from 1)."""

    tool: str
    arguments: dict[str, Any]
    result: ToolResult
    tick: int

    @property
    def effective(self) -> bool:
        """Whether the call may have changed anything; a call that was cut short was undone."""
        return self.result.kind not in ("deadline", "crash")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of an episode.

    Attributes:
        outcome: how the episode ended.
        detail: why, in a sentence; for a `judge_error`, what went wrong in the verifier.
        facts: what the verifier reported, JSON-compatible; None if it reports none.
    """

    outcome: Outcome
    detail: str = ""
    facts: Any = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session's whole state at one moment; picklable, and good in any process that has the same entry.

    Attributes:
        digest: of the entry it belongs to.
        task: index of the task.
        seed: the session's seed.
        tick: how many calls had been made; sets the clock and the random state.
        image: the database, as the bytes of an SQLite file.
        replay: calls to make again on that image, oldest first; only for apps that keep state outside of their
            database, which no image holds.
    """

    digest: str
    task: int
    seed: int
    tick: int
    image: bytes = field(repr=False)
    replay: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class TableChanges:
    """The rows of one table that were added, removed or changed, as dicts by column."""

    added: tuple[dict[str, Any], ...] = ()
    removed: tuple[dict[str, Any], ...] = ()
    changed: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = ()
    """Pairs of a row before and after."""


Changes = dict[str, TableChanges]
"""By table name; tables without a change are left out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verifier gets to see of an episode.

    Attributes:
        entry: the environment.
        task: the task that was to be done.
        initial: image of the database at the episode's start.
        final: image of the database now.
        answer: the agent's final answer, if it gave one.
        now: the episode's virtual time.
        calls: the episode's tool calls, oldest first.
    """

    entry: "Entry"
    task: "Task"
    initial: bytes = field(repr=False)
    final: bytes = field(repr=False)
    answer: str | None
    now: datetime
    calls: tuple[Call, ...] = ()


Verifier = Callable[["Runtime", Evidence], Coroutine[Any, Any, Verdict]]
"""Turns the evidence of an episode into a verdict; runs on the runtime's loop, generated code in a process."""

VerifierLike = str | Verifier | Sequence[str | Verifier]
"""A verifier's name, a verifier, or several that must agree."""


def fingerprint(text: str) -> bytes:
    """Return eight bytes that tell two answers apart."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
