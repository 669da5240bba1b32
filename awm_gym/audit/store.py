"""Where audits are kept: one SQLite file in the data home, a row for each task, written as it comes.

A row is found again by the entry's digest, the task and the audit's options, so a changed entry is audited anew and
an interrupted audit goes on where it stopped. The row with task -1 is about the entry itself.
"""

import sqlite3
import time
from pathlib import Path
from typing import Self

from awm_gym.audit.models import Options, ScenarioAudit, TaskAudit
from awm_gym.registry import data_home

_ENTRY = -1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audits (
    digest TEXT NOT NULL,
    task INTEGER NOT NULL,
    options TEXT NOT NULL,
    grade TEXT,
    at REAL NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (digest, task, options)
)
"""
_PATIENCE_S = 30.0


def default_store() -> Path:
    """Return the file of this user's audits."""
    return data_home() / "audits.db"


class Store:
    """Audits in a file. What was put is on disk when `put` returns."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it if need be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        # The audit runs on the runtime's thread, the command on the main one; they take turns.
        self._database = sqlite3.connect(path, timeout=_PATIENCE_S, check_same_thread=False)
        self._database.execute(_SCHEMA)

    def put(self, audit: TaskAudit | ScenarioAudit, options: Options) -> None:
        """Keep an audit; it takes the place of an earlier one with the same options."""
        task, grade = (audit.task, audit.grade) if isinstance(audit, TaskAudit) else (_ENTRY, None)
        with self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO audits VALUES (?, ?, ?, ?, ?, ?)",
                (audit.digest, task, options.key(), grade, time.time(), audit.model_dump_json()),
            )

    def task(self, digest: str, task: int, options: Options) -> TaskAudit | None:
        """Return what was found about a task with these options, or None."""
        content = self._content(digest, task, options)
        return None if content is None else TaskAudit.model_validate_json(content)

    def scenario(self, digest: str, options: Options) -> ScenarioAudit | None:
        """Return what was found about an entry with these options, or None."""
        content = self._content(digest, _ENTRY, options)
        return None if content is None else ScenarioAudit.model_validate_json(content)

    def grades(self, digest: str) -> dict[int, str]:
        """Return the newest grade of each task of an entry."""
        query = "SELECT task, grade FROM audits WHERE digest = ? AND task >= 0 ORDER BY at"
        return dict(self._database.execute(query, (digest,)).fetchall())

    def _content(self, digest: str, task: int, options: Options) -> str | None:
        query = "SELECT content FROM audits WHERE digest = ? AND task = ? AND options = ?"
        row = self._database.execute(query, (digest, task, options.key())).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
