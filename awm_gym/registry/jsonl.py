"""A directory with AWM's JSONL files as a source of entries.

Everything but `quick_names` goes through the index (`index.py`), which is built when it is first needed and
whenever the files have changed. An entry is read by the byte offsets of its rows: nothing else is loaded.
"""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from awm_gym.errors import EntryNotFound, SourceError
from awm_gym.registry.entry import Entry
from awm_gym.registry.index import connect, find_index, make_index
from awm_gym.registry.names import normalise
from awm_gym.registry.rows import FILES, TASKS, Place, Row, VerifierRow, entry_from_rows, parse
from awm_gym.registry.search import find_keys
from awm_gym.registry.sources import Problem, Summary, key_of, named


class JsonlSource:
    """Entries from AWM's JSONL files.

    Args:
        location: the directory.
        name: the source's name; the directory's by default.
        license: SPDX identifier of the data set's licence, for its entries; AWM's files do not tell it.
        provenance: where the data set comes from, in a line, for its entries.
    """

    def __init__(
        self,
        location: str | Path,
        name: str | None = None,
        license: str = "",
        provenance: str = "Read from Agent World Model's JSONL files.",
    ) -> None:
        self.location = Path(location).expanduser().absolute()
        self.name = self.location.name if name is None else name
        self._license = license
        self._provenance = provenance

    @staticmethod
    def recognises(location: Path) -> bool:
        """Return whether the directory holds at least one of AWM's files."""
        return any((location / file).is_file() for file in FILES)

    def names(self) -> tuple[str, ...]:
        """Return the normalised names of the scenarios that can run, sorted."""
        with self._index() as index:
            return tuple(key for (key,) in index.execute("SELECT key FROM entries ORDER BY key"))

    def quick_names(self) -> tuple[str, ...]:
        """Return the names that can be told in milliseconds, without writing a file; for registration.

        They are those of the index, if it is there and fits, else those of gen_tasks, which is small.
        """
        keys = set()
        try:
            if find_index(self.location):
                return self.names()
            with open(self.location / TASKS, "rb") as lines:
                for line in lines:
                    with suppress(ValidationError):  # `problems` names it
                        keys.add(normalise(parse(TASKS, line).scenario))
        except OSError:
            return ()
        return tuple(sorted(keys - {""}))

    def get(self, name: str) -> Entry:
        """Return an entry.

        Raises:
            EntryNotFound: if the files hold no scenario of that name that can run; it says what is missing.
            SourceError: if a file was changed while it was read.
        """
        key = key_of(name)
        with self._index() as index:
            if not index.execute("SELECT 1 FROM entries WHERE key = ?", (key,)).fetchone():
                raise EntryNotFound(self._why_not(key, index))
            query = 'SELECT file, task_idx, "offset", length FROM rows WHERE key = ? ORDER BY file, "offset"'
            places = index.execute(query, (key,)).fetchall()
        rows: dict[Place, Row] = {}
        for file, group in itertools.groupby(places, key=lambda place: place[0]):
            with open(self.location / file, "rb") as stream:
                for _, task_idx, offset, length in group:
                    stream.seek(offset)
                    rows[Place(file, task_idx)] = self._row(key, Place(file, task_idx), stream.read(length))
        return entry_from_rows(rows, license=self._license, provenance=self._provenance)

    def summaries(self) -> tuple[Summary, ...]:
        """Return a summary of every entry, sorted by key."""
        with self._index() as index:
            rows = index.execute("SELECT key, title, description, tasks FROM entries ORDER BY key").fetchall()
        return tuple(Summary(key=key, title=title, description=text, tasks=n) for key, title, text, n in rows)

    def search(self, words: str) -> tuple[Summary, ...]:
        """Return the entries whose name, description and tasks hold all the words, best first."""
        with self._index() as index:
            keys = find_keys(index, words)
        return named(self.summaries(), keys)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is damaged, missing or passed over in the files."""
        with self._index() as index:
            rows = index.execute("SELECT file, line, scenario, message FROM problems ORDER BY rowid").fetchall()
        return tuple(Problem(file=file, line=line, scenario=key, message=text) for file, line, key, text in rows)

    @contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        if not self.location.is_dir():
            raise SourceError(f"expected a directory with AWM's JSONL files, {self.location} is none")
        with connect(make_index(self.location)) as connection:
            yield connection

    def _row(self, key: str, place: Place, line: bytes) -> Row:
        try:
            row = parse(place.file, line)
        except ValidationError:
            row = None
        task_idx = row.task_idx if isinstance(row, VerifierRow) else -1
        if row is None or normalise(row.scenario) != key or task_idx != place.task_idx:
            raise SourceError(f"{self.location / place.file} was changed while it was read; try again")
        return row

    def _why_not(self, key: str, index: sqlite3.Connection) -> str:
        found = index.execute("SELECT file, line, message FROM problems WHERE scenario = ?", (key,)).fetchall()
        problems = [str(Problem(file=file, line=line, message=message)) for file, line, message in found]
        because = f" that can run: {'; '.join(problems)}" if problems else ""
        return f"no entry {key!r} in {self.location}{because}"
