"""`awm audit`, and what its grades are used for."""

import json
import re
from pathlib import Path
from typing import Any

import gymnasium
import pytest

import awm_gym
from awm_gym.audit.grades import FILE, verified_tasks
from awm_gym.cli import main
from awm_gym.errors import TaskNotFound
from awm_gym.registry import Entry, Task, export_jsonl, write_entry
from tests.awm_gym.audit.shop import TASKS, judged_by, shop

OPTIONS = ("--episodes", "2", "--mutants", "6", "--collateral", "4")
HOSTILE = "Sell </script><script>alert(1)</script> jam."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one entry: a task that is verified, one that is free, and one without a gold solution."""
    tasks = (TASKS[0], judged_by(0, "done = True").tasks[0], TASKS[3].model_copy(update={"gold": ()}))
    write_entry(shop(tasks=tasks), tmp_path / "shops" / "audited_shop")
    return tmp_path / "shops"


def audit(source: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the command; return its exit status and the JSON document."""
    out = source.parent / "audit.json"
    status = main(["audit", "--source", str(source), "--json", str(out), *OPTIONS, *options])
    return status, json.loads(out.read_text())


def test_tasks_are_graded_with_reasons_and_evidence(
    home: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = audit(source)
    assert status == 1
    assert [(task["task"], task["grade"]) for task in found["tasks"]] == [
        (0, "verified"),
        (1, "rejected"),
        (2, "unproven"),
    ]
    assert found["tasks"][1]["reasons"][0] == "no-op: it says complete though nothing was done"
    assert found["tasks"][0]["difficulty"] == {"calls": 2, "writes": 1, "tools": 2, "random_success": 0.0}
    assert "| audited_shop | 3 | 1 | 0.0% | 1 | 1 | 1 |" in capsys.readouterr().out


def test_it_goes_on_where_it_stopped(home: Path, source: Path) -> None:
    first = audit(source)[1]
    again = audit(source, "--resume")[1]
    assert again == first  # with the seconds that it took
    other = audit(source, "--resume", "--seed", "1")[1]
    assert other["options"]["seed"] == 1
    assert [task["grade"] for task in other["tasks"]] == [task["grade"] for task in first["tasks"]]


def test_an_entry_that_cannot_be_brought_up_is_rejected(home: Path, tmp_path: Path) -> None:
    write_entry(shop(app="1 / 0"), tmp_path / "shops" / "audited_shop")
    status, found = audit(tmp_path / "shops")
    assert status == 1
    assert "ZeroDivisionError" in found["scenarios"][0]["error"]
    assert {task["grade"] for task in found["tasks"]} == {"rejected"}


def test_awms_files_are_audited_too(home: Path, tmp_path: Path) -> None:
    export_jsonl([shop(tasks=TASKS[3:])], tmp_path / "files")
    status, found = audit(tmp_path / "files")
    assert (status, found["tasks"][0]["grade"]) == (0, "unproven")


def test_an_unknown_name_is_told(home: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "audited_shoe", "--source", str(source)]) == 2
    assert "audited_shop" in capsys.readouterr().err


def test_the_page_is_one_file_whose_data_cannot_become_markup(home: Path, tmp_path: Path) -> None:
    hostile = judged_by(0, "done = '</script><img src=x>' in answer").tasks[0]
    write_entry(shop(tasks=(hostile.model_copy(update={"text": HOSTILE}),)), tmp_path / "shops" / "audited_shop")
    page = tmp_path / "page.html"
    audit(tmp_path / "shops", "--html", str(page))
    html = page.read_text()
    assert html.count("</script>") == 2
    head, rest = html.split('id="data">')
    assert not re.search(r"(?:src|href)=", head + rest.split("</script>", 1)[1])
    data = json.loads(rest.split("</script>")[0])
    assert data["tasks"][0]["text"] == HOSTILE
    assert "<img src=x>" in data["tasks"][0]["verifiers"][0]["code"]


def test_make_draws_from_verified_tasks_only(home: Path, source: Path) -> None:
    audit(source)
    awm_gym.register_envs(["audited_shop"])
    env = gymnasium.make("awm/audited_shop-v0", tasks="verified", source=str(source))
    assert env.unwrapped.tasks == (0,)  # type: ignore[attr-defined]
    env.close()
    with pytest.raises(ValueError, match="expected indices of tasks, or 'verified'; got 'proven'"):
        gymnasium.make("awm/audited_shop-v0", tasks="proven", source=str(source))


def test_a_changed_entry_has_no_grades_until_it_is_audited(home: Path, source: Path) -> None:
    audit(source)
    changed = Entry.model_validate({**dict(shop()), "tasks": (*TASKS, Task(text="Another"))})
    with pytest.raises(TaskNotFound, match="was not audited as it is now; `awm audit audited_shop`"):
        verified_tasks(changed)


def test_list_shows_the_entries_with_verified_tasks(
    home: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_entry(shop(name="unknown_shop"), source / "unknown_shop")
    audit(source, "audited_shop")
    capsys.readouterr()
    assert main(["list", "--verified", "--json", "--source", str(source)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(item["key"], item["verified"]) for item in listed] == [("audited_shop", [0])]


def test_grades_are_written_beside_an_entry(home: Path, source: Path) -> None:
    audit(source, "--write")
    written = json.loads((source / "audited_shop" / FILE).read_text())
    assert [task["grade"] for task in written["tasks"]] == ["verified", "rejected", "unproven"]
    assert written["tasks"][0]["mutants"]["code"]["tried"] > 0
