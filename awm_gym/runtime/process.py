"""The caller's hold on the processes it does not trust: the zygote and the children it forks.

The zygote is started by exec, with a clean environment and none of the caller's threads, locks or CUDA state. All
methods run on the runtime's event loop.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from typing import Any

from awm_gym.errors import AwmError, SandboxUnavailable
from awm_gym.runtime import zygote
from awm_gym.runtime.scratch import remove

# Importing the packages would bring gymnasium, numpy and the caller's side of the runtime, which no host needs and
# every host would keep in memory: in a zygote they are bare packages, of which just the modules it asks for load.
# pytest, where it is installed, is left out for the same reason: time-machine would import it to offer a fixture.
_BOOTSTRAP = """
import json, sys, types
sys.path[:], folder = json.loads(sys.argv.pop(1)), sys.argv.pop(1)
sys.modules["pytest"] = None
for name in ("awm_gym", "awm_gym.runtime"):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [folder + name.removeprefix("awm_gym").replace(".", "/")]
from awm_gym.runtime.zygote import main
main()
"""


class ZygoteDied(AwmError):
    """The process that hosts and verifiers are forked from has ended."""

    def __init__(self) -> None:
        super().__init__(
            "the process that hosts and verifiers are forked from has died; run `awm doctor` to see why it cannot start"
        )


class Process:
    """A forked child that can be killed without any doubt which process is meant."""

    def __init__(self, pid: int, pidfd: int | None) -> None:
        self.pid = pid
        self._pidfd = pidfd

    def pause(self) -> None:
        """Stop the process where it stands, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a process go on that was stopped."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, number)
            elif self.pid > 0 and not hasattr(os, "pidfd_open"):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process if it still lives; more than once does no harm."""
        self._signal(signal.SIGKILL)
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        self.pid = -1


class Zygote:
    """A running zygote; see `zygote.py`.

    Attributes:
        alive: False once it has ended; what it forked ends with it.
    """

    def __init__(self, kind: str, walls: dict[str, Any]) -> None:
        """Start the process; it imports its libraries while the caller goes on.

        Args:
            kind: `zygote.HOST` or `zygote.VERIFIER`.
            walls: arguments of its children's sandbox policy.
        """
        self._loop = asyncio.get_running_loop()
        self._channel, theirs = socket.socketpair()
        with theirs:
            told = (json.dumps(sys.path), _package_folder(), kind, str(theirs.fileno()), json.dumps(walls))
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BOOTSTRAP, *told],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        self._channel.setblocking(False)
        self._waiting: deque[asyncio.Future[Process]] = deque()
        self._buffer = b""
        self._pidfds: deque[int] = deque()
        self._ready: asyncio.Future[str] = self._loop.create_future()
        self.alive = True
        self._loop.add_reader(self._channel, self._on_readable)

    async def scratch(self) -> str:
        """Return the folder for files of the children; the zygote removes it when it ends."""
        return await asyncio.shield(self._ready)

    async def spawn(self, *channels: socket.socket) -> Process:
        """Fork a child that gets these channels; the caller's copies are closed.

        Raises:
            ZygoteDied: if the zygote has.
            SandboxUnavailable: if the sandbox was required in full, and cannot be had.
        """
        try:
            await self.scratch()
            await self._send([channel.fileno() for channel in channels])
        except OSError:
            raise ZygoteDied from None
        finally:
            for channel in channels:
                channel.close()
        future: asyncio.Future[Process] = self._loop.create_future()
        self._waiting.append(future)
        return await future

    async def _send(self, descriptors: list[int]) -> None:
        while True:
            try:
                socket.send_fds(self._channel, [b"+"], descriptors)
            except BlockingIOError:
                await asyncio.sleep(0.01)  # hundreds are asked for already
            else:
                return

    def close(self) -> None:
        """End the zygote, and with it every child."""
        self._fail(ZygoteDied())
        self._channel.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._ready.exception() is None:
            remove(self._ready.result())  # which it did itself, unless it was killed

    def _on_readable(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, zygote.MESSAGE_BYTES, 4)
        except OSError:
            data, descriptors = b"", []
        if not data:
            self._fail(ZygoteDied())
            return
        self._pidfds.extend(descriptors)
        self._buffer += data
        while len(self._buffer) >= zygote.MESSAGE_BYTES:
            content = json.loads(self._buffer[: zygote.MESSAGE_BYTES])
            self._buffer = self._buffer[zygote.MESSAGE_BYTES :]
            if "error" in content:
                self._fail(SandboxUnavailable(content["error"]))
                return
            if not self._ready.done():
                self._ready.set_result(content["scratch"])
                continue
            process = Process(content["pid"], self._pidfds.popleft() if self._pidfds else None)
            future = self._waiting.popleft()
            if future.cancelled():
                process.kill()
            else:
                future.set_result(process)

    def _fail(self, error: AwmError) -> None:
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._channel)
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # it need not be of interest to anybody
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)


def _package_folder() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _environment() -> dict[str, str]:
    kept = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "AWM_DEBUG")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
    }
