"""One schema that means two: how `$ref` beside other keywords, `allOf` and branches are made flat."""

from collections.abc import Callable
from itertools import product
from typing import Any

from awm_gym.spaces.sampling.base import Schema, Unsatisfiable

ANNOTATIONS = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"}
    | {"$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "nullable", "discriminator"}
)
"""Keywords that reject no value."""

_MAX_BRANCHES = 64


def both(first: Schema, second: Schema) -> Schema:
    """Return a schema of the values that fit both.

    Args:
        first: a schema without `$ref` and `allOf`.
        second: another; its annotations win.

    Raises:
        Unsatisfiable: if the two contradict each other, or it takes more than keywords to say both.
    """
    joined = dict(first)
    for key, value in second.items():
        if key not in joined or key in ANNOTATIONS or joined[key] == value:
            joined[key] = value
        elif key == "properties":
            joined[key] = _joined_properties(joined[key], value)
        elif key in _JOINS:
            joined[key] = _JOINS[key](joined[key], value)
        else:
            raise Unsatisfiable(f"cannot join two schemas with {key!r}")
    return joined


def inferred_types(schema: Schema) -> list[str]:
    """Return the types a schema admits; where it does not say, those its other keywords are about."""
    stated = schema.get("type")
    if stated is not None:
        return [stated] if isinstance(stated, str) else list(stated)
    for kind, keys in _ABOUT.items():
        if any(key in schema for key in keys):
            return [kind]
    return []


def _joined_properties(first: Schema, second: Schema) -> Schema:
    joined = dict(first)
    for name, schema in second.items():
        joined[name] = {"allOf": [joined[name], schema]} if name in joined else schema
    return joined


def _joined_types(first: str | list[str], second: str | list[str]) -> list[str]:
    one, other = ([t] if isinstance(t, str) else t for t in (first, second))
    kinds = [t for t in one if t in other or (t == "integer" and "number" in other)]
    kinds += [t for t in other if t == "integer" and "number" in one and t not in kinds]
    if not kinds:
        raise Unsatisfiable(f"nothing is both {first} and {second}")
    return kinds


def _joined_enums(first: list[Any], second: list[Any]) -> list[Any]:
    common = [value for value in first if value in second]
    if not common:
        raise Unsatisfiable("two lists of values have none in common")
    return common


def _joined_schemas(first: Any, second: Any) -> Any:
    if first is True or second is True:
        return second if first is True else first
    return False if first is False or second is False else {"allOf": [first, second]}


def _joined_branches(first: list[Any], second: list[Any]) -> list[Schema]:
    if len(first) * len(second) > _MAX_BRANCHES:
        raise Unsatisfiable("too many combinations of anyOf or oneOf")
    return [{"allOf": [one, other]} for one, other in product(first, second)]


_JOINS: dict[str, Callable[[Any, Any], Any]] = {
    "type": _joined_types,
    "enum": _joined_enums,
    "required": lambda first, second: [*first, *(name for name in second if name not in first)],
    "anyOf": _joined_branches,
    "oneOf": _joined_branches,
    "items": _joined_schemas,
    "additionalProperties": _joined_schemas,
    "uniqueItems": lambda first, second: first or second,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}

_ABOUT = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
