"""Strings within a schema's lengths, of its format, or matching its pattern."""

import re
from collections.abc import Callable

from awm_gym.spaces.sampling.base import Dice, Sampler, Schema, Unsatisfiable, below, pick
from awm_gym.spaces.sampling.patterns import pattern_sampler

_VOCABULARY = """
active alpha amber apple basic blue book box card city cloud daily draft east eight garden gold green home
ivory lake large lemon list main map maple new north note office one open orange order paper pending plan plus
premium red river round sample school silver small south standard star stone summer team test three tree two
urban value west white winter wood work
"""
_WORDS = _VOCABULARY.split()
_TRIES = 20
_LONGEST = 100_000
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def string_sampler(schema: Schema) -> Sampler:
    """Return a sampler of strings.

    Raises:
        Unsatisfiable: if the lengths contradict each other or the pattern cannot be read.
    """
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", _LONGEST))
    if low > high or low > _LONGEST:
        raise Unsatisfiable(f"no string within the lengths of {schema}")
    if "pattern" in schema:
        return _checked(pattern_sampler(schema["pattern"]), _matcher(schema["pattern"]), low, high)
    fit = _fitting(low, high)
    in_format = FORMATS.get(schema.get("format", ""))
    if in_format is None:
        return lambda dice, depth: fit(dice)

    def draw(dice: Dice, depth: int) -> str:
        text = in_format(dice)
        return text if low <= len(text) <= high else fit(dice)

    return draw


def words(dice: Dice) -> str:
    """Draw one to three words."""
    return " ".join([pick(dice, _WORDS) for _ in range(1 + below(dice, 6) // 4 + below(dice, 8) // 7)])


def word(dice: Dice) -> str:
    """Draw one word."""
    return pick(dice, _WORDS)


def _fitting(low: int, high: int) -> Callable[[Dice], str]:
    def draw(dice: Dice) -> str:
        text = words(dice)
        if len(text) < low:
            text = (text + " ") * (low // (len(text) + 1) + 1)
            text = text[: low - 1] + "s"  # ends in no blank
        return text[:high]

    return draw


def _matcher(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise Unsatisfiable(f"the pattern {pattern!r} is no Python expression: {error}") from None


def _checked(part: Callable[[Dice], str], matcher: re.Pattern[str], low: int, high: int) -> Sampler:
    def draw(dice: Dice, depth: int) -> str:
        for _ in range(_TRIES):
            text = part(dice)
            if low <= len(text) <= high and matcher.search(text):
                return text
        raise Unsatisfiable(f"drew no string that matches {matcher.pattern!r}")

    return draw


def _date(dice: Dice) -> str:
    month = below(dice, 12)
    return f"{2023 + below(dice, 4)}-{month + 1:02}-{1 + below(dice, _MONTH_DAYS[month]):02}"


def _time(dice: Dice) -> str:
    return f"{below(dice, 24):02}:{15 * below(dice, 4):02}:00"


def _hex(dice: Dice, digits: int) -> str:
    return f"{below(dice, 16**digits):0{digits}x}"


def _uuid(dice: Dice) -> str:
    tail = _hex(dice, 6) + _hex(dice, 6)
    return f"{_hex(dice, 8)}-{_hex(dice, 4)}-4{_hex(dice, 3)}-{'89ab'[below(dice, 4)]}{_hex(dice, 3)}-{tail}"


def _ipv4(dice: Dice) -> str:
    return ".".join(str(1 + below(dice, 254)) for _ in range(4))


def _uri(dice: Dice) -> str:
    return f"https://{word(dice)}.example.com/{word(dice)}"


FORMATS: dict[str, Callable[[Dice], str]] = {
    "date": _date,
    "date-time": lambda dice: f"{_date(dice)}T{_time(dice)}Z",
    "time": lambda dice: f"{_time(dice)}Z",
    "duration": lambda dice: f"P{1 + below(dice, 30)}D",
    "email": lambda dice: f"{word(dice)}.{word(dice)}@example.com",
    "hostname": lambda dice: f"{word(dice)}.example.com",
    "ipv4": _ipv4,
    "ipv6": lambda dice: f"2001:db8::{1 + below(dice, 9998):x}",
    "uri": _uri,
    "url": _uri,
    "uuid": _uuid,
}
