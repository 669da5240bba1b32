from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session, Settings, ToolResult
from awm_gym.runtime.sandbox import available
from tests.awm_gym.hostile.shell import attack, shell_entry
from tests.awm_gym.notes import notes_entry

MiB = 1 << 20
SECRET = "the-callers-secret"

LIMITS = Settings(
    cores=2,
    deadline=0.4,
    grace=0.4,
    load_deadline=15.0,
    verify_deadline=5.0,
    database_bytes=8 * MiB,
    answer_bytes=MiB,
    host_bytes=1024 * MiB,
    verifier_bytes=512 * MiB,
)


def slow_ones(table: Iterable[str], slow: Container[str]) -> list[Any]:
    """Return the names of a table as parameters, of which some are for the slow part of the suite."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in slow else name for name in table]


needs_every_layer = pytest.mark.skipif(bool(available().missing), reason="this machine lacks layers of the sandbox")


@pytest.fixture(scope="package")
def runtime() -> Iterator[Runtime]:
    """A runtime with limits that are reached quickly, in a process that has a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWM_HOSTILE_SECRET", SECRET)
        with Runtime(LIMITS) as runtime:
            yield runtime


@pytest.fixture(scope="package")
def hasty() -> Iterator[Runtime]:
    """A runtime that gives verifiers little time and room."""
    with Runtime(replace(LIMITS, verify_deadline=0.7, verifier_bytes=256 * MiB, database_bytes=4 * MiB)) as runtime:
        yield runtime


@pytest.fixture(scope="package")
def elsewhere() -> Entry:
    """Another scenario, which no attack may touch."""
    return notes_entry(name="elsewhere")


@pytest.fixture
def strike(runtime: Runtime, elsewhere: Entry) -> Callable[..., ToolResult]:
    """Attack from a session, with one of the same scenario and one of another beside it."""

    def strike(code: str, entry: Entry | None = None) -> ToolResult:
        entry = entry or shell_entry()
        with runtime.open(entry) as attacker:
            bystanders: list[Session] = [runtime.open(entry), runtime.open(elsewhere)]
            return attack(runtime, attacker, code, *bystanders)

    return strike
