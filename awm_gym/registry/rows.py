"""The rows of AWM's JSONL files: their shapes, an entry made of them, and the rows of an entry.

A data set is eight files, joined on the scenario's normalised name. Four of them are needed to run anything;
the others add the description, the specification and the verifiers.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from awm_gym.errors import EntryError
from awm_gym.registry.anchor import anchor_for
from awm_gym.registry.entry import Entry, SampleRows, Table, Task, Verifier, VerifierKind
from awm_gym.registry.names import normalise

_R = TypeVar("_R", bound="Row")


class Row(BaseModel):
    """What all rows have: the scenario's name. Unknown fields are passed over."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    scenario: str

    def fault(self) -> str | None:
        """Return why nothing can be run from this row, or None."""
        return None


class ScenarioRow(Row):
    """A row of gen_scenario."""

    scenario: str = Field(alias="name")
    description: str = ""


class TasksRow(Row):
    """A row of gen_tasks."""

    tasks: tuple[str, ...]

    def fault(self) -> str | None:
        """Return why nothing can be run from this row, or None."""
        return None if self.tasks else "scenario without tasks: `tasks` is empty"


class _TableColumns(BaseModel):
    name: str
    ddl: str
    indexes: tuple[str, ...] | None = None


class _Schema(BaseModel):
    tables: tuple[_TableColumns, ...]


class DbRow(Row):
    """A row of gen_db."""

    db_schema: _Schema
    db_path: str | None = None

    def fault(self) -> str | None:
        """Return why nothing can be run from this row, or None."""
        return None if self.db_schema.tables else "scenario without tables: `db_schema.tables` is empty"


class _Sample(BaseModel):
    table_name: str
    insert_statements: tuple[str, ...]
    reasoning: str | None = None


class _SampleData(BaseModel):
    tables: tuple[_Sample, ...]


class SampleRow(Row):
    """A row of gen_sample; its counts are not read, they follow from the rest."""

    sample_data: _SampleData


class SpecRow(Row):
    """A row of gen_spec."""

    api_spec: dict[str, Any]


class EnvRow(Row):
    """A row of gen_envs."""

    full_code: str
    db_path: str | None = None

    def fault(self) -> str | None:
        """Return why nothing can be run from this row, or None."""
        return None if self.full_code.strip() else "scenario without code: `full_code` is empty"


class _Verification(BaseModel):
    code: str
    raw_response: str | None = None


class VerifierRow(Row):
    """A row of gen_verifier (SQL) or gen_verifier.pure_code."""

    task_idx: int
    task: str
    verification: _Verification

    def fault(self) -> str | None:
        """Return why nothing can be run from this row, or None."""
        return None if self.verification.code.strip() else "verifier without code: `code` is empty"


SCENARIO = "gen_scenario.jsonl"
TASKS = "gen_tasks.jsonl"
DB = "gen_db.jsonl"
SAMPLE = "gen_sample.jsonl"
SPEC = "gen_spec.jsonl"
ENVS = "gen_envs.jsonl"
SHAPES: Mapping[str, type[Row]] = {
    SCENARIO: ScenarioRow,
    TASKS: TasksRow,
    DB: DbRow,
    SAMPLE: SampleRow,
    SPEC: SpecRow,
    ENVS: EnvRow,
}
VERIFIERS: Mapping[str, VerifierKind] = {"gen_verifier.pure_code.jsonl": "code", "gen_verifier.jsonl": "sql"}
FILES = (*SHAPES, *VERIFIERS)
REQUIRED = (TASKS, DB, SAMPLE, ENVS)


class Place(NamedTuple):
    """What a row is about: the file it stands in, and for a verifier the task's index (else -1)."""

    file: str
    task_idx: int = -1


def parse(file: str, line: bytes) -> Row:
    """Return the row that a line of that file holds.

    Raises:
        ValidationError: if it is no JSON, or not of the file's shape.
    """
    shape = VerifierRow if file in VERIFIERS else SHAPES[file]
    return shape.model_validate_json(line)


def title_of(name: str) -> str:
    """Return a scenario's name for people: `e_commerce_33` is "E Commerce 33"; other names stay."""
    return name.replace("_", " ").title() if name == normalise(name) else name


def entry_from_rows(rows: Mapping[Place, Row], *, license: str, provenance: str) -> Entry:
    """Return the entry that one scenario's rows describe.

    Args:
        rows: its rows, by place.
        license: SPDX identifier of the data set's licence, or empty.
        provenance: where the data set comes from, in a line.

    Raises:
        EntryError: if one of the REQUIRED rows is missing.
    """
    db, sample = _one(rows, DB, DbRow), _one(rows, SAMPLE, SampleRow)
    env, tasks = _one(rows, ENVS, EnvRow), _one(rows, TASKS, TasksRow)
    scenario, spec = rows.get(Place(SCENARIO)), rows.get(Place(SPEC))
    name = scenario.scenario if scenario else db.scenario
    data = tuple(
        SampleRows(table_name=s.table_name, insert_statements=s.insert_statements, reasoning=s.reasoning or "")
        for s in sample.sample_data.tables
    )
    entry_tasks = tuple(Task(text=text, verifiers=tuple(_verifiers(rows, i))) for i, text in enumerate(tasks.tasks))
    return Entry(
        name=name,
        title=title_of(name),
        description=scenario.description if isinstance(scenario, ScenarioRow) else "",
        anchor=anchor_for(data, entry_tasks),
        license=license,
        provenance=provenance,
        tables=tuple(Table(name=t.name, ddl=t.ddl, indexes=t.indexes or ()) for t in db.db_schema.tables),
        data=data,
        app=env.full_code,
        tasks=entry_tasks,
        spec=spec.api_spec if isinstance(spec, SpecRow) else None,
        db_path=env.db_path if db.db_path is None else db.db_path,
    )


def _one(rows: Mapping[Place, Row], file: str, shape: type[_R]) -> _R:
    row = rows.get(Place(file))
    if not isinstance(row, shape):
        raise EntryError(f"expected a row of {file} for the scenario, there is none")
    return row


def _verifiers(rows: Mapping[Place, Row], index: int) -> Iterator[Verifier]:
    for file, kind in VERIFIERS.items():
        row = rows.get(Place(file, index))
        if isinstance(row, VerifierRow):
            response = row.verification.raw_response or ""
            yield Verifier(kind=kind, code=row.verification.code, raw_response=response)


def rows_from_entry(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of an entry: the file each belongs to, and its content in AWM's order of fields.

    AWM names a scenario as its author did, but in the verifier files by its normalised name.
    """
    scenario = {"scenario": entry.name}
    db_path = {"db_path": f"./outputs/databases/{entry.key}.db" if entry.db_path is None else entry.db_path}
    inserts = sum(len(rows.insert_statements) for rows in entry.data)
    counts = {"tables_count": len(entry.data), "inserts_count": inserts}
    samples = [
        {"table_name": r.table_name, "reasoning": r.reasoning, "insert_statements": list(r.insert_statements)}
        for r in entry.data
    ]
    yield SCENARIO, {"name": entry.name, "description": entry.description}
    yield TASKS, {**scenario, "tasks": [task.text for task in entry.tasks]}
    schema = [{"name": t.name, "ddl": t.ddl, "indexes": list(t.indexes)} for t in entry.tables]
    yield DB, {**scenario, "db_schema": {"tables": schema}, **db_path}
    yield SAMPLE, {**scenario, **counts, "sample_data": {"tables": samples}}
    if entry.spec is not None:
        yield SPEC, {**scenario, "api_spec": entry.spec}
    yield ENVS, {**scenario, **db_path, "full_code": entry.app}
    for file, kind in VERIFIERS.items():
        for index, task in enumerate(entry.tasks):
            for verifier in task.verifiers:
                if verifier.kind == kind:
                    verification = {"code": verifier.code, "raw_response": verifier.raw_response}
                    about = {"scenario": entry.key, "task_idx": index, "task": task.text}
                    yield file, {**about, "verification": verification}
