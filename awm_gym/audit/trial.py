"""Trying wrong outcomes on the verifiers: what counts, who rejects it, and what is kept as a counterexample."""

from collections import Counter
from dataclasses import dataclass, field

from awm_gym.audit.ground import Ground
from awm_gym.audit.models import Counterexample, Rate
from awm_gym.audit.play import Sameness, judge, play
from awm_gym.registry import Task, ToolCall
from awm_gym.runtime.session import Session
from awm_gym.runtime.types import Snapshot

_KEPT = 60


@dataclass(frozen=True)
class Trial:
    """A wrong outcome.

    Attributes:
        kind: `near miss`, `mutant` or `collateral`.
        what: what is wrong, in words.
        calls: all of its calls, for whoever reads the report.
        answer: the final answer.
        start: the state to begin with.
        rest: the calls to make from there.
        known: wrong by the entry's own word, so that it counts even if it leaves what the gold solution leaves.
    """

    kind: str
    what: str
    calls: tuple[ToolCall, ...]
    answer: str | None
    start: Snapshot
    rest: tuple[ToolCall, ...]
    known: bool = False


@dataclass
class Trials:
    """The trials of one task, and how they ended."""

    ground: Ground
    task: Task
    session: Session
    sameness: Sameness
    gold_image: bytes
    gold_answer: str | None
    verifiers: tuple[str, ...]
    counterexamples: list[Counterexample] = field(default_factory=list)
    equivalent: int = 0
    _tried: Counter[str] = field(default_factory=Counter)
    _rejected: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def run(self, trial: Trial) -> None:
        """Play a wrong outcome and put it to every verifier."""
        played = await play(self.session, trial.start, trial.rest)
        outcomes = {
            verifier: (
                await judge(
                    self.ground,
                    self.task,
                    played.image,
                    trial.answer,
                    played.now,
                    verifier=verifier,
                    calls=played.calls,
                )
            ).outcome
            for verifier in self.verifiers
        }
        accepted = tuple(verifier for verifier, outcome in outcomes.items() if outcome == "complete")
        rejected = tuple(verifier for verifier in self.verifiers if verifier not in accepted)
        if accepted:
            # Only now is it worth asking whether it came to the same as the gold solution.
            changes = self.sameness.relevant(await self.ground.runtime.compare(self.gold_image, played.image))
            if not changes and trial.answer == self.gold_answer and not trial.known:
                self.equivalent += trial.kind == "mutant"
                return
            if len(self.counterexamples) < _KEPT:
                self.counterexamples.append(
                    Counterexample(
                        kind=trial.kind,
                        what=trial.what,
                        calls=trial.calls,
                        answer=trial.answer,
                        changes=changes,
                        accepted_by=accepted,
                        rejected_by=rejected,
                    )
                )
        self._tried[trial.kind] += 1
        for verifier in rejected:
            self._rejected[trial.kind, verifier] += 1

    def rates(self, kind: str) -> dict[str, Rate]:
        """Return by verifier how many trials of a kind were rejected."""
        return {
            verifier: Rate(tried=self._tried[kind], rejected=self._rejected[kind, verifier])
            for verifier in self.verifiers
        }
