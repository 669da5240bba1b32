"""Layer "inheritance": what a fork would hand down: environment, descriptors, working folder, packages.

The environment has three copies: the dict in `os.environ`, the C library's list, and the block at the top of
the stack into which the kernel wrote it at exec. The last is what /proc/<pid>/environ shows; neither clearenv
nor unsetenv touches it, so its bytes are zeroed here. (prctl's PR_SET_MM could move it, but wants a capability.)
Freed memory may still hold pieces: the zygote is therefore started with an environment that is clean from the
beginning, and this layer is the second lock.
"""

import contextlib
import ctypes
import os
import sys
import tempfile
from collections.abc import Collection, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

from awm_gym.runtime.sandbox import libc

_ENV_START = 47
"""Index of env_start in /proc/<pid>/stat behind the command's name; env_end follows it."""


def environment_block() -> tuple[int, int] | None:
    """Return address and size (bytes) of the block the kernel shows as /proc/self/environ, None if unknown.

    A forked child has it at the same address.
    """
    try:
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        start, end = int(fields[_ENV_START]), int(fields[_ENV_START + 1])
    except (OSError, ValueError, IndexError):
        return None
    return (start, end - start) if 0 < start < end else None


def clear_environment(keep: tuple[str, ...], block: tuple[int, int] | None) -> None:
    """Empty every copy of the environment but for some variables.

    Args:
        keep: their names.
        block: the result of `environment_block`.
    """
    kept = {name: os.environ[name] for name in keep if name in os.environ}
    for name in [*os.environ]:
        del os.environ[name]
    with contextlib.suppress(OSError):  # macOS has none; the loop above unset each variable already
        libc.call("clearenv")
    if block:
        ctypes.memset(block[0], 0, block[1])
    for name, value in kept.items():  # update() would look through all subclasses of Mapping first
        os.environ[name] = value


def settle(folder: str | None) -> None:
    """Make a folder the working and Python's temporary one; with None the root, and no temporary one.

    SQLite chose its own temporary folder when it was loaded, and finds it closed: `PRAGMA temp_store = MEMORY`.
    """
    os.chdir(folder or "/")
    if folder:
        tempfile.tempdir = folder


def importable() -> frozenset[str]:
    """Return the top-level modules there are for a child: the standard library, and what is imported by now."""
    return sys.stdlib_module_names | {name for name in sys.modules if "." not in name}


def limit_imports(names: frozenset[str]) -> None:
    """Let every other top-level module be missing, as on a machine where it is not installed.

    An installed package that may not be read would otherwise raise PermissionError, past `except ImportError`.
    """
    sys.meta_path.insert(0, _Missing(names))


class _Missing(MetaPathFinder):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if path is None and name not in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def close_descriptors(keep: Collection[int]) -> None:
    """Close every descriptor but 0, 1, 2 and these."""
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor > 2 and descriptor not in keep:
            with contextlib.suppress(OSError):  # the one that listed the folder is closed already
                os.close(descriptor)
