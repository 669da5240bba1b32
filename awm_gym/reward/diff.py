"""The diff verifier: complete if the episode changed the database as a gold solution does, and answers like it.

It needs no generated code, and notices whatever was changed beside. What may vary is told in `difference`, `cells`
and `answers`, and in the task's `free`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from awm_gym.errors import EnvironmentBroken
from awm_gym.registry.entry import Free
from awm_gym.reward.answers import Agreement, Context, agreement
from awm_gym.reward.cells import Clocks
from awm_gym.reward.difference import Difference, difference
from awm_gym.reward.gold import SHIFTS, Golden, Played, golden, require_gold
from awm_gym.reward.schema import Schema
from awm_gym.reward.verifiers import register_verifier
from awm_gym.runtime.runtime import Runtime
from awm_gym.runtime.types import Changes, Evidence, Verdict

_TOLD = 3


async def verify_diff(runtime: Runtime, evidence: Evidence) -> Verdict:
    """Return `complete` if an accepted gold solution explains the episode, else `agent_error`.

    The verdict's detail tells where the first differences to the nearest gold solution are, its facts what they are:
    `missing` and `unexpected` rows by table, and what is wrong with the answer.

    Raises:
        VerifierNotFound: if the task has no gold solution.
    """
    index = next(number for number, task in enumerate(evidence.entry.tasks) if task == evidence.task)
    try:
        gold = await golden(runtime, evidence.entry, index)
        played = await runtime.compare(evidence.initial, evidence.final)
    except EnvironmentBroken as error:
        return Verdict("judge_error", str(error))
    problems = [*_unknown(evidence.task.free, gold.schema), *([] if gold.played else gold.problems)]
    if problems:
        return Verdict("judge_error", "; ".join(problems))
    verdicts = [_compared(gold, solution, played, evidence) for solution in gold.played]
    return min(verdicts, key=lambda found: found[0])[1]


def _compared(gold: Golden, solution: Played, played: Changes, evidence: Evidence) -> tuple[int, Verdict]:
    """Return how far an episode is from a gold solution, and the verdict by that solution."""
    task, start = evidence.task, evidence.entry.anchor
    clocks = Clocks(start, timedelta(seconds=len(solution.solution.calls)), SHIFTS, evidence.now)
    context = Context(task.text, frozenset(_numbers(solution.changes[0])), gold.names)

    def says(expected: str, given: str) -> bool:
        return bool(agreement(expected, given, context))

    found = difference(solution.changes, played, gold.schema, task.free, clocks, says)
    expected = solution.solution.answer
    answer = agreement(expected, evidence.answer, context) if expected else Agreement()
    if found is None and answer:
        return 0, Verdict("complete", "the changes and the answer are those of a gold solution")
    return (found.size if found else 0) + (not answer), _refused(found or Difference(), answer)


def _refused(found: Difference, answer: Agreement) -> Verdict:
    told = found.places[:_TOLD]
    if len(found.places) > _TOLD:
        told.append(f"and {len(found.places) - _TOLD} more")
    if not answer:
        told.append("the answer is not that of a gold solution")
    facts: dict[str, Any] = asdict(found)
    if not answer:
        facts["answer"] = {"missing": [*answer.missing], "contradicting": [*answer.contradicting]}
    return Verdict("agent_error", "; ".join(told), facts)


def _unknown(free: Free, schema: Schema) -> Iterator[str]:
    """Yield what a task leaves free although the database has no such thing."""
    for table in sorted({*free.tables, *free.rows, *free.columns, *free.wording}):
        columns = (*free.columns.get(table, ()), *free.wording.get(table, ()))
        if table not in schema:
            yield f"free.json names the table {table!r}, which the database lacks"
        elif lacking := [name for name in columns if name not in schema[table].columns]:
            yield f"free.json names columns that {table!r} lacks: {', '.join(lacking)}"


def _numbers(changes: Changes) -> Iterator[Decimal]:
    """Yield the numbers that were written to a database, also as whole units where they may be hundredths."""
    for table in changes.values():
        for row in (*table.added, *(after for _, after in table.changed)):
            for value in row.values():
                if isinstance(value, int):
                    yield from (Decimal(abs(value)).normalize(), (Decimal(abs(value)) / 100).normalize())
                elif isinstance(value, float):
                    yield Decimal(str(abs(value))).normalize()


register_verifier("diff", verify_diff, require_gold)
