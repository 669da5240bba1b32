import datetime
import json
import re
import uuid
from collections.abc import Callable
from enum import StrEnum
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI, Path, Query
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from awm_gym.runtime.tools import tools_from_openapi
from awm_gym.spaces import ToolCallSpace
from awm_gym.spaces.references import endless

from .schemas import PATTERNS, QUICK, difficult_schemas, input_schemas


def space_of(schema: dict[str, Any], seed: int = 0) -> ToolCallSpace:
    return ToolCallSpace([SimpleNamespace(name="t", description="", input_schema=schema)], seed=seed)


def draw(space: ToolCallSpace) -> dict[str, Any]:
    arguments: dict[str, Any] = space.sample(mask=("t",))["arguments"]
    return arguments


def values_of(schema: Any, n: int = 200) -> list[Any]:
    """Return values drawn for one required argument."""
    space = space_of({"type": "object", "properties": {"v": schema}, "required": ["v"]})
    return [draw(space)["v"] for _ in range(n)]


@QUICK
@given(input_schemas, st.integers(0, 2**32))
def test_samples_fit_every_schema_that_accepts_something(schema: dict[str, Any], seed: int) -> None:
    Draft202012Validator.check_schema(schema)
    space = space_of(schema, seed)
    for _ in range(3):
        arguments = draw(space)
        Draft202012Validator(schema).validate(arguments)
        assert {"tool": "t", "arguments": arguments} in space
        json.dumps(arguments, allow_nan=False)


@QUICK
@given(difficult_schemas, st.integers(0, 2**32))
def test_samples_are_contained_whatever_the_schema(schema: dict[str, Any], seed: int) -> None:
    assume(not endless(schema))
    space = space_of(schema, seed)
    for _ in range(3):
        action = space.sample(probability={"t": 1e6, "final_answer": 1})
        assert action in space
        if action["tool"] == "t":
            Draft202012Validator(schema).validate(action["arguments"])


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 5}, lambda v: v in (3, 4, 5)),
        ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}, lambda v: v == 4),
        ({"type": "integer", "maximum": -7}, lambda v: v <= -7),
        ({"type": "integer", "multipleOf": 25, "maximum": 100}, lambda v: v % 25 == 0 and v <= 100),
        ({"type": "number", "minimum": 0.001, "maximum": 0.002}, lambda v: 0.001 <= v <= 0.002),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, lambda v: 0 < v <= 1),
        ({"type": "number", "multipleOf": 0.25}, lambda v: v * 4 == int(v * 4)),
        ({"type": "string", "minLength": 40, "maxLength": 41}, lambda v: len(v) in (40, 41)),
        ({"type": "string", "maxLength": 2}, lambda v: len(v) <= 2),
        ({"type": "string", "format": "date"}, datetime.date.fromisoformat),
        ({"type": "string", "format": "date-time"}, datetime.datetime.fromisoformat),
        ({"type": "string", "format": "time"}, datetime.time.fromisoformat),
        ({"type": "string", "format": "uuid"}, lambda v: uuid.UUID(v).version == 4),
        ({"type": "string", "format": "email"}, lambda v: re.fullmatch(r"[a-z.]+@example\.com", v)),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 4}, lambda v: 2 <= len(v) <= 4),
        (
            {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
            lambda v: {*v} == {1, 2, 3},
        ),
        ({"type": "array", "prefixItems": [{"const": "a"}, {"const": 1}], "minItems": 2}, lambda v: v[:2] == ["a", 1]),
        ({"type": "array", "contains": {"const": 7}, "items": {"enum": [6, 7]}}, lambda v: 7 in v),
        ({"const": {"a": None}}, lambda v: v == {"a": None}),
        ({"enum": ["x", 3], "type": "string"}, lambda v: v == "x"),
        ({"type": ["string", "integer"]}, lambda v: type(v) in (str, int)),
        ({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}, lambda v: len(v) >= 2),
        ({"allOf": [{"minimum": 4}, {"type": "integer", "maximum": 4}]}, lambda v: v == 4),
        ({"allOf": [{"type": ["integer", "string"]}, {"type": "number"}]}, lambda v: type(v) is int),
        ({"allOf": [{"enum": [1, 2]}, {"enum": [2, 3]}]}, lambda v: v == 2),
        ({"allOf": [{"anyOf": [{"const": 1}, {"const": 2}]}, {"anyOf": [{"const": 2}, {}]}]}, lambda v: v in (1, 2)),
        (
            {
                "allOf": [
                    {"properties": {"a": {"type": "integer", "minimum": 3}}, "required": ["a"]},
                    {"properties": {"a": {"maximum": 3}, "b": {"const": 1}}, "required": ["b"]},
                ]
            },
            lambda v: v == {"a": 3, "b": 1},
        ),
        ({"allOf": [{"items": {"type": "integer"}}, {"items": {"minimum": 8}, "minItems": 1}]}, lambda v: min(v) >= 8),
        ({"properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1}, lambda v: len(v) <= 1),
        ({"properties": {"a": {"const": 1}, "b": {"const": 1}}, "minProperties": 2}, lambda v: len(v) >= 2),
        ({"type": "object", "required": ["x"], "additionalProperties": {"const": 1}}, lambda v: v["x"] == 1),
        ({"type": "number", "multipleOf": 0.5, "exclusiveMinimum": 1, "exclusiveMaximum": 2}, lambda v: v == 1.5),
        ({"type": "string", "format": "email", "maxLength": 5}, lambda v: len(v) <= 5),
        ({"anyOf": [{"const": 1}, {"const": 2}], "not": {"const": 2}}, lambda v: v == 1),
        ({"oneOf": [{"type": "integer", "minimum": 2}, {"type": "integer", "maximum": 5}]}, lambda v: not 2 <= v <= 5),
        ({"if": {"const": 1}, "then": False, "enum": [1, 2]}, lambda v: v == 2),
    ],
)
def test_each_keyword_is_honoured(schema: dict[str, Any], fits: Callable[[Any], Any]) -> None:
    for value in values_of(schema, 50):
        assert fits(value), value


@pytest.mark.parametrize("pattern", [*PATTERNS, r"^(?:\d{3}-)?\d{4}$", r"^[^\s@]+$", "a.c", r"^\$\d+\.\d\d$"])
def test_patterns_are_matched(pattern: str) -> None:
    drawn = values_of({"type": "string", "pattern": pattern}, 50)
    assert all(re.search(pattern, value) for value in drawn)
    assert len(set(drawn)) > 1


def test_a_pattern_beyond_the_reader_takes_the_examples_or_leaves_the_argument_out() -> None:
    beyond = {"type": "string", "pattern": r"^(?=.*\d)(?=.*[a-z]).{8,}$"}
    assert set(values_of({**beyond, "examples": ["passw0rd"]}, 20)) == {"passw0rd"}
    space = space_of({"type": "object", "properties": {"v": beyond, "w": {"const": 1}}, "required": ["w"]})
    assert all(draw(space) == {"w": 1} for _ in range(20))


def test_integers_are_mostly_small() -> None:
    drawn = values_of({"type": "integer"})
    assert sum(1 <= value <= 10 for value in drawn) > 0.7 * len(drawn)
    assert set(range(11)) <= set(values_of({"type": "integer", "minimum": 0}, 500))


def test_examples_and_defaults_are_drawn_often_where_they_are_valid() -> None:
    drawn = values_of({"type": "string", "examples": ["ORD-1", 5], "default": "ORD-2"})
    assert 0.35 < sum(value in ("ORD-1", "ORD-2") for value in drawn) / len(drawn) < 0.65
    assert 5 not in drawn
    nullable = values_of({"anyOf": [{"type": "integer", "examples": [77]}, {"type": "null"}], "default": None})
    assert nullable.count(77) > 50
    assert 0 < nullable.count(None) < 60


def test_few_optional_arguments_are_given_but_each_at_times() -> None:
    space = space_of({"type": "object", "properties": {name: {"type": "integer"} for name in "abcdef"}})
    drawn = [draw(space) for _ in range(200)]
    assert 1 < sum(map(len, drawn)) / len(drawn) < 3
    assert {name for arguments in drawn for name in arguments} == set("abcdef")


def test_recursive_schemas_end() -> None:
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}},
        "required": ["name", "children"],
    }
    chain = {
        "anyOf": [{"type": "object", "properties": {"next": {"$ref": "#/$defs/L"}}, "required": ["next"]}, {"const": 0}]
    }
    schema = {
        "properties": {"tree": {"$ref": "#/$defs/Node"}, "list": {"$ref": "#/$defs/L"}},
        "required": ["tree", "list"],
    }
    space = space_of({"type": "object", **schema, "$defs": {"Node": node, "L": chain}})
    assert len({json.dumps(draw(space)) for _ in range(50)}) > 20


@pytest.mark.parametrize(
    "argument",
    [False, {"enum": []}, {"type": "integer", "minimum": 2, "maximum": 1}, {"$ref": "#/$defs/Endless"}],
)
def test_a_schema_that_accepts_nothing_drawable_is_never_drawn(argument: Any) -> None:
    endless_one = {"type": "object", "properties": {"x": {"$ref": "#/$defs/Endless"}}, "required": ["x"]}
    schema = {"properties": {"v": argument}, "required": ["v"], "$defs": {"Endless": endless_one}}
    assert space_of(schema).sample()["tool"] == "final_answer"


class Priority(StrEnum):
    LOW = "low"
    HIGH = "high"


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{3}$")]
    quantity: Annotated[int, Field(gt=0, le=99)] = 1
    price: Annotated[float, Field(ge=0)] | None = None


class Card(BaseModel):
    kind: Literal["card"]
    number: Annotated[str, Field(min_length=12, max_length=19)]


class Invoice(BaseModel):
    kind: Literal["invoice"]
    due: datetime.date


class Order(BaseModel):
    customer_id: int
    lines: Annotated[list[Line], Field(min_length=1)]
    payment: Annotated[Card | Invoice, Field(discriminator="kind")]
    priority: Priority = Priority.LOW
    placed_at: datetime.datetime | None = None
    reference: uuid.UUID | None = None
    attributes: dict[str, int | str] = {}
    part_of: "Order | None" = None


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/orders", operation_id="list_orders")
    def list_orders(
        status: Annotated[Priority | None, Query(description="Filter")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        since: datetime.date | None = None,
        tags: Annotated[list[str] | None, Query()] = None,
    ) -> None: ...

    @app.get("/orders/{order_id}", operation_id="get_order")
    def get_order(order_id: Annotated[int, Path(ge=1, examples=[7])], verbose: bool = False) -> None: ...

    @app.post("/orders", operation_id="create_order")
    def create_order(order: Order) -> None: ...

    @app.put("/orders/{order_id}/lines", operation_id="replace_lines")
    def replace_lines(order_id: int, lines: Annotated[list[Line], Body()]) -> None: ...

    @app.post("/ping", operation_id="ping")
    def ping() -> None: ...

    return app


def test_samples_fit_the_tools_of_a_real_application() -> None:
    tools, _ = tools_from_openapi(shop().openapi())
    space = ToolCallSpace([tool.spec for tool in tools], seed=0)
    for tool in tools:
        for _ in range(60):
            action = space.sample(mask=(tool.spec.name,))
            assert action in space
            Draft202012Validator(tool.spec.input_schema).validate(action["arguments"])
    assert {space.sample(mask=("get_order",))["arguments"]["order_id"] for _ in range(40)} >= {1, 7}


@pytest.mark.parametrize("model", [Order, Line, Card])
def test_samples_of_a_pydantic_schema_are_what_the_model_takes(model: type[BaseModel]) -> None:
    space = space_of(model.model_json_schema())
    for _ in range(60):
        model.model_validate_json(json.dumps(draw(space)))
