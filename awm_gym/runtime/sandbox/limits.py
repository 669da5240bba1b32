"""Layer "limits": rlimits, which the kernel holds to whatever code runs.

Memory is bounded as address space, the one measure that shared anonymous mappings count in as well
(RLIMIT_DATA leaves them out, and `mmap.mmap(-1, n)` makes them). A forked host starts with some hundred MiB
mapped, so the limit is what it has plus what the policy grants. RLIMIT_NPROC counts all processes of the
user, not those of one host, and is of no use here.
"""

import os
import resource

from awm_gym.runtime.sandbox import libc
from awm_gym.runtime.sandbox.policy import Policy


def probe() -> str:
    """Return what can be limited, in a line.

    Raises:
        OSError: saying what cannot; the rest still can.
    """
    if not libc.LINUX:
        raise OSError("all but memory, which needs Linux")
    return "memory, CPU, size of files, descriptors, core dumps"


def apply(policy: Policy) -> None:
    """Set those limits of a policy that this system has."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, policy.file_size)  # Python ignores SIGXFSZ, so a write fails with EFBIG
    _lower(resource.RLIMIT_NOFILE, policy.open_files)
    if policy.cpu is not None:
        _lower(resource.RLIMIT_CPU, policy.cpu, grace=1)  # SIGXCPU first, which tells the parent why; then SIGKILL
    if policy.memory is not None and libc.LINUX:
        _lower(resource.RLIMIT_AS, _mapped() + policy.memory)


def _lower(limit: int, value: int, grace: int = 0) -> None:
    _, ceiling = resource.getrlimit(limit)
    if ceiling == resource.RLIM_INFINITY:
        ceiling = value + grace
    resource.setrlimit(limit, (min(value, ceiling), min(value + grace, ceiling)))


def _mapped() -> int:
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 128).split()[0]) * resource.getpagesize()
    finally:
        os.close(descriptor)
