"""Running a verifier: two database files, a process of its own, a deadline, and a look at the files afterwards."""

import asyncio
import contextlib
import os
import shutil
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awm_gym.runtime import wire
from awm_gym.runtime.process import Process, Zygote
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.zygote import VERIFIER


class VerifierFailed(Exception):
    """The verifier raised, hung, died, wrote to a database or returned something that is no JSON value."""


@dataclass(frozen=True, slots=True)
class VerifierCall:
    """One call of a verifier.

    Attributes:
        code: its source.
        initial: image of the database at the episode's start.
        final: image of the database at its end.
        extra: arguments after the two paths.
        now: the episode's virtual time, which is the verifier's too.
    """

    code: str
    initial: bytes
    final: bytes
    extra: tuple[str | None, ...]
    now: datetime


class Verification:
    """Runs verifiers, a bounded number at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._zygote: Zygote | None = None
        self._slots = asyncio.Semaphore(2 * settings.cores)
        self._count = 0

    async def run(self, call: VerifierCall) -> Any:
        """Return the value the verifier returned, JSON-compatible.

        Raises:
            VerifierFailed: if it gave none; the message says why.
        """
        async with self._slots:
            if self._zygote is None:
                self._zygote = Zygote(VERIFIER, self._settings.walls(self._settings.verifier_bytes))
            scratch = await self._zygote.scratch()
            self._count += 1
            folder = os.path.join(scratch, str(self._count))
            os.mkdir(folder, 0o700)
            try:
                return await self._run(call, self._zygote, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    async def _run(self, call: VerifierCall, parent: Zygote, folder: str) -> Any:
        files = {os.path.join(folder, "initial.db"): call.initial, os.path.join(folder, "final.db"): call.final}
        for path, image in files.items():
            with open(path, "xb") as file:
                file.write(image)
        request = wire.pack(
            {
                "code": call.code,
                "arguments": [*files, *call.extra],
                "now": call.now.isoformat(),
                "folder": folder,
            }
        )
        limit = self._settings.verify_deadline
        try:
            reply = await asyncio.wait_for(self._exchange(parent, request), limit)
        except TimeoutError:
            raise VerifierFailed(f"the verifier did not answer within {limit} s") from None
        for path, image in files.items():
            if not _holds(path, image):
                raise VerifierFailed(f"the verifier wrote to {os.path.basename(path)}; it may only read")
        if "error" in reply:
            raise VerifierFailed(str(reply["error"]).replace(folder, "."))
        return reply.get("value")

    async def _exchange(self, parent: Zygote, request: bytes) -> wire.Header:
        ours, theirs = socket.socketpair()
        process: Process | None = None
        with ours:
            ours.setblocking(False)
            try:
                process = await parent.spawn(theirs)
                loop = asyncio.get_running_loop()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    await loop.sock_sendall(ours, request)
                reader = wire.FrameReader()
                while True:
                    data = await _receive(loop, ours)
                    if not data:
                        raise VerifierFailed("the verifier process died; it ran out of memory or ended itself")
                    try:
                        frames = reader.feed(data)
                    except ValueError as error:
                        raise VerifierFailed(f"the verifier process answered with nonsense: {error}") from None
                    if frames:
                        return frames[0][0]
            finally:
                if process is not None:
                    process.kill()

    def close(self) -> None:
        """End the zygote and every verifier that still runs."""
        if self._zygote is not None:
            self._zygote.close()


async def _receive(loop: asyncio.AbstractEventLoop, channel: socket.socket) -> bytes:
    try:
        return await loop.sock_recv(channel, 1 << 18)
    except ConnectionResetError:
        return b""


def _holds(path: str, image: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(image) + 1) == image
    except OSError:
        return False
