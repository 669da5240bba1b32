"""`awm survey`: every scenario gets a row, whatever is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awm_gym.cli import main
from awm_gym.cli.surveying import survey_source
from awm_gym.registry import Entry, Task, export_jsonl, open_source, write_entry

VERIFIER = "def verify_task(initial_db_path, final_db_path, final_answer=None):\n    {}\n"


@pytest.fixture
def folder(tmp_path: Path, make_entry: Callable[..., Entry]) -> Path:
    """A source with one scenario that is in order."""
    write_entry(make_entry(), tmp_path / "shops" / "corner_shop")
    return tmp_path / "shops"


@pytest.fixture
def judged(make_entry: Callable[..., Entry]) -> Callable[..., Entry]:
    """A factory of entries with one task for each of the given verifiers, of which the code's last line is given."""

    def make(name: str, *lines: str) -> Entry:
        code = make_entry().tasks[0].verifier("code")
        tasks = [
            Task(text="Sell.", verifiers=(code.model_copy(update={"code": VERIFIER.format(line)}),)) for line in lines
        ]
        return make_entry(name, tasks=tuple(tasks))

    return make


def survey(folder: Path, *options: str) -> tuple[int, list[str], list[dict[str, Any]]]:
    """Run the command; return its exit status, the table's lines and the JSON objects."""
    out, lines = folder.parent / "table.md", folder.parent / "findings.jsonl"
    status = main(["survey", "--source", str(folder), "--out", str(out), "--json", str(lines), *options])
    return status, out.read_text().splitlines(), [json.loads(line) for line in lines.read_text().splitlines()]


def test_a_scenario_in_order_is_clean(folder: Path) -> None:
    status, table, (found,) = survey(folder, "--calls", "5")
    assert status == 0
    assert "| corner_shop | 1 | 2 | 2 | 0 | 0 | 1 of 1 |" in "\n".join(table)
    assert (found["source"], found["scenario"], found["tables"], found["rows"]) == ("shops", "corner_shop", 1, 2)
    assert sum(found["calls"].values()) == 5
    assert found["calls"]["ok"] + found["calls"]["refused"] == 5
    assert found["checks"] == found["exceptions"] == found["judge_errors"] == found["free"] == []


def test_it_finds_the_same_again(folder: Path) -> None:
    assert survey(folder) == survey(folder)


def test_verifiers_that_fail_or_reward_nothing_are_counted(folder: Path, judged: Callable[..., Entry]) -> None:
    entry = judged("odd", "raise ValueError('lost')", 'return {"result": "complete"}', 'return {"result": "others"}')
    write_entry(entry, folder / "odd")
    status, table, (_, found) = survey(folder, "--calls", "2")
    assert status == 1
    assert found["free"] == [1]
    assert [text.split(":")[0] for text in found["judge_errors"]] == ["task 0, untouched", "task 0, after the calls"]
    assert any(line.startswith("- odd, task 0, untouched: ") and "lost" in line for line in table)


def test_a_task_that_raises_is_counted_and_the_others_are_still_played(
    folder: Path, judged: Callable[..., Entry]
) -> None:
    entry = judged("unjudged", 'return {"result": "others"}')
    write_entry(entry.model_copy(update={"tasks": (Task(text="No verifier."), *entry.tasks)}), folder / "unjudged")
    status, _, (_, found) = survey(folder, "--calls", "2")
    assert status == 1
    assert [text.split(":")[:2] for text in found["exceptions"]] == [["task 0", " VerifierNotFound"]]
    assert sum(found["calls"].values()) == 2


def test_a_scenario_that_cannot_load_is_a_row_with_the_reason(folder: Path, make_entry: Callable[..., Entry]) -> None:
    write_entry(make_entry("broken", app="raise RuntimeError('no app here')"), folder / "broken")
    write_entry(make_entry("damaged"), folder / "damaged")
    (folder / "damaged" / "schema.sql").unlink()
    status, table, found = survey(folder, "--calls", "1")
    assert status == 1
    assert [(one["scenario"], bool(one["error"])) for one in found] == [
        ("broken", True),
        ("corner_shop", False),
        ("damaged", True),
    ]
    rows = [line for line in table if " does not load: " in line]
    assert "no app here" in rows[0]
    assert "schema.sql" in rows[1]
    assert any(line.startswith("| **1 of 3 load** | 1 | 2 | 2 |") for line in table)


def test_a_scenario_that_the_source_passes_over_is_a_row_too(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    folder = tmp_path / "data"
    export_jsonl([make_entry("whole"), make_entry("appless")], folder)
    code = folder / "gen_envs.jsonl"
    code.write_text("".join(line for line in code.open() if '"appless"' not in line))
    _, table, _ = survey(folder, "--calls", "1")
    assert any(line.startswith("| appless does not load: gen_envs.jsonl") for line in table)
    assert any(line.startswith("| whole | 1 | 2 | 2 |") for line in table)


def test_results_come_one_by_one(folder: Path, make_entry: Callable[..., Entry]) -> None:
    write_entry(make_entry("next shop"), folder / "next_shop")
    played: list[None] = []
    findings = survey_source(open_source(folder), 1, lambda: played.append(None))
    assert next(findings).scenario == "corner_shop"
    assert len(played) == 1
    assert next(findings).scenario == "next_shop"
    assert len(played) == 2


def test_without_a_file_the_table_goes_to_stdout(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "--source", str(folder), "--calls", "1"]) == 0
    assert "| corner_shop |" in capsys.readouterr().out


def test_no_calls_at_all_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "--source", str(folder), "--calls", "0"]) == 2
    assert "expected a number from 1, got '0'" in capsys.readouterr().err
