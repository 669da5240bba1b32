import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awm_gym.errors import EntryError, EntryNotFound, SourceError
from awm_gym.registry import (
    Entry,
    JsonlSource,
    SampleRows,
    Table,
    Task,
    Verifier,
    anchor_for,
    export_jsonl,
)
from awm_gym.registry.index import INDEX_NAME

from .conftest import DataSet

MakeEntry = Callable[..., Entry]

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\n\r\u2028\0"\\{}'), max_size=20)
codes = texts.map(lambda text: f"#{text}")
shared_entries = st.builds(
    Entry,
    name=texts.map(lambda text: f"a{text}"),
    description=texts,
    anchor=st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    tables=st.lists(
        st.builds(Table, name=texts, ddl=texts, indexes=st.lists(texts, max_size=2).map(tuple)), min_size=1, max_size=2
    ).map(tuple),
    data=st.lists(
        st.builds(
            SampleRows, table_name=texts, insert_statements=st.lists(texts, max_size=2).map(tuple), reasoning=texts
        ),
        max_size=2,
    ).map(tuple),
    app=codes,
    tasks=st.lists(
        st.builds(
            Task,
            text=texts,
            verifiers=st.lists(
                st.builds(Verifier, kind=st.sampled_from(["code", "sql"]), code=codes, raw_response=texts),
                max_size=2,
                unique_by=lambda verifier: verifier.kind,
            ).map(tuple),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    spec=st.none() | st.dictionaries(texts, texts | st.integers() | st.none(), max_size=2),
    db_path=texts,
)
SHARED = {"name", "description", "tables", "data", "app", "tasks", "spec", "db_path"}


def problems(data_set: DataSet) -> list[str]:
    return [str(problem) for problem in data_set.source.problems()]


@settings(max_examples=40)
@given(st.lists(shared_entries, min_size=1, max_size=2, unique_by=lambda entry: entry.key))
def test_what_the_formats_share_survives_export_and_import(entries: list[Entry]) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        export_jsonl(entries, first)
        source = JsonlSource(first)
        imported = [source.get(entry.key) for entry in entries]
        export_jsonl(imported, second)
        again = [JsonlSource(second).get(entry.key) for entry in entries]
    assert [entry.model_dump(include=SHARED) for entry in imported] == [
        entry.model_dump(include=SHARED) for entry in entries
    ]
    assert again == imported


@pytest.mark.parametrize(("name", "count"), [("awm_1k_sample", 15), ("pipeline_run", 5)])
def test_real_files_come_back_byte_for_byte(
    linked_data: Callable[[str], Path], tmp_path: Path, name: str, count: int
) -> None:
    directory = linked_data(name)
    source = JsonlSource(directory)
    entries = [source.get(key) for key in source.names()]
    assert len(entries) == count
    assert source.problems() == ()
    written = export_jsonl(entries, tmp_path / "export")
    for path in written:
        if (directory / path.name).exists():
            assert sorted(path.read_bytes().splitlines()) == sorted((directory / path.name).read_bytes().splitlines())
    assert {path.name for path in directory.glob("*.jsonl")} <= {path.name for path in written}
    again = JsonlSource(tmp_path / "export")
    assert [again.get(entry.key) for entry in entries] == entries


def test_counts_are_computed_and_absent_parts_leave_no_file(make_entry: MakeEntry, tmp_path: Path) -> None:
    export_jsonl([make_entry(tasks=(Task(text="Buy."),), db_path=None)], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"gen_{part}.jsonl" for part in ("scenario", "tasks", "db", "sample", "envs")
    }
    sample = json.loads((tmp_path / "gen_sample.jsonl").read_text())
    assert (sample["tables_count"], sample["inserts_count"]) == (1, 2)
    assert json.loads((tmp_path / "gen_envs.jsonl").read_text())["db_path"] == "./outputs/databases/corner_shop.db"


def test_an_export_overwrites_nothing_and_appears_complete_or_not_at_all(make_entry: MakeEntry, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'corner_shop' twice"):
        export_jsonl([make_entry(), make_entry("corner shop")], tmp_path)
    with pytest.raises(EntryError, match="corner_shop: expected content"):
        export_jsonl([make_entry(description="\ud800")], tmp_path)
    assert list(tmp_path.iterdir()) == []
    export_jsonl([make_entry()], tmp_path)
    with pytest.raises(SourceError, match=r"without gen_scenario\.jsonl"):
        export_jsonl([make_entry()], tmp_path)


def test_a_scenarios_rows_are_joined_whatever_their_order_and_spelling(data_set: DataSet) -> None:
    before = data_set.source.get("corner_shop")
    for file in ("gen_db.jsonl", "gen_tasks.jsonl", "gen_verifier.jsonl"):
        data_set.write(file, data_set.lines(file)[::-1])
    data_set.change("gen_db.jsonl", 2, scenario="CORNER-SHOP")
    source = data_set.source
    assert source.names() == ("bakery_2", "corner_shop")
    assert source.get("awm/corner_shop-v0") == before
    assert before.name == "Corner Shop"
    assert [summary.model_dump() for summary in source.summaries()] == [
        {"key": "bakery_2", "title": "Bakery 2", "description": "A bakery.", "tasks": 1},
        {
            "key": "corner_shop",
            "title": "Corner Shop",
            "description": "A small shop that sells jam and bread.",
            "tasks": 1,
        },
    ]


def test_four_files_are_enough(data_set: DataSet) -> None:
    for file in ("gen_scenario.jsonl", "gen_verifier.jsonl", "gen_verifier.pure_code.jsonl"):
        (data_set.directory / file).unlink()
    entry = data_set.source.get("Corner Shop")
    assert problems(data_set) == []
    assert (entry.name, entry.description, entry.spec) == ("Corner Shop", "", None)
    assert entry.tasks == (Task(text="Sell one jar of jam."),)
    assert entry.anchor == anchor_for(entry.data, entry.tasks)


def test_the_first_of_duplicate_rows_counts(data_set: DataSet) -> None:
    file = "gen_verifier.pure_code.jsonl"
    row = json.loads(data_set.lines(file)[0])
    row["verification"]["code"] = "second"
    data_set.write(file, [*data_set.lines(file), json.dumps(row)])
    assert "second" not in data_set.source.get("corner_shop").task(0).verifier("code").code
    assert problems(data_set) == [f"{file}, line 3: corner_shop: duplicate row; the first, on line 1, counts"]


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ('{"scenario": "Corner Shop", "db', "damaged line: content: Invalid JSON"),
        ("\ufffd", "damaged line: content: Invalid JSON"),
        ('["a list"]', "damaged line: content: "),
        ('{"scenario": "Corner Shop", "full_code": 3}', "damaged line: full_code: "),
        ('{"scenario": "Corner Shop", "full_code": " "}', "corner_shop: scenario without code"),
        ('{"scenario": "!", "full_code": "x"}', "has no letter or digit"),
    ],
)
def test_a_damaged_row_is_named_and_the_rest_still_works(data_set: DataSet, damage: str, finding: str) -> None:
    data_set.write("gen_envs.jsonl", [damage, "", data_set.lines("gen_envs.jsonl")[1]])
    found = problems(data_set)
    assert found[0].startswith("gen_envs.jsonl, line 1: ")
    assert finding in found[0]
    assert found[1] == "gen_envs.jsonl: corner_shop: left out: the scenario has no usable row here"
    assert len(found) == 2
    assert data_set.source.names() == ("bakery_2",)
    assert data_set.source.get("bakery_2").name == "bakery_2"
    with pytest.raises(EntryNotFound, match=r"no entry 'corner_shop' in .* that can run: gen_envs\.jsonl"):
        data_set.source.get("corner_shop")


def test_bytes_that_are_no_text_are_named(data_set: DataSet) -> None:
    path = data_set.directory / "gen_scenario.jsonl"
    path.write_bytes(b'{"name": "\xff"}\n' + path.read_bytes())
    assert problems(data_set)[0].startswith("gen_scenario.jsonl, line 1: damaged line: ")
    assert len(data_set.source.names()) == 2


def test_a_missing_file_is_named_once(data_set: DataSet) -> None:
    (data_set.directory / "gen_sample.jsonl").unlink()
    assert data_set.source.names() == ()
    assert problems(data_set) == ["gen_sample.jsonl: missing; no scenario can run without it"]


def test_verifiers_that_fit_no_task_or_are_missing_are_named(data_set: DataSet) -> None:
    file = "gen_verifier.jsonl"
    data_set.change(file, 1, task_idx=7)
    data_set.change(file, 2, task="Another text.")
    assert problems(data_set) == [
        f"{file}, line 1: corner_shop: verifier of task 7, which gen_tasks does not have",
        f"{file}, line 2: bakery_2: verifier of task 0 has another text than gen_tasks, which counts",
        f"{file}: corner_shop: no usable verifier for the tasks 0",
    ]
    assert data_set.source.get("bakery_2").task(0).text == "Sell one jar of jam."
    assert [verifier.kind for verifier in data_set.source.get("corner_shop").task(0).verifiers] == ["code"]


def test_the_index_is_built_once_and_again_when_a_file_changes(data_set: DataSet) -> None:
    source, index = data_set.source, data_set.directory / INDEX_NAME
    source.names()
    built = index.stat().st_ino, index.stat().st_mtime_ns
    assert source.get("bakery_2") == JsonlSource(data_set.directory).get("bakery_2")
    assert (index.stat().st_ino, index.stat().st_mtime_ns) == built
    data_set.change("gen_tasks.jsonl", 2, tasks=["A", "B"])
    assert len(source.get("bakery_2").tasks) == 2
    (data_set.directory / "gen_envs.jsonl").unlink()
    assert source.names() == ()


def test_a_damaged_index_is_built_anew(data_set: DataSet) -> None:
    names = data_set.source.names()
    (data_set.directory / INDEX_NAME).write_bytes(b"no database")
    assert data_set.source.names() == names


def test_a_change_that_the_clock_does_not_show_is_noticed_when_reading(data_set: DataSet) -> None:
    path = data_set.directory / "gen_envs.jsonl"
    data_set.source.names()
    status = path.stat()
    content = path.read_bytes()
    path.write_bytes(content[::-1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(SourceError, match="changed while it was read"):
        data_set.source.get("corner_shop")


def test_listing_reads_the_index_only(data_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    data_set.source.names()
    monkeypatch.setattr("awm_gym.registry.jsonl.open", lambda *args: pytest.fail("opened a file"), raising=False)
    monkeypatch.setattr("awm_gym.registry.index.scan_directory", lambda *args: pytest.fail("read the files"))
    source = data_set.source
    assert source.names() == source.quick_names() == ("bakery_2", "corner_shop")
    assert len(source.summaries()) == len(source.search("jam")) == 2


def test_a_read_only_directory_is_indexed_in_the_cache(data_set: DataSet, tmp_path: Path) -> None:
    data_set.directory.chmod(0o555)
    try:
        assert len(data_set.source.names()) == 2
    finally:
        data_set.directory.chmod(0o755)
    assert not (data_set.directory / INDEX_NAME).exists()
    assert len(list((tmp_path / "cache/index").iterdir())) == 1


def test_an_interrupted_build_leaves_nothing(data_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("awm_gym.registry.index.add_texts", interrupt)
        with pytest.raises(KeyboardInterrupt):
            data_set.source.names()
    assert {path.suffix for path in data_set.directory.iterdir()} == {".jsonl"}
    assert len(data_set.source.names()) == 2


def test_what_a_killed_build_left_is_removed(data_set: DataSet) -> None:
    leftover = data_set.directory / f"{INDEX_NAME}.killed.tmp"
    leftover.write_bytes(b"half")
    data_set.source.names()
    assert not leftover.exists()


def test_two_processes_may_index_at_once(data_set: DataSet) -> None:
    script = "import sys; from awm_gym.registry import JsonlSource; print(JsonlSource(sys.argv[1]).names())"
    command = [sys.executable, "-c", script, str(data_set.directory)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = {process.communicate()[0] for process in processes}
    assert outputs == {"('bakery_2', 'corner_shop')\n"}
    assert [path.name for path in data_set.directory.glob(".*")] == [INDEX_NAME]


def test_names_for_registration_are_told_without_an_index(data_set: DataSet) -> None:
    data_set.write("gen_tasks.jsonl", ["damaged", *data_set.lines("gen_tasks.jsonl")])
    assert data_set.source.quick_names() == ("bakery_2", "corner_shop")
    assert not (data_set.directory / INDEX_NAME).exists()
    assert JsonlSource(data_set.directory / "nowhere").quick_names() == ()


def test_search_finds_all_words_by_their_stems_in_names_descriptions_and_tasks(data_set: DataSet) -> None:
    def found(words: str) -> list[str]:
        return [summary.key for summary in data_set.source.search(words)]

    assert found("bakeries") == ["bakery_2"]
    assert found("SELLS bread") == ["corner_shop"]
    assert found("jar") == ["bakery_2", "corner_shop"]
    assert found("jar corner_sho") == ["corner_shop"]
    assert found("jar plane") == []
    assert found('" OR * (') == found("") == []


def test_progress_is_shown_on_a_terminal_only(data_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr(sys, "stderr", stream)
        (data_set.directory / INDEX_NAME).unlink(missing_ok=True)
        data_set.source.names()
        assert ("Indexing" in stream.getvalue()) is shown


def test_a_directory_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"expected a directory .* {tmp_path / 'nowhere'} is none"):
        JsonlSource(tmp_path / "nowhere").names()
