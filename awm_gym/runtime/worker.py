"""A verifier process as the caller holds it: a folder, a channel, and requests one after the other.

A process is used for more than one request only by those who ask for the very same code (`Verification` sees to
that), and only as long as nothing is strange about it: it answered each request in its own turn, left no file behind
and is not worn out.
"""

import asyncio
import contextlib
import os
import socket
from typing import Self

from awm_gym.runtime import wire
from awm_gym.runtime.process import Process, Zygote
from awm_gym.runtime.scratch import exceeds, remove

_MAX_FILES = 1000
_MAX_REQUESTS = 100
_LOOK_S = 0.05
_TIDY_S = 0.05
"""How long a process may go on after its answer, to collect its garbage."""


class VerifierFailed(Exception):
    """The verifier raised, hung, died, wrote to a database or returned something that is no JSON value."""


class Worker:
    """A verifier process.

    Attributes:
        requests: how many it has been sent.
        usable: whether another may be sent.
    """

    def __init__(self, folder: str, reply_bytes: int, file_bytes: int) -> None:
        """Prepare a worker; `start` makes its process.

        Args:
            folder: a folder of its own, that does not exist yet; what the files of a request are written into.
            reply_bytes: how long a reply may be.
            file_bytes: how large all files in the folder together may be.
        """
        os.mkdir(folder, 0o700)
        self._folder = folder
        self._reader = wire.FrameReader(reply_bytes)
        self._file_bytes = file_bytes
        self._channel: socket.socket | None = None
        self._process: Process | None = None
        self._pausing: asyncio.TimerHandle | None = None
        self.requests = 0
        self.usable = False

    async def start(self, zygote: Zygote) -> Self:
        """Fork the process.

        Raises:
            ZygoteDied: if the zygote has.
        """
        try:
            self._channel, theirs = socket.socketpair()
            self._channel.setblocking(False)
            self._process = await zygote.spawn(theirs)
        except BaseException:
            self.end()
            raise
        return self

    async def ask(self, request: wire.Header, images: dict[str, bytes], seconds: float) -> wire.Header:
        """Send a request and return the reply.

        Args:
            request: what to do.
            images: images of databases, by the name of the file that each is written into.
            seconds: how long it may take.

        Raises:
            VerifierFailed: if there is no reply, or a file was written to.
            OSError: if the files cannot be written.
        """
        self._wake()
        self.usable = False
        self.requests += 1
        files = {os.path.join(self._folder, name): image for name, image in images.items()}
        for path, image in files.items():
            with open(path, "xb") as file:
                file.write(image)
        frame = wire.pack({**request, "number": self.requests, "files": [*files], "folder": self._folder})
        try:
            async with asyncio.timeout(seconds):
                reply = await self._exchange(frame)
        except TimeoutError:
            raise VerifierFailed(f"the verifier did not answer within {seconds} s") from None
        for path, image in files.items():
            if not _holds(path, image):
                raise VerifierFailed(f"the verifier wrote to {os.path.basename(path)}; it may only read")
            os.unlink(path)
        if "error" in reply:
            raise VerifierFailed(str(reply["error"]).replace(self._folder, "."))
        as_it_should = reply.get("number") == self.requests and not os.listdir(self._folder)
        self.usable = as_it_should and self.requests < _MAX_REQUESTS
        return reply

    async def _exchange(self, frame: bytes) -> wire.Header:
        assert self._channel is not None
        loop = asyncio.get_running_loop()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await loop.sock_sendall(self._channel, frame)
        watch = loop.create_task(self._watch())
        try:
            return await self._reply(self._channel)
        finally:
            watch.cancel()

    async def _reply(self, channel: socket.socket) -> wire.Header:
        loop = asyncio.get_running_loop()
        while True:
            data = b""
            with contextlib.suppress(ConnectionResetError):
                data = await loop.sock_recv(channel, 1 << 18)
            if not data:
                raise VerifierFailed("the verifier process died; it ran out of memory or room, or ended itself")
            try:
                frames = self._reader.feed(data)
            except ValueError as error:
                raise VerifierFailed(f"the verifier process answered with nonsense: {error}") from None
            if frames:
                return frames[0][0]

    async def _watch(self) -> None:
        """Kill the process once it has written too much: no limit of the system counts all of its files together."""
        while not exceeds(self._folder, self._file_bytes, _MAX_FILES):
            await asyncio.sleep(_LOOK_S)
        self._kill()

    def rest(self) -> None:
        """Stop the process until it is asked again: code that has answered shall not go on in secret."""
        if self._process is not None:
            self._pausing = asyncio.get_running_loop().call_later(_TIDY_S, self._process.pause)

    def _wake(self) -> None:
        if self._pausing is not None and self._process is not None:
            self._pausing.cancel()
            self._process.resume()
            self._pausing = None

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """End the process and remove its folder; more than once does no harm."""
        self.usable = False
        if self._pausing is not None:
            self._pausing.cancel()
        self._kill()
        if self._channel is not None:
            self._channel.close()
        remove(self._folder)


def _holds(path: str, image: bytes) -> bool:
    """Tell whether a file holds an image; where another kind of file has taken its place, that is not waited for."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(len(image) + 1) == image
    except OSError:
        return False
