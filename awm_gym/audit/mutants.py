"""Mutants of a gold solution: plausible mistakes, made mechanically.

Only calls that change the database are touched: another argument in a lookup changes nothing but the looker's mind.
A text is changed only where the task's text prescribes it, since wording that is up to the agent is no mistake.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from awm_gym.audit.draws import choices_of, properties
from awm_gym.audit.known import Known, Schema, fits
from awm_gym.registry import Solution, ToolCall
from awm_gym.runtime import ToolSpec

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SIBLINGS = 3


@dataclass(frozen=True)
class Mutant:
    """A solution with one mistake.

    Attributes:
        what: the mistake in words.
        start: the first call that differs from the gold solution's.
        calls: all calls.
        answer: the final answer.
    """

    what: str
    start: int
    calls: tuple[ToolCall, ...]
    answer: str | None


def mutants_of(
    gold: Solution, writes: tuple[int, ...], text: str, tools: tuple[ToolSpec, ...], known: Known, count: int, seed: str
) -> list[Mutant]:
    """Return mutants of a gold solution, at most `count`, structural ones first.

    Args:
        gold: the solution.
        writes: positions of the calls that change the database.
        text: the task's text.
        tools: the entry's tools.
        known: what the database holds.
        count: how many at most.
        seed: what they are drawn from.
    """
    rng = random.Random(seed)
    schemas = {tool.name: properties(tool) for tool in tools}
    structural = [*_dropped(gold, writes), *_doubled(gold, writes), *_answers(gold)]
    arguments = [
        mutant
        for position in writes
        for mutant in _arguments(gold, position, schemas.get(gold.calls[position].tool, {}), text, known, rng)
    ]
    rng.shuffle(arguments)
    return _distinct([*structural, *arguments], gold)[:count]


def _dropped(gold: Solution, writes: tuple[int, ...]) -> Iterator[Mutant]:
    for position in writes:
        calls = gold.calls[:position] + gold.calls[position + 1 :]
        yield Mutant(f"call {position + 1} ({gold.calls[position].tool}) dropped", position, calls, gold.answer)


def _doubled(gold: Solution, writes: tuple[int, ...]) -> Iterator[Mutant]:
    for position in writes:
        calls = gold.calls[: position + 1] + gold.calls[position:]
        yield Mutant(f"call {position + 1} ({gold.calls[position].tool}) made twice", position + 1, calls, gold.answer)


def _answers(gold: Solution) -> Iterator[Mutant]:
    if gold.answer is None:
        return
    end = len(gold.calls)
    yield Mutant("no answer", end, gold.calls, None)
    yield Mutant("an empty answer", end, gold.calls, "")
    yield Mutant("an answer that tells nothing", end, gold.calls, "The task is done.")
    for match in _NUMBER.finditer(gold.answer):
        answer = gold.answer[: match.start()] + _next_number(match[0]) + gold.answer[match.end() :]
        yield Mutant(f"answer with {_next_number(match[0])} for {match[0]}", end, gold.calls, answer)
    parts = re.split(r",\s+|\s+and\s+", gold.answer)
    for part in parts if len(parts) > 1 else []:
        answer = ", ".join(other for other in parts if other != part)
        yield Mutant(f"answer without {part!r}", end, gold.calls, answer)


def _arguments(
    gold: Solution, position: int, schemas: dict[str, Schema], text: str, known: Known, rng: random.Random
) -> Iterator[Mutant]:
    call = gold.calls[position]
    for name, value in call.arguments.items():
        schema = schemas.get(name, {})
        for other in _others(name, value, schema, text, known, rng):
            if other != value and fits(schema, other):
                changed = ToolCall(tool=call.tool, arguments={**call.arguments, name: other})
                yield _with(
                    gold, position, changed, f"call {position + 1} ({call.tool}): {name} {value!r} -> {other!r}"
                )


def _with(gold: Solution, position: int, call: ToolCall, what: str) -> Mutant:
    return Mutant(what, position, (*gold.calls[:position], call, *gold.calls[position + 1 :]), gold.answer)


def _others(name: str, value: Any, schema: Schema, text: str, known: Known, rng: random.Random) -> Iterator[Any]:
    """Yield wrong values of an argument, by what the right one is."""
    choices = [choice for choice in choices_of(schema) if choice != value]
    if isinstance(value, bool):
        yield not value
    elif choices:
        yield from rng.sample(choices, min(_SIBLINGS, len(choices)))
    elif isinstance(value, list):
        yield from _other_lists(name, value, schema, text, known, rng)
    elif isinstance(value, dict):
        parts = schema.get("properties", {})
        for key, part in value.items():
            yield from ({**value, key: other} for other in _others(key, part, parts.get(key, {}), text, known, rng))
    elif isinstance(value, int | float | str):
        yield from _other_scalars(name, value, text, known, rng)


def _other_scalars(name: str, value: Any, text: str, known: Known, rng: random.Random) -> Iterator[Any]:
    siblings = known.siblings(name, value) if known.is_reference(name) or isinstance(value, str) else ()
    moment = _moment(value)
    if moment is not None:
        yield from moment
    elif siblings and (known.is_reference(name) or _prescribed(value, text)):
        yield from rng.sample(siblings, min(_SIBLINGS, len(siblings)))
    elif isinstance(value, str):
        if _prescribed(value, text):
            yield f"not {value}"
    else:
        yield from (value + 1, value - 1)


def _other_lists(
    name: str, value: list[Any], schema: Schema, text: str, known: Known, rng: random.Random
) -> Iterator[list[Any]]:
    single = name[:-1] if name.endswith("s") else name
    items = schema.get("items", {})
    for index, item in enumerate(value):
        if len(value) > 1:
            yield value[:index] + value[index + 1 :]
        for other in _others(single, item, items if isinstance(items, dict) else {}, text, known, rng):
            if other not in value:
                yield [*value[:index], other, *value[index + 1 :]]


def _moment(value: Any) -> tuple[str, ...] | None:
    """Return a day before and a day after, if the value is a date or a time stamp."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        return None
    day = timedelta(days=1)
    try:
        if len(value) == len("2026-01-31"):
            read = date.fromisoformat(value)
            return (read + day).isoformat(), (read - day).isoformat()
        stamp = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    middle = value[10]
    ending = value[19:] if len(value) > len("2026-01-31T10:00:00") else ""
    told = len(value) - len(ending)
    return tuple((stamp + shift).isoformat(middle)[:told] + ending for shift in (day, -day))


def _prescribed(value: str, text: str) -> bool:
    return bool(value) and " ".join(value.lower().split()) in " ".join(text.lower().split())


def _next_number(text: str) -> str:
    """Return the number after the one in a text, as that is written."""
    whole, point, fraction = text.rstrip(",").partition(".")
    number = str(int(whole.replace(",", "")) + 1)
    return (f"{int(number):,}" if "," in whole else number.zfill(len(whole))) + point + fraction


def _distinct(mutants: list[Mutant], gold: Solution) -> list[Mutant]:
    seen = [(gold.calls, gold.answer)]
    found = []
    for mutant in mutants:
        if (mutant.calls, mutant.answer) not in seen:
            seen.append((mutant.calls, mutant.answer))
            found.append(mutant)
    return found
