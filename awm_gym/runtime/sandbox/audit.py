"""Layer "audit": a hook inside Python that refuses early, and says what and why.

It repeats as a PermissionError with a sentence what the kernel's layers would refuse with a bare errno, and
it is the only fence for files and sockets where those do not exist. It is no wall: native code never passes
it, and Python code that sets its mind to it gets round.

The hook is called for every audit event, `id()` and attribute accesses among them, so its common path is one
lookup in a dict. It cannot be removed.
"""

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from awm_gym.runtime.sandbox.paths import below

Check = Callable[[tuple[Any, ...]], None]

_REFUSED = (
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("pty.spawn", "os.killpg", "resource.setrlimit", "resource.prlimit", "cpython.PyInterpreterState_New"),
    *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"),
    *("socket.gethostbyaddr", "socket.getnameinfo", "socket.gethostname", "socket.sethostname"),
    *("socket.getservbyname", "socket.getservbyport", "sqlite3.load_extension"),
    *("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function", "ctypes.addressof"),
    *("ctypes.cdata", "ctypes.cdata/buffer", "ctypes.string_at", "ctypes.wstring_at"),
    *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
)
_REACHES_FIRST = ("os.listdir", "os.scandir", "os.chdir")
_CHANGES_FIRST = (
    *("os.chmod", "os.chown", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.utime", "os.setxattr"),
    *("os.removexattr",),
)
_CHANGES_BOTH = ("os.rename", "os.link")
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Fence:
    """What the hook of one process lets through; built in the parent, put up in the child."""

    def __init__(self, readable: tuple[str, ...], hidden: tuple[str, ...]) -> None:
        """Build it.

        Args:
            readable: files and folders that may be read (real paths, as all of these).
            hidden: what may not, though it lies below a readable folder.
        """
        self._readable = readable
        self._hidden = hidden
        self._writable: tuple[str, ...] = ()
        self._checks: dict[str, Check] = {event: _refuse(event) for event in _REFUSED}
        self._checks |= dict.fromkeys(_REACHES_FIRST, self._reach_first)
        self._checks |= dict.fromkeys(_CHANGES_FIRST, self._change_first)
        self._checks |= dict.fromkeys(_CHANGES_BOTH, self._change_both)
        self._checks |= {"open": self._open, "os.symlink": self._symlink, "sqlite3.connect": self._connect}
        self._checks |= _CONDITIONAL

    def put_up(self, writable: tuple[str, ...]) -> None:
        """Add the hook to this interpreter, for good.

        Args:
            writable: folders that may be read and written.
        """
        self._writable = writable
        find = self._checks.get

        def hook(event: str, args: tuple[Any, ...]) -> None:
            check = find(event)
            if check is not None:
                check(args)

        sys.addaudithook(hook)

    def _change(self, path: Any) -> None:
        if not isinstance(path, int) and not below(_real(path), self._writable):
            raise _refusal("lets nothing be changed outside the process's own folders", path)

    def _reach(self, path: Any) -> None:
        if isinstance(path, int):
            return
        real = _real(path)
        if not below(real, self._writable) and (below(real, self._hidden) or not below(real, self._readable)):
            raise _refusal("hides this path", path)

    def _reach_first(self, args: tuple[Any, ...]) -> None:
        self._reach("." if args[0] is None else args[0])

    def _change_first(self, args: tuple[Any, ...]) -> None:
        self._change(args[0])

    def _change_both(self, args: tuple[Any, ...]) -> None:
        self._change(args[0])
        self._change(args[1])

    def _symlink(self, args: tuple[Any, ...]) -> None:
        self._change(args[1])

    def _open(self, args: tuple[Any, ...]) -> None:
        path, _, flags = args
        if flags & _TO_WRITE:
            self._change(path)
        else:
            self._reach(path)

    def _connect(self, args: tuple[Any, ...]) -> None:
        path = _database_file(os.fsdecode(args[0]))
        if path:
            self._reach(path)


def _real(path: Any) -> str:
    return os.path.realpath(os.fsdecode(path))


def _refusal(what: str, path: Any = None) -> PermissionError:
    name = None if path is None else os.fsdecode(path)
    return PermissionError(errno.EPERM, f"the sandbox {what}", name)


def _refuse(event: str) -> Check:
    def check(args: tuple[Any, ...]) -> None:
        raise _refusal(f"allows no {event}")

    return check


def _database_file(database: str) -> str:
    """Return the file that sqlite3.connect would open, empty for a database in memory."""
    if not database.startswith("file:"):
        return "" if database == ":memory:" else database
    path, _, query = database[len("file:") :].partition("#")[0].partition("?")
    if "mode=memory" in query.split("&"):
        return ""
    if path.startswith("//"):  # an authority, empty or localhost
        path = "/" + path[2:].partition("/")[2]
    return "" if path == ":memory:" else unquote(path)


def _kill(args: tuple[Any, ...]) -> None:
    if args[0] != os.getpid():
        raise _refusal("allows no signal to another process")


def _new_socket(args: tuple[Any, ...]) -> None:
    if args[1] not in (socket.AF_UNIX, -1):  # -1: the object of a descriptor that exists already
        raise _refusal("allows no network")


def _sendmsg(args: tuple[Any, ...]) -> None:
    if args[1] is not None:
        raise _refusal("allows no network")


def _extension(args: tuple[Any, ...]) -> None:
    if args[1]:
        raise _refusal("allows no extension of SQLite")


_CONDITIONAL: dict[str, Check] = {
    "os.kill": _kill,
    "socket.__new__": _new_socket,
    "socket.sendmsg": _sendmsg,
    "sqlite3.enable_load_extension": _extension,
}
