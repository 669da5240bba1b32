"""Reading a data set's JSONL files through, once, for the index: every row's place, and every fault.

A line that is damaged, comes twice or fits nowhere is named and passed over; the rest still works. A scenario
can run if it has a usable row in each of the four required files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from awm_gym.registry.names import normalise
from awm_gym.registry.rows import (
    DB,
    FILES,
    REQUIRED,
    SCENARIO,
    VERIFIERS,
    Place,
    Row,
    ScenarioRow,
    TasksRow,
    VerifierRow,
    parse,
    title_of,
)
from awm_gym.registry.search import Text
from awm_gym.registry.sources import Problem, Summary
from awm_gym.registry.validation import explain


class Span(NamedTuple):
    """Where a row stands in its file: its line, from 1, its byte offset and its length in bytes."""

    line: int
    offset: int
    length: int


@dataclass
class Scan:
    """What reading the files found; filled by `scan_directory`.

    Attributes:
        spans: where the row of each scenario and place stands.
        names: the scenarios' names by key, as gen_scenario or else gen_db spells them.
        descriptions: the scenarios' descriptions by key.
        tasks: the texts of the scenarios' tasks by key.
        runnable: the keys of the scenarios that can run, sorted.
        problems: what is damaged, missing or passed over.
    """

    spans: dict[tuple[str, Place], Span] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    runnable: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def summaries(self) -> Iterator[Summary]:
        """Yield what a list shows of each scenario that can run."""
        for key in self.runnable:
            title, description = title_of(self.names[key]), self.descriptions.get(key, "")
            yield Summary(key=key, title=title, description=description, tasks=len(self.tasks[key]))

    def texts(self) -> Iterator[Text]:
        """Yield what is searched of each scenario that can run."""
        for summary in self.summaries():
            tasks = "\n".join(self.tasks[summary.key])
            yield Text(summary.key, summary.title, summary.description, tasks)


def scan_directory(directory: Path, advance: Callable[[int], None]) -> Scan:
    """Read all files of a data set.

    Args:
        directory: the folder they lie in.
        advance: is told the number of bytes of each line that was read.
    """
    scan = Scan()
    for file in FILES:  # tasks before verifiers, which are compared with them
        path = directory / file
        if not path.exists():
            if file in REQUIRED:
                scan.problems.append(Problem(file=file, message="missing; no scenario can run without it"))
            continue
        try:
            with path.open("rb") as lines:
                offset = 0
                for number, line in enumerate(lines, 1):
                    _scan_line(scan, file, line, Span(number, offset, len(line)))
                    offset += len(line)
                    advance(len(line))
        except OSError as error:
            scan.problems.append(Problem(file=file, message=f"cannot be read: {error}"))
    _settle(scan, directory)
    return scan


def _scan_line(scan: Scan, file: str, line: bytes, span: Span) -> None:
    if not line.strip():
        return

    def tell(message: str, key: str = "") -> None:
        scan.problems.append(Problem(file=file, line=span.line, scenario=key, message=message))

    try:
        row = parse(file, line)
    except ValidationError as error:
        tell(f"damaged line: {explain(error)}")
        return
    key = normalise(row.scenario)
    place = Place(file, row.task_idx) if isinstance(row, VerifierRow) else Place(file)
    first = scan.spans.get((key, place))
    if not key:
        tell(f"scenario {row.scenario!r} has no letter or digit of a-z, 0-9 in its name")
    elif fault := row.fault():
        tell(fault, key)
    elif first:
        tell(f"duplicate row; the first, on line {first.line}, counts", key)
    elif isinstance(row, VerifierRow) and row.task_idx not in range(len(scan.tasks.get(key, ()))):
        tell(f"verifier of task {row.task_idx}, which gen_tasks does not have", key)
    else:
        scan.spans[key, place] = span
        _note(scan, key, file, row)
        if isinstance(row, VerifierRow) and scan.tasks[key][row.task_idx] != row.task:
            tell(f"verifier of task {row.task_idx} has another text than gen_tasks, which counts", key)


def _note(scan: Scan, key: str, file: str, row: Row) -> None:
    if isinstance(row, ScenarioRow):
        scan.descriptions[key] = row.description
    if isinstance(row, TasksRow):
        scan.tasks[key] = row.tasks
    if file in (SCENARIO, DB):
        scan.names.setdefault(key, row.scenario)


def _settle(scan: Scan, directory: Path) -> None:
    """Tell which scenarios can run, and what the others lack."""
    present = [file for file in FILES if (directory / file).exists()]
    for key in sorted({key for key, _ in scan.spans}):
        missing = [file for file in REQUIRED if (key, Place(file)) not in scan.spans]
        if not missing:
            scan.runnable.append(key)
            scan.problems += _unverified(scan, key, present)
        for file in missing:
            if file in present:
                message = "left out: the scenario has no usable row here"
                scan.problems.append(Problem(file=file, scenario=key, message=message))


def _unverified(scan: Scan, key: str, present: list[str]) -> Iterator[Problem]:
    for file in VERIFIERS:
        tasks = range(len(scan.tasks[key]))
        lacking = [str(index) for index in tasks if (key, Place(file, index)) not in scan.spans]
        if file in present and lacking:
            message = f"no usable verifier for the tasks {', '.join(lacking)}"
            yield Problem(file=file, scenario=key, message=message)
