"""Gates of an entry: every tool is called, with valid arguments and edge inputs, and its schema is read.

Each call begins at the untouched database. Calls that succeed and change it are kept: they are what an agent could
do that has nothing to do with a task.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped, unused-ignore]

from awm_gym.audit.draws import Draws, properties
from awm_gym.audit.known import Schema
from awm_gym.audit.models import ToolUse
from awm_gym.registry import ToolCall
from awm_gym.runtime import ToolSpec
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import BROKEN, Snapshot

VALID_DRAWS = 6
EDGE_DRAWS = 6
_BOUNDS = (
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
)


@dataclass(frozen=True)
class Write:
    """A call that changed the untouched database, and the database it left."""

    call: ToolCall
    image: bytes


@dataclass(frozen=True)
class Probed:
    """What calling every tool has shown.

    Attributes:
        uses: by tool, how its calls ended.
        errors: by tool, one of its server errors: the call and what was raised.
        writes: calls that changed the database, at most one of a tool.
    """

    uses: dict[str, ToolUse]
    errors: dict[str, str]
    writes: tuple[Write, ...]


async def probe(session: Session, start: Snapshot, untouched: bytes, draws: Draws) -> Probed:
    """Call every tool several times, each time on the untouched database."""
    uses: dict[str, ToolUse] = {}
    errors: dict[str, str] = {}
    writes: list[Write] = []
    for tool in session.tools:
        valid: Counter[str] = Counter()
        edge: Counter[str] = Counter()
        for turn in range(VALID_DRAWS):
            call = draws.valid(tool.name, informed=turn > 0)
            if call is None:
                continue
            kind = await _ended(session, start, call, errors)
            valid[kind] += 1
            if kind == "ok" and not any(write.call.tool == tool.name for write in writes):
                image = await session.aimage()
                if image != untouched:
                    writes.append(Write(call, image))
        for _, call in draws.edges(tool.name, EDGE_DRAWS):
            edge[await _ended(session, start, call, errors)] += 1
        uses[tool.name] = ToolUse(valid=dict(valid), edge=dict(edge))
    return Probed(uses, errors, tuple(writes))


async def _ended(session: Session, start: Snapshot, call: ToolCall, errors: dict[str, str]) -> str:
    await session.arestore(start)
    result = await session.acall(call.tool, call.arguments)
    if result.kind in BROKEN:
        errors.setdefault(call.tool, f"{call.arguments}: {result.detail or result.content}"[:1000])
    return result.kind


def contradictions(tools: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    """Return what contradicts itself in the tools' schemas: defaults and examples that they do not allow, bounds."""
    return tuple(
        f"{tool.name}: {name}: {problem}"
        for tool in tools
        for name, schema in properties(tool).items()
        for problem in _contradictions(schema)
    )


def _contradictions(schema: Schema) -> Iterator[str]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"no valid JSON schema: {error.message}"
        return
    for low, high in _BOUNDS:
        if _number(schema.get(low)) and _number(schema.get(high)) and schema[low] > schema[high]:
            yield f"{low} {schema[low]} is above {high} {schema[high]}"
    if schema.get("default") is not None and not _allows(schema, schema["default"]):
        yield f"the default {schema['default']!r} is not allowed by the schema itself"
    for example in schema.get("examples", ()):
        if not _allows(schema, example):
            yield f"the example {example!r} is not allowed by the schema itself"
    for name, part in schema.get("properties", {}).items():
        if isinstance(part, dict):
            yield from (f"{name}: {problem}" for problem in _contradictions(part))
    if isinstance(schema.get("items"), dict):
        yield from (f"items: {problem}" for problem in _contradictions(schema["items"]))


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _allows(schema: Schema, value: Any) -> bool:
    try:
        return bool(Draft202012Validator(schema).is_valid(value))
    except Exception:  # a reference that leads nowhere, a pattern that is none: it cannot forbid anything
        return True


def some(writes: tuple[Write, ...], count: int, seed: str) -> list[Write]:
    """Return some of the writes, drawn by a seed."""
    return random.Random(seed).sample(list(writes), min(count, len(writes)))
