"""Running a verifier: two database files, a process of its own, a deadline, and a look at the files afterwards.

Comparing two databases, and digesting one, is done in the same way, since reading a database runs code that is in it.
"""

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awm_gym.errors import EnvironmentBroken, RuntimeClosed
from awm_gym.runtime import changes, wire
from awm_gym.runtime.process import Process, Zygote, ZygoteDied
from awm_gym.runtime.scratch import exceeds, remove
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.types import Changes
from awm_gym.runtime.wire import COMPARE, DIGEST, MAX_VALUE_CHARS, VERIFY
from awm_gym.runtime.zygote import VERIFIER

_MAX_REPLY_BYTES = 8 * MAX_VALUE_CHARS
_MAX_FILES = 1000
_LOOK_S = 0.05
_EPOCH = "2000-01-01T00:00:00+00:00"
"""The virtual time of work that has nothing to do with time."""


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
        self._image_bytes = 4 * settings.database_bytes
        self._count = 0
        self._closed = False

    async def run(self, call: VerifierCall) -> Any:
        """Return the value the verifier returned, JSON-compatible.

        Raises:
            VerifierFailed: if it gave none; the message says why.
        """
        request = {"do": VERIFY, "code": call.code, "extra": call.extra, "now": call.now.isoformat()}
        return await self._work(request, {"initial.db": call.initial, "final.db": call.final}, _MAX_REPLY_BYTES)

    async def compare(self, before: bytes, after: bytes) -> Changes:
        """Return the rows that differ between two images.

        Raises:
            EnvironmentBroken: if the images cannot be read within a verifier's limits.
        """
        request = {"do": COMPARE, "now": _EPOCH}
        try:
            return changes.from_json(
                await self._work(request, {"initial.db": before, "final.db": after}, self._image_bytes)
            )
        except (VerifierFailed, ValueError) as error:
            raise EnvironmentBroken(f"the databases cannot be compared: {error}") from None

    async def digest(self, image: bytes) -> str:
        """Return the digest of an image's content.

        Raises:
            EnvironmentBroken: if the image cannot be read within a verifier's limits.
        """
        try:
            return str(await self._work({"do": DIGEST, "now": _EPOCH}, {"final.db": image}, _MAX_REPLY_BYTES))
        except VerifierFailed as error:
            raise EnvironmentBroken(f"the database cannot be digested: {error}") from None

    async def _work(self, request: wire.Header, images: dict[str, bytes], limit: int) -> Any:
        async with self._slots:
            try:
                zygote = self._living_zygote()
                scratch = await zygote.scratch()
                self._count += 1
                folder = os.path.join(scratch, str(self._count))
                os.mkdir(folder, 0o700)
                try:
                    return await self._run(request, images, limit, zygote, folder)
                finally:
                    remove(folder)
            except OSError as error:
                raise VerifierFailed(f"the files of the verifier could not be written: {error.strerror}") from None
            except ZygoteDied as error:
                raise VerifierFailed(str(error)) from None

    def _living_zygote(self) -> Zygote:
        if self._closed:
            raise RuntimeClosed("this runtime was closed; make a new Runtime()")
        if self._zygote is None or not self._zygote.alive:
            if self._zygote is not None:
                self._zygote.close()
            self._zygote = Zygote(VERIFIER, self._settings.walls(self._settings.verifier_bytes))
        return self._zygote

    async def _run(
        self, request: wire.Header, images: dict[str, bytes], limit: int, parent: Zygote, folder: str
    ) -> Any:
        files = {os.path.join(folder, name): image for name, image in images.items()}
        for path, image in files.items():
            with open(path, "xb") as file:
                file.write(image)
        frame = wire.pack({**request, "files": [*files], "folder": folder})
        seconds = self._settings.verify_deadline
        try:
            async with asyncio.timeout(seconds):
                reply = await self._exchange(parent, frame, limit, folder)
        except TimeoutError:
            raise VerifierFailed(f"the verifier did not answer within {seconds} s") from None
        for path, image in files.items():
            if not _holds(path, image):
                raise VerifierFailed(f"the verifier wrote to {os.path.basename(path)}; it may only read")
        if "error" in reply:
            raise VerifierFailed(str(reply["error"]).replace(folder, "."))
        return reply.get("value")

    async def _exchange(self, parent: Zygote, request: bytes, limit: int, folder: str) -> wire.Header:
        ours, theirs = socket.socketpair()
        process: Process | None = None
        with ours:
            ours.setblocking(False)
            try:
                process = await parent.spawn(theirs)
                loop = asyncio.get_running_loop()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    await loop.sock_sendall(ours, request)
                reader = wire.FrameReader(limit)
                watch = loop.create_task(self._watch(folder, process))
                try:
                    return await _first_frame(ours, reader)
                finally:
                    watch.cancel()
            finally:
                if process is not None:
                    process.kill()

    async def _watch(self, folder: str, process: Process) -> None:
        """Kill the process once it has written too much: no limit of the system counts all of its files together."""
        while not exceeds(folder, self._image_bytes, _MAX_FILES):
            await asyncio.sleep(_LOOK_S)
        process.kill()

    def close(self) -> None:
        """End the zygote and every verifier that still runs."""
        self._closed = True
        if self._zygote is not None:
            self._zygote.close()


async def _first_frame(channel: socket.socket, reader: wire.FrameReader) -> wire.Header:
    loop = asyncio.get_running_loop()
    while True:
        data = await _receive(loop, channel)
        if not data:
            raise VerifierFailed("the verifier process died; it ran out of memory or room, or ended itself")
        try:
            frames = reader.feed(data)
        except ValueError as error:
            raise VerifierFailed(f"the verifier process answered with nonsense: {error}") from None
        if frames:
            return frames[0][0]


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
