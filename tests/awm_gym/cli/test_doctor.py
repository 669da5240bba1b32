"""`awm doctor`: it looks at everything, and its exit status says whether the core works."""

import json
from pathlib import Path

import pytest

from awm_gym import __version__
from awm_gym.cli import main
from awm_gym.cli.doctor import missing_extras
from awm_gym.registry import bundled_location, open_source

BUNDLED = open_source(bundled_location()).names()


def test_it_tells_what_is_here_and_runs_a_bundled_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWM_HOME", str(tmp_path))
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["works"]
    assert found["versions"]["awm_gym"] == __version__
    assert all(found["versions"][name] for name in ("python", "gymnasium", "fastapi", "sqlalchemy", "sqlite"))
    assert found["home"] == str(tmp_path)
    assert {"name": "bundled", "entries": len(BUNDLED), "problems": 0}.items() <= found["sources"][0].items()
    assert {layer["name"] for layer in found["sandbox"]} >= {"limits", "audit"}
    assert found["trial"]["error"] == ""
    assert all(found["trial"][part] > 0 for part in ("start_s", "call_s", "verify_s"))


def test_a_source_that_cannot_be_used_is_told_and_the_rest_is_still_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWM_REGISTRY", str(tmp_path))  # an empty folder
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert str(tmp_path) in told
    assert "first verdict in" in told
    assert "The core does not work here." in told


def test_of_an_extra_it_names_what_is_not_installed() -> None:
    requirements = [
        "gymnasium>=1.2",
        'pytest>=8; extra == "dev"',
        "no-such-package<5,>=3.0 ; python_version > '3' and extra == 'serve'",
        'uvicorn-without-a-wheel>=0.30; extra == "serve"',
        'awm-gym[serve]; extra == "all"',
    ]
    missing = {"dev": (), "serve": ("no-such-package<5,>=3.0", "uvicorn-without-a-wheel>=0.30")}
    assert missing_extras(requirements) == missing
