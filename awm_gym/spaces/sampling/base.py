"""What all samplers share: the dice they draw from and the way they fail."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Schema = dict[str, Any]

Dice = Callable[[], float]
"""Uniform numbers from [0, 1); `numpy.random.Generator.random` is one."""

Sampler = Callable[[Dice, int], Any]
"""Draws a value, given the dice and the depth at which the value stands."""

T = TypeVar("T")

DEEP = 5
"""From this depth on, values are drawn as small as their schema allows, so that recursive schemas end."""

TOO_DEEP = 24
"""No value is drawn at this depth: the schema leaves no way to end."""


class Unsatisfiable(Exception):
    """No value could be drawn: none exists, or the sampler knows no way to one."""


def below(dice: Dice, n: int) -> int:
    """Draw an integer from 0 to n - 1."""
    return min(int(dice() * n), n - 1)


def pick(dice: Dice, items: Sequence[T]) -> T:
    """Draw one of the items."""
    return items[below(dice, len(items))]
