"""Integers and numbers within a schema's bounds, mostly small ones: they are what identifies a row."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from awm_gym.spaces.sampling.base import Dice, Sampler, Schema, Unsatisfiable, below

_NEAR = 10
_FAR = 1000


def integer_sampler(schema: Schema) -> Sampler:
    """Return a sampler of integers.

    Raises:
        Unsatisfiable: if no integer lies within the bounds.
    """
    low, high = _integer_bounds(schema)
    # p/q in lowest terms: its integer multiples are the multiples of p.
    step = _fraction(schema.get("multipleOf", 1)).numerator
    low = None if low is None else -(-low // step)
    high = None if high is None else high // step
    if low is not None and high is not None and low > high:
        raise Unsatisfiable(f"no integer within the bounds of {schema}")
    draw = _small_integers(low, high)
    return lambda dice, depth: draw(dice) * step


def number_sampler(schema: Schema) -> Sampler:
    """Return a sampler of numbers.

    Raises:
        Unsatisfiable: if the bounds leave nothing.
    """
    if "multipleOf" in schema:
        return _multiple_sampler(schema)
    low, high, open_low, open_high = _bounds(schema)
    if low is not None and high is not None and (low > high or (low == high and (open_low or open_high))):
        raise Unsatisfiable(f"no number within the bounds of {schema}")

    def inside(x: float) -> bool:
        above = low is None or x > low or (x == low and not open_low)
        return above and (high is None or x < high or (x == high and not open_high))

    start = _start(low, high)
    near, far = (_window(start, low, high, width) for width in (_NEAR, _FAR))

    def draw(dice: Dice, depth: int) -> Any:
        first, last = near if dice() < 0.8 else far
        value = float(first + dice() * (last - first))
        for candidate in (round(value, 2), value, (first + last) / 2, start):
            if inside(candidate):
                return candidate
        raise Unsatisfiable(f"no number drawn within the bounds of {schema}")

    return draw


def _multiple_sampler(schema: Schema) -> Sampler:
    step = _fraction(schema["multipleOf"])
    low, high, open_low, open_high = _bounds(schema)
    first = None if low is None else math.ceil(Fraction(low) / step)
    last = None if high is None else math.floor(Fraction(high) / step)
    if first is not None and low is not None and open_low and first * step == Fraction(low):
        first += 1
    if last is not None and high is not None and open_high and last * step == Fraction(high):
        last -= 1
    if first is not None and last is not None and first > last:
        raise Unsatisfiable(f"no multiple within the bounds of {schema}")
    integers = _small_integers(first, last)

    def draw(dice: Dice, depth: int) -> Any:
        value = integers(dice) * step
        return value.numerator if value.denominator == 1 else float(value)

    return draw


def _small_integers(low: int | None, high: int | None) -> Callable[[Dice], int]:
    """Return a draw of integers from low to high: mostly the ten from 1 on, some others, some edges."""
    start = int(_start(low, high))
    near_low: int
    far_low: int
    near_low, near_high = _window(start, low, high, _NEAR)
    far_low, far_high = _window(start, low, high, _FAR)
    zero = near_low == 1 and (low is None or low <= 0)
    edges = [near_low if low is None else low, near_high if high is None else high, 0 if zero else far_low]

    def draw(dice: Dice) -> int:
        where = dice()
        if where < 0.8:
            return near_low + below(dice, near_high - near_low + 1)
        if where < 0.95:
            return far_low + below(dice, far_high - far_low + 1)
        return edges[below(dice, 3)]

    return draw


def _start(low: Any, high: Any) -> Any:
    """Return the number nearest to 1 within the bounds."""
    if low is not None and low > 1:
        return low
    return high if high is not None and high < 1 else 1


def _window(start: Any, low: Any, high: Any, width: int) -> tuple[Any, Any]:
    """Return the range of that width that begins at start, or ends there where start is the upper bound."""
    last = start + width - 1 if high is None else min(high, start + width - 1)
    if last > start:
        return start, last
    return (start - width + 1 if low is None else max(low, start - width + 1)), start


def _bounds(schema: Schema) -> tuple[float | None, float | None, bool, bool]:
    """Return lower bound, upper bound, and whether each is exclusive."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    open_low = above is not None and (low is None or above >= low)
    open_high = under is not None and (high is None or under <= high)
    return above if open_low else low, under if open_high else high, open_low, open_high


def _integer_bounds(schema: Schema) -> tuple[int | None, int | None]:
    low, high, open_low, open_high = _bounds(schema)
    first = None if low is None else (math.floor(low) + 1 if open_low else math.ceil(low))
    last = None if high is None else (math.ceil(high) - 1 if open_high else math.floor(high))
    return first, last


def _fraction(number: float) -> Fraction:
    """Return a number as the fraction that its decimal text means: 0.1 is a tenth."""
    return Fraction(str(number))
