"""Layer "privileges" (Linux): a process that can gain none, has none, and that its siblings cannot look into.

Root is often the user in a container. Without capabilities it can still open root's own files, which is
Landlock's part, but neither override permissions nor reach into processes. Not being dumpable gives
/proc/<pid> to root: an ordinary user can no longer read such a process's smaps or memory from outside.
"""

import signal
import struct

from awm_gym.runtime.sandbox import libc

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522


def probe() -> str:
    """Return what the layer does, in a line.

    Raises:
        OSError: saying why this machine lacks it.
    """
    if not libc.LINUX:
        raise OSError("needs Linux")
    return "no new ones, no capabilities, not dumpable"


def apply(die_with_parent: bool) -> None:
    """Give up every privilege for good.

    Args:
        die_with_parent: have the kernel kill this process when the thread that forked it ends.

    Raises:
        OSError: if the kernel refuses.
    """
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    libc.call("capset", struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))
    libc.prctl(_PR_SET_DUMPABLE, 0)
    if die_with_parent:  # last: a change of credentials would take it back
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
