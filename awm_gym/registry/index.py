"""The index of a directory with AWM's JSONL files: where each scenario's rows stand, and what a list shows.

A data set of half a gigabyte is read once, into an SQLite file of some megabytes: for every row its scenario,
file, byte offset and length; for every scenario that can run its title, description and tasks; and every
problem found on the way. The index lies beside the files as `.awm_index.db`, or in the user's cache where
they are read-only. It is written under another name and renamed, so that it is complete or absent and never
changes; one process builds it while others wait; and it counts only while the files are as they were.
"""

import fcntl
import hashlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import platformdirs

from awm_gym.errors import SourceError
from awm_gym.registry.rows import FILES
from awm_gym.registry.scan import Scan, scan_directory
from awm_gym.registry.search import add_texts

INDEX_NAME = ".awm_index.db"

_VERSION = 1
_NOBODY_MAY_WRITE = 0o222

Advance = Callable[[int], None]


def find_index(directory: Path) -> Path | None:
    """Return the directory's index if there is one that fits the files as they are now."""
    files = _signature(directory)
    return next((path for path in _places(directory) if _fits(path, files)), None)


def make_index(directory: Path) -> Path:
    """Return the directory's index, and build it first if need be.

    A progress bar is shown on stderr where that is a terminal.

    Raises:
        SourceError: if an index is needed and can be written nowhere.
    """
    if found := find_index(directory):
        return found
    refusals = []
    for path in _places(directory):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(path.parent):
                found = find_index(directory)
                return found or _build(directory, path)
        except OSError as error:
            refusals.append(f"{path}: {error}")
    raise SourceError(f"expected a place to write the index of {directory} to: {'; '.join(refusals)}")


@contextmanager
def connect(index: Path) -> Iterator[sqlite3.Connection]:
    """Open an index for reading, for the length of a `with` block."""
    # Immutable: it never changes under its name, so that it needs neither locks nor a writable folder.
    uri = f"file:{quote(str(index))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection


def _signature(directory: Path) -> list[tuple[str, int, int]]:
    """Return name, size and time of change of each of the data set's files that is there."""
    found = []
    for name in sorted(FILES):
        with suppress(FileNotFoundError):
            status = (directory / name).stat()
            found.append((name, status.st_size, status.st_mtime_ns))
    return found


def _places(directory: Path) -> list[Path]:
    """Return where the index may lie, the better place first."""
    cached = hashlib.sha256(os.fsencode(directory)).hexdigest()[:24]
    cache = Path(platformdirs.user_cache_dir("awm_gym")) / "index" / f"{cached}.db"
    # A superuser may write anywhere, but a folder that is read-only for all was meant to stay as it is.
    writable = directory.stat().st_mode & _NOBODY_MAY_WRITE and os.access(directory, os.W_OK)
    return [directory / INDEX_NAME, cache] if writable else [cache]


def _fits(index: Path, files: list[tuple[str, int, int]]) -> bool:
    if not index.is_file():
        return False
    try:
        with connect(index) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            indexed = connection.execute("SELECT name, size, mtime_ns FROM files ORDER BY name").fetchall()
    except sqlite3.Error:
        return False
    return bool(version == _VERSION and indexed == files)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against other processes that would build here; they wait."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems know no locks: then two may build at once, and the last one's index stays.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(directory: Path, index: Path) -> Path:
    files = _signature(directory)
    prefix = f".{index.name.lstrip('.')}."
    for leftover in index.parent.glob(f"{prefix}*.tmp"):  # of a process that was killed
        leftover.unlink(missing_ok=True)
    handle, draft = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=index.parent)
    os.close(handle)
    try:
        with _progress(f"Indexing {directory}", sum(size for _, size, _ in files)) as advance:
            scan = scan_directory(directory, advance)
        _write(Path(draft), files, scan)
        os.chmod(draft, 0o644)
        os.replace(draft, index)
    finally:
        Path(draft).unlink(missing_ok=True)
    return index


def _write(path: Path, files: list[tuple[str, int, int]], scan: Scan) -> None:
    # Imported here: building is rare, and a tenth of a second is much for those who only read.
    from sqlite_utils import Database

    database = Database(path, execute_plugins=False)
    try:
        database.conn.execute("PRAGMA synchronous = OFF")
        file_rows = [{"name": name, "size": size, "mtime_ns": time} for name, size, time in files]
        database.table("files").create({"name": str, "size": int, "mtime_ns": int}, pk="name")
        database.table("files").insert_all(file_rows)
        columns = {"key": str, "file": str, "task_idx": int, "offset": int, "length": int}
        database.table("rows").create(columns, pk=("key", "file", "task_idx"))
        database.table("rows").insert_all(
            {
                "key": key,
                "file": place.file,
                "task_idx": place.task_idx,
                "offset": span.offset,
                "length": span.length,
            }
            for (key, place), span in scan.spans.items()
        )
        database.table("entries").create({"key": str, "title": str, "description": str, "tasks": int}, pk="key")
        database.table("entries").insert_all(summary.model_dump() for summary in scan.summaries())
        database.table("problems").create({"file": str, "line": int, "scenario": str, "message": str})
        database.table("problems").insert_all(problem.model_dump() for problem in scan.problems)
        add_texts(database.conn, scan.texts())
        database.conn.commit()
        database.conn.execute(f"PRAGMA user_version = {_VERSION}")
        database.conn.commit()
    finally:
        database.close()


@contextmanager
def _progress(description: str, total: int) -> Iterator[Advance]:
    """Yield a function that is told how many bytes were read, and shows it where somebody looks on."""
    if not sys.stderr.isatty():
        yield lambda size: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(description, total=total)
        yield lambda size: progress.advance(task, size)
