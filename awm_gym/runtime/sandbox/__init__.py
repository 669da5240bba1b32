"""The sandbox: what walls in a process that is about to load generated code, without needing root.

A parent (the zygote) works a `Policy` out once with `prepare`; every child that it forks calls `confine`
while it has one thread and has not yet loaded anything untrusted, and from then on there is no way back:

    with prepare(Policy(write=(scratch,), memory=2**29)) as plan:
        if os.fork() == 0:
            report = confine(plan)

Layers, each a module here, and what holds against what:

- inheritance: no environment variable of the parent, no descriptor but those named, a working folder of its
  own.
- privileges: no new ones, no capabilities, closed to ptrace, dead with its parent.
- limits: address space, CPU, size of a file, descriptors, no core dump.
- landlock (Linux 5.13): an allow-list of files. Python and the packages in use are read-only, the folders
  of the policy writable, nothing else exists: not /proc, not the library's own entries.
- seccomp (x86-64 and 64-bit Arm): no sockets, no process, no signal to others, no kernel interface that is
  not needed, also for native code.
- audit: the last fence, in Python: a clear PermissionError before the kernel's. It stops no native code,
  and is the only fence for files and sockets where Landlock and seccomp do not exist (macOS).

The walls stand around a process. Sessions that share a host share its memory: only a host of its own
(`isolation="session"`) keeps one of them from another. Likewise a child can read all that its parent's memory
held at the fork, so a zygote must never have held a verifier, a gold solution or a secret.
"""

from awm_gym.runtime.sandbox.plan import Plan, available, confine, prepare
from awm_gym.runtime.sandbox.policy import LAYERS, Layer, LayerName, Policy, Report

__all__ = ["LAYERS", "Layer", "LayerName", "Plan", "Policy", "Report", "available", "confine", "prepare"]
