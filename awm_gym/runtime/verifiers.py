"""The verifiers that a session can be opened with: one, by its name or as a function, or several that must agree."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from awm_gym.runtime.types import Evidence, Outcome, Verdict, Verifier, VerifierLike

if TYPE_CHECKING:
    from awm_gym.runtime.runtime import Runtime

VERIFIERS: dict[str, Verifier] = {}
"""The verifiers by name; `awm_gym.reward` fills it."""

_REFUSALS: tuple[Outcome, ...] = ("server_error", "agent_error", "format_error", "incomplete", "judge_error")
"""Which outcome counts if several verifiers say different ones, none of them `complete`."""


def find_verifier(verifier: VerifierLike) -> Verifier:
    """Return a verifier by its name, the one given, or one that says what all of several agree on.

    Raises:
        ValueError: if none has that name, or several are none or not different ones.
    """
    if callable(verifier):
        return verifier
    if isinstance(verifier, Sequence) and not isinstance(verifier, str):
        return _agreeing(verifier)
    if verifier in VERIFIERS:
        return VERIFIERS[verifier]
    known = ", ".join(sorted(VERIFIERS))
    raise ValueError(f"expected a verifier out of {known}, got {verifier!r}")


def _agreeing(several: Sequence[str | Verifier]) -> Verifier:
    members = {_name(each): find_verifier(each) for each in several}
    if not several or len(members) < len(several):
        raise ValueError(f"expected different verifiers that must agree, got [{', '.join(map(_name, several))}]")
    return partial(_agree, members)


def _name(verifier: str | Verifier) -> str:
    return verifier if isinstance(verifier, str) else getattr(verifier, "__name__", type(verifier).__name__)


async def _agree(members: Mapping[str, Verifier], runtime: "Runtime", evidence: Evidence) -> Verdict:
    """Ask every verifier; an episode is complete if all say so."""
    given = await asyncio.gather(*(verifier(runtime, evidence) for verifier in members.values()))
    verdicts = dict(zip(members, given, strict=True))
    outcomes = {verdict.outcome for verdict in given}
    outcome: Outcome = next((outcome for outcome in _REFUSALS if outcome in outcomes), "complete")
    told = "; ".join(f"{name}: {verdict.outcome}, {verdict.detail}" for name, verdict in verdicts.items())
    facts = {
        "agree": len(outcomes) == 1,
        "verdicts": {
            name: {"outcome": verdict.outcome, "detail": verdict.detail, "facts": verdict.facts}
            for name, verdict in verdicts.items()
        },
    }
    return Verdict(outcome, told if len(outcomes) == 1 else f"the verifiers disagree: {told}", facts)
