"""Entries that are hostile before the first call: they open, or are an EnvironmentBroken that says why."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from awm_gym.errors import EnvironmentBroken
from awm_gym.registry import SampleRows, Table
from awm_gym.runtime import Runtime
from awm_gym.spaces import ToolCallSpace
from tests.awm_gym.hostile.conftest import LIMITS, slow_ones
from tests.awm_gym.hostile.shell import CHANNELS, shell_entry
from tests.awm_gym.notes import NOTES

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 9, count(*) FROM n"

BROKEN = {
    "an app that never loads": ({"app": "while True: pass"}, "longer than"),
    "an app that swallows its deadline": (
        {"app": "while True:\n  try:\n    while True: pass\n  except BaseException: pass"},
        "longer than|silent",
    ),
    "an app that ends the process": ({"app": "import os; os._exit(0)"}, "process ended"),
    "an app that takes all memory": ({"app": "x = bytearray(1 << 40)"}, "MemoryError"),
    "an app that is a bomb of brackets": ({"app": "x = " + "(" * 100_000}, "SyntaxError|MemoryError|Recursion|died"),
    "an app of fifty megabytes": ({"app": "x = 1\n" * 8_000_000}, "longer than|silent|MemoryError|FastAPI|ended"),
    "an app that is no text": ({"app": "x = '\\ud800'\n\ud800"}, "Error"),
    "an app that raises what it likes": ({"app": "raise BaseException"}, "BaseException|ended"),
    "an app that answers for its host": (
        {"app": CHANNELS + "import struct\nos.write(control, struct.pack('>II', 2, 0) + b'{}')"},
        "nonsense",
    ),
    "an app that tells of tools that are none": (
        {
            "app": CHANNELS + "import json, struct\n"
            "told = json.dumps({'tools': [1, 2], 'sandbox': {}}).encode()\n"
            "os.write(control, struct.pack('>II', len(told), 0) + told)"
        },
        "expected a tool",
    ),
    "an app whose start hangs": (
        {
            "app": "import asyncio\nfrom contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n"
            "@asynccontextmanager\nasync def life(app):\n    await asyncio.sleep(1000)\n    yield\n"
            "app = FastAPI(lifespan=life)"
        },
        "longer than",
    ),
    "data that never ends": (
        {"data": (SampleRows(table_name="notes", insert_statements=(f"INSERT INTO notes (id, body) {FOREVER}",)),)},
        "longer than|silent",
    ),
}

HARMLESS_SQL = {
    "attaches": "ATTACH DATABASE '/etc/passwd' AS other",
    "writes a copy": "VACUUM INTO '/dev/shm/awm-copy.db'",
    "fills": "INSERT INTO notes (body) SELECT zeroblob(100000000)",
    "breaks its schema": "PRAGMA writable_schema = ON",
    "is half a statement": "INSERT INTO notes (body) VALUES ('",
    "is no text": "INSERT INTO notes (body) VALUES ('\ud800')",
}


@pytest.fixture(scope="module")
def impatient() -> Iterator[Runtime]:
    """A runtime that waits for no app for long."""
    with Runtime(replace(LIMITS, load_deadline=1.0, host_bytes=2048 << 20)) as runtime:
        yield runtime


@pytest.mark.parametrize("what", slow_ones(BROKEN, ["an app of fifty megabytes", "an app whose start hangs"]))
def test_an_entry_that_cannot_be_brought_up_is_named_with_the_reason(impatient: Runtime, what: str) -> None:
    changes, reason = BROKEN[what]
    began = time.monotonic()
    with pytest.raises(EnvironmentBroken, match=reason):
        impatient.open(shell_entry("broken", **changes))
    assert time.monotonic() - began < 12


def test_a_broken_entry_is_no_trouble_for_others(runtime: Runtime) -> None:
    with runtime.open(shell_entry()) as session:
        session.call("add_note", {"body": "milk"})
        with pytest.raises(EnvironmentBroken):
            runtime.open(shell_entry("broken", app="import os; os._exit(0)"))
        assert session.verify().outcome == "complete"


@pytest.mark.parametrize("what", HARMLESS_SQL)
def test_hostile_statements_fall_out_when_the_database_is_built(runtime: Runtime, what: str) -> None:
    rows = SampleRows(table_name="notes", insert_statements=(HARMLESS_SQL[what],))
    with runtime.open(shell_entry(f"sql that {what}", data=(rows,))) as session:
        session.call("add_note", {"body": "milk"})
        assert session.verify().outcome == "complete"


def test_an_entry_without_tables_needs_no_host_more_than_others(runtime: Runtime) -> None:
    entry = shell_entry("empty", tables=(), data=(), app="from fastapi import FastAPI\napp = FastAPI()")
    sessions = [runtime.open(entry) for _ in range(4)]
    assert len({session._host for session in sessions}) == 1
    assert sessions[0].verify().outcome == "judge_error"


# -- tools that are a burden ----------------------------------------------------------------------------------

HEAD = "from fastapi import FastAPI\nfrom pydantic import BaseModel\nfrom typing import *\napp = FastAPI()\n"

THOUSANDS = HEAD + "for i in range(5000):\n    app.get(f'/t{i}', operation_id=f'tool_{i}')(lambda: {})\n"

RECURSIVE = HEAD + (
    "class Node(BaseModel):\n    left: 'Node | None' = None\n    right: 'Node | None' = None\n"
    "@app.post('/n', operation_id='grow')\ndef grow(node: Node): return {}\n"
)

FANNED_OUT = (
    HEAD
    + "".join(
        f"class M{level}(BaseModel):\n"
        + ("".join(f"    f{i}: 'M{level + 1}'\n" for i in range(20)) if level < 12 else "    x: int\n")
        for level in range(13)
    )
    + "@app.post('/n', operation_id='grow')\ndef grow(node: M0): return {}\n"
)

NAMES = ["a\nb", "x" * 10_000, "naïve ☃", "", " ", "'; DROP TABLE notes; --", "../../etc/passwd", "\u202eevil", "a\0b"]

NAMED = HEAD + f"for i, name in enumerate({NAMES!r}):\n    app.get(f'/t{{i}}', operation_id=name)(lambda: {{}})\n"


@pytest.mark.slow
def test_five_thousand_tools_are_tools(runtime: Runtime) -> None:
    with runtime.open(shell_entry("thousands", app=THOUSANDS)) as session:
        assert len(session.tools) == 5000
        assert session.call("tool_4999").kind == "ok"
        assert ToolCallSpace(session.tools, seed=0).sample()["tool"]


def test_a_recursive_schema_ends(runtime: Runtime) -> None:
    with runtime.open(shell_entry("recursive", app=RECURSIVE)) as session:
        assert session.call("grow", {"left": {"left": {}}}).kind == "ok"
        assert ToolCallSpace(session.tools, seed=0).sample()["tool"]


def test_a_schema_that_would_fill_the_memory_is_refused_in_time(impatient: Runtime) -> None:
    with pytest.raises(EnvironmentBroken, match=r"longer than|MemoryError|died"):
        impatient.open(shell_entry("fanned out", app=FANNED_OUT))


def test_names_of_tools_are_only_names(runtime: Runtime) -> None:
    with runtime.open(shell_entry("named", app=NAMED)) as session:
        names = [tool.name for tool in session.tools]
        assert set(NAMES) - {""} <= set(names)
        assert {session.call(name).kind for name in names} == {"ok"}
        space = ToolCallSpace(session.tools, seed=0)
        assert all(space.contains({"tool": name, "arguments": {}}) for name in names)


def test_a_schema_cannot_be_nested_deeper_than_others_can_walk(runtime: Runtime) -> None:
    app = HEAD + (
        "from fastapi import Body\n"
        "schema = {}\nfor _ in range(150): schema = {'type': 'array', 'items': schema}\n"
        "extra = {'parameters': [{'name': 'x', 'in': 'query', 'schema': schema}]}\n"
        "@app.get('/deep', operation_id='deep', openapi_extra=extra)\n"
        "def deep(): return {}\n"
    )
    with pytest.raises(EnvironmentBroken, match="levels"):
        runtime.open(shell_entry("deep", app=app))


def test_a_table_with_a_hostile_name_is_a_table(runtime: Runtime) -> None:
    name = 'x"; DROP TABLE notes; --'
    table = Table(name=name, ddl='CREATE TABLE "x""; DROP TABLE notes; --" (a)')
    with runtime.open(shell_entry("hostile table", tables=(NOTES, table))) as session:
        insert = 'INSERT INTO "x""; DROP TABLE notes; --" VALUES (1)'
        session.call("run", {"code": f"with engine.begin() as c: c.exec_driver_sql({insert!r})"})
        assert session.changes()[name].added == ({"a": 1},)
