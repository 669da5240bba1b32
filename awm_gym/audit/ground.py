"""What the tasks of one entry share in an audit, made once: probed tools, random episodes, unrelated changes.

A random policy knows nothing of a task, so its episodes are played once and shown to the verifier of every task; the
same holds for changes that have nothing to do with any of them.
"""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awm_gym.audit import entry_gates, inside
from awm_gym.audit.draws import Draws
from awm_gym.audit.edits import Edit, edited
from awm_gym.audit.entry_gates import Write
from awm_gym.audit.known import Known
from awm_gym.audit.models import Options, ScenarioAudit
from awm_gym.errors import AwmError
from awm_gym.registry import Entry, ToolCall
from awm_gym.runtime import Runtime
from awm_gym.runtime.pool import Scenario
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Snapshot
from awm_gym.runtime.verification import VerifierCall
from awm_gym.spaces import FINAL_ANSWER

_EPISODE_CALLS = 20
_EDITS = 12


@dataclass(frozen=True)
class Episode:
    """How an episode of the random policy ended."""

    calls: tuple[ToolCall, ...]
    image: bytes
    answer: str | None
    now: datetime


@dataclass(frozen=True)
class Ground:
    """What the tasks of an entry share.

    Attributes:
        runtime: where everything runs.
        entry: the entry.
        scenario: the entry brought to life.
        start: the beginning of every episode.
        image: the untouched database.
        known: what the database holds.
        episodes: of the random policy.
        edits: changes of single rows of the untouched database.
        writes: tool calls that change the untouched database.
    """

    runtime: Runtime
    entry: Entry
    scenario: Scenario
    start: Snapshot
    image: bytes
    known: Known
    episodes: tuple[Episode, ...]
    edits: tuple[Edit, ...]
    writes: tuple[Write, ...]


async def prepare(runtime: Runtime, entry: Entry, options: Options, source: str) -> tuple[ScenarioAudit, Ground | None]:
    """Bring an entry up, put its gates to it, and make what its tasks share; None if it cannot be brought up."""
    began = time.monotonic()
    about: dict[str, Any] = {"scenario": entry.key, "digest": entry.digest, "source": source, "tasks": len(entry.tasks)}
    if not entry.tasks:
        return ScenarioAudit(**about, error="it has no tasks"), None
    try:
        scenario = await runtime.ascenario(entry)
        session = await runtime.aopen(entry, 0)
        start = await session.asnapshot()
        image = await session.aimage()
        known = await describe(runtime, entry, image)
    except AwmError as error:
        return ScenarioAudit(**about, error=str(error)), None
    async with session:
        seed = f"{options.seed}:{entry.digest}"
        draws = Draws(scenario.tools, known, seed)
        probed = await entry_gates.probe(session, start, image, draws)
        episodes = [await _episode(session, start, draws, informed=turn % 2 > 0) for turn in range(options.episodes)]
    edits = await edited(runtime, entry, known, image, image, _EDITS, seed)
    found = ScenarioAudit(
        **about,
        failed=scenario.failed,
        warnings=scenario.warnings,
        contradictions=entry_gates.contradictions(scenario.tools),
        tools=probed.uses,
        errors=probed.errors,
        seconds=time.monotonic() - began,
    )
    ground = Ground(runtime, entry, scenario, start, image, known, tuple(episodes), edits, probed.writes)
    return found, ground


async def describe(runtime: Runtime, entry: Entry, image: bytes) -> Known:
    """Return what a database holds."""
    call = VerifierCall(inside.source("describe"), image, image, (), entry.anchor)
    return Known(json.loads(json.dumps(await runtime.evaluate(call))))


async def _episode(session: Session, start: Snapshot, draws: Draws, *, informed: bool) -> Episode:
    await session.arestore(start)
    calls: list[ToolCall] = []
    answer = None
    while len(calls) < _EPISODE_CALLS and answer is None:
        action = draws.action(informed=informed)
        if action.tool == FINAL_ANSWER:
            answer = str(action.arguments["answer"])
        else:
            calls.append(action)
            await session.acall(action.tool, action.arguments)
    return Episode(tuple(calls), await session.aimage(), answer, session.now)
