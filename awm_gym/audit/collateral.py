"""Collateral damage: the gold solution with a change that nobody asked for, after it or in the midst of it.

Half of the changes are made directly in the database after the solution, so that every table is reached, a quarter in
the midst of it, and a quarter by further tool calls, as an agent would.
"""

from dataclasses import replace

from awm_gym.audit.edits import Edit, edited
from awm_gym.audit.entry_gates import some
from awm_gym.audit.play import Played
from awm_gym.audit.trial import Trial, Trials
from awm_gym.registry import Solution


async def try_collateral(trials: Trials, played: Played, gold: Solution, count: int, seed: str) -> None:
    """Put the gold solution with unasked changes to the verifiers.

    Args:
        trials: where they are put to them.
        played: the gold solution, with the state before each call.
        gold: the gold solution.
        count: how many changes, at most.
        seed: what they are drawn from.
    """
    ground = trials.ground
    # A stateful app's snapshot is made of calls, so an edited image cannot be put under it.
    after = 0 if ground.scenario.stateful else count // 2
    mixed = after // 2 if gold.calls else 0

    async def edits(image: bytes, count: int, part: str) -> tuple[Edit, ...]:
        return await edited(
            ground.runtime,
            ground.entry,
            ground.known,
            ground.image,
            image,
            count,
            f"{seed}:{part}",
            varying=trials.sameness.varying,
            free=trials.task.free,
        )

    for edit in await edits(played.image, after, "after"):
        what = f"after it, in {edit.place}: {edit.text}"
        start = replace(played.states[-1], image=edit.image)
        await trials.run(Trial("collateral", what, gold.calls, gold.answer, start, ()))
    half = len(gold.calls) // 2
    middle = played.states[half]
    for edit in await edits(played.images[half], mixed, "mixed"):
        what = f"before call {half + 1}, in {edit.place}: {edit.text}"
        start = replace(middle, image=edit.image)
        await trials.run(Trial("collateral", what, gold.calls, gold.answer, start, gold.calls[half:]))
    for write in some(ground.writes, count // 4, seed):
        calls = (*gold.calls, write.call)
        what = f"after it, a further call: {write.call.tool} {write.call.arguments}"
        await trials.run(Trial("collateral", what, calls, gold.answer, played.states[-1], (write.call,)))
