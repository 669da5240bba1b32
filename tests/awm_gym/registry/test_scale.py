"""A data set as large as AWM-1K, in number: 1,000 scenarios and 20,000 verifiers."""

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from awm_gym.registry import Entry, JsonlSource
from awm_gym.registry.rows import rows_from_entry

SCENARIOS = 1000


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("thousand")


@pytest.fixture
def source(thousand: Path, make_entry: Callable[..., Entry]) -> JsonlSource:
    if not any(thousand.iterdir()):
        entry = make_entry("SCENARIO")
        tasks = tuple(entry.task(0).model_copy(update={"text": f"Task {i} of SCENARIO."}) for i in range(10))
        rows = [(file, json.dumps(row)) for file, row in rows_from_entry(entry.model_copy(update={"tasks": tasks}))]
        for file in {file for file, _ in rows}:
            texts = [text for name, text in rows if name == file]
            with (thousand / file).open("w") as stream:
                for number in reversed(range(SCENARIOS)):
                    for text in texts:
                        name = f"shop_{number}"
                        stream.write(
                            text.replace("SCENARIO", name).replace('scenario": "scenario', f'scenario": "{name}') + "\n"
                        )
    return JsonlSource(thousand)


def test_every_scenario_is_found(source: JsonlSource) -> None:
    assert source.problems() == ()
    assert len(source.names()) == len(source.summaries()) == len(source.quick_names()) == SCENARIOS
    assert source.get("shop_617").task(9).text == "Task 9 of shop_617."
    assert [summary.key for summary in source.search("shop 617 task")] == ["shop_617"]


def test_an_entry_is_read_without_loading_the_files(
    source: JsonlSource, thousand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.names()
    reads: list[int] = []

    class Counting:
        def __init__(self, stream: IO[Any]) -> None:
            self.stream = stream

        def __enter__(self) -> "Counting":
            return self

        def __exit__(self, *args: object) -> None:
            self.stream.close()

        def seek(self, offset: int) -> None:
            self.stream.seek(offset)

        def read(self, size: int) -> bytes:
            reads.append(size)
            return bytes(self.stream.read(size))

    def counting(path: Path, mode: str) -> Counting:
        return Counting(builtins.open(path, mode))

    monkeypatch.setattr("awm_gym.registry.jsonl.open", counting, raising=False)
    monkeypatch.setattr("awm_gym.registry.index.scan_directory", lambda *args: pytest.fail("read the files"))
    entry = source.get("shop_3")
    size = sum(path.stat().st_size for path in thousand.glob("*.jsonl"))
    assert len(reads) == 5 + 2 * len(entry.tasks)
    assert sum(reads) < 2 * size / SCENARIOS
