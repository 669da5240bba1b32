"""Objects and arrays: samplers made of samplers."""

import json
from collections.abc import Callable
from typing import Any

from awm_gym.spaces.sampling.base import DEEP, TOO_DEEP, Dice, Sampler, Schema, Unsatisfiable, below
from awm_gym.spaces.sampling.strings import word

_OPTIONAL_RATE = 0.3
_EMPTY_RATE = 0.15
_USUAL_ITEMS = 3
_MANY = 1000
_TRIES = 20

Compile = Callable[[Any], Sampler]


def object_sampler(schema: Schema, compile_node: Compile) -> Sampler:
    """Return a sampler of objects: all required properties, some optional ones, others if none is named.

    Raises:
        Unsatisfiable: if a required property has no value.
    """
    properties, required = _properties(schema, compile_node)
    extra = _extra(schema, compile_node)
    least, most = int(schema.get("minProperties", 0)), int(schema.get("maxProperties", _MANY))
    if len(required) > most or least > _MANY or (extra is None and least > len(properties)):
        raise Unsatisfiable("the number of properties cannot be met")
    # A schema for further properties and none that are named is a mapping: usually it holds something.
    mapping = extra and not properties and isinstance(schema.get("additionalProperties"), dict)
    declared = frozenset(schema.get("properties", ()))

    def draw(dice: Dice, depth: int) -> dict[str, Any]:
        if depth >= TOO_DEEP:
            raise Unsatisfiable("the schema does not end")
        rate = _OPTIONAL_RATE if depth < DEEP else 0.0
        chosen = [name for name in properties if name in required or dice() < rate]
        chosen = _limited(dice, chosen, list(properties), required, least, most)
        value = {name: properties[name](dice, depth + 1) for name in chosen}
        count = max(least, min(most, 1 + below(dice, 2))) if mapping and depth < DEEP else least
        while extra and len(value) < count:
            name = word(dice)
            name = f"{name}_{len(value)}" if name in value or name in declared else name
            value[name] = extra(dice, depth + 1)
        return value

    return draw


def array_sampler(schema: Schema, compile_node: Compile) -> Sampler:
    """Return a sampler of arrays, usually of up to three items.

    Raises:
        Unsatisfiable: if an item that must be there has no value.
    """
    least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", _MANY))
    first, rest = _items(schema, compile_node)
    if rest is None:
        most = min(most, len(first))
    if least > most or least > _MANY:
        raise Unsatisfiable("the number of items cannot be met")
    unique = schema.get("uniqueItems", False)
    low, high = max(least, min(1, most)), min(most, max(least, _USUAL_ITEMS, len(first)))

    def draw(dice: Dice, depth: int) -> list[Any]:
        if depth >= TOO_DEEP:
            raise Unsatisfiable("the schema does not end")
        empty = least == 0 and (depth >= DEEP or dice() < _EMPTY_RATE)
        count = 0 if empty else least if depth >= DEEP else low + below(dice, high - low + 1)
        value: list[Any] = []
        for index in range(count):
            sampler = first[index] if index < len(first) else rest
            if sampler is None:
                break
            item = _new_item(dice, depth, sampler, value) if unique else [sampler(dice, depth + 1)]
            value.extend(item)
        if len(value) < least:
            raise Unsatisfiable("drew too few different items")
        return value

    return draw


def _properties(schema: Schema, compile_node: Compile) -> tuple[dict[str, Sampler], frozenset[str]]:
    """Return samplers of the properties that can be drawn, in the schema's order, and the required names."""
    required = frozenset(schema.get("required", ()))
    samplers: dict[str, Sampler] = {}
    for name, subschema in schema.get("properties", {}).items():
        try:
            samplers[name] = compile_node(subschema)
        except Unsatisfiable:
            if name in required:
                raise
    for name in schema.get("required", ()):
        if name not in samplers:
            samplers[name] = compile_node(schema.get("additionalProperties", True))
    return samplers, required


def _extra(schema: Schema, compile_node: Compile) -> Sampler | None:
    try:
        return compile_node(schema.get("additionalProperties", True))
    except Unsatisfiable:
        return None


def _limited(
    dice: Dice, chosen: list[str], names: list[str], required: frozenset[str], least: int, most: int
) -> list[str]:
    """Drop or add optional properties until their number is allowed, as far as that goes."""
    while len(chosen) > most:
        spare = [name for name in chosen if name not in required]
        chosen.remove(spare[below(dice, len(spare))])
    while len(chosen) < least:
        spare = [name for name in names if name not in chosen]
        if not spare:
            break
        chosen.append(spare[below(dice, len(spare))])
    return chosen


def _items(schema: Schema, compile_node: Compile) -> tuple[list[Sampler], Sampler | None]:
    """Return the samplers of the first items, and of all further ones; None where there can be none."""
    first: list[Sampler] = []
    for subschema in schema.get("prefixItems", ()):
        try:
            first.append(compile_node(subschema))
        except Unsatisfiable:
            return first, None
    try:
        return first, compile_node(schema.get("items", True))
    except Unsatisfiable:
        return first, None


def _new_item(dice: Dice, depth: int, sampler: Sampler, others: list[Any]) -> list[Any]:
    """Draw an item that is not among the others; an empty list if none turned up."""
    seen = {json.dumps(other, sort_keys=True) for other in others}
    for _ in range(_TRIES):
        item = sampler(dice, depth + 1)
        if json.dumps(item, sort_keys=True) not in seen:
            return [item]
    return []
