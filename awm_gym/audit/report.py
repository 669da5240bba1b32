"""What an audit tells people: a table, a JSON document, and a page to browse in.

The page is one file without a network: data, style and script stand in it, and nothing of the data becomes markup.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from awm_gym.audit.models import VERSION, Options, Rate, ScenarioAudit, TaskAudit
from awm_gym.registry import Entry

HEAD = (
    "scenario", "tasks", "no-op passes", "5xx", "verified", "unproven", "rejected", "mutants", "collateral",
)  # fmt: skip
"""Columns of the table."""

_DATA = "/*DATA*/"


@dataclass
class Results:
    """What was found so far, by digest; in the order of names and indices, not in that in which it came."""

    _scenarios: dict[tuple[str, str], ScenarioAudit] = field(default_factory=dict)
    _tasks: dict[tuple[str, str, int], TaskAudit] = field(default_factory=dict)

    def add(self, found: ScenarioAudit | TaskAudit) -> None:
        """Take a result."""
        if isinstance(found, TaskAudit):
            self._tasks[found.scenario, found.digest, found.task] = found
        else:
            self._scenarios[found.scenario, found.digest] = found

    @property
    def scenarios(self) -> list[ScenarioAudit]:
        """The audits of entries."""
        return [found for _, found in sorted(self._scenarios.items())]

    @property
    def tasks(self) -> list[TaskAudit]:
        """The audits of tasks."""
        return [found for _, found in sorted(self._tasks.items())]

    def of(self, digest: str) -> list[TaskAudit]:
        """Return the audits of an entry's tasks, by index."""
        return [audit for audit in self.tasks if audit.digest == digest]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the rows of the table, the last one for all together."""
        rows = [_row(found.scenario, [found], self.of(found.digest)) for found in self.scenarios]
        return [*rows, _row("all", self.scenarios, self.tasks)]


def _row(name: str, scenarios: Sequence[ScenarioAudit], tasks: Sequence[TaskAudit]) -> tuple[str, ...]:
    calls = sum(found.calls for found in scenarios)
    errors = sum(found.server_errors for found in scenarios)
    grades = [audit.grade for audit in tasks]
    return (
        name,
        str(len(tasks)),
        str(sum((gate := audit.gate("no-op")) is not None and gate.passed is False for audit in tasks)),
        f"{100 * errors / calls:.1f}%" if calls else "-",
        *(str(grades.count(grade)) for grade in ("verified", "unproven", "rejected")),
        _rates([audit.mutants for audit in tasks]),
        _rates([audit.collateral for audit in tasks]),
    )


def total(rates: Sequence[Mapping[str, Rate]], verifier: str) -> Rate:
    """Return the rates of one verifier added up."""
    found = [by_name[verifier] for by_name in rates if verifier in by_name]
    return Rate(tried=sum(rate.tried for rate in found), rejected=sum(rate.rejected for rate in found))


def _rates(rates: Sequence[Mapping[str, Rate]]) -> str:
    """Return the shares that the code and the diff verifier rejected, as percentages."""
    shares = [total(rates, verifier).share for verifier in ("code", "diff")]
    return " / ".join("-" if share is None else f"{100 * share:.1f}%" for share in shares) if any(rates) else "-"


def document(results: Results, options: Options) -> dict[str, Any]:
    """Return everything as JSON values."""
    return {
        "version": VERSION,
        "options": options.model_dump(),
        "scenarios": [
            {**found.model_dump(mode="json"), "never_succeeded": found.never_succeeded} for found in results.scenarios
        ],
        "tasks": [audit.model_dump(mode="json") for audit in results.tasks],
    }


def page(results: Results, options: Options, entries: Mapping[str, Entry]) -> str:
    """Return the page, with the verifiers and gold solutions of the entries, given by digest."""
    content = document(results, options)
    for task in content["tasks"]:
        about = entries[task["digest"]].tasks[task["task"]]
        task["verifiers"] = [verifier.model_dump(include={"kind", "code"}) for verifier in about.verifiers]
        task["gold"] = [solution.model_dump(mode="json") for solution in about.gold]
    content["table"] = results.rows()
    # `<` would let a text end the script element; lone surrogates cannot be written as UTF-8.
    text = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    template = files(__package__).joinpath("report.html").read_text("utf-8")
    before, after = template.split(_DATA)
    return before + text + after
