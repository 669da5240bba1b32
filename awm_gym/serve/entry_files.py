"""Entries from AWM's JSONL files by their paths, as the official commands name them: any place, any name.

A data set directory is a source of the registry, with an index, and cannot do without tasks. Here a file is read
through once and then by offset, and what a command has no use for need not be there: a server shows no task, a
database needs no app.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from awm_gym.errors import EntryNotFound, SourceError
from awm_gym.registry import Entry, Task, key_of, normalise
from awm_gym.registry.rows import DB, ENVS, SAMPLE, TASKS, Place, Row, entry_from_rows, parse
from awm_gym.registry.validation import explain

_SUBSTITUTES: Mapping[str, dict[str, Any]] = {
    ENVS: {"full_code": "from fastapi import FastAPI\n\napp = FastAPI()\n"},
    DB: {"db_schema": {"tables": []}},
    SAMPLE: {"sample_data": {"tables": []}},
    TASKS: {"tasks": []},
}
"""What stands for the row of a file that is not there."""


class Rows:
    """The rows of one file by scenario; where a scenario has several, the first counts.

    Attributes:
        path: the file.
        faults: what is wrong with it, a line each.
    """

    def __init__(self, path: str | Path, kind: str) -> None:
        """Read the file through.

        Args:
            path: the file.
            kind: which of AWM's files it is, by the name it has in the data set.

        Raises:
            SourceError: if it cannot be read, or holds no row of that kind.
        """
        self.path = Path(path).expanduser()
        self.faults: list[str] = []
        self._kind = kind
        self._places: dict[str, tuple[int, int]] = {}
        expected = f"expected a file like AWM's {kind} at {self.path}"
        try:
            self._scan()
        except OSError as error:
            raise SourceError(f"{expected}: {error.strerror or error}") from None
        if not self._places:
            raise SourceError(f"{expected}: {'; '.join(self.faults[:3]) or 'it is empty'}")

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def names(self) -> tuple[str, ...]:
        """Return the normalised names of the scenarios, in the file's order."""
        return tuple(self._places)

    def row(self, key: str) -> Row:
        """Return the row of a scenario.

        Raises:
            EntryNotFound: if there is none.
        """
        if key not in self._places:
            named = [fault for fault in self.faults if f": {key}: " in fault]
            raise no_such_scenario(key, self._places, self.path, (named or self.faults)[:3])
        offset, length = self._places[key]
        with self.path.open("rb") as lines:
            lines.seek(offset)
            return parse(self._kind, lines.read(length))

    def _scan(self) -> None:
        offset = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    self._note(number, offset, line)
                offset += len(line)

    def _note(self, number: int, offset: int, line: bytes) -> None:
        place = f"{self.path.name}, line {number}"
        try:
            row = parse(self._kind, line)
        except ValidationError as error:
            self.faults.append(f"{place}: {explain(error)}")
            return
        key = normalise(row.scenario)
        if fault := row.fault() or ("" if key else "the scenario's name has no letter or digit"):
            self.faults.append(f"{place}: {key}: {fault}")
        else:
            self._places.setdefault(key, (offset, len(line)))


def no_such_scenario(key: str, names: Iterable[str], where: str | Path, faults: Sequence[str] = ()) -> EntryNotFound:
    """Return the error that says so; it suggests the nearest names, or tells what is wrong there."""
    nearest = get_close_matches(key, list(names))
    hint = f"; did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
    return EntryNotFound(f"no scenario {key!r} in {where}{hint}{''.join(f'; {fault}' for fault in faults)}")


def with_task(entry: Entry) -> Entry:
    """Return the entry, with an empty task if it has none: a session is always one of a task."""
    return entry if entry.tasks else Entry.model_validate({**dict(entry), "tasks": (Task(text=""),)})


def entry_from_files(name: str, files: Mapping[str, Rows]) -> Entry:
    """Return the entry that these files describe.

    Args:
        name: the scenario, in any spelling.
        files: the files by kind, out of gen_envs, gen_db, gen_sample and gen_tasks; without one, the entry has no
            tools, no tables, no rows or no tasks.

    Raises:
        EntryNotFound: if one of the files has no usable row of it.
    """
    key = key_of(name)
    rows = {}
    for kind, substitute in _SUBSTITUTES.items():
        file = files.get(kind)
        if file is None or (kind == TASKS and key not in file):
            rows[Place(kind)] = parse(kind, json.dumps({"scenario": key, **substitute}).encode())
        else:
            rows[Place(kind)] = file.row(key)
    return entry_from_rows(rows, license="", provenance="Read from Agent World Model's JSONL files.")


def tasks_beside(envs: Rows) -> dict[str, Rows]:
    """Return the tasks that lie beside a file of environments, by kind: they tell at which date the clock starts."""
    path = envs.path.with_name(TASKS)
    return {TASKS: Rows(path, TASKS)} if path.is_file() else {}
