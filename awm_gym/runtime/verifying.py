"""A verifier process: one call of one verifier on two database files, then the end. Runs untrusted code.

The caller has written both files into a folder made for this call, and looks at them again afterwards.
"""

import json
import socket
import sqlite3  # noqa: F401  (here and not in the sandbox, where it could not be found)
import sys
import types
from datetime import datetime
from typing import Any

from awm_gym.runtime import wire
from awm_gym.runtime.sandbox import Plan, confine
from awm_gym.runtime.world import World

_MAX_VALUE_CHARS = 1 << 20


def run(channel: socket.socket, plan: Plan) -> None:
    """Read one request, run the verifier under it, answer with its value or its error."""
    ((header, _),) = wire.receive(channel, wire.FrameReader())
    World.start(datetime.fromisoformat(header["now"]))
    confine(plan, only=[header["folder"]], keep_fds=[channel.fileno()])
    channel.sendall(wire.pack(_verdict(header)))


def _verdict(header: wire.Header) -> wire.Header:
    try:
        value = _entry_point(header["code"])(*header["arguments"])
        text = json.dumps(value, default=str)
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000]}
    if len(text) > _MAX_VALUE_CHARS:
        return {"error": f"expected a value of at most {_MAX_VALUE_CHARS} characters, got {len(text)}"}
    return {"value": value if isinstance(value, str | int | float | bool | None) else json.loads(text)}


def _entry_point(code: str) -> Any:
    """Return the verifier's function: the first one defined whose name begins with `verify_`."""
    module = types.ModuleType("awm_verifier")
    sys.modules["awm_verifier"] = module
    exec(compile(code, "verifier.py", "exec"), module.__dict__)
    for name, value in module.__dict__.items():
        if name.startswith("verify_") and callable(value):
            return value
    raise LookupError("the verifier defines no function whose name begins with `verify_`")
