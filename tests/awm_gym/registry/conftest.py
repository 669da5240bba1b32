import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awm_gym.registry import Entry, JsonlSource, export_jsonl


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home and a cache of the test's own, so that nothing depends on the machine."""
    home = tmp_path / "home"
    monkeypatch.setenv("AWM_HOME", str(home))
    monkeypatch.delenv("AWM_REGISTRY", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache"))
    return home


class DataSet:
    """A directory with AWM's JSONL files, to be damaged."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def source(self) -> JsonlSource:
        return JsonlSource(self.directory)

    def lines(self, file: str) -> list[str]:
        return (self.directory / file).read_text().splitlines()

    def write(self, file: str, lines: list[str]) -> None:
        (self.directory / file).write_text("".join(line + "\n" for line in lines))

    def change(self, file: str, line: int, **fields: Any) -> None:
        """Replace fields of a row; lines count from 1."""
        lines = self.lines(file)
        lines[line - 1] = json.dumps({**json.loads(lines[line - 1]), **fields})
        self.write(file, lines)


@pytest.fixture
def data_set(tmp_path: Path, make_entry: Callable[..., Entry]) -> DataSet:
    """Two scenarios, "Corner Shop" on every file's first lines and `bakery_2` on the following ones."""
    directory = tmp_path / "data_set"
    export_jsonl([make_entry(), make_entry("bakery_2", description="A bakery.")], directory)
    return DataSet(directory)


@pytest.fixture
def linked_data(awm_data: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Real data in a folder of the test's own, of links, so that no index is written beside them."""

    def link(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in (awm_data / name).iterdir():
            (folder / file.name).symlink_to(file)
        return folder

    return link
