"""Loading an app: what is told of its routes, and whether it keeps state of its own."""

import ast

import pytest

from awm_gym.runtime import Runtime
from awm_gym.runtime.app import mutable_state
from tests.awm_gym.notes import APP, notes_entry

STATELESS = [
    "LIMIT = 5\ndef f():\n    return LIMIT",
    "CACHE = {}\ndef f():\n    return CACHE.get(1)",
    "names = []\ndef f():\n    names = []\n    names.append(1)",
    "def f(items):\n    items.append(1)",
    "class A:\n    x = 1\ndef f(a: A):\n    a.x = 2",
    "CACHE = {}\nCACHE['set up'] = 1",
]
STATEFUL = {
    "n = 0\ndef f():\n    global n\n    n += 1": "global n",
    "CACHE = {}\ndef f():\n    CACHE[1] = 2": "CACHE is changed",
    "CACHE = {}\ndef f():\n    del CACHE[1]": "CACHE is changed",
    "CACHE = {}\ndef f():\n    CACHE['a']['b'] = 2": "CACHE is changed",
    "log: list = []\nasync def f():\n    log.append(1)": "log.append()",
    "import itertools\nids = itertools.count()\ndef f():\n    return next(ids)": "next(ids)",
    "import functools\n@functools.lru_cache\ndef f():\n    return 1": "f is cached",
    "from functools import cache\n@cache\ndef f():\n    return 1": "f is cached",
    "class A:\n    x = 1\ndef f():\n    A.x += 1": "A is changed",
    "app = object()\ndef f():\n    app.state.user = 1": "app is changed",
}


@pytest.mark.parametrize("source", STATELESS)
def test_an_app_without_state_of_its_own_is_recognised(source: str) -> None:
    assert mutable_state(ast.parse(source)) == []


@pytest.mark.parametrize("source", STATEFUL)
def test_state_in_a_module_is_found(source: str) -> None:
    assert mutable_state(ast.parse(source)) == [STATEFUL[source]]


def test_routes_that_never_run_are_warnings(runtime: Runtime) -> None:
    more = """

@app.get("/notes/search", operation_id="search_notes")
async def search_notes():
    return {}


@app.get("/notes", operation_id="list_again")
async def list_again():
    return {}
"""
    warnings = runtime.scenario(notes_entry(APP + more)).warnings
    assert "search_notes never runs: get_note (/notes/{note_id}) takes /notes/search first" in warnings
    assert "list_again never runs: list_notes has the same method and path /notes" in warnings


def test_what_an_app_does_when_it_starts_is_part_of_the_initial_database(runtime: Runtime) -> None:
    seed = """

with SessionLocal() as session:
    session.add(Note(body="seeded"))
    session.commit()
"""
    entry = notes_entry(APP + seed)
    assert "the app changes 1 rows when it starts" in runtime.scenario(entry).warnings
    for _ in range(2):
        with runtime.open(entry) as session:
            assert session.call("list_notes").content.count("seeded") == 1
            assert session.changes() == {}


def test_a_lifespan_runs_once(runtime: Runtime) -> None:
    source = APP.replace(
        'app = FastAPI(title="Notes")',
        "from contextlib import asynccontextmanager\n\n@asynccontextmanager\nasync def lifespan(app):\n"
        "    with SessionLocal() as s:\n        s.add(Note(body='from lifespan'))\n        s.commit()\n    yield\n\n"
        'app = FastAPI(title="Notes", lifespan=lifespan)',
    )
    with runtime.open(notes_entry(source)) as session:
        assert session.call("list_notes").content.count("from lifespan") == 1
