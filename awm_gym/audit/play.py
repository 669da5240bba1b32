"""Playing solutions, and telling whether two databases came to the same.

What legitimately varies is learned, not guessed: the gold solution is played a second time with another seed, and
some ticks later. Of a column in which the two results differ, and of one that the clock stamps by its name, it only
counts whether there is a value.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from awm_gym.audit.ground import Ground
from awm_gym.audit.stamps import is_stamp
from awm_gym.registry import Task, ToolCall
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Call, Changes, Evidence, Snapshot, TableChanges, Verdict
from awm_gym.runtime.verifiers import find_verifier

_OTHER_SEED = 4711
_LATER = 7
_VARIES = "(varies)"


@dataclass(frozen=True)
class Played:
    """A solution that was played.

    Attributes:
        states: the state before each call, and the one after the last.
        images: the database in each of these states.
        kinds: how each call ended.
        now: the virtual time at the end.
        calls: the calls with their results.
    """

    states: tuple[Snapshot, ...]
    images: tuple[bytes, ...]
    kinds: tuple[str, ...]
    now: datetime
    calls: tuple[Call, ...]

    @property
    def image(self) -> bytes:
        """The database at the end."""
        return self.images[-1]


async def play(session: Session, start: Snapshot, calls: Sequence[ToolCall], *, every: bool = False) -> Played:
    """Make calls from a state on.

    Args:
        session: the session to make them in.
        start: the state to begin with.
        calls: the calls.
        every: keep the state before each call, too, and not only the last one.
    """
    await session.arestore(start)
    states, images, kinds = [], [], []
    for call in calls:
        if every:
            states.append(await session.asnapshot())
            images.append(await session.aimage())
        kinds.append((await session.acall(call.tool, call.arguments)).kind)
    # Of an app that keeps state elsewhere, a snapshot holds calls to repeat, and not the database as it is now.
    states.append(await session.asnapshot())
    images.append(await session.aimage())
    return Played(tuple(states), tuple(images), tuple(kinds), session.now, tuple(session.calls))


async def judge(
    ground: Ground,
    task: Task,
    image: bytes,
    answer: str | None,
    now: datetime,
    *,
    verifier: str = "code",
    calls: tuple[Call, ...] = (),
) -> Verdict:
    """Return what a verifier says of a database and an answer."""
    evidence = Evidence(ground.entry, task, ground.image, image, answer, now, calls)
    return await find_verifier(verifier)(ground.runtime, evidence)


def elsewhere(start: Snapshot) -> Snapshot:
    """Return a beginning with another seed, some ticks later."""
    return replace(start, seed=_OTHER_SEED, tick=start.tick + _LATER)


@dataclass(frozen=True)
class Sameness:
    """Decides whether two databases hold the same, up to what varies.

    Attributes:
        varying: by table, the columns of which it only counts whether they hold a value.
        skipped: tables that do not count.
    """

    varying: dict[str, set[str]]
    skipped: frozenset[str] = frozenset()

    def differs(self, changes: Changes) -> bool:
        """Tell whether the changes from one database to the other count."""
        return bool(self.relevant(changes))

    def relevant(self, changes: Changes) -> dict[str, dict[str, Any]]:
        """Return what counts of the changes, as JSON: by table, the rows before and after that have no counterpart."""
        found = {}
        for table, change in changes.items():
            if table in self.skipped:
                continue
            before, after = self._rows(table, change)
            gone, come = before - after, after - before
            if gone or come:
                found[table] = {"before": _listed(gone), "after": _listed(come)}
        return found

    def _rows(self, table: str, change: TableChanges) -> tuple[Counter[Any], Counter[Any]]:
        ignored = self.varying.get(table, set())

        def told(name: str, value: Any) -> Any:
            varies = value is not None and (name in ignored or is_stamp(name))
            return _VARIES if varies else _plain(value)

        def counted(rows: list[dict[str, Any]]) -> Counter[Any]:
            return Counter(tuple((name, told(name, value)) for name, value in row.items()) for row in rows)

        before = [*change.removed, *(old for old, _ in change.changed)]
        after = [*change.added, *(new for _, new in change.changed)]
        return counted(before), counted(after)


def learn_varying(first: Changes) -> dict[str, set[str]]:
    """Return the columns in which two plays of the same calls differ, by table.

    Args:
        first: the changes from the one's result to the other's.
    """
    found: dict[str, set[str]] = {}
    for table, change in first.items():
        columns = {name for old, new in change.changed for name in old if old[name] != new.get(name)}
        names = {name for row in (*change.added, *change.removed) for name in row}
        for name in names:
            here = Counter(repr(row.get(name)) for row in change.removed)
            there = Counter(repr(row.get(name)) for row in change.added)
            if here != there:
                columns.add(name)
        found[table] = columns
    return found


def _plain(value: Any) -> Any:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else value


def _listed(rows: Counter[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in sorted(rows.elements(), key=repr)][:20]
