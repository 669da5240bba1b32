"""What the gold solutions of a task do to its database, found out by playing them.

Each is played in the real runtime, three times: with other seeds, and with the clock a little later, so that what
varies can be told from what does not. That happens once for a task, when it is first asked for, and is kept.
"""

import asyncio
import json
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from awm_gym.errors import EnvironmentBroken, VerifierNotFound
from awm_gym.registry.entry import Entry, Solution, Task
from awm_gym.reward import probe
from awm_gym.reward.schema import Schema, schema_from_json
from awm_gym.runtime.runtime import Runtime
from awm_gym.runtime.types import BROKEN, Changes, Snapshot
from awm_gym.runtime.verification import VerifierCall, VerifierFailed

SHIFTS = (0, 61, 127)
"""How much later than the entry's anchor each play begins, in seconds: more than a minute, less than matters."""
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Played:
    """A gold solution, and the changes it made in each play."""

    solution: Solution
    changes: tuple[Changes, ...]


@dataclass(frozen=True, slots=True)
class Golden:
    """The gold solutions of a task.

    Attributes:
        played: those that could be played.
        problems: why others could not.
        schema: the tables at the start.
        names: sets of names of which the gold answers mention some.
    """

    played: tuple[Played, ...]
    problems: tuple[str, ...]
    schema: Schema
    names: tuple[tuple[str, ...], ...]


_kept: weakref.WeakKeyDictionary[Runtime, OrderedDict[tuple[str, int], asyncio.Task[Golden]]]
_kept = weakref.WeakKeyDictionary()


def require_gold(task: Task) -> None:
    """Look whether a task has a gold solution.

    Raises:
        VerifierNotFound: if it has none.
    """
    if not task.gold:
        raise VerifierNotFound(
            "expected a gold solution, which the 'diff' verifier compares with; this task has none: "
            "add a gold.json beside its task.txt, or choose another verifier"
        )


async def golden(runtime: Runtime, entry: Entry, index: int) -> Golden:
    """Return what the gold solutions of a task do; they are played at the first call. On the runtime's loop.

    Raises:
        VerifierNotFound: if the task has none.
        EnvironmentBroken: if the entry cannot be brought up, or its database not be read.
    """
    require_gold(entry.task(index))
    kept = _kept.setdefault(runtime, OrderedDict())
    key = (entry.digest, index)
    if key not in kept:
        kept[key] = asyncio.get_running_loop().create_task(_golden(runtime, entry, index))
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    try:
        return await asyncio.shield(kept[key])
    except EnvironmentBroken:
        kept.pop(key, None)  # it may be the machine's fault, and go better the next time
        raise


async def _golden(runtime: Runtime, entry: Entry, index: int) -> Golden:
    image = (await runtime.ascenario(entry)).image
    played, problems = [], []
    for number, solution in enumerate(entry.task(index).gold):
        try:
            changes = [
                await _play(runtime, Snapshot(entry.digest, index, seed, shift, image), entry, solution)
                for seed, shift in enumerate(SHIFTS)
            ]
        except _Unplayable as error:
            problems.append(f"gold solution {number}: {error}")
        else:
            played.append(Played(solution, tuple(changes)))
    answers = [solution.answer for solution in entry.task(index).gold if solution.answer]
    try:
        call = VerifierCall(_probe(), image, image, (json.dumps(answers),), entry.anchor)
        told = await runtime.evaluate(call)
    except VerifierFailed as error:
        raise EnvironmentBroken(f"the tables of {entry.key!r} cannot be read: {error}") from None
    names = tuple(tuple(values) for values in told["names"])
    return Golden(tuple(played), tuple(problems), schema_from_json(told["tables"]), names)


class _Unplayable(Exception):
    """A call of a gold solution did not reach the application, or broke it."""


async def _play(runtime: Runtime, snapshot: Snapshot, entry: Entry, solution: Solution) -> Changes:
    async with await runtime.aopen(entry, snapshot.task, snapshot=snapshot) as session:
        for number, call in enumerate(solution.calls, 1):
            result = await session.acall(call.tool, call.arguments)
            if result.kind == "malformed" or result.kind in BROKEN:
                raise _Unplayable(f"call {number}, {call.tool}, ends as {result.kind}: {result.content[:200]}")
        return await session.achanges()


@cache
def _probe() -> str:
    return Path(probe.__file__).read_text(encoding="utf-8")
