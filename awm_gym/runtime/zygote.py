"""The process that hosts and verifier processes are forked from.

It is started by exec with a clean environment, imports the heavy libraries once, works the sandbox out, and then
only waits: for each request it forks a child that has everything ready. It never runs generated code itself, has
one thread, and ends when the caller does, because then its channel closes; its children are killed with it, and the
scratch folder they were given is removed.
"""

import argparse
import gc
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from awm_gym.errors import SandboxUnavailable
from awm_gym.runtime.sandbox import Plan, Policy, prepare
from awm_gym.runtime.world import World

HOST = "host"
VERIFIER = "verifier"
MESSAGE_BYTES = 4096


def message(content: dict[str, object]) -> bytes:
    """Return what the zygote says as a message of fixed length: JSON, padded with spaces."""
    return json.dumps(content).encode()[:MESSAGE_BYTES].ljust(MESSAGE_BYTES)


def _preload(kind: str) -> None:
    """Import what every child needs, so that a child neither spends time nor memory on it."""
    if kind == VERIFIER:
        import awm_gym.runtime.verifying
    else:
        import email_validator  # noqa: F401
        import sqlalchemy.dialects.sqlite
        import sqlalchemy.orm  # noqa: F401

        import awm_gym.runtime.host  # noqa: F401


def serve(channel: socket.socket, kind: str, walls: dict[str, Any]) -> None:
    """Fork a child for every request until the caller closes the channel.

    A request is one byte with the child's channels attached; the answer is the child's process id, with a
    descriptor for it (pidfd) attached where the system has such.

    Args:
        channel: to the caller.
        kind: what the children are, `HOST` or `VERIFIER`.
        walls: arguments of the sandbox policy.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who then closes the channel
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the children
    scratch = tempfile.mkdtemp(prefix="awm-gym-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parent = os.getpid()
    try:
        _preload(kind)
        World.start(datetime(2000, 1, 1, tzinfo=UTC))
        writable = (Path(scratch),) if kind == VERIFIER else ()
        try:
            plan = prepare(Policy(**walls, write=writable))
        except SandboxUnavailable as error:
            channel.sendall(message({"error": str(error)}))
            return
        gc.collect()
        gc.freeze()  # so that collections in the children do not write to the pages they share
        channel.sendall(message({"scratch": scratch}))
        while True:
            request, descriptors, _, _ = socket.recv_fds(channel, 1, 4)
            if not request:
                break
            pid = os.fork()
            if pid == 0:
                channel.close()
                _live(kind, descriptors, plan)
            for descriptor in descriptors:
                os.close(descriptor)
            _announce(channel, pid)
    finally:
        if os.getpid() == parent:
            shutil.rmtree(scratch, ignore_errors=True)


def _live(kind: str, descriptors: list[int], plan: Plan) -> None:
    """Be the child, and never return into the zygote's code."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channels = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if kind == VERIFIER:
            from awm_gym.runtime import verifying

            verifying.run(channels[0], plan)
        else:
            from awm_gym.runtime import host

            host.run(channels[0], channels[1], plan)
        status = 0
    except BaseException:
        if os.environ.get("AWM_DEBUG"):
            sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _announce(channel: socket.socket, pid: int) -> None:
    reply = message({"pid": pid})
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        channel.sendall(reply)
        return
    socket.send_fds(channel, [reply], [descriptor])
    os.close(descriptor)


def main() -> None:
    """Entry point of the exec'd process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=[HOST, VERIFIER])
    parser.add_argument("descriptor", type=int)
    parser.add_argument("walls", type=json.loads)
    arguments = parser.parse_args()
    serve(socket.socket(fileno=arguments.descriptor), arguments.kind, arguments.walls)
