"""`awm demo` and the README's example: what a newcomer runs first is real, and says so when it goes wrong."""

import re
import runpy
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from awm_gym.cli import main
from awm_gym.cli.demo import change_cells, next_steps
from awm_gym.cli.main import build_parser
from awm_gym.cli.output import program
from awm_gym.registry import Entry, Solution, Task, ToolCall, get_entry, write_entry
from awm_gym.runtime import TableChanges

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def add_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Entry], None]:
    """Puts an entry into a folder that AWM_REGISTRY names."""
    monkeypatch.setenv("AWM_REGISTRY", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda entry: write_entry(entry, tmp_path / entry.key)


def with_gold(entry: Entry, *gold: Solution) -> Entry:
    task = entry.tasks[0].model_copy(update={"gold": gold})
    return entry.model_copy(update={"tasks": (task,)})


class TestDemo:
    def test_the_bundled_task_is_solved_by_its_gold_solution_and_not_by_nothing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["demo"]) == 0
        told = capsys.readouterr().out
        assert "awm/e_commerce_33-v0, task 0" in told
        solved, idle = told.split("The same task, doing nothing")
        assert "reward 1.0, complete" in solved
        assert "No row of the database changed." in idle
        assert "reward 0.0, agent_error" in idle

    def test_it_shows_task_tools_calls_answers_and_changes(
        self, add_entry: Callable[[Entry], None], make_entry: Callable[..., Entry], capsys: pytest.CaptureFixture[str]
    ) -> None:
        add_entry(make_entry())
        assert main(["demo", "--name", "Corner Shop", "--task", "0"]) == 0
        told = capsys.readouterr().out
        assert "Sell one jar of jam." in told
        assert "list_items, sell_item" in told
        assert " 1. sell_item(item_id=1)\n" in told
        assert '{"sold": 1}' in told
        assert " 2. final_answer(" in told
        assert re.search(r"id 1 +stock +3 +2 ", told)

    def test_a_gold_solution_that_is_wrong_is_told(
        self, add_entry: Callable[[Entry], None], make_entry: Callable[..., Entry], capsys: pytest.CaptureFixture[str]
    ) -> None:
        bread = Solution(calls=(ToolCall(tool="sell_item", arguments={"item_id": 2}),))
        add_entry(with_gold(make_entry(), bread))
        assert main(["demo", "--name", "corner_shop"]) == 1
        assert "The reward should be 1.0" in capsys.readouterr().out

    def test_a_verifier_that_rewards_nothing_done_is_told(
        self, add_entry: Callable[[Entry], None], make_entry: Callable[..., Entry], capsys: pytest.CaptureFixture[str]
    ) -> None:
        generous = (
            'def verify_task(initial_db_path, final_db_path, final_answer=None):\n    return {"result": "complete"}\n'
        )
        task = make_entry().tasks[0]
        code = task.verifier("code").model_copy(update={"code": generous})
        add_entry(make_entry(tasks=(Task(text=task.text, verifiers=(code,), gold=task.gold),)))
        assert main(["demo", "--name", "corner_shop"]) == 1
        assert "The reward should be 0.0" in capsys.readouterr().out

    def test_a_task_without_gold_solution_cannot_be_shown(
        self, add_entry: Callable[[Entry], None], make_entry: Callable[..., Entry], capsys: pytest.CaptureFixture[str]
    ) -> None:
        add_entry(with_gold(make_entry()))
        assert main(["demo", "--name", "corner_shop"]) == 2
        assert "task 0 of 'corner_shop' has none" in capsys.readouterr().err

    def test_what_to_try_next_exists(self) -> None:
        parser = build_parser()
        steps = [command for command, _ in next_steps(get_entry("e_commerce_33"), 9)]
        assert "demo --name e_commerce_33 --task 0" in steps
        assert all(callable(parser.parse_args(shlex.split(command)).run) for command in steps)

    def test_no_other_task_is_offered_where_there_is_none(self, make_entry: Callable[..., Entry]) -> None:
        assert not any(command.startswith("demo") for command, _ in next_steps(make_entry(), 0))


class TestHowAwmIsCalled:
    @pytest.fixture
    def script(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        script = tmp_path / ".venv" / "bin" / "awm"
        script.parent.mkdir(parents=True)
        script.touch(0o755)
        monkeypatch.setattr(sys, "argv", [str(script), "demo"])
        return script

    def test_by_its_name_where_that_finds_it(self, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(script.parent))
        assert program() == "awm"

    def test_by_its_path_where_it_is_not_on_path(
        self, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        assert program() == ".venv/bin/awm"
        monkeypatch.chdir(script.parent)
        assert program() == "./awm"

    def test_as_a_module_where_it_was_called_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["awm_gym/__main__.py", "demo"])
        assert program() == "python -m awm_gym"


class TestChanges:
    def test_of_a_changed_row_the_columns_that_differ_are_shown(self) -> None:
        before, after = {"id": 7, "name": "jam", "stock": 3}, {"id": 7, "name": "jam", "stock": 2}
        assert [*change_cells(TableChanges(changed=((before, after),)))] == [("id 7", "stock", "3", "2")]

    def test_of_an_added_or_removed_row_all_that_is_not_null_is_shown(self) -> None:
        rows = TableChanges(added=({"id": 1, "name": "jam", "note": None},), removed=({"id": 2, "name": "rye"},))
        assert [*change_cells(rows)] == [("+ id 1", "name", "", '"jam"'), ("- id 2", "name", '"rye"', "")]

    def test_long_values_and_bytes_are_cut_short(self) -> None:
        rows = TableChanges(added=({"id": 1, "text": "x" * 500, "photo": b"123"},))
        (_, _, _, text), (_, _, _, photo) = change_cells(rows)
        assert len(text) == 60
        assert photo == "<3 bytes>"


class TestReadme:
    readme = (REPOSITORY / "README.md").read_text()

    def test_its_example_is_the_script_and_gets_the_full_reward(self, capsys: pytest.CaptureFixture[str]) -> None:
        script = REPOSITORY / "examples" / "episode.py"
        assert f"```python\n{script.read_text()}```" in self.readme
        runpy.run_path(str(script))
        assert capsys.readouterr().out.endswith("reward 1.0 complete\n")

    def test_its_commands_exist(self) -> None:
        commands = re.findall(r"awm ((?:[a-z]+ )*[a-z_]+[^`\n]*)", self.readme)
        parser = build_parser()
        for command in commands:
            assert callable(parser.parse_args(shlex.split(command)).run), command
        assert len(commands) > 5
