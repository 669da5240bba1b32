"""Running audits: entries side by side, the tasks of each side by side, results told as they come.

What is wrong with an entry or a task is part of the result. An entry's shared material is made only if some task of
it is still to be audited.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from awm_gym.audit.gold_gates import Proven, gold_gates, play_gold, solved_by
from awm_gym.audit.grading import grade
from awm_gym.audit.ground import Ground, prepare
from awm_gym.audit.models import Difficulty, Gate, Options, ScenarioAudit, TaskAudit
from awm_gym.audit.store import Store
from awm_gym.audit.verifier_gates import verifier_gates
from awm_gym.errors import AwmError, EntryError, VerifierNotFound
from awm_gym.registry import Entry, Source
from awm_gym.runtime import Runtime

Tell = Callable[[ScenarioAudit | TaskAudit], None]


@dataclass(frozen=True)
class Job:
    """An entry to audit: where it is, and by which name."""

    source: Source
    name: str


async def audit_all(
    runtime: Runtime, jobs: Iterable[Job], options: Options, store: Store, tell: Tell, *, width: int, resume: bool
) -> None:
    """Audit entries; each result is stored, and then told.

    Args:
        runtime: where everything runs; this coroutine belongs on its loop.
        jobs: the entries.
        options: how hard to try.
        store: where results are kept.
        tell: is called with every result.
        width: how many entries, and how many tasks, are worked on at once.
        resume: take what is in the store already, and do only the rest.
    """
    tasks = asyncio.Semaphore(width)
    entries = asyncio.Semaphore(width)

    async def run(job: Job) -> None:
        async with entries:
            try:
                entry = job.source.get(job.name)
            except EntryError as error:
                tell(ScenarioAudit(scenario=job.name, digest="", source=job.source.name, error=str(error)))
                return
            await _audit(runtime, entry, job.source.name, options, store, tell, tasks, resume)

    await asyncio.gather(*map(run, jobs))


async def _audit(
    runtime: Runtime,
    entry: Entry,
    source: str,
    options: Options,
    store: Store,
    tell: Tell,
    slots: asyncio.Semaphore,
    resume: bool,
) -> None:
    """Audit one entry, or what is left of it."""
    known = {index: store.task(entry.digest, index, options) for index in range(len(entry.tasks) if resume else 0)}
    done = [audit for audit in known.values() if audit is not None]
    scenario = store.scenario(entry.digest, options) if resume else None
    if scenario is not None and len(done) == len(entry.tasks):
        tell(scenario)
        for audit in done:
            tell(audit)
        return

    def keep(result: ScenarioAudit | TaskAudit) -> None:
        store.put(result, options)
        tell(result)

    found, ground = await prepare(runtime, entry, options, source)
    keep(found)
    for audit in done:
        tell(audit)
    finished = {audit.task for audit in done}

    async def one(index: int) -> None:
        async with slots:
            keep(await audit_task(ground, index, options) if ground else _lost(entry, index, found.error))

    await asyncio.gather(*(one(index) for index in range(len(entry.tasks)) if index not in finished))


async def audit_entry(runtime: Runtime, entry: Entry, options: Options) -> tuple[ScenarioAudit, list[TaskAudit]]:
    """Audit one entry, and return what was found; on the runtime's loop."""
    found, ground = await prepare(runtime, entry, options, "")
    indices = range(len(entry.tasks))
    if ground is None:
        return found, [_lost(entry, index, found.error) for index in indices]
    return found, list(await asyncio.gather(*(audit_task(ground, index, options) for index in indices)))


def _lost(entry: Entry, index: int, error: str) -> TaskAudit:
    gates = (Gate(name="app loads", passed=False, detail=error),)
    result, reasons = grade(gates, proven=False)
    return TaskAudit(
        scenario=entry.key, digest=entry.digest, task=index, text=entry.tasks[index].text, grade=result,
        reasons=reasons, gates=gates,
    )  # fmt: skip


async def audit_task(ground: Ground, index: int, options: Options) -> TaskAudit:
    """Put all gates to one task."""
    began = time.monotonic()
    entry, task = ground.entry, ground.entry.task(index)
    gates: list[Gate] = []
    proven = Proven((), {}, {}, 0, (), Difficulty())
    success: float | None = None
    try:
        task.verifier("code")
        if not task.gold:
            gates, success = await verifier_gates(ground, task, None)
        else:
            async with await ground.runtime.aopen(entry, index, seed=ground.start.seed) as session:
                gold = await play_gold(ground, task, session)
                gates, success = await verifier_gates(ground, task, solved_by(ground, gold))
                seed = f"{options.seed}:{entry.digest}:{index}"
                proven = await gold_gates(ground, task, session, gold, options, seed)
            gates += proven.gates
    except VerifierNotFound as error:
        gates.append(Gate(name="verifier", passed=False, detail=str(error), severity="withholds"))
    except AwmError as error:  # the environment broke in the middle; what was found before still stands
        gates.append(Gate(name="audit", passed=False, detail=str(error)))
    except Exception as error:  # one odd task of ten thousand must not end the audit of the others
        told = f"it could not be carried out: {type(error).__name__}: {error}"
        gates.append(Gate(name="audit", passed=False, detail=told, severity="withholds"))
    result, reasons = grade(gates, proven=bool(task.gold))
    return TaskAudit(
        scenario=entry.key,
        digest=entry.digest,
        task=index,
        text=task.text,
        grade=result,
        reasons=reasons,
        gates=tuple(gates),
        mutants=proven.mutants,
        collateral=proven.collateral,
        equivalent=proven.equivalent,
        counterexamples=proven.counterexamples,
        difficulty=proven.difficulty.model_copy(update={"random_success": success}),
        seconds=round(time.monotonic() - began, 3),
    )
