"""What processes take: their memory, as the kernel accounts for it (Linux)."""

import os
from collections.abc import Iterable


class NotReadable(Exception):
    """The memory of a process cannot be read; the message says why."""


def pss_bytes(pids: Iterable[int]) -> int:
    """Return the PSS of processes: private memory, and of shared memory each one's share.

    Raises:
        NotReadable: if the system has no such number, or does not show it of one of them.
    """
    return sum(map(_pss_bytes, pids))


def _pss_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name == "Pss":
                    return int(value.split()[0]) * 1024
    except FileNotFoundError:
        raise NotReadable("it needs the PSS of processes, which Linux shows in /proc") from None
    except PermissionError:
        raise NotReadable("a confined process shows its memory to root only; run this row as root") from None
    return 0  # it has ended


def descendants(pid: int) -> list[int]:
    """Return the process ids of a process's children and of theirs."""
    parents: dict[int, list[int]] = {}
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents.setdefault(parent, []).append(int(name))
    found, next_ones = [], parents.get(pid, [])
    while next_ones:
        found += next_ones
        next_ones = [child for parent in next_ones for child in parents.get(parent, [])]
    return found
