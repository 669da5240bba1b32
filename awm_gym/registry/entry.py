"""What an environment is, as frozen data: `Entry` and the parts it is made of.

An entry holds everything that defines one environment: the SQL that builds its database, the source of its
FastAPI app, its tasks, and for each task verifiers, gold solutions and near misses. Nothing here reads a file
or runs code: sources (`native.py`, `jsonl.py`) make entries, the runtime brings them to life.
"""

import hashlib
import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, field_validator

from awm_gym.errors import TaskNotFound, VerifierNotFound
from awm_gym.registry.names import env_id, normalise

VerifierKind = Literal["code", "sql"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Table(_Frozen):
    """One table of the schema: its DDL and the indexes on it, as SQL text."""

    name: str
    ddl: str
    indexes: tuple[str, ...] = ()


class SampleRows(_Frozen):
    """The INSERT statements of one table, and why its author chose these rows."""

    table_name: str
    insert_statements: tuple[str, ...]
    reasoning: str = ""


class ToolCall(_Frozen):
    """One tool call: the tool's name and its arguments."""

    tool: str
    arguments: dict[str, Any] = {}


class Solution(_Frozen):
    """Tool calls and, where the task asks for one, the final answer."""

    calls: tuple[ToolCall, ...]
    answer: str | None = None


class NearMiss(Solution):
    """A plausible wrong solution that a verifier must reject, and what is wrong with it."""

    why: str


class Verifier(_Frozen):
    """A verifier's source code.

    Attributes:
        kind: `code` decides complete or not by itself; `sql` reports facts for a judge.
        code: Python source; its entry point is the first `def verify_...`.
        raw_response: what its author (an LLM) wrote around it, as AWM publishes it: a JSON text with
            `reasoning`, `success_criteria` and `failure_criteria`, or empty.
    """

    kind: VerifierKind
    code: str
    raw_response: str = ""


class Free(_Frozen):
    """What may end up otherwise than the gold solutions leave it, for the verifier that compares with them.

    Attributes:
        tables: tables in which nothing counts.
        rows: tables that may gain any rows, as logs do; the rows that were there count.
        columns: by table, the columns whose values do not count.
        wording: by table, the columns of text that may be worded freely, but must tell the gold text's numbers,
            dates and names, and no others.
    """

    tables: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}
    wording: dict[str, tuple[str, ...]] = {}


class Task(_Frozen):
    """One task: its text, how it is verified and how it is known to be solved.

    Attributes:
        text: what is to be done, as a user would say it.
        verifiers: at most one of each kind.
        gold: solutions that are accepted.
        near_misses: wrong solutions that must be rejected.
        free: what a solution may leave otherwise than the gold solutions do.
    """

    text: str
    verifiers: tuple[Verifier, ...] = ()
    gold: tuple[Solution, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    free: Free = Free()

    @field_validator("verifiers")
    @classmethod
    def _one_of_a_kind(cls, verifiers: tuple[Verifier, ...]) -> tuple[Verifier, ...]:
        kinds = [verifier.kind for verifier in verifiers]
        if len(set(kinds)) < len(kinds):
            raise ValueError(f"expected at most one verifier of a kind, got {', '.join(kinds)}")
        return tuple(sorted(verifiers, key=lambda verifier: verifier.kind))

    def verifier(self, kind: VerifierKind) -> Verifier:
        """Return the verifier of that kind.

        Raises:
            VerifierNotFound: if the task has none.
        """
        for verifier in self.verifiers:
            if verifier.kind == kind:
                return verifier
        have = ", ".join(v.kind for v in self.verifiers) or "none"
        raise VerifierNotFound(f"expected a {kind!r} verifier; this task has: {have}")


class Entry(_Frozen):
    """One environment.

    Attributes:
        name: the scenario's name as its author wrote it; `key` is the normalised form.
        title: a short name for people.
        description: what the application is, in a paragraph.
        anchor: the date and time (UTC) at which every episode's virtual clock starts.
        license: SPDX identifier of the entry's licence.
        provenance: where the entry comes from, in a line.
        tables: the schema, in creation order.
        data: the sample data, in insertion order.
        app: source of the FastAPI app.
        tasks: the tasks, by index.
        spec: the API specification the app was written from, where it is known.
        db_path: the database path AWM's files carry; kept so that an export equals its import.
    """

    name: str
    title: str = ""
    description: str = ""
    anchor: AwareDatetime
    license: str = ""
    provenance: str = ""
    tables: tuple[Table, ...]
    data: tuple[SampleRows, ...]
    app: str
    tasks: tuple[Task, ...]
    spec: dict[str, Any] | None = None
    db_path: str | None = None

    @field_validator("name")
    @classmethod
    def _has_a_key(cls, name: str) -> str:
        if not normalise(name):
            raise ValueError(f"expected a name with a letter or digit of a-z, 0-9, got {name!r}")
        return name

    @field_validator("anchor")
    @classmethod
    def _in_utc(cls, anchor: datetime) -> datetime:
        return anchor.astimezone(UTC)

    @property
    def key(self) -> str:
        """The normalised name, unique within a source."""
        return normalise(self.name)

    @property
    def env_id(self) -> str:
        """The gymnasium id."""
        return env_id(self.name)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the entry's content; equal digests mean equal environments."""
        content = self.model_dump(mode="json", exclude={"title", "provenance", "license", "db_path"})
        for task, told in zip(self.tasks, content["tasks"], strict=True):
            if task.free == Free():  # an entry that makes no use of it keeps the digest it had before there was any
                del told["free"]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def task(self, index: int) -> Task:
        """Return the task of that index.

        Raises:
            TaskNotFound: if there is none.
        """
        if not 0 <= index < len(self.tasks):
            raise TaskNotFound(f"expected a task index from 0 to {len(self.tasks) - 1} for {self.key!r}, got {index!r}")
        return self.tasks[index]
