from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awm_gym.audit.auditing import audit_entry
from awm_gym.audit.models import Options, ScenarioAudit, TaskAudit
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Settings

QUICK = Options(episodes=4, mutants=20, collateral=8)

Audit = Callable[[Entry], tuple[ScenarioAudit, list[TaskAudit]]]


@pytest.fixture(scope="session")
def auditor() -> Iterator[Runtime]:
    with Runtime(Settings(hosts=4)) as runtime:
        yield runtime


@pytest.fixture
def audit(auditor: Runtime) -> Audit:
    """Audits an entry, quickly."""

    def audit(entry: Entry) -> tuple[ScenarioAudit, list[TaskAudit]]:
        return auditor.wait(audit_entry(auditor, entry, QUICK))

    return audit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of the test's own."""
    monkeypatch.setenv("AWM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
