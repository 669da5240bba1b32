"""A session: private state, results as data, determinism, snapshots, and what survives a broken host."""

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from awm_gym.errors import EnvironmentBroken, RuntimeClosed, SnapshotMismatch, TaskNotFound
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session, Settings, Snapshot
from tests.awm_gym.notes import APP, notes_entry

HANGS = ["loop", "swallow", "sleep", "async sleep", "regex", "sql"]


@pytest.fixture
def session(runtime: Runtime, notes: Entry) -> Session:
    return runtime.open(notes, 0, seed=7)


def bodies(session: Session) -> list[str]:
    return [note["body"] for note in json.loads(session.call("list_notes").content)["notes"]]


def test_a_tool_answers_with_the_apps_json(session: Session) -> None:
    result = session.call("get_note", {"note_id": 1})
    assert (result.kind, result.status, result.is_error) == ("ok", 200, False)
    assert json.loads(result.content)["body"] == "bread"


def test_tools_carry_names_descriptions_and_schemas(session: Session) -> None:
    tool = next(tool for tool in session.tools if tool.name == "add_note")
    assert tool.input_schema["required"] == ["body"]
    assert tool.input_schema["properties"]["body"]["minLength"] == 1


def test_sessions_of_one_scenario_do_not_see_each_other(runtime: Runtime, notes: Entry) -> None:
    one, other = runtime.open(notes), runtime.open(notes)
    one.call("add_note", {"body": "mine"})
    assert bodies(one) == ["bread", "mine"]
    assert bodies(other) == ["bread"]


def test_what_went_wrong_is_told_by_what_happened(session: Session) -> None:
    kinds = {
        session.call("get_note", {"note_id": 99}).kind: "an honest 404",
        session.call("get_note", {"note_id": "x"}).kind: "validation",
        session.call("write_and_crash").kind: "an exception",
        session.call("exit_process", {"how": "sys"}).kind: "sys.exit",
    }
    assert kinds == {"refused": "an honest 404", "malformed": "validation", "server_error": "sys.exit"}
    assert session.call("no_such_tool").kind == "malformed"
    assert session.call("get_note", {"note_id": 1, "colour": "red"}).kind == "malformed"


def test_a_server_error_hides_its_exception_from_the_agent(session: Session) -> None:
    result = session.call("write_and_crash")
    assert "boom" in result.detail
    assert "boom" not in result.content


def test_uncommitted_writes_of_a_crashed_call_are_undone(session: Session) -> None:
    session.call("write_and_crash")
    assert bodies(session) == ["bread"]


def test_two_orm_sessions_in_one_call_do_not_undo_each_other(session: Session) -> None:
    assert session.call("nested_sessions").kind == "ok"
    assert bodies(session) == ["bread", "outer"]


def test_raw_sqlite_leads_to_the_sessions_database(session: Session) -> None:
    session.call("add_note", {"body": "x"})
    assert json.loads(session.call("raw_sqlite").content) == {"count": 2}


@pytest.mark.parametrize("how", HANGS)
def test_a_call_that_hangs_ends_at_its_deadline_without_effect(runtime: Runtime, notes: Entry, how: str) -> None:
    session, sibling = runtime.open(notes), runtime.open(notes)
    sibling.call("add_note", {"body": "kept"})
    session.call("add_note", {"body": "before"})
    result = session.call("write_and_hang", {"how": how})
    assert result.kind in ("deadline", "crash")
    assert bodies(session) == ["bread", "before"]
    assert bodies(sibling) == ["bread", "kept"]


def test_a_call_that_kills_its_host_harms_no_other_session(runtime: Runtime, notes: Entry) -> None:
    session, sibling = runtime.open(notes), runtime.open(notes)
    sibling.call("add_note", {"body": "kept"})
    assert session.call("exit_process", {"how": "os"}).kind == "crash"
    assert bodies(session) == ["bread"]
    assert bodies(sibling) == ["bread", "kept"]


def test_a_killed_host_is_replaced_and_its_sessions_are_rebuilt_exactly(runtime: Runtime, notes: Entry) -> None:
    session = runtime.open(notes, seed=3)
    for word in ("a", "b"):
        session.call("add_note", {"body": word})
    before = session.digest()
    assert session._host is not None
    os.kill(session._host.pid, signal.SIGKILL)
    assert session.digest() == before
    twin = runtime.open(notes, seed=3)
    for word in ("a", "b"):
        twin.call("add_note", {"body": word})
    assert session.call("add_note", {"body": "c"}) == twin.call("add_note", {"body": "c"})


def test_an_answer_longer_than_the_limit_is_the_apps_failure(runtime: Runtime, notes: Entry) -> None:
    result = runtime.open(notes).call("large_answer", {"size": runtime.settings.answer_bytes})
    assert result.kind == "server_error"
    assert "longer than" in result.detail


def test_a_database_cannot_outgrow_its_limit(notes: Entry) -> None:
    with Runtime(Settings(database_bytes=1 << 20)) as runtime:
        session = runtime.open(notes)
        results = [session.call("add_note", {"body": "x" * 200_000}).kind for _ in range(8)]
    assert results[0] == "ok"
    assert results[-1] == "server_error"


# -- time and chance -------------------------------------------------------------------------------------------

PLAY = """
import json, sys
sys.path.insert(0, sys.argv[1])
from awm_gym.runtime import Runtime
from tests.awm_gym.notes import notes_entry

with Runtime() as runtime, runtime.open(notes_entry(), seed=int(sys.argv[2])) as session:
    answers = [session.call("add_note", {"body": word}).content for word in ("a", "b")]
    answers.append(session.call("tell_time").content)
    print(json.dumps([answers, session.digest()]))
"""


def play(seed: int, zone: str) -> str:
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": "random"}
    ran = subprocess.run(
        [sys.executable, "-c", PLAY, root, str(seed)], capture_output=True, text=True, env=environment, check=True
    )
    return ran.stdout


def test_two_processes_give_the_same_bytes_for_the_same_seed_and_actions() -> None:
    first, second = play(5, "Asia/Tokyo"), play(5, "America/Lima")
    assert first == second
    assert play(6, "Asia/Tokyo") != first


def test_every_clock_tells_the_anchor_and_a_second_a_call(session: Session) -> None:
    session.call("list_notes")
    note = json.loads(session.call("add_note", {"body": "x"}).content)
    stamps = {note[f"made_by_{what}"] for what in ("python", "sqlalchemy", "sqlite")}
    assert stamps == {"2026-03-16 09:00:02"}
    assert session.now.isoformat() == "2026-03-16T09:00:02+00:00"


# -- snapshots -------------------------------------------------------------------------------------------------


def test_a_snapshot_brings_database_clock_and_chance_back(session: Session) -> None:
    session.call("add_note", {"body": "a"})
    state = pickle.loads(pickle.dumps(session.snapshot()))
    assert isinstance(state, Snapshot)
    first = session.call("add_note", {"body": "b"})
    session.restore(state)
    assert bodies(session) == ["bread", "a"]
    session.restore(state)
    assert session.call("add_note", {"body": "b"}) == first


def test_a_snapshot_opens_a_session_in_another_runtime(session: Session, notes: Entry) -> None:
    session.call("add_note", {"body": "a"})
    state = session.snapshot()
    with Runtime() as other, other.open(notes, snapshot=state) as twin:
        assert twin.digest() == session.digest()
        assert twin.call("add_note", {"body": "b"}) == session.call("add_note", {"body": "b"})


def test_a_fork_goes_its_own_way(session: Session) -> None:
    session.call("add_note", {"body": "a"})
    twin = session.fork()
    twin.call("add_note", {"body": "b"})
    assert bodies(session) == ["bread", "a"]
    assert bodies(twin) == ["bread", "a", "b"]


def test_a_snapshot_of_another_entry_is_refused(runtime: Runtime, session: Session) -> None:
    other = runtime.open(notes_entry(name="other"))
    with pytest.raises(SnapshotMismatch, match="expected a snapshot of 'notes'"):
        session.restore(other.snapshot())


COUNTER = (
    APP
    + """
hits = {"count": 0}


@app.post("/hit", operation_id="hit")
async def hit():
    hits["count"] += 1
    return hits
"""
)


def test_an_app_with_state_of_its_own_gets_a_host_for_every_session(runtime: Runtime) -> None:
    entry = notes_entry(COUNTER)
    assert runtime.scenario(entry).stateful == ("hits is changed",)
    one, other = runtime.open(entry), runtime.open(entry)
    assert [json.loads(one.call("hit").content)["count"] for _ in range(2)] == [1, 2]
    assert json.loads(other.call("hit").content) == {"count": 1}
    fork = one.fork()
    assert json.loads(fork.call("hit").content) == {"count": 3}
    assert json.loads(one.call("hit").content) == {"count": 3}


# -- the pool --------------------------------------------------------------------------------------------------


def test_more_scenarios_than_hosts_take_turns_and_lose_nothing(notes: Entry) -> None:
    entries = [notes_entry(name=f"notes {i}", anchor=f"2026-01-0{i + 1}T00:00:00Z") for i in range(4)]
    with Runtime(Settings(hosts=2)) as runtime:
        sessions = [runtime.open(entry) for entry in entries]
        for turn in range(2):
            for number, session in enumerate(sessions):
                session.call("add_note", {"body": f"{turn} {number}"})
        assert [bodies(session) for session in sessions] == [["bread", f"0 {n}", f"1 {n}"] for n in range(4)]
        assert len(runtime._pool.hosts()) <= 2


def test_an_isolated_session_has_a_host_of_its_own(notes: Entry) -> None:
    with Runtime(Settings(isolation="session")) as runtime:
        one, other = runtime.open(notes), runtime.open(notes)
        assert one._host is not other._host
        one.close()
        assert len(runtime._pool.hosts()) == 1


# -- mistakes --------------------------------------------------------------------------------------------------


def test_a_closed_session_says_so(session: Session) -> None:
    session.close()
    session.close()
    with pytest.raises(RuntimeClosed, match="open another"):
        session.call("list_notes")


def test_a_task_that_is_not_there_is_named(runtime: Runtime, notes: Entry) -> None:
    with pytest.raises(TaskNotFound, match="from 0 to 1"):
        runtime.open(notes, 2)


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ("import nothing_like_it", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        ("x = 1", "holds no FastAPI app"),
        ("while True: pass", "took longer than"),
        ("import os; os._exit(1)", "died while loading"),
    ],
)
def test_an_app_that_cannot_be_loaded_is_named_with_the_reason(runtime: Runtime, app: str, reason: str) -> None:
    with pytest.raises(EnvironmentBroken, match=reason):
        runtime.open(notes_entry(app))


def test_a_runtime_ends_its_processes(notes: Entry) -> None:
    runtime = Runtime()
    session = runtime.open(notes)
    session.verify()
    assert session._host is not None
    pid = session._host.pid
    runtime.close()
    runtime.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeClosed, match="make a new Runtime"):
        session.call("list_notes")


def test_a_scenario_that_nobody_uses_any_more_is_forgotten() -> None:
    with Runtime(Settings(hosts=2)) as runtime:
        for number in range(6):
            with runtime.open(notes_entry(name=f"number {number}")) as session:
                session.call("list_notes")
        gc.collect()
        assert len(runtime._pool._scenarios) <= 2
