from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awm_gym.spaces import ActionProblem, ToolCallSpace, UnicodeText

from .schemas import QUICK, difficult_schemas, json_values

ORDER = {
    "type": "object",
    "properties": {
        "quantity": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "maxLength": 20},
        "status": {"enum": ["open", "closed"]},
        "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "ids": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
        "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Item"}},
        "customer": {"anyOf": [{"$ref": "#/$defs/Customer"}, {"type": "string"}]},
        "odd": {"not": {"type": "string"}},
        "version": {"const": 2},
        "level": {"minimum": 3},
        "gone": {"anyOf": [False]},
        "pair": {"type": "array", "minItems": 2, "maxItems": 2},
        "labels": {"type": "object", "minProperties": 1, "maxProperties": 3},
    },
    "required": ["quantity", "name"],
    "additionalProperties": False,
    "$defs": {
        "Item": {
            "type": "object",
            "properties": {"sku": {"type": "string"}, "price": {"type": "number"}},
            "required": ["sku"],
            "additionalProperties": False,
        },
        "Customer": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
    },
}


def tool(name: str, schema: dict[str, Any]) -> Any:
    return SimpleNamespace(name=name, description="", input_schema=schema)


@pytest.fixture(scope="module")
def space() -> ToolCallSpace:
    names = ["search_products", "get_product", "list_orders"]
    return ToolCallSpace([tool("create_order", ORDER), *(tool(name, {"properties": {}}) for name in names)])


def order(**arguments: Any) -> dict[str, Any]:
    return {"tool": "create_order", "arguments": {"quantity": 1, "name": "x", **arguments}}


def explain_arguments(space: ToolCallSpace, action: Any) -> str:
    problem = space.problem(action)
    assert problem is not None
    assert problem.kind == "bad_arguments"
    assert problem.message.startswith("Bad arguments for 'create_order': ")
    assert problem.message.endswith(".")
    return problem.message.removeprefix("Bad arguments for 'create_order': ")[:-1]


def test_a_valid_action_has_no_problem(space: ToolCallSpace) -> None:
    assert space.problem(order()) is None
    assert space.explain(order()) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"quantity": "two"}, "argument 'quantity': expected an integer >= 1, got \"two\""),
        ({"quantity": 0}, "argument 'quantity': expected an integer >= 1, got 0"),
        ({"quantity": True}, "argument 'quantity': expected an integer >= 1, got true"),
        ({"name": "y" * 21}, f"argument 'name': expected a string of at most 20 characters, got \"{'y' * 21}\""),
        ({"status": "opened"}, 'argument \'status\': expected one of "open", "closed", got "opened"'),
        ({"due": 5}, "argument 'due': expected a date such as \"2025-01-31\" or null, got 5"),
        ({"ids": ["1"]}, "argument 'ids[0]': expected an integer, got \"1\""),
        ({"ids": [1, 1]}, "argument 'ids': expected a list of integers without duplicates, got [1, 1]"),
        ({"code": "abc"}, "argument 'code': expected a string that matches the pattern ^[A-Z]{3}$, got \"abc\""),
        ({"rate": 1.5}, "argument 'rate': expected a number <= 1 and > 0, got 1.5"),
        (
            {"items": []},
            "argument 'items': expected a list (each item an object with the keys 'sku' (required), 'price')"
            " with at least 1 item, got []",
        ),
        ({"items": [{"sku": "a"}, {}]}, "missing required argument in 'items[1]': 'sku' (a string)"),
        ({"items": [{"sku": "a", "prize": 1}]}, "unknown argument 'prize' (did you mean 'price'?) in 'items[0]'"),
        ({"items": [{"sku": "a", "price": "1"}]}, "argument 'items[0].price': expected a number, got \"1\""),
        ({"customer": {}}, "missing required argument in 'customer': 'id' (an integer)"),
        ({"customer": 3}, "argument 'customer': expected an object with the keys 'id' (required) or a string, got 3"),
        ({"version": 1}, "argument 'version': expected 2, got 1"),
        ({"gone": 1}, "argument 'gone': 1 is not valid under any of the given schemas"),
        ({"level": 1}, "argument 'level': expected a value >= 3, got 1"),
        ({"pair": [1]}, "argument 'pair': expected a list with 2 items, got [1]"),
        ({"labels": {}}, "argument 'labels': expected an object with 1 to 3 keys, got {}"),
        ({"odd": "s"}, "argument 'odd': 's' should not be valid under {'type': 'string'}"),
        ({"quanttity": 2}, "unknown argument 'quanttity' (did you mean 'quantity'?)"),
        ({"qty": 2}, "unknown argument 'qty' (did you mean 'quantity'?)"),
    ],
)
def test_it_says_where_what_was_expected_and_what_came(
    space: ToolCallSpace, arguments: dict[str, Any], message: str
) -> None:
    assert explain_arguments(space, order(**arguments)) == message


def test_missing_arguments_are_listed_together(space: ToolCallSpace) -> None:
    message = explain_arguments(space, {"tool": "create_order", "arguments": {}})
    assert message == (
        "missing required arguments: 'quantity' (an integer >= 1), 'name' (a string of at most 20 characters)"
    )


def test_an_argument_like_no_other_is_answered_with_those_there_are(space: ToolCallSpace) -> None:
    message = explain_arguments(space, order(zzz=1))
    assert message.startswith("unknown argument 'zzz'; it takes 'quantity', 'name', 'status'")
    assert "it takes none" in (space.explain({"tool": "get_product", "arguments": {"id": 1}}) or "")


def test_several_faults_are_told_at_once_but_not_without_end(space: ToolCallSpace) -> None:
    two = explain_arguments(space, order(status="no", rate="no"))
    assert two.count("; ") == 1
    many = explain_arguments(space, order(items=["a"] * 50))
    assert many.count("; ") == 3
    assert many.endswith("; and 47 more")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("searchProducts", "Did you mean 'search_products'?"),
        ("products_search", "Did you mean 'search_products'?"),
        ("list_order", "Did you mean 'list_orders'?"),
        ("finalAnswer", "Did you mean 'final_answer'?"),
        (
            "fly_to_the_moon",
            "There are: 'create_order', 'search_products', 'get_product', 'list_orders', 'final_answer'.",
        ),
    ],
)
def test_an_unknown_tool_is_answered_with_the_likely_ones(space: ToolCallSpace, name: str, hint: str) -> None:
    assert space.problem({"tool": name, "arguments": {}}) == ActionProblem(
        "unknown_tool", f"There is no tool '{name}'. {hint}"
    )


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"tool": "create_order"}, 'the key "arguments" is missing'),
        ({"tool": "create_order", "args": {}}, 'got "args" too'),
        ({"tool": "create_order", "arguments": '{"name": "x"}'}, "give the object itself, not its JSON text"),
        ({"tool": "create_order", "arguments": None}, '"arguments" must be an object, got null'),
        ({"tool": "create_order", "arguments": ["x"]}, '"arguments" must be an object, got a list'),
        (order(quantity=np.int64(1)), "JSON values only, got a Python int64"),
        (order(name="\ud800"), "half of a surrogate pair"),
    ],
)
def test_a_malformed_call_is_an_action_that_can_be_answered(
    space: ToolCallSpace, action: dict[str, Any], message: str
) -> None:
    problem = space.problem(action)
    assert problem is not None
    assert problem.kind == "malformed_action"
    assert problem.is_action
    assert message in problem.message


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("create_order", "got a string"),
        (None, "got null"),
        (np.zeros(3), "got a Python ndarray"),
        ({"name": "create_order", "arguments": {}}, "got no such key"),
        ({"tool": 3, "arguments": {}}, "got a number there"),
    ],
)
def test_what_names_no_tool_is_no_action_at_all(space: ToolCallSpace, action: Any, message: str) -> None:
    problem = space.problem(action)
    assert problem is not None
    assert problem.kind == "not_an_action"
    assert not problem.is_action
    assert message in problem.message


@QUICK
@given(difficult_schemas, st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_it_has_words_for_whatever_is_not_contained(schema: dict[str, Any], arguments: dict[str, Any]) -> None:
    space = ToolCallSpace([tool("t", schema)])
    action = {"tool": "t", "arguments": arguments}
    message = space.explain(action)
    assert (message is None) == (action in space)
    if message is not None:
        assert message in UnicodeText()
        assert len(message) > len("Bad arguments for 't': .")
        assert message == ToolCallSpace([tool("t", schema)]).explain(action)


@QUICK
@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_object_gets_an_answer(action: Any) -> None:
    space = ToolCallSpace([tool("t", ORDER)])
    assert (space.problem(action) is None) == (action in space)
