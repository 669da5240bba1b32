"""`awm bench`: a table, the files that were asked for, and an exit status that says whether all was measured."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awm_gym.bench import NAMES, Measured, Row, Size, missing_row, row_of
from awm_gym.cli import bench, main

FULL = Size(1024, 15)
ROWS = [
    row_of(Measured("verify", [2.0, 3.0, 4.0], [1.5], note="of 10 tasks"), FULL),
    row_of(Measured("reset", [1.0, 2.0, 6.0], [2700.0]), FULL),
]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """What a bench that takes no time measures; its arguments come out in `asked`."""
    rows = list(ROWS)

    def run(*_: Any, names: tuple[str, ...], begin: Any, **__: Any) -> Iterator[Row]:
        begin("everything")
        return (row for row in rows if row.name in names)

    monkeypatch.setattr(bench, "run", run)
    monkeypatch.setattr(bench, "crowd_of", lambda count, _source: [None] * count)
    return rows


def test_it_prints_a_table_that_can_be_pasted(measured: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench"]) == 0
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    assert cells[0] == ["what", "median", "quartiles", "reference", "is", "ratio", "budget", "met"]
    assert cells[2:] == [
        ["reset to first observation, warm", "2 ms", "1.5 – 4", "2,700 ms", "process each", "1/1,350", "≤ 3 ms", "yes"],
        ["verify, code", "3 ms", "2.5 – 3.5", "1.5 ms", "bare verifier", "2 x", "≤ 8 ms", "yes"],
    ]
    assert "- verify: of 10 tasks" in lines


def test_it_writes_the_rows_and_a_picture(measured: list[Row], tmp_path: Path) -> None:
    assert main(["bench", "--json", str(tmp_path / "rows.json"), "--plot", str(tmp_path / "rows.svg")]) == 0
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert [row["name"] for row in rows] == ["reset", "verify"]
    assert (tmp_path / "rows.svg").read_text().startswith("<svg")


def test_only_the_rows_that_were_asked_for(measured: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--rows", "reset,memory"]) == 0
    told = capsys.readouterr().out
    assert "reset to first observation" in told
    assert "verify, code" not in told


def test_a_missed_budget_is_a_measurement_and_a_failure_is_none(measured: list[Row]) -> None:
    measured.append(row_of(Measured("fork", [200.0]), FULL))
    measured.append(missing_row("official_step", FULL, "needs fastmcp", failed=False))
    assert main(["bench"]) == 0
    measured.append(missing_row("memory", FULL, "no /proc", failed=True))
    assert main(["bench"]) == 1


@pytest.mark.parametrize("arguments", [["--rows", "speed"], ["--rows", ""], ["--sessions", "0"], ["--name", "no_such"]])
def test_a_wrong_argument_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *arguments]) == 2
    assert capsys.readouterr().err


def test_all_rows_are_named_in_the_help(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    main(["bench", "--help"])
    told = capsys.readouterr().out
    assert all(name in told for name in NAMES)
