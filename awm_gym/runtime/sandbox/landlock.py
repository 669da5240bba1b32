"""Layer "landlock": the Linux security module by which a process shuts itself out of the file system.

A ruleset names every right it handles (all this kernel knows, by its ABI) and grants some of them below
some paths; what is handled and not granted is refused, to native code and to root too. There are no rules
that deny, so a folder with a hidden part is granted by its other parts (`paths.carve`). Rulesets stack, and
a process may do what all of them grant: `confine` uses that to narrow one prepared ruleset for one process.

Kernels below ABI 3 do not handle truncation, and none handles chmod or connecting to a socket file: seccomp
refuses those.
"""

import errno
import os
import stat
import struct
from collections.abc import Iterable

from awm_gym.runtime.sandbox import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1
_O_PATH = 0o10000000  # os.O_PATH, which other systems do not have

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

READ = _READ_FILE | _READ_DIR
WRITE = (
    READ | _WRITE_FILE | _TRUNCATE | _MAKE_DIR | _MAKE_REG | _REMOVE_DIR | _REMOVE_FILE | _REFER
)  # regular files and folders: no links, sockets, pipes or devices
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_WHY_NOT = {
    errno.ENOSYS: "needs Linux 5.13 or newer, built with Landlock",
    errno.EOPNOTSUPP: "is off in this kernel: add 'landlock' to the lsm= list of its command line",
    errno.EPERM: "is forbidden here, as a rule by the container's own seccomp profile",
}


def abi() -> int:
    """Return the ABI of this kernel's Landlock.

    Raises:
        OSError: saying why there is none.
    """
    if not libc.LINUX:
        raise OSError("needs Linux")
    try:
        return libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError as error:
        raise OSError(_WHY_NOT.get(error.errno or 0, str(error))) from None


def describe(version: int) -> str:
    """Name what an ABI covers, in a line."""
    since = ((1, "files"), (2, "moves"), (3, "truncation"), (4, "TCP"), (5, "devices"), (6, "signals"))
    return f"ABI {version}: " + ", ".join(name for first, name in since if version >= first)


def ruleset(version: int, rules: Iterable[tuple[str, int]]) -> int:
    """Make a ruleset.

    Args:
        version: the ABI, as `abi` gives it.
        rules: paths (links are followed) and what is granted there and below: `READ` or `WRITE`.

    Returns:
        Its descriptor; children may share it.

    Raises:
        OSError: if a path does not exist or the kernel refuses a rule.
    """
    handled = _FIRST_RIGHTS
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        handled |= right if version >= since else 0
    attributes = [handled]
    if version >= 4:
        attributes.append(_TCP_BIND_AND_CONNECT)
    if version >= 6:
        attributes.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    descriptor = libc.syscall(_CREATE_RULESET, packed, len(packed), 0)
    os.set_inheritable(descriptor, False)
    try:
        for path, rights in rules:
            _grant(descriptor, path, rights & handled)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _grant(descriptor: int, path: str, rights: int) -> None:
    parent = os.open(path, _O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _ON_FILES
        libc.syscall(_ADD_RULE, descriptor, _RULE_PATH_BENEATH, struct.pack("=Qi", rights, parent), 0)
    finally:
        os.close(parent)


def apply(descriptor: int) -> None:
    """Enforce a ruleset on this thread and all that it will start, on top of those already in force.

    Raises:
        OSError: if the kernel refuses, as when the process may still gain privileges.
    """
    libc.syscall(_RESTRICT_SELF, descriptor, 0)
