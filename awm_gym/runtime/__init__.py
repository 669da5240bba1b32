"""Where generated code lives: hosts, sessions, databases, the virtual world and the sandbox.

`Runtime` opens `Session`s; a session is one episode's world. Data flows one way: runtime -> pool -> host link ->
host -> app -> database.
"""

from awm_gym.runtime.runtime import Runtime, default_runtime
from awm_gym.runtime.session import Session
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.tools import ToolSpec
from awm_gym.runtime.types import (
    BROKEN,
    Call,
    CallKind,
    Changes,
    Evidence,
    Outcome,
    Snapshot,
    TableChanges,
    ToolResult,
    Verdict,
    Verifier,
    VerifierLike,
)

__all__ = [
    "BROKEN",
    "Call",
    "CallKind",
    "Changes",
    "Evidence",
    "Outcome",
    "Runtime",
    "Session",
    "Settings",
    "Snapshot",
    "TableChanges",
    "ToolResult",
    "ToolSpec",
    "Verdict",
    "Verifier",
    "VerifierLike",
    "default_runtime",
]
