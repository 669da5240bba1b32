"""The MCP SDK's low-level server, its major versions 1 and 2, as one function.

The low-level server offers what it is given handlers for and nothing else, so a client gets the tools as the entry
has them: no schema is rewritten, no output schema is added, and there is neither a prompt nor a resource.

The session of a request is known by its HTTP header. What either major calls its context differs, and so does how
handlers are registered; the rest of the package sees neither.
"""

from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from awm_gym.runtime import ToolResult, ToolSpec

__all__ = ["SESSION_HEADER", "SESSION_VERSIONS", "CallTool", "session_manager"]

_IS_VERSION_1 = version("mcp").startswith("1.")

SESSION_HEADER = "mcp-session-id"

SESSION_VERSIONS: tuple[str, ...] = tuple(
    import_module("mcp.shared.version").SUPPORTED_PROTOCOL_VERSIONS
    if _IS_VERSION_1
    else import_module("mcp_types.version").HANDSHAKE_PROTOCOL_VERSIONS
)
"""The revisions of the protocol that have sessions."""

CallTool = Callable[[str, str, str, dict[str, Any]], Awaitable[ToolResult]]
"""Called with the session's id, the client's name, the tool's name and its arguments."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def session_manager(
    name: str, release: str, tools: Sequence[ToolSpec], call: CallTool, *, loopback: bool
) -> StreamableHTTPSessionManager:
    """Return the ASGI half of a server over streamable HTTP; it answers with JSON, never with a stream.

    Args:
        name: the server's name.
        release: the server's version.
        tools: what it offers.
        call: what a tool call does.
        loopback: whether only this machine can reach it; then a request for another host name is refused, which
            a web page would send that had its own name resolve to this machine.
    """
    listed = [
        types.Tool.model_validate(
            {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
        )
        for tool in tools
    ]
    make = _server_1 if _IS_VERSION_1 else _server_2
    return StreamableHTTPSessionManager(
        make(name, release, listed, call), json_response=True, security_settings=_security(loopback)
    )


def _server_1(name: str, release: str, tools: list[types.Tool], call: CallTool) -> Any:
    sdk: Any = types  # it is not the version 1 of these that is type-checked
    server: Any = Server(name, version=release)

    async def list_tools(_request: Any) -> Any:
        return sdk.ServerResult(types.ListToolsResult(tools=tools))

    async def call_tool(request: Any) -> Any:
        context, params = server.request_context, request.params
        client = context.session.client_params.clientInfo
        result = await call(_session_id(context), _name(client), params.name, params.arguments or {})
        return sdk.ServerResult(_result(result))

    server.request_handlers[types.ListToolsRequest] = list_tools
    server.request_handlers[types.CallToolRequest] = call_tool
    return server


def _server_2(name: str, release: str, tools: list[types.Tool], call: CallTool) -> Any:
    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: Any) -> types.CallToolResult:
        client = context.session.client_params.client_info
        return _result(await call(_session_id(context), _name(client), params.name, params.arguments or {}))

    return Server(name, version=release, on_list_tools=list_tools, on_call_tool=call_tool)


def _session_id(context: Any) -> str:
    return str(context.request.headers[SESSION_HEADER])


def _name(client: Any) -> str:
    return f"{client.name} {client.version}"


def _result(result: ToolResult) -> types.CallToolResult:
    content = [{"type": "text", "text": result.content}]
    return types.CallToolResult.model_validate({"content": content, "isError": result.is_error})


def _security(loopback: bool) -> TransportSecuritySettings:
    if not loopback:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    hosts = [host for name in _LOOPBACK for host in (name, f"{name}:*")]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
