"""Texts that processes share, for `AsyncVectorEnv(shared_memory=True)`.

Gymnasium allots shared memory by a space's size, and a text has none. So the texts stand in one unlinked
temporary file, each in a slot of its own: the file is sparse, only what is written takes room, and the system
frees it with the last process. A worker writes, then answers through its pipe; the caller reads after that.
"""

import os
import struct
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from multiprocessing import reduction
from typing import Any, overload

_HEAD = struct.Struct("<Q")
_FIRST_READ = 8192
_LARGEST = 2**26
_MOST_BYTES = 4


class SharedTexts(Sequence[str]):
    """One text for each of `n` environments; what one process writes, the others read.

    It always shows the present texts; `copy.deepcopy` takes a tuple of them, as gymnasium does for each step.
    """

    def __init__(self, n: int, max_length: int | None) -> None:
        """Make room for the texts, all empty.

        Args:
            n: number of environments.
            max_length: the longest text, in code points; None admits texts of up to 64 MiB.
        """
        self._n = n
        self._room = _LARGEST if max_length is None else _HEAD.size + _MOST_BYTES * max_length
        with tempfile.TemporaryFile() as file:
            self._keep(os.dup(file.fileno()))

    def _keep(self, fd: int) -> None:
        """Hold a descriptor for as long as this object lives."""
        self._fd = fd
        weakref.finalize(self, os.close, fd)

    def write(self, index: int, text: str) -> None:
        """Set the text of one environment.

        Raises:
            ValueError: if it is too long for its slot.
        """
        data = text.encode()
        record = _HEAD.pack(len(data)) + data
        if len(record) > self._room:
            raise ValueError(
                f"expected a text of at most {self._room - _HEAD.size} bytes, got {len(data)}; "
                "make the vector environment with shared_memory=False"
            )
        written = os.pwrite(self._fd, record, index * self._room)
        if written < len(record):
            raise OSError(f"expected to write {len(record)} bytes of a shared text, wrote {written}: no room left?")

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(self._n))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        places = range(self._n)[index]
        return self._read(places) if isinstance(places, int) else tuple(map(self._read, places))

    def _read(self, index: int) -> str:
        start = index * self._room
        record = os.pread(self._fd, min(_FIRST_READ, self._room), start)
        if len(record) < _HEAD.size:  # nothing was written so far into the file
            return ""
        end = _HEAD.size + _HEAD.unpack_from(record)[0]
        if end > len(record):
            record += os.pread(self._fd, end - len(record), start + len(record))
        return record[_HEAD.size : end].decode()

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[str, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        return f"SharedTexts({list(self)!r})"

    def __getstate__(self) -> dict[str, Any]:
        """Give the open file to a process that is being spawned, which is the only way to share it."""
        return {"n": self._n, "room": self._room, "fd": reduction.DupFd(self._fd)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._n, self._room = state["n"], state["room"]
        self._keep(state["fd"].detach())
