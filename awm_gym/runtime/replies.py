"""What a host says, read with suspicion: from its messages to frozen values, or `Nonsense`.

A host runs generated code, which may write into the host's own channels. So nothing is believed for being there:
every value that travels on has the type it claims, a size that was foreseen, and a depth that others can walk.
"""

import json
from dataclasses import dataclass
from typing import Any, cast, get_args

from awm_gym.runtime import wire
from awm_gym.runtime.tools import RESERVED, ToolSpec
from awm_gym.runtime.types import CallKind, ToolResult

_KINDS = frozenset(get_args(CallKind))
_IMAGE_MAGIC = b"SQLite format 3\0"
_MAX_DETAIL_CHARS = 10_000


class Nonsense(ValueError):
    """A message that no honest host sends; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a host tells of the entry that it has brought up; the attributes are those of a `Scenario`."""

    tools: tuple[ToolSpec, ...]
    image: bytes
    warnings: tuple[str, ...]
    failed: tuple[str, ...]
    stateful: tuple[str, ...]
    sandbox: dict[str, bool]


def tool_result(message: dict[str, Any]) -> ToolResult:
    """Return the result that an MCP reply carries.

    Raises:
        Nonsense: if it carries none.
    """
    try:
        result = message["result"]
        told = result["_meta"]
        text, is_error = result["content"][0]["text"], result["isError"]
        kind, status, detail = told[wire.KIND], told[wire.STATUS], told.get(wire.DETAIL, "")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Nonsense("expected the result of a tool call") from None
    if not _is_text(text) or not _is_text(detail) or len(detail) > _MAX_DETAIL_CHARS:
        raise Nonsense("expected a tool's answer as text")
    if type(kind) is not str or kind not in _KINDS or is_error is not (kind != "ok"):
        raise Nonsense("expected to be told what happened to a call")
    if status is not None and (type(status) is not int or not 100 <= status <= 999):
        raise Nonsense("expected an HTTP status")
    return ToolResult(text, is_error, cast(CallKind, kind), status, detail)


def loaded(reply: wire.Header, image: bytes) -> Loaded:
    """Return what the reply to a `load` message tells.

    Raises:
        Nonsense: if it is no such reply.
    """
    if image and not image.startswith(_IMAGE_MAGIC):
        raise Nonsense("expected the image of a database")
    tools = reply.get("tools")
    sandbox = reply.get("sandbox")
    if not isinstance(tools, list) or not isinstance(sandbox, dict):
        raise Nonsense("expected a list of tools and a report of the sandbox")
    if any(type(active) is not bool for active in sandbox.values()):
        raise Nonsense("expected of every layer of the sandbox whether it stands")
    specs = tuple(map(_tool, tools))
    names = {spec.name for spec in specs}
    if len(names) < len(specs) or names & RESERVED:
        raise Nonsense("expected tools with names of their own")
    return Loaded(
        tools=specs,
        image=image,
        warnings=_texts(reply.get("warnings")),
        failed=_texts(reply.get("failed")),
        stateful=_texts(reply.get("stateful")),
        sandbox=sandbox,
    )


def _tool(value: Any) -> ToolSpec:
    try:
        spec = ToolSpec.model_validate(value)
    except ValueError as error:
        raise Nonsense(f"expected a tool, got {str(value)[:100]!r}: {error}") from None
    if wire.deeper_than(wire.MAX_DEPTH, spec.input_schema):
        raise Nonsense(f"expected schemas of at most {wire.MAX_DEPTH} levels; that of {spec.name[:100]!r} has more")
    if not _is_text(json.dumps(value, ensure_ascii=False)):
        raise Nonsense(f"expected Unicode text in the schema of {spec.name[:100]!r}")
    return spec


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise Nonsense("expected a list of texts")
    return tuple(value)


def _is_text(value: Any) -> bool:
    """Tell whether a value is text that can be written down: a lone surrogate cannot."""
    if type(value) is not str:
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False
