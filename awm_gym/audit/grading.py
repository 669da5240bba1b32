"""From gates to a grade."""

from collections.abc import Iterable

from awm_gym.audit.models import Gate, GradeName

WITHOUT_GOLD = "no gold solution: nothing shows that the task can be done"


def grade(gates: Iterable[Gate], *, proven: bool) -> tuple[GradeName, tuple[str, ...]]:
    """Return the grade that gates come to, and the reasons why it is not `verified`.

    Args:
        gates: the gates.
        proven: whether a gold solution was played.
    """
    failed = [gate for gate in gates if gate.passed is False]
    reasons = tuple(f"{gate.name}: {gate.detail}" for gate in sorted(failed, key=lambda gate: gate.severity))
    if any(gate.severity == "rejects" for gate in failed):
        return "rejected", reasons
    if not proven:
        reasons = (WITHOUT_GOLD, *reasons)
    return ("unproven" if reasons else "verified"), reasons
