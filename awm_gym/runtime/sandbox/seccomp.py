"""Layer "seccomp": a BPF program that the kernel runs before every system call of the process.

It is a list of refusals and not of permissions, on purpose. Python, two C libraries, SQLite and native
extensions each take other calls in other versions, and a call missing from a list of permissions shows as a
wrong episode in a corner no test has reached. What such a list would give is had in another way: every call
up to a known number was judged (`syscalls.py`), and all later ones do not exist for the process, so neither
a new kernel nor the x32 numbers bring anything in. Calls that came through another architecture's door kill
it.

Files stay Landlock's part; here are only the doors it leaves open. A refusal is EPERM, which Python raises as
PermissionError. Calls the program always lets through cost nothing (kernels from 5.11 keep a bitmap of them).
"""

import ctypes
import itertools
import os
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, cast, get_args

from awm_gym.runtime.sandbox import libc, syscalls
from awm_gym.runtime.sandbox.syscalls import Arch

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38

_LOAD, _JUMP, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_SECCOMP: dict[Arch, int] = {"x86_64": 317, "aarch64": 277}
_AUDIT_ARCH: dict[Arch, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER, _GET_ACTION_AVAIL = 1, 2
_SPEC_ALLOW = 4
"""Leave the CPU's speculation as it is: code that owns the whole process has nothing to win by it there."""

_CLONE_THREAD, _CLONE_NAMESPACES = 0x10000, 0x7E020000
_AF_UNIX, _SOCK_STREAM, _SOCK_FLAGS = 1, 1, 0x80800
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000
_PRCTL = (2, 3, 15, 16, 21, 39)  # read: parent-death signal, dumpable, name, seccomp, privileges; set: name
_IOCTL = (0x5412, 0x541C, 0x8901, 0x8902)  # TIOCSTI and TIOCLINUX type for the user; FIOSETOWN, SIOCSPGRP signal
_FCNTL = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX signal; F_SETLEASE, F_NOTIFY watch


class _Header(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("code", ctypes.c_char_p))


class _Step(NamedTuple):
    code: int
    value: int | None  # None: the process's own id, known only in the child
    if_true: int = 0
    if_false: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """A filter, but for the process id that is written in where it is enforced.

    Attributes:
        arch: the architecture it is for.
        code: its instructions, 8 bytes each.
        own_pid: the offsets of the values that are the process's own id.
    """

    arch: Arch
    code: bytes
    own_pid: tuple[int, ...]


def architecture() -> Arch:
    """Return this machine's architecture.

    Raises:
        OSError: if there is no filter for it.
    """
    if not libc.LINUX:
        raise OSError("needs Linux")
    machine = os.uname().machine
    if machine not in get_args(Arch) or sys.maxsize < 2**32:
        raise OSError(f"needs a 64-bit process on x86_64 or aarch64, not on {machine}")
    return cast(Arch, machine)


def probe() -> Arch:
    """Return the architecture if the kernel takes filters.

    Raises:
        OSError: saying why it does not.
    """
    arch = architecture()
    try:
        libc.syscall(_SECCOMP[arch], _GET_ACTION_AVAIL, 0, struct.pack("=I", _ERRNO))
    except OSError as error:
        raise OSError(f"is not in this kernel, or forbidden by a container ({error})") from None
    return arch


def compile_filter(arch: Arch, threads: bool) -> Program:
    """Write the filter.

    Args:
        arch: for which architecture.
        threads: whether the process may start threads.
    """
    decisions = _decisions(threads)
    answers = {number: decisions[name] for name, number in syscalls.conditional(arch).items()}
    for calls, answer in (
        (syscalls.absent(arch), _ENOSYS),
        (syscalls.pretended(arch), _ERRNO),
        (syscalls.refused(arch), _EPERM),
    ):
        answers |= {number: [_Step(_RETURN, answer)] for number in calls.values()}
    allow = [_Step(_RETURN, _ALLOW)]
    runs = itertools.groupby(range(syscalls.KNOWN), lambda number: answers.get(number, allow))
    branches = [(next(numbers), steps) for steps, numbers in runs]
    branches.append((syscalls.KNOWN, [_Step(_RETURN, _ENOSYS)]))
    steps = [_Step(_LOAD, _ARCHITECTURE), _Step(_EQUAL, _AUDIT_ARCH[arch], 1, 0), _Step(_RETURN, _KILL)]
    steps += [_Step(_LOAD, _NUMBER), *_tree(branches)]
    code = b"".join(struct.pack("=HBBI", s.code, s.if_true, s.if_false, s.value or 0) for s in steps)
    return Program(arch, code, tuple(8 * at + 4 for at, step in enumerate(steps) if step.value is None))


def apply(program: Program) -> None:
    """Enforce a filter on this thread and all that it will start.

    Raises:
        OSError: if the kernel refuses it, as when the process may still gain privileges.
    """
    code = bytearray(program.code)
    for offset in program.own_pid:
        struct.pack_into("=I", code, offset, os.getpid())
    header = _Header(len(code) // 8, bytes(code))
    libc.syscall(_SECCOMP[program.arch], _SET_MODE_FILTER, _SPEC_ALLOW, ctypes.byref(header))


def _decisions(threads: bool) -> dict[str, list[_Step]]:
    thread_only = _compare(0, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD, _ALLOW, _EPERM)
    to_itself = _among(0, [None], _ALLOW, _EPERM)
    truncating = (_O_ACCMODE | _O_TRUNC, _O_TRUNC, _EPERM, _ALLOW)  # by a descriptor that is only for reading
    return {
        "clone": thread_only if threads else [_Step(_RETURN, _EPERM)],
        "kill": to_itself,
        "tkill": to_itself,
        "tgkill": to_itself,
        "rt_sigqueueinfo": to_itself,
        "rt_tgsigqueueinfo": to_itself,
        "prctl": _among(0, _PRCTL, _ALLOW, _EPERM),
        "prlimit64": [*_only_null(2), *_among(0, [0, None], _ALLOW, _EPERM)],
        "socketpair": [
            *_only(0, _AF_UNIX),
            *_compare(1, 0xFFFFFFFF & ~_SOCK_FLAGS, _SOCK_STREAM, _ALLOW, _EPERM),
        ],
        "sendto": [*_only_null(4), _Step(_RETURN, _ALLOW)],
        "ioctl": _among(1, _IOCTL, _EPERM, _ALLOW),
        "fcntl": _among(1, _FCNTL, _EPERM, _ALLOW),
        "open": _compare(1, *truncating),
        "openat": _compare(2, *truncating),
    }


def _tree(branches: list[tuple[int, list[_Step]]]) -> list[_Step]:
    """Take the steps of the last branch whose first number is not above the loaded one, by halving.

    The kernel tries a new filter on every call there is: a chain of comparisons would cost it 0.3 ms.
    """
    if len(branches) == 1:
        return branches[0][1]
    middle = len(branches) // 2
    low, high = _tree(branches[:middle]), _tree(branches[middle:])
    return [_Step(_AT_LEAST, branches[middle][0], 0, 1), _Step(_JUMP, len(low)), *low, *high]


def _load(argument: int, high: bool = False) -> _Step:
    """Load half of an argument; those that the kernel takes as int have all of it in the low half."""
    return _Step(_LOAD, _ARGUMENTS + 8 * argument + 4 * high)


def _among(argument: int, values: Iterable[int | None], then: int, otherwise: int) -> list[_Step]:
    """Answer by whether an argument is one of these values."""
    steps = [_load(argument)]
    for value in values:
        steps += [_Step(_EQUAL, value, 0, 1), _Step(_RETURN, then)]
    return [*steps, _Step(_RETURN, otherwise)]


def _compare(argument: int, mask: int, value: int, then: int, otherwise: int) -> list[_Step]:
    """Answer by whether some bits of an argument have this value."""
    return [
        _load(argument),
        _Step(_AND, mask),
        _Step(_EQUAL, value, 0, 1),
        _Step(_RETURN, then),
        _Step(_RETURN, otherwise),
    ]


def _only(argument: int, value: int) -> list[_Step]:
    """Refuse the call unless an argument has this value; else go on."""
    return [_load(argument), _Step(_EQUAL, value, 1, 0), _Step(_RETURN, _EPERM)]


def _only_null(argument: int) -> list[_Step]:
    """Refuse the call unless an argument, a pointer, is null; else go on."""
    low, high = _load(argument), _load(argument, high=True)
    test = [_Step(_EQUAL, 0, 1, 0), _Step(_RETURN, _EPERM)]
    return [low, *test, high, *test]
