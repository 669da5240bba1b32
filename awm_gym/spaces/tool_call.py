"""`ToolCallSpace`: the action space of tool calls, `{"tool": name, "arguments": {...}}`.

It holds the calls that are valid by the tools' JSON schemas, and the reserved `final_answer`, which ends an
episode. Its tools are no part of its identity: vector environments demand equal action spaces, and a batch
may mix scenarios. Schemas are compiled on first use and shared by the whole process (`tool_schema`), so a
space is cheap to make and to copy.
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from gymnasium.spaces import Space

from awm_gym.runtime.tools import ToolSpec
from awm_gym.spaces.explain import did_you_mean, explain_arguments, name_list
from awm_gym.spaces.json_values import json_fault, kind_of, quoted, shown
from awm_gym.spaces.problems import ActionProblem
from awm_gym.spaces.tool_schema import ToolSchema, tool_schema

FINAL_ANSWER = "final_answer"
"""Name of the reserved tool that ends an episode."""

_SHAPE = '{"tool": <name>, "arguments": {...}}'
_KEYS = frozenset(("tool", "arguments"))

Action = dict[str, Any]


class ToolLike(Protocol):
    """A tool as an agent sees it."""

    @property
    def name(self) -> str:
        """What the agent calls it by."""

    @property
    def description(self) -> str:
        """What it does."""

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of its arguments."""


FINAL_ANSWER_TOOL = ToolSpec(
    name=FINAL_ANSWER,
    description="End the episode with your answer to the task; give an empty text if it asks for none.",
    input_schema={
        "type": "object",
        "properties": {"answer": {"type": "string", "description": "The answer, or an empty text."}},
        "required": ["answer"],
        "additionalProperties": False,
    },
)


class ToolCallSpace(Space[Action]):
    """The valid calls of some tools and of `final_answer`.

    Example:
        >>> space = ToolCallSpace([], seed=0)
        >>> {"tool": "final_answer", "arguments": {"answer": "42"}} in space
        True
        >>> space.explain({"tool": "final_answr", "arguments": {}})
        "There is no tool 'final_answr'. Did you mean 'final_answer'?"
    """

    def __init__(self, tools: Sequence[ToolLike], *, seed: int | np.random.Generator | None = None) -> None:
        """Make the space.

        Args:
            tools: the tools, without `final_answer`, which is added (one that is already there stays).
            seed: seed of the generator that `sample` draws from.

        Raises:
            ValueError: if two tools have the same name, or one takes the reserved name.
        """
        self._tools: dict[str, ToolLike] = {}
        for tool in (*(tool for tool in tools if tool != FINAL_ANSWER_TOOL), FINAL_ANSWER_TOOL):
            if tool.name in self._tools:
                reserved = f"; the name {FINAL_ANSWER!r} is reserved" if tool.name == FINAL_ANSWER else ""
                raise ValueError(f"expected tools with different names, got {tool.name!r} twice{reserved}")
            self._tools[tool.name] = tool
        self._schemas: dict[str, ToolSchema] = {}
        super().__init__(seed=seed)

    @property
    def tools(self) -> tuple[ToolLike, ...]:
        """The tools, `final_answer` last."""
        return tuple(self._tools.values())

    @property
    def is_np_flattenable(self) -> bool:
        """False: a tool call has no array form."""
        return False

    def contains(self, x: Any) -> bool:
        """Tell whether `x` is a valid call: the two keys, a known tool, arguments that fit its schema."""
        if not isinstance(x, dict) or x.keys() != _KEYS:
            return False
        name, arguments = x["tool"], x["arguments"]
        if type(name) is not str or name not in self._tools or not isinstance(arguments, dict):
            return False
        return json_fault(arguments) is None and self._schema(name).accepts(arguments)

    def problem(self, action: Any) -> ActionProblem | None:
        """Say what is wrong with an action.

        Args:
            action: anything.

        Returns:
            None for a valid action, else the kind of problem and a message for the agent.
        """
        if self.contains(action):
            return None
        if not isinstance(action, dict):
            return ActionProblem("not_an_action", f"An action is a dict {_SHAPE}; got {kind_of(action)}.")
        name = action.get("tool")
        if type(name) is not str:
            got = f"{kind_of(name)} there" if "tool" in action else "no such key"
            return ActionProblem("not_an_action", f'An action {_SHAPE} needs a string under "tool"; got {got}.')
        if name not in self._tools:
            hint = did_you_mean(name, self._tools, " Did you mean {}?") or f" There are: {name_list([*self._tools])}."
            return ActionProblem("unknown_tool", f"There is no tool {quoted(name)}.{hint}")
        fault = _shape_fault(action)
        if fault:
            return ActionProblem("malformed_action", f"Malformed call of '{name}': {fault}.")
        details = explain_arguments(self._schema(name), action["arguments"])
        return ActionProblem("bad_arguments", f"Bad arguments for '{name}': {details}.")

    def explain(self, action: Any) -> str | None:
        """Return None for a valid action, else the message of its `problem`."""
        problem = self.problem(action)
        return None if problem is None else problem.message

    def sample(
        self,
        mask: Collection[str] | Mapping[str, Any] | None = None,
        probability: Mapping[str, float] | None = None,
    ) -> Action:
        """Draw a valid call: a tool, every one as likely as another, then arguments by its schema.

        A tool for which no valid arguments can be found is never drawn.

        Args:
            mask: names of the tools to draw from, or a mapping that says for each (1 or 0); None for all.
            probability: weights (>= 0, of any sum) by tool name; a tool without one is not drawn.

        Returns:
            A new action.

        Raises:
            ValueError: if mask and probability are both given, name an unknown tool, or leave none to draw.
        """
        weights = self._weights(mask, probability)
        while weights:
            name = _weighted(weights, self.np_random.random())
            arguments = self._schema(name).draw(self.np_random)
            if arguments is not None:
                return {"tool": name, "arguments": arguments}
            del weights[name]
        raise ValueError("expected a tool for which valid arguments can be drawn; the mask or probability leaves none")

    def _weights(
        self, mask: Collection[str] | Mapping[str, Any] | None, probability: Mapping[str, float] | None
    ) -> dict[str, float]:
        if mask is not None and probability is not None:
            raise ValueError("expected a mask or a probability, got both; leave one out")
        if isinstance(mask, str):
            raise ValueError(f"expected a collection of tool names as mask, got the string {mask!r}; put it in a tuple")
        wanted: Mapping[str, float]
        if probability is not None:
            wanted = probability
        elif isinstance(mask, Mapping):
            wanted = {name: 1.0 if allowed else 0.0 for name, allowed in mask.items()}
        else:
            wanted = dict.fromkeys(self._tools if mask is None else mask, 1.0)
        for name, weight in wanted.items():
            if name not in self._tools:
                hint = did_you_mean(str(name), self._tools)
                raise ValueError(f"expected names of tools, got {name!r}{hint}")
            if not 0 <= weight < float("inf"):
                raise ValueError(f"expected finite weights >= 0, got {weight!r} for {name!r}")
        # In the order of the tools, so that the order in a mask (a set has none) does not change the draw.
        return {name: float(wanted[name]) for name in self._tools if wanted.get(name)}

    def _schema(self, name: str) -> ToolSchema:
        schema = self._schemas.get(name)
        if schema is None:
            schema = self._schemas[name] = tool_schema(self._tools[name].input_schema)
        return schema

    def __deepcopy__(self, memo: dict[int, Any]) -> "ToolCallSpace":
        # The tools never change: only the generator is a copy's own.
        twin = ToolCallSpace.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._np_random = copy.deepcopy(self._np_random, memo)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_schemas": {}}

    def __eq__(self, other: object) -> bool:
        """Equal to any space of tool calls, whatever its tools, so that scenarios can share a batch."""
        return isinstance(other, ToolCallSpace)

    def __hash__(self) -> int:
        return hash(ToolCallSpace)

    def __repr__(self) -> str:
        return f"ToolCallSpace({len(self._tools)} tools)"


def _weighted(weights: dict[str, float], place: float) -> str:
    """Return the name that stands at a place (0 to 1) along the weights."""
    names = list(weights)
    rest = place * sum(weights.values())
    for name in names:
        rest -= weights[name]
        if rest < 0:
            return name
    return names[-1]


def _shape_fault(action: Action) -> str | None:
    """Say what is wrong with an action that names a tool, short of its arguments' schema."""
    unknown = [key for key in action if key not in _KEYS]
    if unknown:
        keys = ", ".join(shown(key) for key in unknown[:3])
        return f'it takes the keys "tool" and "arguments" only, got {keys} too'
    if "arguments" not in action:
        return f'the key "arguments" is missing; the form is {_SHAPE}'
    arguments = action["arguments"]
    if isinstance(arguments, str):
        return '"arguments" must be an object, got a string; give the object itself, not its JSON text'
    if not isinstance(arguments, dict):
        return f'"arguments" must be an object, got {kind_of(arguments)}'
    fault = json_fault(arguments)
    return f'"arguments" must hold JSON values only, got {fault}' if fault else None
