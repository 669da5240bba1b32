import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from awm_gym.registry import Entry, NearMiss, SampleRows, Solution, Table, Task, ToolCall, Verifier
from awm_gym.runtime import Runtime, Settings
from tests.awm_gym.notes import notes_entry

APP = """\
import os

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite:///corner_shop.db"))
app = FastAPI(title="Corner Shop")


@app.get("/items", operation_id="list_items", summary="List the items")
def list_items() -> list[dict]:
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(text("SELECT * FROM items ORDER BY id"))]


@app.post("/items/{item_id}/sell", operation_id="sell_item", summary="Sell one of an item")
def sell_item(item_id: int) -> dict:
    with engine.begin() as connection:
        sold = connection.execute(
            text("UPDATE items SET stock = stock - 1 WHERE id = :id AND stock > 0"), {"id": item_id}
        )
        if not sold.rowcount:
            raise HTTPException(404, "no such item in stock")
    return {"sold": item_id}
"""

VERIFY_CODE = """\
import sqlite3


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    stocks = []
    for path in (initial_db_path, final_db_path):
        with sqlite3.connect(path) as connection:
            stocks.append(dict(connection.execute("SELECT id, stock FROM items")))
    wanted = {**stocks[0], 1: stocks[0][1] - 1}
    return {"result": "complete" if stocks[1] == wanted else "others"}
"""

VERIFY_SQL = """\
import sqlite3


def verify_task(initial_db_path, final_db_path):
    with sqlite3.connect(final_db_path) as connection:
        return {"stock": dict(connection.execute("SELECT id, stock FROM items"))}
"""


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    """A factory of small entries: a shop with two items; keyword arguments replace fields."""

    def make(name: str = "Corner Shop", **changes: Any) -> Entry:
        ddl = "CREATE TABLE items (\n    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL,\n    stock INTEGER\n);"
        rows = (
            "INSERT INTO items (id, name, stock) VALUES (1, 'Grandma''s jam', 3);",
            "INSERT INTO items (id, name, stock) VALUES (2, 'Rye bread', 8);",
        )
        sell = Task(
            text="Sell one jar of jam.",
            verifiers=(
                Verifier(kind="code", code=VERIFY_CODE),
                Verifier(kind="sql", code=VERIFY_SQL, raw_response='{"reasoning": "one jar less"}'),
            ),
            gold=(Solution(calls=(ToolCall(tool="sell_item", arguments={"item_id": 1}),)),),
            near_misses=(NearMiss(why="bread", calls=(ToolCall(tool="sell_item", arguments={"item_id": 2}),)),),
        )
        fields: dict[str, Any] = {
            "title": "Corner Shop",
            "description": "A small shop that sells jam and bread.",
            "anchor": datetime(2026, 3, 16, 9, tzinfo=UTC),
            "license": "Apache-2.0",
            "provenance": "Written for tests.",
            "tables": (Table(name="items", ddl=ddl, indexes=("CREATE INDEX by_name ON items (name);",)),),
            "data": (SampleRows(table_name="items", insert_statements=rows, reasoning="Two are enough."),),
            "app": APP,
            "tasks": (sell,),
            "db_path": "./outputs/databases/corner_shop.db",
        }
        return Entry(name=name, **{**fields, **changes})

    return make


@pytest.fixture
def awm_data() -> Path:
    """The folder with awm_1k_sample/ and pipeline_run/, which AWM_TEST_DATA names."""
    folder = os.environ.get("AWM_TEST_DATA")
    if not folder:
        pytest.skip("AWM_TEST_DATA does not name the folder with awm_1k_sample/ and pipeline_run/")
    return Path(folder)


@pytest.fixture(scope="session")
def notes() -> Entry:
    return notes_entry()


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """Share a runtime whose limits are reached quickly."""
    with Runtime(Settings(deadline=0.5, load_deadline=3.0, verify_deadline=1.0, grace=0.5)) as runtime:
        yield runtime
