"""What a runtime is set to: how many hosts, which limits, which walls. One frozen value, made once."""

import os
from dataclasses import dataclass
from typing import Any, Literal

from awm_gym.runtime.sandbox import LAYERS

Isolation = Literal["scenario", "session"]
SandboxMode = Literal["auto", "strict", "off"]

MiB = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and walls of a runtime.

    Attributes:
        hosts: how many host processes may live at once.
        cores: how many hosts should have work at once; beyond that, one scenario does not get a second host.
        isolation: `scenario`: sessions of one scenario share a host; `session`: each has a host of its own.
        sandbox: `auto`: every layer this machine has; `strict`: refuse to work without all of them; `off`: none.
        deadline: seconds a tool call may take.
        load_deadline: seconds an app may take to load.
        verify_deadline: seconds a verifier may take.
        grace: seconds after a deadline until a process that swallows it is killed.
        database_bytes: how large a session's database may grow.
        answer_bytes: how long a tool's answer may be.
        host_bytes: how much memory a host may have.
        verifier_bytes: how much memory a verifier may have.
    """

    hosts: int = 64
    cores: int = os.cpu_count() or 1
    isolation: Isolation = "scenario"
    sandbox: SandboxMode = "auto"
    deadline: float = 10.0
    load_deadline: float = 60.0
    verify_deadline: float = 10.0
    grace: float = 2.0
    database_bytes: int = 64 * MiB
    answer_bytes: int = 4 * MiB
    host_bytes: int = 4096 * MiB
    verifier_bytes: int = 1024 * MiB

    def walls(self, memory: int) -> dict[str, Any]:
        """Return the arguments of the sandbox `Policy` for a process that may map so much memory, JSON-compatible."""
        layers = [] if self.sandbox == "off" else list(LAYERS)
        return {"memory": memory, "threads": False, "strict": self.sandbox == "strict", "layers": layers}
