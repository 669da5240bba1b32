"""Hypothesis strategies for the input schemas of tools."""

import string
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# No deadline: a machine that is busy with other tests is no fault of the spaces.
QUICK = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))

Schema = dict[str, Any]

names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8)
json_values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATTERNS = ("^[A-Z]{3}-\\d{4}$", "^(low|mid|high)$", "[a-f0-9]{2,}", "^\\+?[1-9]\\d{1,14}$", "^\\S+@\\S+\\.[a-z]+$")
FORMATS = ("date", "date-time", "time", "uuid", "email", "uri", "ipv4", "something-else")


def _bounded(low_key: str, high_key: str, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    def build(pair: tuple[Any, Any], ends: tuple[bool, bool]) -> Schema:
        low, high = sorted(pair)
        return {key: value for key, value, there in zip((low_key, high_key), (low, high), ends, strict=True) if there}

    return st.builds(build, st.tuples(numbers, numbers), st.tuples(st.booleans(), st.booleans()))


def _joined(*parts: Schema) -> Schema:
    return {key: value for part in parts for key, value in part.items()}


sizes = st.integers(0, 5)
integers = st.builds(
    _joined,
    st.just({"type": "integer"}),
    _bounded("minimum", "maximum", st.integers(-(10**12), 10**12)),
    st.sampled_from([{}, {"exclusiveMinimum": -(10**13)}, {"exclusiveMaximum": 10**13}]),
)
multiples = st.builds(
    lambda step, low: {"type": "integer", "multipleOf": step, "minimum": low, "exclusiveMaximum": low + 2 * step},
    st.integers(1, 1000),
    st.integers(-100, 100),
)
numbers = st.builds(
    _joined,
    st.just({"type": "number"}),
    _bounded("minimum", "maximum", st.floats(-1e12, 1e12)),
)
strings = st.one_of(
    st.builds(_joined, st.just({"type": "string"}), _bounded("minLength", "maxLength", st.integers(0, 60))),
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, st.sampled_from(PATTERNS)),
    st.builds(lambda name: {"type": "string", "format": name}, st.sampled_from(FORMATS)),
)
choices = st.builds(lambda values: {"enum": values}, st.lists(json_values, min_size=1, max_size=4)) | st.builds(
    lambda value: {"const": value}, json_values
)
leaves = st.one_of(
    integers, multiples, numbers, strings, choices, st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, True])
)


def _object(properties: dict[str, Any], required: list[str], extra: Any) -> Schema:
    known = [name for name in required if name in properties]
    return _joined({"type": "object", "properties": properties, "required": list(dict.fromkeys(known))}, extra)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    extras = st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "integer"}}])
    properties = st.dictionaries(names, inner, max_size=4)
    return properties.flatmap(
        lambda chosen: st.builds(
            _object, st.just(chosen), st.lists(st.sampled_from(sorted(chosen)) if chosen else st.nothing()), extras
        )
    )


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.builds(
        lambda items, bounds: _joined({"type": "array", "items": items}, bounds),
        inner,
        _bounded("minItems", "maxItems", sizes),
    )


def _annotated(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.builds(
        lambda schema, example: {"allOf": [schema], "examples": [example], "description": "x"}, inner, json_values
    )


def _unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.one_of(
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda branch: {"anyOf": [branch, {"type": "null"}], "default": None}, inner),
        st.builds(lambda branch: {"oneOf": [{"type": "array", "items": branch}, {"type": "string"}]}, inner),
    )


satisfiable = st.recursive(
    leaves, lambda inner: st.one_of(_objects(inner), _arrays(inner), _unions(inner), _annotated(inner)), max_leaves=6
)
"""Schemas of which each accepts something, by construction."""

input_schemas = _objects(satisfiable)
"""Input schemas of tools; each accepts something."""


def _mixed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda parts: {"allOf": parts}, several),
        st.builds(lambda parts: {"oneOf": parts}, several),
        st.builds(lambda parts, beside: {"anyOf": parts, **beside}, several, integers | strings),
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda a, b, c: {"if": a, "then": b, "else": c}, inner, inner, inner),
        st.builds(lambda items: {"type": "array", "items": items, "uniqueItems": True, "minItems": 2}, inner),
        st.builds(lambda part: {"type": "array", "contains": part}, inner),
        st.builds(lambda parts: {"type": "array", "prefixItems": parts, "items": False, "minItems": 1}, several),
        st.builds(lambda part: {"type": "object", "additionalProperties": part, "minProperties": 1}, inner),
        st.builds(lambda part: {"type": "object", "patternProperties": {"^a": part}, "required": ["ab"]}, inner),
        st.just({"$ref": "#/$defs/thing"}),
        st.just({"$ref": "#"}),
        st.builds(lambda part: {"allOf": [{"$ref": "#/$defs/thing"}, part]}, inner),
        st.just({"type": ["string", "null", "integer"]}),
        st.just(False),
    )


_anything = st.recursive(satisfiable, lambda inner: _mixed(inner) | _objects(inner), max_leaves=8)
difficult_schemas = st.builds(lambda root, thing: {**root, "$defs": {"thing": thing}}, _objects(_anything), _anything)
"""Input schemas with everything in them; some contradict themselves, some never end."""
