"""The native format: one folder an entry, plain files that a person can read and edit.

    entry.toml                  name, title, description, anchor, license, provenance, AWM's db_path
    schema.sql, data.sql        see `sections.py`
    app.py                      the FastAPI app
    spec.json                   the API specification, where it is known
    tasks/00/task.txt           the task's text; one newline at its end is the editor's
    tasks/00/verify_code.py     and verify_sql.py: the verifiers; with verify_*.response.json:
                                what their author wrote around them
    tasks/00/gold.json          gold solutions: a list of {"calls": [{"tool", "arguments"}, ...], "answer"}
    tasks/00/near_misses.json   the same, each with a "why"
    tasks/00/free.json          what a solution may leave otherwise than the gold solutions do: {"tables": [...],
                                "rows": [...], "columns": {table: [...]}, "wording": {table: [...]}}

Everything in a task's folder but task.txt may be absent. Files are read and written as UTF-8 bytes, so that
what is written reads back equal, whatever the text; `write_entry` makes sure of it.
"""

import json
import shutil
import tomllib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from awm_gym.errors import EntryError
from awm_gym.registry.entry import Entry, Free, NearMiss, SampleRows, Solution, Table, Task, Verifier, VerifierKind
from awm_gym.registry.sections import Section, read_sections, write_sections
from awm_gym.registry.validation import explain

MANIFEST = "entry.toml"

_MANIFEST_FIELDS = ("name", "title", "description", "anchor", "license", "provenance", "db_path")
_S = TypeVar("_S", bound=Solution)
_GOLD = TypeAdapter(tuple[Solution, ...])
_NEAR_MISSES = TypeAdapter(tuple[NearMiss, ...])


def read_entry(folder: str | Path) -> Entry:
    """Read an entry from its folder.

    Args:
        folder: the folder that holds `entry.toml`.

    Returns:
        The entry.

    Raises:
        EntryError: if a file is missing or malformed; the message names the file and the field.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    spec = folder / "spec.json"
    content = {
        "tables": _read_tables(folder / "schema.sql"),
        "data": _read_data(folder / "data.sql"),
        "app": _read_text(folder / "app.py"),
        "tasks": tuple(_read_task(task) for task in _task_folders(folder)),
        "spec": _read_json(spec) if spec.exists() else None,
    }
    try:
        return Entry.model_validate({**manifest, **content})
    except ValidationError as error:
        raise EntryError(f"{folder / MANIFEST}: {explain(error)}") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read an entry's manifest only: its fields, not yet validated.

    Raises:
        EntryError: if the file is missing, is no TOML, or has an unknown field.
    """
    path = folder / MANIFEST
    try:
        manifest = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise EntryError(f"{path}: expected TOML: {error}") from None
    if unknown := ", ".join(sorted(manifest.keys() - set(_MANIFEST_FIELDS))):
        raise EntryError(f"{path}: expected only {', '.join(_MANIFEST_FIELDS)}; got {unknown}")
    return manifest


def read_task_texts(folder: Path) -> tuple[str, ...]:
    """Read the texts of an entry's tasks only, by index.

    Raises:
        EntryError: if one is missing, or the tasks' folders are not numbered 00, 01, ... without a gap.
    """
    return tuple(_read_task_text(task) for task in _task_folders(folder))


def write_entry(entry: Entry, folder: str | Path) -> None:
    """Write an entry to a folder of its own, which appears complete or not at all.

    Args:
        entry: the entry.
        folder: the folder to make; it must not exist yet, or be empty. Parents are made.

    Raises:
        EntryError: if the folder holds something, or the entry holds what files cannot hold (a lone
            surrogate, arguments that are no JSON).
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise EntryError(f"expected a new or an empty folder to write {entry.key!r} to, {folder} holds something")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.parent / f".{folder.name}.{uuid.uuid4().hex}"
    try:
        for path, text in _files(entry).items():
            _write_text(draft, path, text)
        if read_entry(draft) != entry:
            raise EntryError(
                f"expected {entry.key!r} to read back equal from files, it does not: "
                "specification and arguments must hold JSON values only, with text as keys"
            )
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _files(entry: Entry) -> dict[str, str]:
    """Return the entry's files: their paths inside its folder, and their text."""
    schema = [Section(table.name, (table.ddl, *table.indexes)) for table in entry.tables]
    data = [Section(rows.table_name, rows.insert_statements, rows.reasoning) for rows in entry.data]
    files = {
        MANIFEST: _toml({name: getattr(entry, name) for name in _MANIFEST_FIELDS}),
        "schema.sql": write_sections(schema),
        "data.sql": write_sections(data),
        "app.py": entry.app,
    }
    if entry.spec is not None:
        files["spec.json"] = _json("spec.json", entry.spec)
    for index, task in enumerate(entry.tasks):
        files |= _task_files(task, f"tasks/{_task_name(index)}")
    return files


def _task_files(task: Task, folder: str) -> dict[str, str]:
    files = {f"{folder}/task.txt": task.text + "\n"}
    for verifier in task.verifiers:
        files[f"{folder}/verify_{verifier.kind}.py"] = verifier.code
        if verifier.raw_response:
            files[f"{folder}/verify_{verifier.kind}.response.json"] = verifier.raw_response
    for path, solutions in (
        (f"{folder}/gold.json", task.gold),
        (f"{folder}/near_misses.json", task.near_misses),
    ):
        if solutions:
            files[path] = _json(path, [_solution(solution) for solution in solutions])
    if free := task.free.model_dump(mode="json", exclude_defaults=True):
        files[f"{folder}/free.json"] = _json(f"{folder}/free.json", free)
    return files


def _solution(solution: Solution) -> dict[str, Any]:
    why = {"why": solution.why} if isinstance(solution, NearMiss) else {}
    calls = [{"tool": call.tool, "arguments": call.arguments} for call in solution.calls]
    return {**why, "calls": calls, "answer": solution.answer}


def _read_tables(path: Path) -> tuple[Table, ...]:
    tables = []
    for section in read_sections(_read_text(path), str(path)):
        if not section.statements:
            raise EntryError(f"{path}: expected CREATE TABLE under table {section.table!r}, got nothing")
        if section.reasoning:
            raise EntryError(f"{path}: `-- reasoning:` belongs into data.sql, {section.table!r} has one")
        ddl, *indexes = section.statements
        tables.append(Table(name=section.table, ddl=ddl, indexes=tuple(indexes)))
    return tuple(tables)


def _read_data(path: Path) -> tuple[SampleRows, ...]:
    return tuple(
        SampleRows(table_name=table, insert_statements=statements, reasoning=reasoning)
        for table, statements, reasoning in read_sections(_read_text(path), str(path))
    )


def _task_folders(folder: Path) -> list[Path]:
    tasks = folder / "tasks"
    if not tasks.is_dir():
        return []
    found = sorted(path for path in tasks.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    found.sort(key=lambda path: len(path.name))
    expected = [_task_name(index) for index in range(len(found))]
    if [path.name for path in found] != expected:
        names = ", ".join(path.name for path in found)
        raise EntryError(f"{tasks}: expected the folders {', '.join(expected)}; got {names}")
    return found


def _read_task_text(folder: Path) -> str:
    return _read_text(folder / "task.txt").removesuffix("\n")


def _read_task(folder: Path) -> Task:
    kinds: Sequence[VerifierKind] = get_args(VerifierKind)
    verifiers = tuple(verifier for kind in kinds if (verifier := _read_verifier(folder, kind)))
    return Task(
        text=_read_task_text(folder),
        verifiers=verifiers,
        gold=_read_solutions(folder / "gold.json", _GOLD),
        near_misses=_read_solutions(folder / "near_misses.json", _NEAR_MISSES),
        free=_read_free(folder / "free.json"),
    )


def _read_verifier(folder: Path, kind: VerifierKind) -> Verifier | None:
    code, response = folder / f"verify_{kind}.py", folder / f"verify_{kind}.response.json"
    if not code.exists() and not response.exists():
        return None
    raw_response = _read_text(response) if response.exists() else ""
    return Verifier(kind=kind, code=_read_text(code), raw_response=raw_response)


def _read_solutions(path: Path, adapter: TypeAdapter[tuple[_S, ...]]) -> tuple[_S, ...]:
    if not path.exists():
        return ()
    try:
        return adapter.validate_python(_read_json(path))
    except ValidationError as error:
        raise EntryError(f"{path}: {explain(error)}") from None


def _read_free(path: Path) -> Free:
    if not path.exists():
        return Free()
    try:
        return Free.model_validate(_read_json(path))
    except ValidationError as error:
        raise EntryError(f"{path}: {explain(error)}") from None


def _task_name(index: int) -> str:
    return f"{index:02d}"


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise EntryError(f"expected a file {path}, there is none") from None
    except (OSError, UnicodeDecodeError) as error:
        raise EntryError(f"{path}: expected a readable UTF-8 text: {error}") from None


def _read_json(path: Path) -> Any:
    try:
        return json.loads(_read_text(path))
    except ValueError as error:
        raise EntryError(f"{path}: expected JSON: {error}") from None


def _json(path: str, content: Any) -> str:
    try:
        return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise EntryError(f"{path}: expected JSON values: {error}") from None


def _write_text(folder: Path, path: str, text: str) -> None:
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise EntryError(f"{path}: expected text that UTF-8 can hold: {error}") from None
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)


def _toml(manifest: dict[str, Any]) -> str:
    return "".join(f"{name} = {_toml_value(value)}\n" for name, value in manifest.items() if value is not None)


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value.isoformat()).replace("+00:00", "Z")
