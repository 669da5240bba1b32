"""Running a verifier: two database files, a process, a deadline, and a look at the files afterwards.

No process runs two verifiers. One that has run a verifier well runs it again, on other files: forking a process and
loading the code takes several times as long as most verifiers. Each time the module is executed anew, so nothing that
a verifier keeps in it lasts; and where a process that was used before fails, a fresh one has the last word. With
isolation by session, every verification has a process of its own.

Comparing two databases, and digesting one, is done in the same way, since reading a database runs code that is in it.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awm_gym.errors import EnvironmentBroken, RuntimeClosed
from awm_gym.runtime import changes, wire
from awm_gym.runtime.process import Zygote, ZygoteDied
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.turns import Turns
from awm_gym.runtime.types import Changes
from awm_gym.runtime.wire import COMPARE, DIGEST, MAX_VALUE_CHARS, VERIFY
from awm_gym.runtime.worker import VerifierFailed, Worker
from awm_gym.runtime.zygote import VERIFIER

__all__ = ["Verification", "VerifierCall", "VerifierFailed"]

_MAX_REPLY_BYTES = 8 * MAX_VALUE_CHARS
_IDLE = 8
"""Verifier processes that are kept for the next request of the same code."""
_EPOCH = "2000-01-01T00:00:00+00:00"
"""The virtual time of work that has nothing to do with time."""


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
        self._turns = Turns(2 * settings.cores, _IDLE)
        self._image_bytes = 4 * settings.database_bytes
        self._count = 0
        self._closed = False

    async def run(self, call: VerifierCall) -> Any:
        """Return the value the verifier returned, JSON-compatible.

        Raises:
            VerifierFailed: if it gave none; the message says why.
        """
        request = {"do": VERIFY, "code": call.code, "extra": call.extra, "now": call.now.isoformat()}
        value = await self._work(request, {"initial.db": call.initial, "final.db": call.final}, _MAX_REPLY_BYTES)
        if wire.deeper_than(wire.MAX_DEPTH, value):
            raise VerifierFailed(f"expected a value of at most {wire.MAX_DEPTH} levels, got one with more")
        return value

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

    async def _work(self, request: wire.Header, images: dict[str, bytes], reply_bytes: int) -> Any:
        code = request.get("code") if self._settings.isolation == "scenario" else None
        worker = await self._turns.take(code)
        try:
            while True:
                worker = worker or await self._start(reply_bytes)
                try:
                    reply = await worker.ask(request, images, self._settings.verify_deadline)
                except VerifierFailed:
                    if worker.requests == 1:
                        raise
                    worker.end()  # whatever it was, earlier requests shall have no part in it
                    worker = None
                else:
                    return reply.get("value")
        except OSError as error:
            raise VerifierFailed(f"the files of the verifier could not be written: {error.strerror}") from None
        except ZygoteDied as error:
            raise VerifierFailed(str(error)) from None
        finally:
            self._turns.give(code, worker)

    async def _start(self, reply_bytes: int) -> Worker:
        zygote = self._living_zygote()
        scratch = await zygote.scratch()
        self._count += 1
        return await Worker(os.path.join(scratch, str(self._count)), reply_bytes, self._image_bytes).start(zygote)

    def _living_zygote(self) -> Zygote:
        if self._closed:
            raise RuntimeClosed("this runtime was closed; make a new Runtime()")
        if self._zygote is None or not self._zygote.alive:
            if self._zygote is not None:
                self._zygote.close()
            self._zygote = Zygote(VERIFIER, self._settings.walls(self._settings.verifier_bytes))
        return self._zygote

    def close(self) -> None:
        """End the zygote and every verifier that still runs."""
        self._closed = True
        self._turns.close()
        if self._zygote is not None:
            self._zygote.close()
