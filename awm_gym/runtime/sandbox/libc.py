"""The C library through ctypes: `prctl`, and the system calls it has no wrapper for; failures are OSError."""

import ctypes
import os
import sys

LINUX = sys.platform == "linux"

_libc = ctypes.CDLL(None, use_errno=True)
_functions = {name: getattr(_libc, name, None) for name in ("syscall", "prctl", "capset", "clearenv")}
"""Looked up here, in the parent: a child that did it would wake up the symbol tables of every library."""


def call(function: str, *args: object) -> int:
    """Call a function of the C library that answers -1 on failure.

    Args:
        function: its name, one of `_functions`.
        *args: bytes and ctypes values as they are; integers are passed as C longs.

    Returns:
        What it returned.

    Raises:
        OSError: with errno, if it failed or the library has no such function.
    """
    found = _functions[function]
    if found is None:
        raise OSError(f"the C library of this machine has no {function}")
    result: int = found(*(ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")
    return result


def syscall(number: int, *args: object) -> int:
    """Make a Linux system call by its number; arguments, result and failure as in `call`."""
    return call("syscall", number, *args)


def prctl(option: int, value: int = 0) -> int:
    """Call Linux's prctl with one argument; result and failure as in `call`."""
    return call("prctl", option, value, 0, 0, 0)
