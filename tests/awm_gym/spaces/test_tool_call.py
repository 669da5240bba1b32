import collections
import copy
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from awm_gym.spaces import FINAL_ANSWER, FINAL_ANSWER_TOOL, ToolCallSpace


@dataclass(frozen=True)
class Spec:
    """Any object with these three attributes is a tool to the space."""

    name: str
    input_schema: dict[str, Any]
    description: str = ""


def object_of(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


BUY = Spec("buy", object_of(("product_id",), product_id={"type": "integer", "minimum": 1}, note={"type": "string"}))
LIST = Spec("list_products", object_of())
NEVER = Spec("never", object_of(("x",), x={"enum": []}))


@pytest.fixture
def space() -> ToolCallSpace:
    return ToolCallSpace([BUY, LIST], seed=0)


def call(tool: str, /, **arguments: Any) -> dict[str, Any]:
    return {"tool": tool, "arguments": arguments}


def test_the_reserved_final_answer_is_always_among_the_tools(space: ToolCallSpace) -> None:
    assert [tool.name for tool in space.tools] == ["buy", "list_products", FINAL_ANSWER]
    assert call(FINAL_ANSWER, answer="42") in space
    assert call(FINAL_ANSWER) not in space
    assert call(FINAL_ANSWER, answer=42) not in space
    assert ToolCallSpace(space.tools).tools == space.tools


def test_valid_calls_are_contained(space: ToolCallSpace) -> None:
    assert call("buy", product_id=1, note="gift 🎁") in space
    assert call("list_products") in space


@pytest.mark.parametrize(
    "action",
    [
        call("sell", product_id=1),
        call("buy"),
        call("buy", product_id=0),
        call("buy", product_id="1"),
        call("buy", product_id=True),
        call("buy", product_id=1, colour="red"),
        {"tool": "list_products"},
        {"tool": "list_products", "arguments": None},
        {"tool": "list_products", "arguments": {}, "why": "x"},
        {"arguments": {}},
        {"tool": 3, "arguments": {}},
        ("list_products", {}),
        "list_products",
        None,
    ],
)
def test_anything_else_is_not(space: ToolCallSpace, action: Any) -> None:
    assert action not in space


@pytest.mark.parametrize(
    "value",
    [
        np.int64(1),
        np.float64(1),
        np.str_("a"),
        np.array([1]),
        (1,),
        {1: 2},
        float("nan"),
        float("inf"),
        "\ud800",
        10**400,
    ],
)
def test_only_json_values_are_contained(value: Any) -> None:
    space = ToolCallSpace([Spec("put", object_of(value={}))])
    assert call("put", value=1) in space
    assert call("put", value=value) not in space
    assert call("put", value={"deep": [value]}) not in space


def test_a_value_nested_too_deep_is_not_contained_and_does_no_harm() -> None:
    space = ToolCallSpace([Spec("put", object_of(value={}))])
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    assert call("put", value=value) not in space
    assert "levels deep" in (space.explain(call("put", value=value)) or "")


def test_an_argument_that_is_not_declared_is_rejected_unless_the_schema_opens_itself() -> None:
    silent = {"type": "object", "properties": {"a": {"type": "integer"}}}
    space = ToolCallSpace([Spec("closed", silent), Spec("open", {**silent, "additionalProperties": True})])
    assert call("closed", a=1, b=2) not in space
    assert call("open", a=1, b=2) in space


def test_formats_are_left_to_the_application() -> None:
    space = ToolCallSpace([Spec("plan", object_of(day={"type": "string", "format": "date"}))])
    assert call("plan", day="next Tuesday") in space


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no-such-type"},
        {"properties": {"a": {"minimum": "three"}}},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {"properties": {"a": {"$ref": "https://example.com/schema.json"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#"},
        {"$defs": {"x": {"anyOf": [{"$ref": "#/$defs/y"}]}, "y": {"$ref": "#/$defs/x"}}, "$ref": "#/$defs/x"},
    ],
)
def test_a_schema_that_is_broken_itself_rejects_no_object_and_fetches_nothing(schema: dict[str, Any]) -> None:
    space = ToolCallSpace([Spec("broken", schema)], seed=0)
    assert call("broken", a="text") in space
    assert {"tool": "broken", "arguments": 3} not in space
    assert all(space.sample() in space for _ in range(10))


def test_two_tools_of_one_name_and_the_reserved_name_are_errors() -> None:
    with pytest.raises(ValueError, match="'buy' twice"):
        ToolCallSpace([BUY, BUY])
    with pytest.raises(ValueError, match="'final_answer' is reserved"):
        ToolCallSpace([Spec(FINAL_ANSWER, object_of())])


def test_equality_and_hash_do_not_depend_on_the_tools(space: ToolCallSpace) -> None:
    other = ToolCallSpace([])
    assert space == other
    assert hash(space) == hash(other)
    assert space != FINAL_ANSWER
    assert repr(space) == "ToolCallSpace(3 tools)"


def test_samples_are_valid_and_reach_every_tool(space: ToolCallSpace) -> None:
    actions = [space.sample() for _ in range(300)]
    assert all(action in space for action in actions)
    counts = collections.Counter(action["tool"] for action in actions)
    assert counts.keys() == {"buy", "list_products", FINAL_ANSWER}
    assert min(counts.values()) > 60


def test_a_seed_fixes_the_samples_whatever_was_drawn_before(space: ToolCallSpace) -> None:
    fresh = ToolCallSpace([NEVER, BUY, LIST])
    fresh.seed(11)
    first = [fresh.sample() for _ in range(50)]
    fresh.seed(11)
    assert [fresh.sample() for _ in range(50)] == first
    space.seed(11)
    assert [space.sample() for _ in range(50)] != [space.sample() for _ in range(50)]


DRAW = """
import json
from types import SimpleNamespace
from awm_gym.spaces import ToolCallSpace

kinds = {"a": "string", "b": "number", "c": "array", "d": "object"}
schema = {"properties": {name: {"type": kind} for name, kind in kinds.items()}}
tools = [SimpleNamespace(name=name, description="", input_schema=schema) for name in "xyz"]
space = ToolCallSpace(tools, seed=5)
drawn = json.dumps([space.sample(mask={"x", "y", "z"}) for _ in range(30)])
"""


def test_a_seed_fixes_the_samples_in_another_process() -> None:
    here: dict[str, Any] = {}
    exec(DRAW, here)
    there = subprocess.run([sys.executable, "-c", DRAW + "print(drawn)"], capture_output=True, check=True, text=True)
    assert there.stdout.strip() == here["drawn"]


def test_what_is_drawn_belongs_to_the_caller() -> None:
    example = {"tags": ["a"]}
    space = ToolCallSpace([Spec("put", object_of(("v",), v={"enum": [example]}))], seed=0)
    space.sample(mask=("put",))["arguments"]["v"]["tags"].append("b")
    assert space.sample(mask=("put",))["arguments"]["v"] == {"tags": ["a"]}


@pytest.mark.parametrize("mask", [("buy",), ["buy"], {"buy"}, {"buy": 1, "list_products": 0}, {"buy": True}])
def test_a_mask_names_the_tools_to_draw_from(space: ToolCallSpace, mask: Any) -> None:
    assert {space.sample(mask=mask)["tool"] for _ in range(30)} == {"buy"}


def test_the_order_of_a_mask_does_not_change_the_draw(space: ToolCallSpace) -> None:
    twin = copy.deepcopy(space)
    names = ["buy", "list_products", FINAL_ANSWER]
    drawn = [space.sample(mask=names) for _ in range(20)]
    assert drawn == [twin.sample(mask=names[::-1]) for _ in range(20)]


def test_a_probability_weighs_tools_by_name(space: ToolCallSpace) -> None:
    weights = MappingProxyType({"buy": 30, "list_products": 10})
    counts = collections.Counter(space.sample(probability=weights)["tool"] for _ in range(400))
    assert counts.keys() == {"buy", "list_products"}
    assert 2 < counts["buy"] / counts["list_products"] < 4.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mask": ("buy",), "probability": {"buy": 1}}, "got both"),
        ({"mask": ("bye",)}, r"got 'bye' \(did you mean 'buy'\?\)"),
        ({"mask": "buy"}, "put it in a tuple"),
        ({"mask": ()}, "leaves none"),
        ({"probability": {"buy": 0}}, "leaves none"),
        ({"probability": {"buy": -1}}, "weights >= 0"),
        ({"probability": {"buy": float("nan")}}, "weights >= 0"),
        ({"mask": ("never",)}, "leaves none"),
    ],
)
def test_a_mask_or_probability_that_leaves_nothing_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToolCallSpace([BUY, LIST, NEVER], seed=0).sample(**arguments)


def test_a_tool_without_valid_arguments_is_never_drawn() -> None:
    space = ToolCallSpace([NEVER], seed=0)
    assert {space.sample()["tool"] for _ in range(20)} == {FINAL_ANSWER}


def test_pickles_and_copies_go_on_drawing_where_the_space_was(space: ToolCallSpace) -> None:
    space.sample()
    twins = [pickle.loads(pickle.dumps(space)), copy.deepcopy(space)]
    expected = [space.sample() for _ in range(10)]
    for twin in twins:
        assert [twin.sample() for _ in range(10)] == expected
        assert [tool.name for tool in twin.tools] == [tool.name for tool in space.tools]


def test_a_batch_survives_json(space: ToolCallSpace) -> None:
    batch = [space.sample() for _ in range(10)]
    restored = space.from_jsonable(json.loads(json.dumps(space.to_jsonable(batch))))
    assert restored == batch
    assert all(action in space for action in restored)


def test_the_final_answer_tool_is_described_for_agents() -> None:
    assert FINAL_ANSWER_TOOL.name == FINAL_ANSWER
    assert "End the episode" in FINAL_ANSWER_TOOL.description
    assert list(FINAL_ANSWER_TOOL.input_schema["properties"]) == ["answer"]
