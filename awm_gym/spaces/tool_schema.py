"""One tool's input schema, compiled: checks arguments, lists their errors, draws valid ones.

Everything is compiled on first use and kept, for the process, by the schema's text: a thousand environments
of one entry check and draw with the same object. Schemas come from generated code, so a schema may itself be
invalid. Then any object is accepted (the application has the last word anyway), and the one draw is the empty
object.
"""

import contextlib
import copy
import json
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
from jsonschema.exceptions import SchemaError, ValidationError  # type: ignore[import-untyped, unused-ignore]
from referencing import Registry

from awm_gym.spaces.json_values import json_fault
from awm_gym.spaces.patterns import QuickValidator
from awm_gym.spaces.references import endless
from awm_gym.spaces.sampling import Compiled, Dice, Unsatisfiable, compile_schema

_BLOCK = 64
_BLOCKS = 300
_ATTEMPTS = 30
_TRIALS = 100
_CHECKED_DRAWS = 5
# By JSON Schema an object is open unless it says otherwise, but no tool takes arguments it does not declare.
_OPENING = frozenset(
    {"additionalProperties", "unevaluatedProperties", "patternProperties", "dependentSchemas"}
    | {"$ref", "allOf", "anyOf", "oneOf", "if"}
)


def tool_schema(schema: dict[str, Any]) -> "ToolSchema":
    """Return the compiled form of a tool's input schema, the same object for equal schemas."""
    return _compiled(json.dumps(schema))


@lru_cache(maxsize=8192)
def _compiled(text: str) -> "ToolSchema":
    return ToolSchema(json.loads(text))


class ToolSchema:
    """A tool's input schema with what is compiled from it.

    Attributes:
        schema: the JSON schema that arguments are held against.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        closes = "properties" in schema and schema.keys().isdisjoint(_OPENING)
        self.schema = {**schema, "additionalProperties": False} if closes else schema
        self._endless = endless(self.schema)
        # The empty registry keeps a reference to another document from being fetched.
        self._validator = QuickValidator(self.schema, registry=Registry())

    def accepts(self, arguments: dict[str, Any]) -> bool:
        """Tell whether arguments fit the schema; a string's `format` is left to the application to judge.

        Args:
            arguments: an object of JSON values.
        """
        return self._endless or self._fits(self._validator, arguments) or not self._sound

    def errors(self, arguments: dict[str, Any]) -> list[ValidationError]:
        """Return what is wrong with arguments that are not accepted, from the outside in."""
        found: list[ValidationError] = []
        with contextlib.suppress(Exception):  # as in `_fits`; at least one error comes before
            found.extend(self._validator.iter_errors(arguments))
        return sorted(found, key=lambda error: len(error.absolute_path))

    def draw(self, rng: np.random.Generator) -> dict[str, Any] | None:
        """Draw valid arguments.

        Args:
            rng: the generator to draw from.

        Returns:
            New arguments; or None, then always, if no valid ones were found for this schema.
        """
        witness, sampler = self._sampling
        if sampler is not None:
            for _ in range(_ATTEMPTS):
                value = self._attempt(sampler, rng, check=not sampler.exact)
                if value is not None:
                    return value
        return copy.deepcopy(witness)

    @staticmethod
    def _fits(validator: Any, value: Any) -> bool:
        try:
            return bool(validator.is_valid(value))
        except Exception:
            # The value is JSON, so the fault is in the schema: a reference that leads nowhere, a pattern that
            # is no Python expression, a keyword of the wrong type. Such a schema cannot reject anything.
            return True

    def _fits_part(self, part: Any, value: Any) -> bool:
        return self._fits(self._validator.evolve(schema=part), value)

    @cached_property
    def _sound(self) -> bool:
        """Whether the schema is valid itself: asked late, as it costs 2 ms and a valid call 30 us."""
        try:
            Draft202012Validator.check_schema(self.schema)
        except SchemaError:
            return False
        return json_fault(self.schema) is None and not self._endless

    @cached_property
    def _sampling(self) -> tuple[dict[str, Any] | None, Compiled | None]:
        """Arguments known to be valid, and the sampler; None for what there is not.

        Both follow from the schema alone, so that what a seed draws does not depend on what was drawn before.
        """
        if not self._sound:
            return {}, None
        try:
            sampler = compile_schema({"type": "object", **self.schema}, self._fits_part)
        except Unsatisfiable:
            return None, None
        trial_rng = np.random.default_rng(0)
        witness = None
        for trial in range(_TRIALS):
            if witness is not None and trial >= _CHECKED_DRAWS:
                break
            value = self._attempt(sampler, trial_rng, check=True)
            if value is None:
                sampler = Compiled(sampler.draw, exact=False)
            witness = witness if value is None else value
        return witness, sampler if witness is not None else None

    def _attempt(self, sampler: Compiled, rng: np.random.Generator, *, check: bool) -> dict[str, Any] | None:
        try:
            value = sampler.draw(_dice(rng), 0)
        except Unsatisfiable:
            return None
        return value if isinstance(value, dict) and (not check or self.accepts(value)) else None


def _dice(rng: np.random.Generator) -> Dice:
    """Return dice that draw in blocks, which is faster, and that end, so that no schema can draw for ever."""

    def numbers() -> Iterator[float]:
        for _ in range(_BLOCKS):
            yield from rng.random(_BLOCK).tolist()
        raise Unsatisfiable("the schema asks for too much")

    return numbers().__next__
