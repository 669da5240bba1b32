"""From OpenAPI to tools and back: flattening, mending, and the request a call becomes."""

from typing import Any

import pytest

from awm_gym.runtime.tools import BadArguments, Tool, tools_from_openapi

ITEM = {
    "type": "object",
    "properties": {"name": {"type": "string", "title": "Name"}, "parent": {"$ref": "#/components/schemas/Item"}},
    "required": ["name"],
}


def document(operation: dict[str, Any], path: str = "/items/{id}", method: str = "post") -> dict[str, Any]:
    return {"paths": {path: {method: operation}}, "components": {"schemas": {"Item": ITEM}}}


def only_tool(operation: dict[str, Any], **where: str) -> Tool:
    (tool,), _ = tools_from_openapi(document({"operationId": "do", **operation}, **where))
    return tool


def body(schema: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {content_type: {"schema": schema}}}}


PATH_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def test_path_query_and_body_become_one_object_of_arguments() -> None:
    query = {"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    tool = only_tool({"parameters": [PATH_ID, query], **body({"$ref": "#/components/schemas/Item"})})
    assert sorted(tool.spec.input_schema["properties"]) == ["id", "name", "parent", "q"]
    assert sorted(tool.spec.input_schema["required"]) == ["id", "name"]
    request = tool.request({"id": 7, "q": ["a b", "c"], "name": "n"})
    assert (request.method, request.path, request.query) == ("POST", "/items/7", b"q=a+b&q=c")
    assert request.body == b'{"name":"n"}'


def test_a_name_in_both_path_and_body_is_told_apart() -> None:
    tool = only_tool({"parameters": [PATH_ID], **body({"type": "object", "properties": {"id": {"type": "string"}}})})
    request = tool.request({"id__path": 1, "id": "x"})
    assert (request.path, request.body) == ("/items/1", b'{"id":"x"}')


def test_a_body_that_is_no_object_is_one_argument() -> None:
    tool = only_tool({"parameters": [PATH_ID], **body({"type": "array", "items": {"type": "integer"}})})
    assert tool.spec.input_schema["required"] == ["id", "body"]
    assert tool.request({"id": 1, "body": [1, 2]}).body == b"[1,2]"


def test_a_form_body_is_sent_as_a_form() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    request = only_tool({**body(schema, "application/x-www-form-urlencoded")}, path="/login").request({"name": "a&b"})
    assert (request.body, request.content_type) == (b"name=a%26b", "application/x-www-form-urlencoded")


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    tool = only_tool({"parameters": [PATH_ID], **body({"$ref": "#/components/schemas/Item"})})
    assert tool.spec.input_schema["properties"]["parent"] == {"type": "object", "description": "a nested Item"}


def test_titles_go_and_descriptions_stay() -> None:
    described = {**PATH_ID, "description": "Which item"}
    properties = only_tool({"parameters": [described]}).spec.input_schema["properties"]
    assert properties["id"] == {"type": "integer", "description": "Which item"}


@pytest.mark.parametrize("examples", [{"example": {"value": 5}}, {"one": 5}, [5]])
def test_examples_of_any_form_become_a_list(examples: Any) -> None:
    schema = {"type": "integer", "examples": examples}
    (tool,), warnings = tools_from_openapi(
        document({"operationId": "do", "parameters": [{**PATH_ID, "schema": schema}]})
    )
    assert tool.spec.input_schema["properties"]["id"]["examples"] == [5]
    assert bool(warnings) == isinstance(examples, dict)


def test_two_operations_of_one_name_are_a_warning() -> None:
    both = {"paths": {"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}}
    tools, warnings = tools_from_openapi(both)
    assert [tool.path for tool in tools] == ["/a"]
    assert "two operations are called 'x'" in warnings[0]


def test_a_header_parameter_is_not_offered() -> None:
    header = {"name": "X-User", "in": "header", "schema": {"type": "string"}}
    tools, warnings = tools_from_openapi(document({"operationId": "do", "parameters": [header]}, path="/x"))
    assert tools[0].spec.input_schema["properties"] == {}
    assert "'X-User' is not offered" in warnings[0]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "needs the argument"),
        ({"id": ""}, "must not be ''"),
        ({"id": ".."}, "must not be '..'"),
        ({"id": 1, "idd": 2}, "unknown argument 'idd' of do; it takes: id"),
    ],
)
def test_arguments_that_cannot_be_sent_are_explained(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadArguments, match=problem):
        only_tool({"parameters": [PATH_ID]}).request(arguments)


def test_text_in_a_path_cannot_lead_elsewhere() -> None:
    assert only_tool({"parameters": [PATH_ID]}).request({"id": "../a/b?c=é"}).path == "/items/..%2Fa%2Fb%3Fc%3D%C3%A9"


def test_null_is_left_out_of_a_query_and_kept_in_a_body() -> None:
    query = {"name": "q", "in": "query", "schema": {"type": "string"}}
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    request = only_tool({"parameters": [query], **body(schema)}, path="/x").request({"q": None, "name": None})
    assert (request.query, request.body) == (b"", b'{"name":null}')


def test_booleans_are_sent_as_json_spells_them() -> None:
    query = {"name": "q", "in": "query", "schema": {"type": "boolean"}}
    assert only_tool({"parameters": [query]}, path="/x").request({"q": True}).query == b"q=true"


def test_a_reserved_name_is_not_offered() -> None:
    tools, warnings = tools_from_openapi({"paths": {"/x": {"post": {"operationId": "final_answer"}}}})
    assert tools == []
    assert "reserved name 'final_answer'" in warnings[0]
