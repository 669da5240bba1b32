"""The two private channels between the caller and a host.

The MCP channel carries JSON-RPC messages, one a line, as MCP's stdio transport does; any MCP client can speak
it. The control channel is for what no agent may reach (open a session, take its image, load an entry): frames
of a JSON header and raw bytes, each preceded by its length as an unsigned 32-bit big-endian number.
"""

import json
import socket
import struct
from collections.abc import Iterable
from typing import Any

Header = dict[str, Any]

_LENGTHS = struct.Struct(">II")
MAX_FRAME = 1 << 30
MAX_DEPTH = 100
"""Levels that a JSON value of generated code may have: others must be able to walk it."""

SESSION = "awm-gym/session"
"""Key in a request's `_meta`: which session the call is for."""
TICK = "awm-gym/tick"
"""Key in a request's `_meta`: the number of this call in its episode; sets the virtual clock."""
STATUS = "awm-gym/status"
"""Key in a result's `_meta`: the HTTP status the application answered with, or null."""
KIND = "awm-gym/kind"
"""Key in a result's `_meta`: what happened to the call (see `session.CallKind`)."""
DETAIL = "awm-gym/detail"
"""Key in a result's `_meta`: what a developer wants to know and an agent must not see."""

VERIFY, COMPARE, DIGEST = "verify", "compare", "digest"
"""What a verifier process can be asked to do."""
MAX_VALUE_CHARS = 1 << 20
"""How long the value of a verifier may be, as JSON."""


def pack(header: Header, blob: bytes = b"") -> bytes:
    """Return one control frame."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"".join((_LENGTHS.pack(len(text), len(blob)), text, blob))


def parse(text: bytes) -> Header:
    """Return the JSON object that a text is.

    Raises:
        ValueError: if it is none, or one nested too deeply.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("expected JSON, got some that is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value


def deeper_than(depth: int, value: Any) -> bool:
    """Tell whether a JSON value has more levels than that."""
    level: list[Any] = [value]
    for _ in range(depth):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


class FrameReader:
    """Cuts a stream of bytes into control frames."""

    def __init__(self, limit: int = MAX_FRAME) -> None:
        """Start with nothing.

        Args:
            limit: bytes of the longest frame to accept.
        """
        self._buffer = bytearray()
        self._limit = limit

    def feed(self, data: bytes) -> list[tuple[Header, bytes]]:
        """Add received bytes and return the frames that are now complete.

        Raises:
            ValueError: if a frame claims to be longer than the limit, or its header is not a JSON object.
        """
        self._buffer += data
        frames = []
        while len(self._buffer) >= _LENGTHS.size:
            head, tail = _LENGTHS.unpack_from(self._buffer)
            if head + tail > self._limit:
                raise ValueError(f"expected a frame of at most {self._limit} bytes, got one of {head + tail}")
            end = _LENGTHS.size + head + tail
            if len(self._buffer) < end:
                break
            header = parse(bytes(self._buffer[_LENGTHS.size : _LENGTHS.size + head]))
            frames.append((header, bytes(self._buffer[_LENGTHS.size + head : end])))
            del self._buffer[:end]
        return frames


def receive(channel: socket.socket, reader: FrameReader) -> list[tuple[Header, bytes]]:
    """Block until at least one frame has arrived; an empty list means that the other side has gone."""
    while True:
        data = channel.recv(1 << 18)
        if not data:
            return []
        frames = reader.feed(data)
        if frames:
            return frames
