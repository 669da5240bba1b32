"""Gates of a code verifier that need no gold solution: what it must not pay for, and how it must behave."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from awm_gym.audit import inside
from awm_gym.audit.ground import Ground
from awm_gym.audit.models import Gate
from awm_gym.audit.play import judge
from awm_gym.registry import Task
from awm_gym.runtime.types import Verdict
from awm_gym.runtime.verification import VerifierCall, VerifierFailed

ANSWERS = ("", "done", "I could not find it.")
SHIFTS = (timedelta(days=-400), timedelta(days=3), timedelta(days=400))
"""By how much the clock is put forward or back."""

CHANCE = 0.1
"""Without a gold solution, the part of random successes from which on they cannot be called chance."""

_SHOWN = 5


@dataclass
class Seen:
    """The verdicts on one task so far."""

    wrote: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def note(self, where: str, verdict: Verdict) -> str:
        """Remember what is wrong with a verdict, and return its outcome."""
        if verdict.outcome == "judge_error":
            kind = self.wrote if "the verifier wrote to" in verdict.detail else self.failed
            kind.append(f"{where}: {verdict.detail}")
        return verdict.outcome


Solved = Callable[[bytes, str | None], Awaitable[bool]]
"""Whether a database and an answer are what a gold solution leaves: then a chance solution was rightly paid."""


async def verifier_gates(ground: Ground, task: Task, solved: Solved | None) -> tuple[list[Gate], float | None]:
    """Return the gates, and the part of the random policy's episodes that were paid.

    Args:
        ground: what the entry's tasks share.
        task: the task.
        solved: tells a chance solution from a wrong one; None if no gold solution is known.
    """
    seen = Seen()
    start = ground.image
    untouched = [
        seen.note("the untouched database", await judge(ground, task, start, None, ground.entry.anchor))
        for _ in range(2)
    ]
    gates = [
        _no("no-op", untouched[0] == "complete", "it says complete though nothing was done"),
        await _answers(ground, task, seen),
        *(random := await _random(ground, task, seen, solved)),
        await _unrelated(ground, task, seen, solved),
        await clock_gate(ground, task, start, None, "clock"),
    ]
    outcomes = {"first": untouched[0], "second": untouched[1]}
    told = f"two looks at the untouched database gave {untouched[0]} and {untouched[1]}"
    gates.append(Gate(name="deterministic", passed=len(set(untouched)) == 1, detail=told, evidence=outcomes))
    gates += _behaviour(seen, untouched[0])
    gates.append(await _queries(ground, task))
    return gates, random[0].evidence.get("success")


def _no(name: str, complete: bool, detail: str, evidence: dict[str, Any] | None = None) -> Gate:
    return Gate(name=name, passed=not complete, detail=detail if complete else "", evidence=evidence or {})


async def _answers(ground: Ground, task: Task, seen: Seen) -> Gate:
    paid = []
    for answer in (*ANSWERS, task.text):
        verdict = await judge(ground, task, ground.image, answer, ground.entry.anchor)
        if seen.note(f"the answer {answer[:30]!r}", verdict) == "complete":
            paid.append(answer)
    return _no("empty answer", bool(paid), f"it pays for answers that tell nothing: {paid[:3]}", {"paid": paid})


async def _random(ground: Ground, task: Task, seen: Seen, solved: Solved | None) -> list[Gate]:
    wrong, success = [], 0
    for number, episode in enumerate(ground.episodes):
        verdict = await judge(ground, task, episode.image, episode.answer, episode.now)
        if seen.note(f"episode {number} of the random policy", verdict) == "complete":
            success += 1
            if solved is None or not await solved(episode.image, episode.answer):
                wrong.append({"calls": [call.model_dump() for call in episode.calls], "answer": episode.answer})
    total = len(ground.episodes)
    if not total:
        return [Gate(name="random policy", passed=None, detail="no episodes were asked for")]
    # Where no gold solution tells, a rare success may be a solution found by chance.
    chance = solved is None and success < max(2, CHANCE * total)
    return [
        Gate(
            name="random policy",
            passed=not wrong,
            detail=f"{len(wrong)} of {total} random episodes are paid" if wrong else "",
            severity="withholds" if chance else "rejects",
            evidence={"episodes": total, "success": success / total, "paid": wrong[:_SHOWN]},
        )
    ]


async def _unrelated(ground: Ground, task: Task, seen: Seen, solved: Solved | None) -> Gate:
    paid: dict[str, list[str]] = {"edits": [], "tools": []}
    changes = [
        *(("edits", edit.text, edit.image) for edit in ground.edits),
        *(("tools", f"{write.call.tool} {write.call.arguments}", write.image) for write in ground.writes),
    ]
    for means, text, image in changes:
        verdict = await judge(ground, task, image, None, ground.entry.anchor)
        complete = seen.note(f"after {text}", verdict) == "complete"
        if complete and not (solved is not None and await solved(image, None)):
            paid[means].append(text)
    texts = [*paid["edits"], *paid["tools"]]
    told = f"it pays for {len(texts)} of {len(changes)} changes that have nothing to do with the task: {texts[:3]}"
    # A single call may be all that a task asks for; where no gold solution tells, it is given the benefit of doubt.
    chance = solved is None and not paid["edits"] and len(texts) < max(2, CHANCE * len(changes))
    return Gate(
        name="unrelated writes",
        passed=not texts,
        detail=told if texts else "",
        severity="withholds" if chance else "rejects",
        evidence={"tried": len(changes), "paid": texts},
    )


async def clock_gate(ground: Ground, task: Task, image: bytes, answer: str | None, name: str) -> Gate:
    """Return whether a verifier says the same of the same evidence on another day."""
    outcomes = {}
    now = ground.entry.anchor
    for shift in (timedelta(), *SHIFTS):
        outcomes[f"{shift.days:+d} days"] = (await judge(ground, task, image, answer, now + shift)).outcome
    counted = Counter(outcomes.values())
    told = ", ".join(f"{outcome} at {day}" for day, outcome in outcomes.items())
    detail = "" if len(counted) == 1 else f"the verdict depends on the day: {told}"
    return Gate(name=name, passed=len(counted) == 1, detail=detail, severity="withholds", evidence=outcomes)


def _behaviour(seen: Seen, untouched: str) -> Iterable[Gate]:
    detail = seen.failed[0] if seen.failed else ""
    runs = untouched != "judge_error" or bool(seen.wrote)
    evidence = {"failed": seen.failed[:_SHOWN]}
    yield Gate(name="verifier runs", passed=runs, detail="" if runs else detail, evidence=evidence)
    if runs:
        fails = bool(seen.failed)
        told = f"it fails on some databases ({len(seen.failed)}): {detail}" if fails else ""
        yield Gate(name="verifier runs always", passed=not fails, detail=told, severity="withholds", evidence=evidence)
    wrote = seen.wrote[0] if seen.wrote else ""
    yield Gate(name="read-only", passed=not wrote, detail=wrote)


async def _queries(ground: Ground, task: Task) -> Gate:
    """Look for queries of the verifier that this schema cannot answer."""
    code = task.verifier("code").code
    image = ground.episodes[0].image if ground.episodes else ground.image
    call = VerifierCall(inside.source("trace"), ground.image, image, (code, "code", ""), ground.entry.anchor)
    try:
        found = await ground.runtime.evaluate(call)
    except VerifierFailed as error:
        return Gate(name="queries", passed=None, detail=f"it cannot be traced: {error}")
    executed, prepared = found["executed"], found["prepared"]
    refused = executed or prepared
    if not refused:
        return Gate(name="queries", passed=True)
    sql, problem = refused[0]
    detail = f"{problem}, in {' '.join(sql.split())[:300]}"
    evidence = {"executed": executed[:_SHOWN], "prepared": prepared[:_SHOWN]}
    return Gate(name="queries", passed=False, detail=detail, evidence=evidence)
