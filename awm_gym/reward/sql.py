"""The SQL verifier and its judge: generated code reports facts about the database, an LLM decides on an outcome.

The judge is asked as often as there are votes. An episode is complete only if more than half of the votes say so;
otherwise the outcome is what most of the others say, and among equals the first of `PRIORITY`. Votes that cannot be
had count for nothing.
"""

import asyncio
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from awm_gym.errors import LlmFailed
from awm_gym.llm import Endpoint, Llm, Message, Usage, find_endpoint
from awm_gym.registry.entry import Task
from awm_gym.reward.prompt import judge_messages
from awm_gym.reward.verifiers import register_verifier
from awm_gym.runtime.runtime import Runtime
from awm_gym.runtime.types import Evidence, Verdict
from awm_gym.runtime.verification import VerifierCall, VerifierFailed

Judged = Literal["complete", "server_error", "agent_error", "incomplete"]

PRIORITY: tuple[Judged, ...] = get_args(Judged)
"""The outcomes a judge may decide on; the first that applies counts. What keeps it from judging is `judge_error`."""


class Ballot(BaseModel):
    """What a judge is asked for: the reason comes first, so that it is thought of before the outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    outcome: Judged


_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[Endpoint, float], Llm]]
_clients = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class SqlVerifier:
    """Judges episodes by the facts that the task's SQL verifier reports.

    Attributes:
        model: the judge; by default what AWM_SYN_OVERRIDE_MODEL says.
        votes: how often it is asked.
        timeout: seconds that it may take to answer.
    """

    model: str | None = None
    votes: int = 1
    timeout: float = 120.0

    def __post_init__(self) -> None:
        if self.votes < 1:
            raise ValueError(f"expected at least one vote, got {self.votes}")

    async def __call__(self, runtime: Runtime, evidence: Evidence) -> Verdict:
        """Return the verdict. Its facts are those of the verifier, the votes, how far they agree and what they cost.

        Raises:
            VerifierNotFound: if the task has no SQL verifier.
            EndpointMissing: if no LLM is configured.
        """
        verifier = evidence.task.verifier("sql")
        endpoint = find_endpoint(self.model)
        call = VerifierCall(verifier.code, evidence.initial, evidence.final, (), evidence.now)
        try:
            facts = await runtime.evaluate(call)
        except VerifierFailed as error:
            return Verdict("judge_error", str(error))
        judge, usage = _client(endpoint, self.timeout), Usage()
        messages = judge_messages(evidence, verifier, facts)
        votes = await asyncio.gather(*(_vote(judge, messages, usage) for _ in range(self.votes)))
        return _verdict(votes, {"facts": facts, "model": endpoint.model, "usage": asdict(usage)})


def require_judge(task: Task) -> None:
    """Look whether a task can be judged.

    Raises:
        VerifierNotFound: if it has no SQL verifier.
        EndpointMissing: if no LLM is configured.
    """
    task.verifier("sql")
    find_endpoint()


def _client(endpoint: Endpoint, timeout: float) -> Llm:
    """Return the client of the running loop: making one takes longer than a verdict in `code` mode."""
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if (endpoint, timeout) not in clients:
        clients[endpoint, timeout] = Llm(endpoint, timeout=timeout)
    return clients[endpoint, timeout]


async def _vote(judge: Llm, messages: Sequence[Message], usage: Usage) -> Ballot | str:
    """Return a vote, or why there is none."""
    try:
        return await judge.ask(messages, Ballot, usage=usage)
    except LlmFailed as error:
        return str(error)


def _verdict(votes: Sequence[Ballot | str], facts: dict[str, Any]) -> Verdict:
    ballots = [vote for vote in votes if isinstance(vote, Ballot)]
    told = [{"outcome": v.outcome, "reason": v.reason} if isinstance(v, Ballot) else {"error": v} for v in votes]
    counts = Counter(ballot.outcome for ballot in ballots)
    refusals = sorted((each for each in PRIORITY[1:] if counts[each]), key=lambda each: -counts[each])
    outcome: Judged | None = refusals[0] if refusals else None
    if counts["complete"] * 2 > len(votes):
        outcome = "complete"
    facts["votes"] = told
    if outcome is None:
        problem = next((vote for vote in votes if isinstance(vote, str)), "")
        return Verdict("judge_error", f"{len(ballots)} of {len(votes)} votes could be had: {problem}", facts)
    facts["agreement"] = counts[outcome] / len(votes)
    reason = next(ballot.reason for ballot in ballots if ballot.outcome == outcome)
    return Verdict(outcome, f"{counts[outcome]} of {len(votes)} votes: {reason}", facts)


verify_sql = SqlVerifier()

register_verifier("sql", verify_sql, require_judge)
