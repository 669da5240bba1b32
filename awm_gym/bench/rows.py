"""From measurements to rows: medians, spread, ratio to the reference, and whether the budget is met."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from awm_gym.bench.goals import GOALS, Budget, Goal

_GOALS = {goal.name: goal for goal in GOALS}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the bench is: how many sessions at once, over how many scenarios."""

    sessions: int
    scenarios: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured for a row.

    Attributes:
        name: the row's name.
        values: samples, in the row's unit.
        reference: samples of the reference, in the same unit; empty if it was not measured.
        ratio: value by reference; None to divide the medians.
        note: what a reader should know.
    """

    name: str
    values: Sequence[float]
    reference: Sequence[float] = ()
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        name: what it is asked for by.
        what: what it is, for people.
        value: the median; None if it was not measured.
        unit: of value, spread and reference.
        spread: first and third quartile of the samples; None for a single one.
        reference: median of the reference; None if there is none.
        against: what the reference is.
        ratio: value by reference.
        budget: the bound, in words.
        met: whether it is met; None if there is none, or nothing was measured.
        share: how much of the budget is used: 1.0 is just met, 0.5 leaves as much again; None like `met`.
        reference_share: how much of it the reference would use.
        note: what a reader should know.
        failed: whether it could not be measured, for the reason in the note.
    """

    name: str
    what: str
    value: float | None
    unit: str
    spread: tuple[float, float] | None = None
    reference: float | None = None
    against: str = ""
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None
    share: float | None = None
    reference_share: float | None = None
    note: str = ""
    failed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the row as a JSON object."""
        return asdict(self)


def row_of(measured: Measured, size: Size) -> Row:
    """Return the row that measurements make."""
    goal = _GOALS[measured.name]
    value = statistics.median(measured.values)
    reference = statistics.median(measured.reference) if measured.reference else None
    ratio = measured.ratio
    if ratio is None and reference:
        ratio = value / reference
    budget = goal.budget if goal.only_at in (None, size.sessions) else None
    share = reference_share = None
    if budget is not None:
        share = _share(budget, value, ratio)
        reference_share = _share(budget, reference, None if reference is None else 1.0)
    return Row(
        name=goal.name,
        what=_filled(goal.what, size),
        value=value,
        unit=goal.unit,
        spread=_quartiles(measured.values),
        reference=reference,
        against=_filled(goal.against, size) if reference is not None else "",
        ratio=ratio,
        budget=budget_text(goal, size),
        met=None if share is None else share <= 1,
        share=share,
        reference_share=reference_share,
        note=measured.note,
    )


def missing_row(name: str, size: Size, why: str, failed: bool) -> Row:
    """Return the row of something that was not measured, and why it was not."""
    goal = _GOALS[name]
    what, budget = _filled(goal.what, size), budget_text(goal, size)
    return Row(name, what, None, goal.unit, budget=budget, note=why, failed=failed)


def budget_text(goal: Goal, size: Size) -> str:
    """Return a goal's bound in words; empty if it has none for that size."""
    budget = goal.budget
    if budget is None or goal.only_at not in (None, size.sessions):
        return ""
    sign = "≥" if budget.at_least else "≤"
    return f"{sign} {number(_limit(budget))} {'x' if budget.of == 'ratio' else goal.unit}"


def number(value: float) -> str:
    """Return a number with three digits, or all of those before the point."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    digits = 2 if value >= 1 else 3
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if value >= 0.01 else f"{value:.1g}"


def _share(budget: Budget, value: float | None, ratio: float | None) -> float | None:
    measured = value if budget.of == "value" else ratio
    if not measured:
        return None
    return _limit(budget) / measured if budget.at_least else measured / _limit(budget)


def _limit(budget: Budget) -> float:
    return budget.limit * (os.cpu_count() or 1) if budget.per_core else budget.limit


def _quartiles(values: Sequence[float]) -> tuple[float, float] | None:
    if len(values) < 2:
        return None
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def _filled(text: str, size: Size) -> str:
    return text.format(sessions=f"{size.sessions:,}", scenarios=size.scenarios)
