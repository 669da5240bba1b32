import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from awm_gym.errors import EntryError, EntryNotFound, SourceError
from awm_gym.registry import (
    Catalog,
    Entry,
    FolderSource,
    JsonlSource,
    bundled_location,
    data_home,
    discover,
    entry_names,
    export_jsonl,
    get_entry,
    open_source,
    write_entry,
)

from .conftest import DataSet

MakeEntry = Callable[..., Entry]


@pytest.fixture
def folder(tmp_path: Path, make_entry: MakeEntry) -> Path:
    """A folder with the entries `corner_shop` and `flower_shop`."""
    folder = tmp_path / "folder"
    write_entry(make_entry(), folder / "corner_shop")
    write_entry(make_entry("Flower Shop", description="It sells tulips."), folder / "flower_shop")
    return folder


def shop_of(make_entry: MakeEntry, path: Path, title: str, name: str = "Corner Shop") -> FolderSource:
    write_entry(make_entry(name, title=title), path / name.lower().replace(" ", "_"))
    return FolderSource(path)


def test_a_folder_of_entries_is_a_source(folder: Path, make_entry: MakeEntry) -> None:
    source = open_source(folder)
    assert (source.name, source.location) == ("folder", folder)
    assert source.names() == source.quick_names() == ("corner_shop", "flower_shop")
    assert source.get("Corner Shop") == source.get("awm/corner_shop-v0") == make_entry()
    assert [(summary.key, summary.title, summary.tasks) for summary in source.summaries()] == [
        ("corner_shop", "Corner Shop", 1),
        ("flower_shop", "Corner Shop", 1),
    ]
    assert [summary.key for summary in source.search("tulip")] == ["flower_shop"]
    assert {summary.key for summary in source.search("jar")} == {"corner_shop", "flower_shop"}
    assert source.problems() == ()


def test_one_entrys_folder_is_a_source(folder: Path, make_entry: MakeEntry) -> None:
    source = open_source(folder / "corner_shop")
    assert source.names() == ("corner_shop",)
    assert source.get("corner_shop") == make_entry()
    assert source.problems() == ()


def test_a_directory_with_awms_files_is_a_source(data_set: DataSet) -> None:
    source = open_source(str(data_set.directory))
    assert isinstance(source, JsonlSource)
    assert source.names() == ("bakery_2", "corner_shop")


def test_what_is_no_source_is_refused_with_what_was_expected(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"expected .*empty to hold entries .* it holds none of these"):
        open_source(tmp_path / "empty")
    with pytest.raises(SourceError, match=r"nowhere is none$"):
        open_source(tmp_path / "nowhere")
    with pytest.raises(SourceError, match=f"did you mean its folder, {folder}/corner_shop"):
        open_source(folder / "corner_shop" / "app.py")


def test_the_names_of_a_folder_are_told_without_reading_an_entry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"read {path}"))
    assert FolderSource(folder).names() == ("corner_shop", "flower_shop")


def test_damaged_entries_are_named_and_the_others_still_work(folder: Path, make_entry: MakeEntry) -> None:
    (folder / "corner_shop" / "entry.toml").write_text("title = 3\n")
    (folder / "flower_shop").rename(folder / "Florist")
    write_entry(make_entry(), folder / "good" / "nested")
    (folder / "good" / "nested").rename(folder / "nested")
    for odd in ("florist", "☃"):
        write_entry(make_entry(), folder / odd)
    source = FolderSource(folder)
    assert source.names() == ("corner_shop", "florist", "nested")
    with pytest.raises(EntryError, match=r"entry\.toml: name: Field required; title: .*; anchor: Field required"):
        source.get("corner_shop")
    with pytest.raises(
        EntryError, match=r"expected the name in .* to be that of its folder, 'florist'; got 'Flower Shop'"
    ):
        source.get("florist")
    assert [(problem.file, problem.scenario) for problem in source.problems()] == [
        ("corner_shop", "corner_shop"),
        ("Florist", "florist"),
        ("nested", "nested"),
        ("florist", ""),
        ("☃", ""),
    ]
    damaged, *_ = source.summaries()
    assert damaged.description.startswith("damaged: ")
    assert "title" in damaged.description
    (folder / "Florist" / "tasks" / "00" / "task.txt").unlink()
    assert {summary.key for summary in source.search("jar")} == {"corner_shop", "nested"}


def test_a_later_source_shadows_an_earlier_one_and_the_first_use_says_so_once(
    tmp_path: Path, make_entry: MakeEntry, caplog: pytest.LogCaptureFixture
) -> None:
    weak = shop_of(make_entry, tmp_path / "weak", "Weak")
    strong = shop_of(make_entry, tmp_path / "strong", "Strong")
    write_entry(make_entry("Bakery"), weak.location / "bakery")
    catalog = Catalog([weak, strong])
    with caplog.at_level(logging.WARNING, "awm_gym"):
        assert catalog.get("bakery").key == "bakery"
        assert caplog.messages == []
        assert [catalog.get("corner_shop").title for _ in range(2)] == ["Strong", "Strong"]
        assert Catalog([weak, strong]).get("Corner Shop").title == "Strong"
    (message,) = caplog.messages
    assert "'corner_shop' is taken from source 'strong'" in message
    assert "shadows that of 'weak'" in message
    assert catalog.names() == ("bakery", "corner_shop")
    assert [(source.name, summary.key) for source, summary in catalog.summaries()] == [
        ("weak", "bakery"),
        ("strong", "corner_shop"),
    ]
    assert [(source.name, summary.key) for source, summary in catalog.search("jar")] == [
        ("strong", "corner_shop"),
        ("weak", "bakery"),
    ]


def test_a_source_is_pinned_by_name_or_path(
    tmp_path: Path, make_entry: MakeEntry, caplog: pytest.LogCaptureFixture
) -> None:
    weak = shop_of(make_entry, tmp_path / "weak", "Weak")
    catalog = Catalog([weak, shop_of(make_entry, tmp_path / "strong", "Strong")])
    for pin in ("weak", tmp_path / "weak", str(tmp_path / "weak" / "..") + "/weak"):
        assert catalog.get("corner_shop", source=pin).title == "Weak"
    shop_of(make_entry, tmp_path / "elsewhere", "Elsewhere")
    assert catalog.get("corner_shop", source=tmp_path / "elsewhere").title == "Elsewhere"
    assert caplog.messages == []
    with pytest.raises(SourceError, match=r"name \('weak', 'strong'\) or a path, got 'wek'"):
        catalog.get("corner_shop", source="wek")
    namesake = shop_of(make_entry, tmp_path / "other" / "weak", "Namesake")
    with pytest.raises(SourceError, match="'weak' is the name of several"):
        Catalog([weak, namesake]).source("weak")


def test_an_unknown_name_suggests_the_nearest_and_says_how_to_get_awm_1k(folder: Path, own_home: Path) -> None:
    with pytest.raises(EntryNotFound) as error:
        Catalog([FolderSource(folder)]).get("cornershop")
    assert str(error.value) == (
        f"no entry 'cornershop' in {folder}. Did you mean 'corner_shop'? "
        "The 1,000 environments of AWM-1K are not on this machine: get them with "
        "`hf download Snowflake/AgentWorldModel-1K --repo-type dataset "
        f"--local-dir {own_home / 'awm_1k'}`."
    )


def test_a_scenario_that_cannot_run_is_found_with_what_it_lacks(data_set: DataSet, own_home: Path) -> None:
    data_set.change("gen_envs.jsonl", 1, full_code="")
    own_home.mkdir()
    data_set.directory.rename(own_home / "awm_1k")
    with pytest.raises(EntryNotFound) as error:
        get_entry("corner_shop")
    assert "gen_envs.jsonl, line 1: scenario without code" in str(error.value)
    assert "hf download" not in str(error.value)


def test_the_stack_is_bundled_then_awm_1k_then_the_users_folders(
    tmp_path: Path, own_home: Path, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_jsonl([make_entry("corner shop")], own_home / "awm_1k")
    shop_of(make_entry, own_home / "registry", "Home")
    first, second = (shop_of(make_entry, tmp_path / name, name).location for name in ("first", "second"))
    third = tmp_path / "third"
    export_jsonl([make_entry()], third)
    monkeypatch.setenv("AWM_REGISTRY", os.pathsep.join([str(first), "", str(second)]))
    catalog = discover([third])
    assert [source.name for source in catalog.sources] == [
        "bundled", "awm_1k", "home", "first", "second", "third",
    ]  # fmt: skip
    assert catalog.get("corner_shop", source="awm_1k").license == "CC-BY-4.0"
    assert "AgentWorldModel-1K" in catalog.get("corner_shop", source="awm_1k").provenance
    assert catalog.get("corner_shop", source="home").title == "Home"
    assert get_entry("corner_shop").title == "second"
    assert catalog.get("corner_shop").provenance == "Read from Agent World Model's JSONL files."
    assert set(entry_names()) == {*catalog.sources[0].names(), "corner_shop"}


def test_bundled_entries_are_there_without_any_setting(own_home: Path) -> None:
    (bundled,) = discover().sources
    assert (bundled.name, bundled.location) == ("bundled", bundled_location())
    assert "e_commerce_33" in bundled.names()
    assert entry_names() == bundled.names()
    assert not own_home.exists()


def test_a_wrong_folder_in_awm_registry_is_an_error_of_use_but_not_of_registration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWM_REGISTRY", str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match="nowhere"):
        get_entry("e_commerce_33")
    assert "e_commerce_33" in entry_names()
    assert "AWM_REGISTRY: expected a folder of entries" in caplog.messages[0]


def test_the_data_home_is_the_platforms_unless_awm_home_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWM_HOME", str(tmp_path))
    assert data_home() == tmp_path
    monkeypatch.delenv("AWM_HOME")
    assert data_home().name == "awm_gym"
