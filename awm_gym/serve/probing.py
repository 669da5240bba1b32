"""Every tool of an entry, called once: what `awm env check_all` tells of it.

The arguments are drawn from the tool's schema with a fixed seed, in one session, so that the same entry is told of in
the same words every time. They are valid but mean nothing: a 4xx is a good answer, a 5xx is a fault of the app.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from awm_gym.errors import AwmError
from awm_gym.registry import Entry
from awm_gym.runtime import CallKind, Runtime
from awm_gym.serve.entry_files import with_task
from awm_gym.spaces import ToolCallSpace

SEED = 0


@dataclass(frozen=True)
class ProbedCall:
    """A tool's answer.

    Attributes:
        tool: its name.
        arguments: what it was called with; None if its schema allows nothing.
        kind: what happened, see `CallKind`; `malformed` if it could not be called.
        status: the app's HTTP status; None if it gave none.
        detail: the exception behind a server error, or why it could not be called.
    """

    tool: str
    arguments: dict[str, Any] | None
    kind: CallKind
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Probe:
    """What was found in an entry.

    Attributes:
        scenario: its normalised name.
        error: why it does not load; empty if it does.
        tools: how many tools it has.
        warnings: what is wrong with it but does not keep it from running, fallen out statements included.
        calls: the tools' answers.
    """

    scenario: str
    error: str = ""
    tools: int = 0
    warnings: tuple[str, ...] = ()
    calls: tuple[ProbedCall, ...] = field(default=(), repr=False)

    def count(self, hundreds: int | None) -> int:
        """Return how many tools answered with a status of that class (2 for 2xx), or with none."""
        return sum((call.status and call.status // 100) == hundreds for call in self.calls)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-compatible data."""
        return {**asdict(self), "loads": not self.error}


def probe(runtime: Runtime, entry: Entry) -> Probe:
    """Bring an entry to life and call each of its tools; whatever is wrong with it is in what is returned."""
    try:
        entry = with_task(entry)
        scenario = runtime.scenario(entry)
        space = ToolCallSpace(scenario.tools, seed=SEED)
        with runtime.open(entry) as session:
            calls = []
            for tool in scenario.tools:
                try:
                    arguments = space.sample(mask=[tool.name])["arguments"]
                except ValueError as error:
                    calls.append(ProbedCall(tool.name, None, "malformed", detail=str(error)))
                    continue
                result = session.call(tool.name, arguments)
                calls.append(ProbedCall(tool.name, arguments, result.kind, result.status, result.detail))
    except (AwmError, ValueError) as error:
        return Probe(entry.key, error=str(error))
    warnings = (*scenario.warnings, *scenario.failed)
    return Probe(entry.key, tools=len(scenario.tools), warnings=warnings, calls=tuple(calls))
