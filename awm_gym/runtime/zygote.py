"""The process that hosts and verifier processes are forked from.

It is started by exec with a clean environment, imports the heavy libraries once, works the sandbox out, and then
only waits: for each request it forks a child that has everything ready. It never runs generated code itself, has
one thread, and ends when the caller does, because then its channel closes; it kills its children, and removes the
scratch folder they were given.
"""

import argparse
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from awm_gym.errors import SandboxUnavailable
from awm_gym.runtime.sandbox import Plan, Policy, prepare
from awm_gym.runtime.scratch import remove
from awm_gym.runtime.world import World

HOST = "host"
VERIFIER = "verifier"
MESSAGE_BYTES = 4096
_LOOK_MS = 1000


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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which does not skip what is to be done at the end
    scratch = tempfile.mkdtemp(prefix="awm-gym-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    zygote, children = os.getpid(), set[int]()
    try:
        _preload(kind)
        World.start(datetime(2000, 1, 1, tzinfo=UTC))
        if kind == HOST:
            from awm_gym.runtime.rehearsal import rehearse

            rehearse()
        writable = (Path(scratch),) if kind == VERIFIER else ()
        try:
            plan = prepare(Policy(**walls, write=writable))
        except SandboxUnavailable as error:
            channel.sendall(message({"error": str(error)}))
            return
        gc.collect()
        gc.freeze()  # so that collections in the children do not write to the pages they share
        channel.sendall(message({"scratch": scratch}))
        for descriptors in _requests(channel, children):
            pid = os.fork()
            if pid == 0:
                channel.close()
                _live(kind, descriptors, plan)
            children.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
            _announce(channel, pid)
    finally:
        if os.getpid() == zygote:
            _end(children)
            remove(scratch)


def _requests(channel: socket.socket, children: set[int]) -> Iterator[list[int]]:
    """Yield the descriptors that come with each request, until the caller is gone; reap children meanwhile."""
    caller = os.getppid()
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while os.getppid() == caller:  # a fork of the caller may hold the channel open for longer than it lives
        ready = poll.poll(_LOOK_MS)
        while children and (ended := os.waitpid(-1, os.WNOHANG)[0]):
            children.discard(ended)
        if ready:
            request, descriptors, _, _ = socket.recv_fds(channel, 1, 4)
            if not request:
                return
            yield descriptors


def _end(children: set[int]) -> None:
    """Kill the children; as none was reaped yet, their ids are still theirs."""
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    for pid in children:
        os.waitpid(pid, 0)


def _live(kind: str, descriptors: list[int], plan: Plan) -> None:
    """Be the child, and never return into the zygote's code."""
    status = 1
    debug = "AWM_DEBUG" in os.environ
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if not debug:
            _silence()
        channels = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if kind == VERIFIER:
            from awm_gym.runtime import verifying

            verifying.run(channels[0], plan)
        else:
            from awm_gym.runtime import host

            host.run(channels[0], channels[1], plan)
        status = 0
    except BaseException:
        if debug:
            sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _silence() -> None:
    """Send what generated code prints nowhere: it may be gigabytes, and those descriptors are the caller's own."""
    warnings.simplefilter("ignore")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


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
