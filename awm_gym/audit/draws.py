"""Drawing tool calls: valid by the schema, with values that the database knows, and with edge inputs."""

import random
from typing import Any

import numpy as np

from awm_gym.audit.known import Known, Schema
from awm_gym.registry import ToolCall
from awm_gym.runtime import ToolSpec
from awm_gym.spaces import FINAL_ANSWER, ToolCallSpace

_HUGE = 10**15
_MISSING_ROW = 99_999_999
_MISSING_NAME = "no-such-thing"


class Draws:
    """Draws calls of an entry's tools, from one seed."""

    def __init__(self, tools: tuple[ToolSpec, ...], known: Known, seed: str) -> None:
        self._known = known
        self._rng = random.Random(seed)
        self._space = ToolCallSpace(tools, seed=np.random.default_rng(self._rng.getrandbits(64)))
        self._schemas = {tool.name: properties(tool) for tool in tools}

    def valid(self, tool: str, *, informed: bool) -> ToolCall | None:
        """Return a call that is valid by the schema, or None if none can be drawn.

        Args:
            tool: the tool's name.
            informed: put values of the database in the place of random ones where their columns' names say so.
        """
        try:
            arguments = self._space.sample(mask=(tool,))["arguments"]
        except ValueError:
            return None
        return ToolCall(tool=tool, arguments=self._informed(tool, arguments) if informed else arguments)

    def action(self, *, informed: bool) -> ToolCall:
        """Return what a random policy does: any tool, or the final answer."""
        action = self._space.sample()
        arguments = action["arguments"]
        if not informed:
            return ToolCall(tool=action["tool"], arguments=arguments)
        if action["tool"] == FINAL_ANSWER:
            column = self._rng.choice(self._known.columns) if self._known.columns else None
            if column is not None and column.values:
                arguments = {"answer": str(self._rng.choice(column.values))}
            return ToolCall(tool=FINAL_ANSWER, arguments=arguments)
        return ToolCall(tool=action["tool"], arguments=self._informed(action["tool"], arguments))

    def edges(self, tool: str, count: int) -> list[tuple[str, ToolCall]]:
        """Return calls with one edge input each: a missing row, an empty text, a wrong choice, odd numbers."""
        found = []
        for name, schema in self._schemas[tool].items():
            for what, value in _edge_values(schema, self._known.is_reference(name)):
                base = self.valid(tool, informed=True)
                arguments = {**(base.arguments if base else {}), name: value}
                found.append((what, ToolCall(tool=tool, arguments=arguments)))
        self._rng.shuffle(found)
        return found[:count]

    def _informed(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        told = dict(arguments)
        for name, schema in self._schemas[tool].items():
            values = self._known.fitting(name, schema)
            if values and (name in told or self._rng.random() < 0.5):
                told[name] = self._rng.choice(values)
        return told


def properties(tool: ToolSpec) -> dict[str, Schema]:
    """Return the schemas of a tool's arguments, by name."""
    found = tool.input_schema.get("properties", {})
    return {name: schema for name, schema in found.items() if isinstance(schema, dict)}


def types_of(schema: Schema) -> set[str]:
    """Return the JSON types that a schema names, also those of its alternatives."""
    named = schema.get("type", [])
    types = {named} if isinstance(named, str) else set(named)
    for key in ("anyOf", "oneOf"):
        for part in schema.get(key, ()):
            types |= types_of(part) if isinstance(part, dict) else set()
    return types


def choices_of(schema: Schema) -> tuple[Any, ...]:
    """Return the values that a schema's `enum` allows; empty if it has none."""
    found = list(schema.get("enum", ()))
    for key in ("anyOf", "oneOf"):
        for part in schema.get(key, ()):
            found += choices_of(part) if isinstance(part, dict) else ()
    return tuple(value for value in found if value is not None)


def _edge_values(schema: Schema, reference: bool) -> list[tuple[str, Any]]:
    types = types_of(schema)
    if choices_of(schema):
        return [("wrong choice", "no_such_choice")]
    if types & {"integer", "number"}:
        numbers = [("negative number", -1), ("huge number", _HUGE)]
        return [("missing row", _MISSING_ROW), *numbers] if reference else [("zero", 0), *numbers]
    if "string" in types:
        return [("missing row", _MISSING_NAME), ("empty text", "")] if reference else [("empty text", "")]
    return []
