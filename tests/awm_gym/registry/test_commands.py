import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from awm_gym.cli.registry import add_commands
from awm_gym.errors import EntryNotFound
from awm_gym.registry import Entry, FolderSource, JsonlSource, write_entry

from .conftest import DataSet


@pytest.fixture
def awm(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command line, on a terminal that is wide enough to fold nothing."""
    monkeypatch.setenv("COLUMNS", "200")
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))

    def run(*arguments: str | Path) -> int:
        args = parser.parse_args([str(argument) for argument in arguments])
        status: int = args.run(args)
        return status

    return run


Awm = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_list_shows_the_entries_of_all_sources(
    awm: Awm, data_set: DataSet, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("AWM_REGISTRY", str(data_set.directory))
    assert awm("list") == 0
    output = capsys.readouterr().out
    (line,) = (line for line in output.splitlines() if "corner_shop" in line)
    assert line.replace("│", " ").split() == ["corner_shop", "Corner", "Shop", "1", "data_set"]
    assert "e_commerce_33" in output


def test_list_of_one_source_as_json(awm: Awm, data_set: DataSet, capsys: Capture) -> None:
    assert awm("list", "--source", data_set.directory, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0] == {
        "key": "bakery_2",
        "title": "Bakery 2",
        "description": "A bakery.",
        "tasks": 1,
        "source": "data_set",
    }


def test_search_shows_what_holds_all_words(awm: Awm, data_set: DataSet, capsys: Capture) -> None:
    assert awm("search", "bakeries", "jar", "--source", data_set.directory) == 0
    output = capsys.readouterr().out
    assert "bakery_2" in output
    assert "corner_shop" not in output
    assert awm("search", "aeroplane", "--source", data_set.directory) == 1
    assert "nothing holds the words 'aeroplane'" in capsys.readouterr().out


def test_show_tells_what_an_entry_is_made_of(awm: Awm, data_set: DataSet, capsys: Capture) -> None:
    data_set.change("gen_tasks.jsonl", 1, tasks=["Sell one [bold]jar[/bold] of jam."])
    entry = data_set.source.get("corner_shop")
    assert awm("show", "awm/corner_shop-v0", "--source", data_set.directory) == 0
    output = capsys.readouterr().out
    for part in (entry.digest, entry.description, "items", "Sell one [bold]jar[/bold] of jam.", "code, sql"):
        assert part in output
    assert awm("show", "corner_shop", "--source", data_set.directory, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["digest"], shown["inserts"]) == (entry.digest, {"items": 2})
    assert shown["tasks"][0]["verifiers"] == ["code", "sql"]


def test_show_of_an_unknown_name_suggests_the_nearest(awm: Awm, data_set: DataSet) -> None:
    with pytest.raises(EntryNotFound, match="Did you mean 'corner_shop'"):
        awm("show", "cornershop", "--source", data_set.directory)


def test_import_and_export_lead_back_to_the_same_entries(
    awm: Awm, data_set: DataSet, tmp_path: Path, capsys: Capture
) -> None:
    native, back = tmp_path / "native", tmp_path / "back"
    assert awm("registry", "import", data_set.directory, native, "--scenario", "Corner Shop") == 0
    assert FolderSource(native).names() == ("corner_shop",)
    assert awm("registry", "import", data_set.directory, native) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{native}: 1 written, 0 there already, 0 failed",
        f"{native}: 1 written, 1 there already, 0 failed",
    ]
    assert awm("registry", "export", native, back) == 0
    assert "2 exported, 0 failed" in capsys.readouterr().out
    for key in ("bakery_2", "corner_shop"):
        assert JsonlSource(back).get(key) == FolderSource(native).get(key) == data_set.source.get(key)


def test_conversion_leaves_out_what_is_damaged_and_says_so(
    awm: Awm, make_entry: Callable[..., Entry], tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "folder"
    for name in ("bad", "good"):
        write_entry(make_entry(name), folder / name)
    (folder / "bad" / "app.py").unlink()
    assert awm("registry", "import", folder, tmp_path / "native") == 1
    assert awm("registry", "export", folder, tmp_path / "jsonl") == 1
    captured = capsys.readouterr()
    assert captured.err.count("app.py, there is none") == 2
    assert FolderSource(tmp_path / "native").names() == JsonlSource(tmp_path / "jsonl").names() == ("good",)


def test_import_does_not_overwrite_an_entry_that_differs(
    awm: Awm, data_set: DataSet, make_entry: Callable[..., Entry], tmp_path: Path, capsys: Capture
) -> None:
    mine = make_entry(title="Mine")
    write_entry(mine, tmp_path / "native" / "corner_shop")
    assert awm("registry", "import", data_set.directory, tmp_path / "native") == 1
    assert "holds something" in capsys.readouterr().err
    assert FolderSource(tmp_path / "native").get("corner_shop") == mine
    assert FolderSource(tmp_path / "native").names() == ("bakery_2", "corner_shop")


def test_an_unknown_scenario_stops_a_conversion_before_it_begins(awm: Awm, data_set: DataSet, tmp_path: Path) -> None:
    with pytest.raises(EntryNotFound, match="Did you mean 'bakery_2'"):
        awm("registry", "import", data_set.directory, tmp_path / "native", "--scenario", "corner_shop", "bakery_3")
    assert not (tmp_path / "native").exists()


def test_problems_are_printed_with_file_and_line(awm: Awm, data_set: DataSet, capsys: Capture) -> None:
    assert awm("registry", "problems", data_set.directory) == 0
    data_set.change("gen_envs.jsonl", 2, full_code="")
    assert awm("registry", "problems", data_set.directory) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "data_set: gen_envs.jsonl, line 2: bakery_2: scenario without code: `full_code` is empty"
    )


def test_show_starts_the_app_for_its_tools_if_asked(awm: Awm, data_set: DataSet, capsys: Capture) -> None:
    assert awm("show", "corner_shop", "--source", data_set.directory, "--tools") == 0
    shown = capsys.readouterr().out
    assert "list_items" in shown
    assert "sell_item" in shown
