"""A verifier process: looks at database files, request by request. Runs untrusted code.

As a rule that is a call of a verifier; what compares and digests databases runs here too, since a database is made by
generated code: its generated columns run when it is read. The caller has written the files into a folder made for
this, and looks at them again afterwards.
"""

import gc
import json
import socket
import sqlite3  # noqa: F401  (here and not in the sandbox, where it could not be found)
import sys
import types
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from awm_gym.runtime import changes, wire
from awm_gym.runtime.faults import describe
from awm_gym.runtime.sandbox import Plan, confine
from awm_gym.runtime.wire import COMPARE, DIGEST, MAX_VALUE_CHARS, VERIFY
from awm_gym.runtime.world import World


def run(channel: socket.socket, plan: Plan) -> None:
    """Do what requests ask for and answer with values or errors, until the caller closes the channel.

    All requests have the same folder, which is what this process may write, and the same code.
    """
    reader = wire.FrameReader()
    confined = False
    while frames := wire.receive(channel, reader):
        for header, _ in frames:
            World.start(datetime.fromisoformat(header["now"]))
            if not confined:
                confine(plan, only=[header["folder"]], keep_fds=[channel.fileno()])
                confined = True
            channel.sendall(wire.pack({**_verdict(header), "number": header["number"]}))
        gc.collect()  # while nobody waits: it may close what the code has left open


def _verdict(header: wire.Header) -> wire.Header:
    limit = MAX_VALUE_CHARS if header["do"] == VERIFY else wire.MAX_FRAME
    try:
        value = _WORK[header["do"]](header)
        text = json.dumps(value, default=str)
        if len(text) > limit:
            return {"error": f"expected a value of at most {limit} characters, got {len(text)}"}
        return {"value": value if isinstance(value, str | int | float | bool | None) else json.loads(text)}
    except BaseException as error:
        return {"error": describe(error)}


def _verify(header: wire.Header) -> Any:
    return _entry_point(header["code"])(*header["files"], *header["extra"])


def _images(header: wire.Header) -> list[bytes]:
    return [Path(path).read_bytes() for path in header["files"]]


_WORK: dict[str, Callable[[wire.Header], Any]] = {
    VERIFY: _verify,
    COMPARE: lambda header: changes.to_json(changes.compare(*_images(header))),
    DIGEST: lambda header: changes.digest(*_images(header)),
}


def _entry_point(code: str) -> Any:
    """Return the verifier's function: the first one defined whose name begins with `verify_`.

    The module is made anew for each request, so that nothing in it lasts from one to the next.
    """
    module = types.ModuleType("awm_verifier")
    sys.modules["awm_verifier"] = module
    exec(_compiled(code), module.__dict__)
    for name, value in module.__dict__.items():
        if name.startswith("verify_") and callable(value):
            return value
    raise LookupError("the verifier defines no function whose name begins with `verify_`")


@lru_cache(1)
def _compiled(code: str) -> types.CodeType:
    return compile(code, "verifier.py", "exec")
