"""Single values: whether a played episode's value is one that the gold solution might have left.

A gold solution is played several times, each time with another seed and the clock a little later, so a gold value is
known by its samples. Where all are equal, so must the played value be. Where they follow the clock, the played value
must follow the played episode's clock. Where they differ in any other way, they are random, and so may the played
value be.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isclose
from typing import Any, Literal, NamedTuple

Samples = tuple[Any, ...]
Swap = tuple[str, str]
"""A token of a gold text or number, and the one that stands in its place in the played one."""

_TOKEN = re.compile(r"\w+|\W")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_TIME_OF_DAY = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?")
_LONG = 20_000
"""Longer texts are compared whole only."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """When the gold solution's calls took place, and when the played episode's.

    Attributes:
        start: the virtual time at which both began.
        gold: how long the gold solution took.
        shifts: how much later than `start` each sample's play began, in seconds; 0 first.
        now: the played episode's time.
    """

    start: datetime
    gold: timedelta
    shifts: tuple[int, ...]
    now: datetime


class _Moment(NamedTuple):
    seconds: float
    form: Literal["moment", "time of day", "seconds", "milliseconds"]
    step: float
    """How exact it is, in seconds."""


def swaps(samples: Samples, value: Any, before: Any, clocks: Clocks, *, loose: bool) -> list[Swap] | None:
    """Compare a played value with a gold one.

    Args:
        samples: the gold value, as each play left it.
        value: the played value.
        before: what stood there at the start; None in a new row.
        clocks: when both were played.
        loose: whether it is a column whose numbers may refer to new rows.

    Returns:
        The tokens in which they differ although nothing about the gold value varies: the two are equal if these come
        of new rows that have other keys. None if they differ in any other way.
    """
    gold = samples[0]
    if all(_equal(gold, sample) for sample in samples[1:]):
        if _equal(gold, value) or (_equal(gold, before) and touched(before, value, clocks)):
            return []
        if loose and _is_key(gold) and _is_key(value):
            return [(str(gold), str(value))]
        if not _follows(samples, clocks):
            return None if tells_time(gold) else _text_swaps(samples, value)
    if _follows(samples, clocks):
        return [] if _in_time(gold, value, before, clocks) else None
    if all(map(_is_number, samples)):
        return [] if _is_number(value) else None
    if _moment(gold) and all(map(_moment, samples)):
        return [] if _moment(value) else None
    return _text_swaps(samples, value)


def touched(before: Any, after: Any, clocks: Clocks) -> bool:
    """Return whether a change is only a later time, such as an app writes beside every other change."""
    moment = _moment(after)
    exact = moment is not None and moment.step <= 1  # a day or a minute may as well be what was asked for
    return exact and _moment(before) is not None and before != after and _in_range(after, clocks.start, clocks.now)


def tells_time(value: Any) -> bool:
    """Return whether a value is a date, a time or both."""
    return _moment(value) is not None


def numbers_in(value: Any) -> set[str]:
    """Return the whole numbers in a text, or a number itself, as text."""
    if isinstance(value, str):
        return set(filter(str.isdecimal, _TOKEN.findall(value[:_LONG])))
    return {str(value)} if isinstance(value, int) else set()


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, float) and isinstance(two, float | int):
        return isclose(one, two, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == two)


def _is_key(value: Any) -> bool:
    return isinstance(value, int)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _text_swaps(samples: Samples, value: Any) -> list[Swap] | None:
    """Compare texts token by token; tokens in which the samples differ may be any."""
    if not isinstance(value, str) or not all(isinstance(sample, str) and len(sample) <= _LONG for sample in samples):
        same_kind = all(type(sample) is type(value) for sample in samples)
        return [] if same_kind and len(set(samples)) > 1 else None
    gold, *others = (_TOKEN.findall(sample) for sample in samples)
    if any(len(other) != len(gold) for other in others):
        return [] if value else None
    tokens = _TOKEN.findall(value) if len(value) <= _LONG else []
    if len(tokens) != len(gold):
        return None
    found = []
    for place, (one, two) in enumerate(zip(gold, tokens, strict=True)):
        if one == two or any(other[place] != one for other in others):
            continue
        if not (one.isdecimal() and two.isdecimal()):
            return None
        found.append((one, two))
    return found


@lru_cache(maxsize=4096)
def _follows(samples: Samples, clocks: Clocks) -> bool:
    """Return whether a gold value tells the time at which it was written, or one counted from it."""
    first, *others = map(_moment, samples)
    if first is None:
        return False
    if not others:
        return first.step <= 1 and _in_range(samples[0], clocks.start, clocks.start + clocks.gold)
    return samples[0] != samples[-1] and all(
        other is not None
        and other.form == first.form
        and abs(other.seconds - first.seconds - shift) <= (first.step if first.step > 1 else 0.5)
        for other, shift in zip(others, clocks.shifts[1:], strict=True)
    )


def _in_time(gold: Any, value: Any, before: Any, clocks: Clocks) -> bool:
    if _moment(before) is not None and value == before:
        return True  # reached without the app's touching the row
    first, other = _moment(gold), _moment(value)
    if first is None or other is None or first.form != other.form:
        return False
    if _in_range(gold, clocks.start, clocks.start + clocks.gold):
        return _in_range(value, clocks.start, clocks.now)
    slack = first.step if first.step > 1 else 0
    earliest, latest = -clocks.gold.total_seconds(), (clocks.now - clocks.start).total_seconds()
    return earliest - slack <= other.seconds - first.seconds <= latest + slack


def _in_range(value: Any, start: datetime, end: datetime) -> bool:
    moment = _moment(value)
    if moment is None:
        return False
    low, high = start.timestamp(), end.timestamp()
    if moment.form == "time of day":
        low, high = low % 86_400, low % 86_400 + (high - low)
    if moment.step > 1:
        return low - moment.step <= moment.seconds <= high + moment.step
    return low < moment.seconds <= high  # the first call is made a second after the start


@lru_cache(maxsize=4096)
def _moment(value: Any) -> _Moment | None:
    """Return the time that a value tells, in any of the usual forms, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 1e9 <= value < 4e9:
            return _Moment(float(value), "seconds", 1)
        return _Moment(value / 1000, "milliseconds", 1) if 1e12 <= value < 4e12 else None
    if not isinstance(value, str):
        return None
    if match := _TIME_OF_DAY.fullmatch(value):
        hour, minute, second = (int(part or 0) for part in match.groups())
        return _Moment(3600 * hour + 60 * minute + second, "time of day", 60 if match[3] is None else 1)
    if not _MOMENT.fullmatch(value):
        return None
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
    step = 86_400 if len(value) == len("2026-03-16") else 60 if value.count(":") == 1 else 1
    return _Moment(told.timestamp(), "moment", step)


def sampled(rows: Sequence[dict[str, Any]]) -> dict[str, Samples]:
    """Return one row of samples, made of the same row in each play."""
    return {column: tuple(row[column] for row in rows) for column in rows[0]}
