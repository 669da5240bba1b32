"""From an OpenAPI document to MCP tools, and from a tool call back to an HTTP request.

Every operation of the app is one tool, named by its operation id. Path, query and body fields are flattened
into one object of arguments, as Agent World Model serves them; where a path or query name meets a body field
of the same name, the parameter gets the suffix `__path` or `__query`. Synthesized documents are often not
quite valid: what can be mended without guessing is mended, and each mend is a warning on the entry.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict

Schema = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "patch")
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MAX_INLINE_DEPTH = 12


class ToolSpec(BaseModel):
    """A tool as an agent sees it.

    Attributes:
        name: what the agent calls it by.
        description: what it does, in plain text.
        input_schema: JSON Schema (an object schema) of its arguments.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    input_schema: dict[str, Any]


@dataclass(frozen=True)
class HttpRequest:
    """What one tool call becomes."""

    method: str
    path: str
    query: bytes
    body: bytes
    content_type: str


RESERVED = frozenset({"final_answer", "list_tools"})
"""Names that mean something to the environment itself."""


class BadArguments(ValueError):
    """The arguments cannot be turned into a request of this tool; the message is for the agent."""


@dataclass(frozen=True)
class Tool:
    """A tool and the way to its endpoint: where each argument goes."""

    spec: ToolSpec
    method: str
    path: str
    path_names: dict[str, str]
    query_names: dict[str, str]
    body_names: frozenset[str] = frozenset()
    body_type: str = ""
    whole_body: bool = False
    required: frozenset[str] = field(default_factory=frozenset)

    def request(self, arguments: dict[str, Any]) -> HttpRequest:
        """Build the HTTP request of a call.

        Args:
            arguments: the tool's arguments by name.

        Raises:
            BadArguments: if an argument is unknown, or a required one is missing or empty in the path.
        """
        if not isinstance(arguments, dict):
            raise BadArguments(f"the arguments of {self.spec.name} must be an object, by name")
        path = self.path
        query: list[tuple[str, str]] = []
        body: dict[str, Any] = {}
        for name, value in arguments.items():
            if name in self.path_names:
                path = path.replace("{" + self.path_names[name] + "}", _path_text(name, value))
            elif name in self.query_names:
                query.extend(_query_pairs(self.query_names[name], value))
            elif name in self.body_names:
                body[name] = value
            else:
                known = ", ".join(sorted(self.spec.input_schema["properties"])) or "none"
                raise BadArguments(f"unknown argument {name!r} of {self.spec.name}; it takes: {known}")
        missing = sorted(self.required - arguments.keys())
        if missing:
            raise BadArguments(f"{self.spec.name} needs the argument(s) {', '.join(missing)}")
        return HttpRequest(self.method, path, urlencode(query).encode(), self._encode(body, arguments), self.body_type)

    def _encode(self, body: dict[str, Any], arguments: dict[str, Any]) -> bytes:
        if not self.body_type:
            return b""
        if self.body_type == _FORM:
            return urlencode([pair for name, value in body.items() for pair in _query_pairs(name, value)]).encode()
        payload = arguments.get("body") if self.whole_body else body
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _path_text(name: str, value: Any) -> str:
    text = _scalar(value)
    if text in ("", ".", ".."):
        raise BadArguments(f"argument {name!r} is part of the address and must not be {text!r}")
    return quote(text, safe="", errors="replace")


def _query_pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    for item in value if isinstance(value, list) else [value]:
        yield name, _scalar(item).encode("utf-8", "replace").decode()


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def tools_from_openapi(document: dict[str, Any]) -> tuple[list[Tool], list[str]]:
    """Derive the tools of an app from its OpenAPI document.

    Args:
        document: an OpenAPI 3 document, as `FastAPI.openapi()` gives it.

    Returns:
        The tools in document order, and a warning for each thing mended or left out.
    """
    tools: dict[str, Tool] = {}
    warnings: list[str] = []
    schemas = document.get("components", {}).get("schemas", {})
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            operation = item.get(method)
            if not isinstance(operation, dict):
                continue
            tool = _tool(path, method, operation, schemas, warnings)
            if tool.spec.name in RESERVED:
                warnings.append(f"an operation has the reserved name {tool.spec.name!r}; it is not offered to agents")
            elif tool.spec.name in tools:
                warnings.append(f"two operations are called {tool.spec.name!r}; the first is the tool")
            else:
                tools[tool.spec.name] = tool
    return list(tools.values()), warnings


def _tool(path: str, method: str, operation: Schema, schemas: Schema, warnings: list[str]) -> Tool:
    name = operation.get("operationId") or f"{method}_{path}".replace("/", "_").replace("{", "").replace("}", "")
    body, body_type, body_required = _body_schema(name, operation, schemas, warnings)
    whole = bool(body_type) and not ("properties" in body and body.get("type", "object") == "object")
    body_properties: Schema = {"body": body} if whole else body.get("properties", {})
    properties: Schema = {}
    required: list[str] = []
    places: dict[str, dict[str, str]] = {"path": {}, "query": {}}
    for parameter in operation.get("parameters", []):
        place = parameter.get("in")
        if place not in places:
            warnings.append(f"{name}: the {place} parameter {parameter.get('name')!r} is not offered to agents")
            continue
        argument = parameter["name"]
        if argument in body_properties:
            argument = f"{argument}__{place}"
        places[place][argument] = parameter["name"]
        properties[argument] = _parameter_schema(name, parameter, schemas, warnings)
        if parameter.get("required"):
            required.append(argument)
    properties.update(body_properties)
    if whole and body_required:
        required.append("body")
    elif body_required:
        required.extend(key for key in body.get("required", []) if key in body_properties)
    text = operation.get("description") or operation.get("summary") or name
    schema: Schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return Tool(
        spec=ToolSpec(name=name, description=text, input_schema=schema),
        method=method.upper(),
        path=path,
        path_names=places["path"],
        query_names=places["query"],
        body_names=frozenset(body_properties),
        body_type=body_type,
        whole_body=whole,
        required=frozenset(places["path"]),
    )


def _body_schema(name: str, operation: Schema, schemas: Schema, warnings: list[str]) -> tuple[Schema, str, bool]:
    body = operation.get("requestBody")
    if not body:
        return {}, "", False
    for content_type in (_JSON, _FORM):
        if content_type in body.get("content", {}):
            raw = body["content"][content_type].get("schema", {})
            return _plain(raw, schemas, name, warnings), content_type, bool(body.get("required"))
    warnings.append(f"{name}: bodies of type {', '.join(body.get('content', {}))} are not offered to agents")
    return {}, "", False


def _parameter_schema(name: str, parameter: Schema, schemas: Schema, warnings: list[str]) -> Schema:
    schema = _plain(parameter.get("schema", {}), schemas, name, warnings)
    if "description" in parameter:
        schema["description"] = parameter["description"]
    if "examples" not in schema:
        examples = parameter.get("examples", parameter.get("example"))
        if examples is not None:
            schema["examples"] = _example_list(examples)
    return schema


def _plain(schema: Any, schemas: Schema, name: str, warnings: list[str], seen: tuple[str, ...] = ()) -> Schema:
    """Return the schema with references inlined, titles dropped and examples in JSON Schema's form."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        target = str(schema["$ref"]).rsplit("/", 1)[-1]
        if target in seen or len(seen) >= _MAX_INLINE_DEPTH:
            return {"type": "object", "description": f"a nested {target}"}
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        return _plain({**schemas.get(target, {}), **siblings}, schemas, name, warnings, (*seen, target))
    plain: Schema = {}
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            plain[key] = {k: _plain(v, schemas, name, warnings, seen) for k, v in value.items()}
        elif key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            plain[key] = _plain(value, schemas, name, warnings, seen)
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems") and isinstance(value, list):
            plain[key] = [_plain(item, schemas, name, warnings, seen) for item in value]
        elif key in ("example", "examples"):
            if key == "examples" and not isinstance(value, list):
                warnings.append(f"{name}: examples must be a list by JSON Schema; mended")
            plain["examples"] = _example_list(value) if key == "examples" else [value]
        elif key != "title" or not isinstance(value, str):
            plain[key] = value
    return plain


def _example_list(examples: Any) -> list[Any]:
    if isinstance(examples, list):
        return examples
    if isinstance(examples, dict):
        return [e.get("value", e) if isinstance(e, dict) else e for e in examples.values()]
    return [examples]
