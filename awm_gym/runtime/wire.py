"""The two private channels between the caller and a host.

The MCP channel carries JSON-RPC messages, one a line, as MCP's stdio transport does; any MCP client can speak
it. The control channel is for what no agent may reach (open a session, take its image, load an entry): frames
of a JSON header and raw bytes, each preceded by its length as an unsigned 32-bit big-endian number.
"""

import json
import socket
import struct
from typing import Any

Header = dict[str, Any]

_LENGTHS = struct.Struct(">II")
MAX_FRAME = 1 << 30

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


def pack(header: Header, blob: bytes = b"") -> bytes:
    """Return one control frame."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((_LENGTHS.pack(len(text), len(blob)), text, blob))


class FrameReader:
    """Cuts a stream of bytes into control frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[Header, bytes]]:
        """Add received bytes and return the frames that are now complete.

        Raises:
            ValueError: if a frame claims to be longer than `MAX_FRAME`, or its header is not a JSON object.
        """
        self._buffer += data
        frames = []
        while len(self._buffer) >= _LENGTHS.size:
            head, tail = _LENGTHS.unpack_from(self._buffer)
            if head + tail > MAX_FRAME:
                raise ValueError(f"expected a frame of at most {MAX_FRAME} bytes, got {head + tail}")
            end = _LENGTHS.size + head + tail
            if len(self._buffer) < end:
                break
            header = json.loads(self._buffer[_LENGTHS.size : _LENGTHS.size + head])
            if not isinstance(header, dict):
                raise ValueError("expected a JSON object as the header of a frame")
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
