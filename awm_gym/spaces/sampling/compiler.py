"""From a schema to a sampler: references, unions, examples and the choice of a type."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from awm_gym.spaces.references import follow
from awm_gym.spaces.sampling.base import DEEP, Dice, Sampler, Schema, Unsatisfiable, below, pick
from awm_gym.spaces.sampling.combine import ANNOTATIONS, both, inferred_types
from awm_gym.spaces.sampling.containers import array_sampler, object_sampler
from awm_gym.spaces.sampling.numbers import integer_sampler, number_sampler
from awm_gym.spaces.sampling.strings import string_sampler, words

_UNCHECKED = frozenset(
    {"not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "propertyNames"}
    | {"patternProperties", "minProperties", "maxProperties", "unevaluatedProperties", "unevaluatedItems"}
    | {"contains", "minContains", "maxContains", "uniqueItems", "$dynamicRef", "$id"}
)
"""Keywords that the samplers heed roughly or not at all."""

_OWN = frozenset(("additionalProperties", "prefixItems", "items"))
"""Keywords about what others beside them leave over: joined with another schema's they say too much."""

_SIZES = {"null": 0, "boolean": 1, "integer": 1, "number": 1, "string": 1, "array": 2, "object": 3}
_EXAMPLES = 20
_EXAMPLE_RATE = 0.5
_NULL_RATE = 0.15
_NESTED_REFS = 50


@dataclass(frozen=True)
class Compiled:
    """A sampler, and whether each of its draws is valid by construction."""

    draw: Sampler
    exact: bool


def compile_schema(schema: Schema, accepts: Callable[[Any, Any], bool]) -> Compiled:
    """Compile a schema.

    Args:
        schema: a valid JSON schema (draft 2020-12).
        accepts: tells whether a subschema of it accepts a value; references count from the whole schema.

    Returns:
        The sampler.

    Raises:
        Unsatisfiable: if no value could ever be drawn.
    """
    compiler = _Compiler(schema, accepts)
    draw = compiler.node(schema)
    return Compiled(draw, compiler.exact)


class _Compiler:
    """The state of one compilation: references on the way, and whether all is exact so far."""

    def __init__(self, root: Schema, accepts: Callable[[Any, Any], bool]) -> None:
        self.exact = True
        self._root = root
        self._accepts = accepts
        self._known: dict[str, list[Sampler]] = {}

    def node(self, schema: Any) -> Sampler:
        """Compile one schema; where it leads back to itself, the inner one is looked up when drawing."""
        if schema is False:
            raise Unsatisfiable("the schema false accepts nothing")
        if schema is True:
            return _anything
        if "$ref" not in schema and "allOf" not in schema:
            return self._flat(schema)
        key = json.dumps(schema, sort_keys=True)
        cell = self._known.get(key)
        if cell is None:
            cell = self._known[key] = []
            try:
                cell.append(self._flat(self.flatten(schema)))
            finally:
                if not cell:
                    del self._known[key]
        return cell[0] if cell else _later(cell)

    def flatten(self, schema: Any, depth: int = 0) -> Schema:
        """Resolve `$ref` and `allOf`, so that the schema says all it demands in its own keywords."""
        if schema is True:
            return {}
        if schema is False or schema is None or depth > _NESTED_REFS:
            raise Unsatisfiable("a part accepts nothing, or its references lead nowhere")
        parts = list(schema.get("allOf", []))
        if "$ref" in schema:
            parts.append(follow(schema["$ref"], self._root))
        parts.append({key: value for key, value in schema.items() if key not in ("$ref", "allOf")})
        demanding = [part for part in parts if isinstance(part, dict) and not part.keys() <= ANNOTATIONS]
        if len(demanding) > 1 and any(not part.keys().isdisjoint(_OWN) for part in demanding):
            self.exact = False
        flat: Schema = {}
        for part in parts:
            nested = "$ref" in part or "allOf" in part if isinstance(part, dict) else True
            flat = both(flat, self.flatten(part, depth + 1) if nested else part)
        return flat

    def _flat(self, schema: Schema) -> Sampler:
        if not schema.keys().isdisjoint(_UNCHECKED) or isinstance(schema.get("multipleOf"), float):
            self.exact = False
        if "const" in schema or "enum" in schema:
            values = [schema["const"]] if "const" in schema else schema["enum"]
            return _one_value([value for value in values if self._accepts(schema, value)])
        examples = [*schema.get("examples", []), schema.get("example"), schema.get("default")]
        examples = [e for e in examples[:_EXAMPLES] if e is not None and self._accepts(schema, e)]
        if not examples:
            return self._free(schema)
        known = _one_value(examples)
        try:
            free = self._free(schema)
        except Unsatisfiable:
            return known
        return lambda dice, depth: known(dice, depth) if dice() < _EXAMPLE_RATE else free(dice, depth)

    def _free(self, schema: Schema) -> Sampler:
        """Compile a flat schema by its branches or types."""
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest = {k: v for k, v in schema.items() if k != key and k not in ANNOTATIONS}
                branches = [{"allOf": [rest, branch]} if rest else branch for branch in schema[key]]
                if key == "oneOf":
                    self.exact = self.exact and self._are_apart(branches)
                return self._union(branches)
        types = inferred_types(schema)
        if len(types) == 1:
            return self._of_type(types[0], schema)
        return self._union([{**schema, "type": kind} for kind in types]) if types else _anything

    def _union(self, branches: list[Any]) -> Sampler:
        draws: list[tuple[int, Sampler]] = []
        for branch in branches:
            try:
                draws.append((self._size(branch), self.node(branch)))
            except Unsatisfiable:
                continue
        if not draws:
            raise Unsatisfiable("no branch of a union accepts anything that can be drawn")
        smallest = min(draws, key=lambda sized: sized[0])[1]
        null = [draw for size, draw in draws if size == 0]
        others = [draw for size, draw in draws if size > 0]

        def draw(dice: Dice, depth: int) -> Any:
            if depth >= DEEP:
                return smallest(dice, depth)
            if null and (not others or dice() < _NULL_RATE):
                return pick(dice, null)(dice, depth)
            return pick(dice, others)(dice, depth)

        return draw

    def _types(self, branch: Any) -> list[str]:
        try:
            return inferred_types(self.flatten(branch))
        except Unsatisfiable:
            return []

    def _size(self, branch: Any) -> int:
        return max((_SIZES[kind] for kind in self._types(branch)), default=max(_SIZES.values()))

    def _are_apart(self, branches: list[Any]) -> bool:
        """Tell whether a value can fit one branch at most, judged by the types the branches state."""
        seen: set[str] = set()
        for branch in branches:
            try:
                stated = self.flatten(branch).get("type", [])
            except Unsatisfiable:
                continue
            kinds = {"number" if t == "integer" else t for t in ([stated] if isinstance(stated, str) else stated)}
            if not kinds or seen & kinds:
                return False
            seen |= kinds
        return True

    def _of_type(self, kind: str, schema: Schema) -> Sampler:
        if kind == "object":
            return object_sampler(schema, self.node)
        if kind == "array":
            return array_sampler(schema, self.node)
        return _SCALARS[kind](schema)


def _later(cell: list[Sampler]) -> Sampler:
    def draw(dice: Dice, depth: int) -> Any:
        if not cell:
            raise Unsatisfiable("a schema refers to one that accepts nothing")
        return cell[0](dice, depth)

    return draw


def _one_value(values: list[Any]) -> Sampler:
    if not values:
        raise Unsatisfiable("none of the listed values fits the schema around them")

    def draw(dice: Dice, depth: int) -> Any:
        value = pick(dice, values)
        # The caller owns what it draws, so what can change is copied.
        return copy.deepcopy(value) if isinstance(value, dict | list) else value

    return draw


def _anything(dice: Dice, depth: int) -> Any:
    kind = below(dice, 4)
    if kind == 0:
        return dice() < 0.5
    return words(dice) if kind == 1 else 1 + below(dice, 10)


_SCALARS: dict[str, Callable[[Schema], Sampler]] = {
    "string": string_sampler,
    "integer": integer_sampler,
    "number": number_sampler,
    "boolean": lambda schema: lambda dice, depth: dice() < 0.5,
    "null": lambda schema: lambda dice, depth: None,
}
