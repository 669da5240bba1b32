"""The most hostile app there is: the notes app with a tool that runs whatever Python code it is given.

So an attack is a piece of code, in a table with the outcome that it must get; and while it runs, sessions beside it
go about their work.
"""

import asyncio

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session, ToolResult
from tests.awm_gym.notes import APP, notes_entry

SHELL = (
    APP
    + """

@app.post("/run", operation_id="run")
async def run(code: str = Body(..., embed=True)):
    scope = {"engine": engine, "answer": {}}
    exec(code, scope)
    return scope["answer"]
"""
)

CHANNELS = """
import os, stat
def is_socket(descriptor):
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False
mcp, control = [d for d in range(3, 64) if is_socket(d)][:2]
"""
"""Finds the descriptors of the host's two channels to the caller."""

HOST = """
import sys
frame = sys._getframe()
while "host" not in frame.f_locals:
    frame = frame.f_back
host = frame.f_locals["host"]
"""
"""Walks up the stack to the object that runs the process, with every session in it."""


def shell_entry(name: str = "shell", **changes: object) -> Entry:
    """Return an entry with the shell; another name makes it another scenario, with hosts of its own."""
    return notes_entry(**{"app": SHELL, "name": name, **changes})


def attack(runtime: Runtime, attacker: Session, code: str, *bystanders: Session) -> ToolResult:
    """Run code in a session while others play an episode each, and see that these get what they deserve."""

    async def at_once() -> ToolResult:
        result, *outcomes = await asyncio.gather(attacker.acall("run", {"code": code}), *map(episode, bystanders))
        assert outcomes == ["complete"] * len(bystanders)
        return result

    return asyncio.run(at_once())


async def episode(session: Session) -> str:
    """Solve the task in a session, and return the outcome."""
    result = await session.acall("add_note", {"body": "milk"})
    verdict = await session.averify()
    await session.aclose()
    assert result.kind == "ok", result
    return verdict.outcome
