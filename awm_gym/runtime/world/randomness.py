"""Seeded randomness: everything a process can draw, drawn from one key a call.

The global generator of `random` is seeded when a call begins. All that would come from the operating system
(os.urandom, os.getrandom, and through them secrets, SystemRandom, uuid4, numpy's default_rng; the seed of a
Random() or seed() without one) comes from a second generator, `stream`, made of the same key when first used.
A generator that a module made once and keeps is ordinary state of that module: it goes on from call to call.
"""

import os
import random
import ssl
import sys
import tempfile
import uuid
from typing import Any

from awm_gym.runtime.world.patching import replace_everywhere

KEY_BYTES = 32
_NODE = 0x02_00_00_00_00_01
"""The virtual machine's network address, which uuid1 shows: a locally administered one."""


class Randomness:
    """The randomness of this process. Make one only: it patches the process for good."""

    def __init__(self) -> None:
        self._seed_global = random.seed
        self._key = bytes(KEY_BYTES)
        self._stream: random.Random | None = None
        vars(uuid)["_node"] = _NODE
        self._patch_operating_system()
        self._patch_unseeded()

    def seed(self, key: bytes) -> None:
        """Begin anew.

        Args:
            key: KEY_BYTES bytes that determine all that is drawn from here on.
        """
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed(int.from_bytes(key[:4]))  # first of all: loaded this late, numpy.random draws
        self._key = key
        self._stream = None
        self._seed_global(int.from_bytes(key[: KEY_BYTES // 2]))
        vars(tempfile)["_name_sequence"] = None  # it keeps a generator; the next name makes a new one

    @property
    def stream(self) -> random.Random:
        """The generator in the place of the operating system's."""
        if self._stream is None:
            self._stream = random.Random(int.from_bytes(self._key[KEY_BYTES // 2 :]))
        return self._stream

    def _patch_operating_system(self) -> None:
        def urandom(size: int, /) -> bytes:
            return self.stream.randbytes(size)

        def getrandom(size: int, flags: int = 0) -> bytes:
            return self.stream.randbytes(size)

        replace_everywhere(
            (os.urandom, urandom),
            (getattr(os, "getrandom", None) or object(), getrandom),  # Linux only
            (ssl.RAND_bytes, urandom),
        )

    def _patch_unseeded(self) -> None:
        seed_from = random.Random.seed

        def seed(generator: random.Random, a: Any = None, version: int = 2) -> None:
            seed_from(generator, self.stream.getrandbits(128) if a is None else a, version)

        random.Random.seed = seed  # type: ignore[assignment, method-assign]
        replace_everywhere((random.seed, random._inst.seed))
