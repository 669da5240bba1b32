"""Writing entries as AWM's JSONL files, for tools that read those.

The formats share a scenario's name, description, tasks, database, sample data, specification, code and
verifiers; those come back equal. Title, anchor, licence, provenance, gold solutions, what is free beside them and
near misses have no place in AWM's files and stay behind.
"""

import json
import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from awm_gym.errors import EntryError, SourceError
from awm_gym.registry.entry import Entry
from awm_gym.registry.rows import FILES, rows_from_entry


def export_jsonl(entries: Iterable[Entry], directory: str | Path) -> tuple[Path, ...]:
    """Write entries as AWM's JSONL files.

    The files appear when all entries are written, or not at all. One for which no entry has anything (a
    specification, verifiers of a kind) is left out.

    Args:
        entries: the entries, one at a time; their names must differ.
        directory: the folder to write to; it is made, and must hold none of AWM's files yet.

    Returns:
        The files.

    Raises:
        SourceError: if the folder holds such a file, or two entries have one name.
        EntryError: if an entry holds what JSON or UTF-8 cannot hold.
    """
    directory = Path(directory)
    if there := [file for file in FILES if (directory / file).exists()]:
        raise SourceError(f"expected a folder without {', '.join(there)} to export to, got {directory}")
    directory.mkdir(parents=True, exist_ok=True)
    suffix = f".{uuid.uuid4().hex}.tmp"
    try:
        written = _write_drafts(entries, directory, suffix)
        for file in written:
            (directory / f".{file}{suffix}").rename(directory / file)
    finally:
        for draft in directory.glob(f".*{suffix}"):
            draft.unlink()
    return tuple(directory / file for file in written)


def _write_drafts(entries: Iterable[Entry], directory: Path, suffix: str) -> list[str]:
    """Write each file under a name of its own, and return the names they are to get."""
    seen: set[str] = set()
    streams: dict[str, TextIO] = {}
    with ExitStack() as stack:
        for entry in entries:
            if entry.key in seen:
                raise SourceError(f"expected entries of different names to export, got {entry.key!r} twice")
            seen.add(entry.key)
            for file, row in rows_from_entry(entry):
                if file not in streams:
                    draft = directory / f".{file}{suffix}"
                    streams[file] = stack.enter_context(draft.open("w", encoding="utf-8", newline="\n"))
                try:
                    streams[file].write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
                except ValueError as error:
                    raise EntryError(f"{entry.key}: expected content that JSON can hold: {error}") from None
    return list(streams)
