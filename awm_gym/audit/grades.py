"""Which tasks of an entry are verified: what was shipped with it, or found on this machine.

A grade belongs to a digest: an entry that was changed has none. `audit.json` beside a shipped entry holds the grades
that its authors found; those of an audit on this machine are newer, and come first.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from awm_gym.audit.models import Difficulty, GradeName, Rate, TaskAudit
from awm_gym.audit.store import Store, default_store
from awm_gym.errors import EntryError, TaskNotFound
from awm_gym.registry import Entry, FolderSource, Source, bundled_location, normalise

FILE = "audit.json"
"""Name of the file of grades in an entry's folder."""

VERIFIED = "verified"


class GradedTask(BaseModel):
    """What `audit.json` tells of one task; see `TaskAudit` for the fields."""

    model_config = ConfigDict(frozen=True)

    task: int
    grade: GradeName
    reasons: tuple[str, ...] = ()
    mutants: dict[str, Rate] = {}
    collateral: dict[str, Rate] = {}
    difficulty: Difficulty = Difficulty()


class Grades(BaseModel):
    """The grades of one entry; hold for its digest only."""

    model_config = ConfigDict(frozen=True)

    digest: str
    version: int
    tasks: tuple[GradedTask, ...]


def grades_of(entry: Entry, store: Path | None = None) -> dict[int, GradeName]:
    """Return the grades of an entry's tasks, as far as any are known, by index.

    Args:
        entry: the entry.
        store: where audits are stored; in the data home by default.
    """
    shipped = read_grades(bundled_location() / entry.key)
    known: dict[int, GradeName] = {}
    if shipped is not None and shipped.digest == entry.digest:
        known.update((task.task, task.grade) for task in shipped.tasks)
    path = store or default_store()
    if path.is_file():
        try:
            with Store(path) as found:
                known.update({task: _grade(text) for task, text in found.grades(entry.digest).items()})
        except sqlite3.Error as error:
            raise EntryError(f"the audits in {path} cannot be read: {error}; delete the file and audit again") from None
    return known


def verified_tasks(entry: Entry, among: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the indices of an entry's verified tasks.

    Raises:
        TaskNotFound: if there is none; the message tells how to audit the entry.
    """
    grades = grades_of(entry)
    wanted = range(len(entry.tasks)) if among is None else among
    found = tuple(index for index in wanted if grades.get(index) == VERIFIED)
    if found:
        return found
    if not grades:
        raise TaskNotFound(f"{entry.key!r} was not audited as it is now; `awm audit {entry.key}` grades its tasks")
    told = ", ".join(f"{sum(grade == name for grade in grades.values())} {name}" for name in get_args(GradeName))
    problem = f"expected a verified task of {entry.key!r}, there is none: {told}"
    raise TaskNotFound(f"{problem}; `awm audit {entry.key}` tells why")


def read_grades(folder: Path) -> Grades | None:
    """Return the grades that lie in an entry's folder, or None if there are none.

    Raises:
        EntryError: if the file is damaged.
    """
    path = folder / FILE
    try:
        return Grades.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise EntryError(
            f"{path}: expected the grades of an audit: {error}; write it anew with `awm audit --write`"
        ) from None


def entry_folder(source: Source, key: str) -> Path:
    """Return the folder of an entry, to write its grades into.

    Raises:
        EntryError: if the source holds no folders.
    """
    if not isinstance(source, FolderSource):
        raise EntryError(
            f"expected entries as folders to write {FILE} into, {source.location} holds AWM's files; "
            "their grades are in the data home, and `awm registry import` makes folders of them"
        )
    within = source.location
    return next((folder for folder in within.iterdir() if normalise(folder.name) == key), within)


def write_grades(folder: Path, digest: str, audits: Sequence[TaskAudit], version: int) -> Path:
    """Write an entry's grades into its folder, and return the file."""
    tasks = tuple(
        GradedTask.model_validate(audit.model_dump(include=set(GradedTask.model_fields)))
        for audit in sorted(audits, key=lambda audit: audit.task)
    )
    content: dict[str, Any] = Grades(digest=digest, version=version, tasks=tasks).model_dump(mode="json")
    path = folder / FILE
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return path


def _grade(text: str) -> GradeName:
    names: tuple[GradeName, ...] = get_args(GradeName)
    return next(name for name in names if name == text)
