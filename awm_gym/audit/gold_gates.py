"""Gates that need a gold solution: it must be paid, again and again, and nothing less than it may be."""

from dataclasses import dataclass
from itertools import pairwise

from awm_gym.audit.collateral import try_collateral
from awm_gym.audit.ground import Ground
from awm_gym.audit.models import Counterexample, Difficulty, Gate, Options, Rate
from awm_gym.audit.mutants import mutants_of
from awm_gym.audit.play import Played, Sameness, elsewhere, judge, learn_varying, play
from awm_gym.audit.trial import Trial, Trials
from awm_gym.audit.verifier_gates import Solved, clock_gate
from awm_gym.registry import Solution, Task
from awm_gym.runtime.session import Session

VERIFIERS = ("code", "diff")
"""The first is graded; the second is what it is held against."""

MUTANTS_NEEDED = 0.95
COLLATERAL_NEEDED = 0.9


@dataclass(frozen=True)
class Proven:
    """What a gold solution has shown.

    Attributes:
        gates: the gates.
        mutants: by verifier, how many mutants it rejected.
        collateral: by verifier, how many unasked changes it noticed.
        equivalent: mutants that came to the same as the gold solution.
        counterexamples: what was accepted though it is wrong.
        difficulty: measured on the first gold solution.
    """

    gates: tuple[Gate, ...]
    mutants: dict[str, Rate]
    collateral: dict[str, Rate]
    equivalent: int
    counterexamples: tuple[Counterexample, ...]
    difficulty: Difficulty


@dataclass(frozen=True)
class Gold:
    """A gold solution that was played.

    Attributes:
        solution: the solution.
        played: how it went, with the state before each call.
        writes: positions of the calls after which the database holds something else.
        sameness: what varies from play to play.
    """

    solution: Solution
    played: Played
    writes: tuple[int, ...]
    sameness: Sameness


async def play_gold(ground: Ground, task: Task, session: Session) -> Gold:
    """Play the first gold solution twice, the second time with another seed, to learn what varies."""
    solution = task.gold[0]
    played = await play(session, ground.start, solution.calls, every=True)
    other = await play(session, elsewhere(ground.start), solution.calls)
    varying = {}
    if other.kinds == played.kinds:
        varying = learn_varying(await ground.runtime.compare(played.image, other.image))
    sameness = _sameness(task, varying)
    return Gold(solution, played, await _writes(ground, played, sameness), sameness)


def solved_by(ground: Ground, gold: Gold) -> Solved:
    """Return what tells whether a database and an answer are those of a gold solution."""

    async def solved(image: bytes, answer: str | None) -> bool:
        if gold.solution.answer is not None and answer != gold.solution.answer:
            return False
        return not gold.sameness.differs(await ground.runtime.compare(gold.played.image, image))

    return solved


async def gold_gates(ground: Ground, task: Task, session: Session, gold: Gold, options: Options, seed: str) -> Proven:
    """Put all gates to a task's gold solutions; mutants are made of the first."""
    solution = gold.solution
    gates = await _first(ground, task, session, gold)
    difficulty = Difficulty(
        calls=len(solution.calls), writes=len(gold.writes), tools=len({call.tool for call in solution.calls})
    )
    for number, other in enumerate(task.gold[1:], 2):
        again = await play(session, ground.start, other.calls)
        gates += await _told(ground, task, again, other, f"gold {number}")
    if not all(gate.passed for gate in gates if gate.severity == "rejects"):
        return Proven(tuple(gates), {}, {}, 0, (), difficulty)
    gates.append(await _prefixes(ground, task, gold))
    gates.append(await clock_gate(ground, task, gold.played.image, solution.answer, "clock, gold"))
    trials = Trials(ground, task, session, gold.sameness, gold.played.image, solution.answer, VERIFIERS)
    gates.append(await _near_misses(ground, task, trials))
    mutants = mutants_of(
        solution, gold.writes, task.text, ground.scenario.tools, ground.known, options.mutants, f"{seed}:mutants"
    )
    for mutant in mutants:
        states, kept = gold.played.states, solution.calls[: mutant.start]
        # The states before the first wrong call are the gold solution's.
        start = states[min(mutant.start, len(states) - 1)]
        trial = Trial("mutant", mutant.what, mutant.calls, mutant.answer, start, mutant.calls[len(kept) :])
        await trials.run(trial)
    await try_collateral(trials, gold.played, solution, options.collateral, f"{seed}:collateral")
    gates += _rates(trials)
    return Proven(
        tuple(gates),
        trials.rates("mutant"),
        trials.rates("collateral"),
        trials.equivalent,
        tuple(trials.counterexamples),
        difficulty,
    )


async def _first(ground: Ground, task: Task, session: Session, gold: Gold) -> list[Gate]:
    """Return whether the first gold solution is paid, leaves the same again, and changes or answers anything."""
    solution = gold.solution
    gates = await _told(ground, task, gold.played, solution, "gold")
    again = await play(session, ground.start, solution.calls)
    digests = [await ground.runtime.digest(image) for image in (gold.played.image, again.image)]
    same = digests[0] == digests[1]
    gates.append(
        Gate(
            name="gold replays",
            passed=same,
            detail="" if same else "played twice, it leaves two different databases",
            evidence={"digests": digests},
        )
    )
    useful = bool(gold.writes) or solution.answer is not None
    changes = Gate(
        name="gold changes",
        passed=useful,
        detail="" if useful else "the gold solution neither changes the database nor answers anything",
        evidence={"writes": [solution.calls[position].tool for position in gold.writes], "answer": solution.answer},
    )
    return [*gates, changes]


def _sameness(task: Task, varying: dict[str, set[str]]) -> Sameness:
    columns = {table: set(names) for table, names in varying.items()}
    for told in (task.free.columns, task.free.wording):
        for table, names in told.items():
            columns.setdefault(table, set()).update(names)
    return Sameness(columns, frozenset((*task.free.tables, *task.free.rows)))


async def _writes(ground: Ground, played: Played, sameness: Sameness) -> tuple[int, ...]:
    """Return the positions of the calls after which the database holds something else."""
    found = []
    for position, (before, after) in enumerate(pairwise(played.images)):
        if before != after and sameness.differs(await ground.runtime.compare(before, after)):
            found.append(position)
    return tuple(found)


async def _told(ground: Ground, task: Task, played: Played, solution: Solution, name: str) -> list[Gate]:
    """Return for each verifier whether it pays for a solution that was played, twice the same."""
    refused = [
        f"{call.tool}: {call.result.kind}: {call.result.content[:200]}"
        for call in played.calls
        if call.result.kind != "ok"
    ]
    gates = []
    for verifier in VERIFIERS:
        first, second = [
            await judge(ground, task, played.image, solution.answer, played.now, verifier=verifier, calls=played.calls)
            for _ in range(2)
        ]
        paid = first.outcome == second.outcome == "complete"
        graded = verifier == VERIFIERS[0]
        why = "" if paid else "; ".join([f"{first.outcome}, then {second.outcome}: {first.detail}", *refused])
        gates.append(
            Gate(
                name=f"{name} complete" if graded else f"{name} complete, {verifier}",
                passed=paid,
                detail=why,
                severity="rejects" if graded else "withholds",
                evidence={"outcomes": [first.outcome, second.outcome], "refused": refused},
            )
        )
    return gates


async def _prefixes(ground: Ground, task: Task, gold: Gold) -> Gate:
    """Show the verifier each state before the last change, with the right answer: less than all is not all."""
    paid = []
    answer = gold.solution.answer
    for position in gold.writes:
        verdict = await judge(ground, task, gold.played.images[position], answer, gold.played.now)
        if verdict.outcome == "complete":
            paid.append(position)
    tried = len(gold.writes)
    detail = f"it pays though only the first {paid[0]} of its calls were made" if paid else ""
    return Gate(
        name="prefixes",
        passed=not paid if tried else None,
        detail=detail or ("" if tried else "the task changes nothing"),
        evidence={"tried": tried, "paid": paid},
    )


async def _near_misses(ground: Ground, task: Task, trials: Trials) -> Gate:
    for miss in task.near_misses:
        await trials.run(Trial("near miss", miss.why, miss.calls, miss.answer, ground.start, miss.calls, known=True))
    rates = trials.rates("near miss")
    # What another verifier accepts is kept as a counterexample; the grade is that of the code verifier.
    paid = [example.what for example in trials.counterexamples if VERIFIERS[0] in example.accepted_by]
    return Gate(
        name="near misses",
        passed=not paid if task.near_misses else None,
        detail=f"accepted: {'; '.join(paid)}" if paid else "",
        evidence={name: f"{rate.rejected} of {rate.tried} rejected" for name, rate in rates.items()},
    )


def _rates(trials: Trials) -> list[Gate]:
    gates = []
    for name, kind, needed in (("mutants", "mutant", MUTANTS_NEEDED), ("collateral", "collateral", COLLATERAL_NEEDED)):
        rate = trials.rates(kind)["code"]
        share = rate.share
        enough = None if share is None else share >= needed
        detail = "" if enough or share is None else f"the code verifier rejects {rate.rejected} of {rate.tried} only"
        evidence = {key: found.model_dump() for key, found in trials.rates(kind).items()}
        gates.append(Gate(name=name, passed=enough, detail=detail, severity="withholds", evidence=evidence))
    return gates
