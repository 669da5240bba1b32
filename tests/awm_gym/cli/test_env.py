"""`awm env check_all` and `reset_db`; `start` and `check` are tested with the server."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from awm_gym.cli import main
from awm_gym.registry import Entry, SampleRows, Table, export_jsonl, write_entry

Make = Callable[..., Entry]

UNSOUND = """
from fastapi import FastAPI, HTTPException, Query

app = FastAPI()


@app.get("/fine", operation_id="fine")
def fine() -> dict:
    return {}


@app.get("/missing", operation_id="missing")
def missing() -> dict:
    raise HTTPException(404, "no such thing")


@app.get("/crash", operation_id="crash")
def crash() -> dict:
    raise ValueError("lost")


@app.get("/nothing", operation_id="nothing")
def nothing(choice: int = Query(..., ge=2, le=1)) -> dict:
    return {}
"""


@pytest.fixture
def files(tmp_path: Path, make_entry: Make, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWM's files with three scenarios, of which one cannot be loaded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWM_HOME", str(tmp_path / "home"))
    bad_row = SampleRows(table_name="items", insert_statements=("INSERT INTO items (id) VALUES (7)",))
    entries = [
        make_entry("Corner Shop"),
        make_entry("Broken", app="import nothing_of_that_name"),
        make_entry("Unsound", app=UNSOUND, data=(*make_entry().data, bad_row)),
    ]
    export_jsonl(entries, tmp_path / "files")
    return tmp_path / "files"


class TestCheckAll:
    def test_one_scenario_that_does_not_load_is_told_and_the_others_are_called(
        self, files: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["env", "check_all", "--input", str(files / "gen_envs.jsonl"), "--json", "out/found.json"]) == 1
        told = capsys.readouterr()
        assert "2 of 3 environments load; 6 tools called" in told.out
        assert "broken does not load" in told.err
        assert "nothing_of_that_name" in told.err

        shop, broken, unsound = json.loads(Path("out/found.json").read_text())
        assert (shop["scenario"], shop["loads"], shop["tools"], shop["warnings"]) == ("corner_shop", True, 2, [])
        assert [call["tool"] for call in shop["calls"]] == ["list_items", "sell_item"]
        assert {call["status"] for call in shop["calls"]} <= {200, 404}
        assert (broken["loads"], broken["calls"]) == (False, [])
        assert {call["tool"]: call["status"] for call in unsound["calls"]} == {
            "fine": 200,
            "missing": 404,
            "crash": 500,
            "nothing": None,  # no argument is valid
        }
        (crash,) = (call for call in unsound["calls"] if call["tool"] == "crash")
        assert crash["detail"] == "ValueError: lost"
        assert any("NOT NULL constraint failed" in warning for warning in unsound["warnings"])

    def test_the_table_counts_answers_by_their_class(self, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert (
            main(["env", "check-all", "--output", str(files / "gen_envs.jsonl"), "--allowed-scenarios", "Unsound"]) == 0
        )
        (row,) = (line for line in capsys.readouterr().out.splitlines() if "unsound" in line)
        assert [cell.strip() for cell in row.strip("│").split("│")] == ["unsound", "yes", "4", "1", "1", "1", "1", "1"]

    def test_the_same_calls_are_made_again(self, files: Path) -> None:
        for name in ("one.json", "two.json"):
            main(["env", "check_all", "--input", str(files / "gen_envs.jsonl"), "--json", name])
        assert Path("one.json").read_text() == Path("two.json").read_text()

    def test_only_what_is_allowed_is_checked(self, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["env", "check_all", "--input", str(files), "--allowed_scenarios", "Corner Shop,unsound"]) == 0
        assert "2 of 2 environments load" in capsys.readouterr().out

    def test_a_folder_of_entries_with_a_damaged_one(
        self, tmp_path: Path, files: Path, make_entry: Make, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("shop", "damaged"):
            write_entry(make_entry(name), tmp_path / "entries" / name)
        (tmp_path / "entries" / "damaged" / "app.py").unlink()
        assert main(["env", "check_all", "--input", "entries"]) == 1
        told = capsys.readouterr()
        assert "1 of 2 environments load" in told.out
        assert "damaged does not load: expected a file" in told.err

    @pytest.mark.parametrize("source", ["files/gen_envs.jsonl", "files"])
    def test_a_scenario_whose_row_is_damaged_does_not_load(
        self, files: Path, source: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with (files / "gen_envs.jsonl").open("r+b") as lines:
            lines.write(b"no {JSON}")
        assert main(["env", "check_all", "--input", source]) == 1
        told = capsys.readouterr()
        assert "1 of 3 environments load" in told.out
        assert "gen_envs.jsonl" in told.err

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--input", "nowhere"], "nowhere"),
            (["--input", "files/gen_db.jsonl"], "full_code: Field required"),
            (["--input", "files", "--allowed_scenarios", "brken"], "did you mean 'broken'?"),
            (["--input", "files", "--output", "files"], "not allowed with"),
            ([], "--input"),
            (["--input", "files", "--allowed_scenarios", "unsound", "--json", "files/gen_db.jsonl/x"], "is none"),
        ],
    )
    def test_bad_input_is_named(
        self, files: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["env", "check_all", *options]) == 2
        assert told in capsys.readouterr().err


class TestResetDb:
    OPTIONS = ("--input_db", "files/gen_db.jsonl", "--input_sample", "files/gen_sample.jsonl")

    @pytest.fixture
    def files(self, tmp_path: Path, make_entry: Make, monkeypatch: pytest.MonkeyPatch) -> Path:
        """AWM's files of a shop, and of one with a price list of which a row points nowhere; neither has an app."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("AWM_HOME", str(tmp_path / "home"))
        prices = Table(name="prices", ddl="CREATE TABLE prices (item INTEGER REFERENCES items (id), cents INTEGER)")
        inserts = ("INSERT INTO prices VALUES (1, 450)", "INSERT INTO prices VALUES (99, 100)", "INSERT 'Grandma\\'s'")
        plain = make_entry()
        priced = make_entry(
            "Shop & Prices",
            tables=(*plain.tables, prices),
            data=(*plain.data, SampleRows(table_name="prices", insert_statements=inserts)),
        )
        export_jsonl([plain, priced], tmp_path / "files")
        for file in ("gen_envs.jsonl", "gen_tasks.jsonl"):
            (tmp_path / "files" / file).unlink()
        return tmp_path / "files"

    def test_builds_the_databases_as_the_publisher_does(self, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["env", "reset_db", *self.OPTIONS]) == 0
        assert sorted(path.name for path in Path("outputs/databases").iterdir()) == ["corner_shop.db", "shop_prices.db"]
        assert _rows("outputs/databases/corner_shop.db", "SELECT name, stock FROM items") == [
            ("Grandma's jam", 3),
            ("Rye bread", 8),
        ]
        assert _rows("outputs/databases/shop_prices.db", "SELECT * FROM prices") == [(1, 450)]
        told = capsys.readouterr()
        assert "shop_prices: left out, FOREIGN KEY constraint failed: INSERT INTO prices VALUES (99, 100)" in told.err
        assert "shop_prices: left out, near " in told.err
        assert "2 of 2 databases built in outputs/databases; 2 statements mended or left out" in told.out

    def test_only_some_and_over_what_is_there(self, files: Path) -> None:
        Path("mine").mkdir()
        Path("mine/corner_shop.db").write_text("old")
        assert main(["env", "reset-db", *self.OPTIONS, "--scenarios", "Corner Shop", "--database-dir", "mine"]) == 0
        assert [path.name for path in Path("mine").iterdir()] == ["corner_shop.db"]
        assert _rows("mine/corner_shop.db", "SELECT count(*) FROM items") == [(2,)]

    def test_the_same_file_is_built_again(self, files: Path, make_entry: Make) -> None:
        table = Table(name="log", ddl="CREATE TABLE log (id INTEGER, at TEXT DEFAULT CURRENT_TIMESTAMP, x REAL)")
        rows = SampleRows(table_name="log", insert_statements=("INSERT INTO log (id, x) VALUES (1, random())",))
        export_jsonl([make_entry("Log", tables=(table,), data=(rows,))], Path("logs"))
        built = []
        for _ in range(2):
            options = ("--input_db", "logs/gen_db.jsonl", "--input_sample", "logs/gen_sample.jsonl")
            assert main(["env", "reset_db", *options]) == 0
            built.append(Path("outputs/databases/log.db").read_bytes())
        assert built[0] == built[1]

    def test_scenarios_that_cannot_be_built_whole_are_told(
        self, files: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with (files / "gen_db.jsonl").open("a") as schemas:
            schemas.write("no JSON\n")
        lines = (files / "gen_sample.jsonl").read_text().splitlines(keepends=True)
        (files / "gen_sample.jsonl").write_text(lines[0])
        assert main(["env", "reset_db", *self.OPTIONS]) == 1
        told = capsys.readouterr()
        assert "shop_prices: built without rows, files/gen_sample.jsonl has none of it" in told.err
        assert "gen_db.jsonl, line 3: content: Invalid JSON" in told.err
        assert "1 of 2 databases built" in told.out
        assert _rows("outputs/databases/shop_prices.db", "SELECT count(*) FROM items") == [(0,)]

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--input_db", "none.jsonl"], "expected a file like AWM's gen_db.jsonl at none.jsonl: No such file"),
            (["--scenarios", "croner_shop"], "did you mean 'corner_shop'?"),
            (["--database_dir", "files/gen_db.jsonl"], "expected a place where a file can be written"),
        ],
    )
    def test_bad_input_is_named(
        self, files: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["env", "reset_db", *self.OPTIONS, *options]) == 2
        assert told in capsys.readouterr().err


def _rows(database: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()
