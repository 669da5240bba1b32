"""Measuring, on small entries: what is timed is the same on both sides, and a failure is a row that says so."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from awm_gym.bench import Row, Size, crowd_of, run
from awm_gym.bench.processes import descendants, pss_bytes
from awm_gym.bench.references import Bare
from awm_gym.bench.workload import copies, five_calls, grown, reading_calls
from awm_gym.registry import Entry, Task, ToolCall, write_entry
from awm_gym.runtime import Runtime
from tests.awm_gym.notes import notes_entry

Make = Callable[..., Entry]
SMALL = Size(4, 2)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    with closing(Bare(tmp_path)) as bare:
        yield bare


def measure(entry: Entry, *names: str, size: Size = SMALL) -> dict[str, Row]:
    return {row.name: row for row in run(entry, copies([entry], 2), size, names=names, quick=True)}


def test_an_app_answers_bare_as_it_does_in_a_session(runtime: Runtime, bare: Bare, notes: Entry) -> None:
    bare.load(notes, runtime.scenario(notes).image)
    calls = [ToolCall(tool="list_notes"), ToolCall(tool="get_note", arguments={"note_id": 1})]
    with runtime.open(notes) as session:
        ours = [session.call(call.tool, call.arguments) for call in calls]
    assert bare.answers(notes, calls) == [(200, result.content) for result in ours]
    times = bare.time(notes, calls, 3)
    assert [len(each) for each in times] == [2, 2, 2]
    assert all(second > 0 for each in times for second in each)


def test_only_calls_that_read_and_answer_alike_are_played(runtime: Runtime, bare: Bare, make_entry: Make) -> None:
    app = make_entry().app + (
        '\n\n@app.get("/clock", operation_id="tell_clock")\n'
        "def tell_clock() -> float:\n    import time\n    return time.perf_counter()\n"
    )
    entry = make_entry(app=app)  # whose gold solution only writes
    bare.load(entry, runtime.scenario(entry).image)
    assert reading_calls(runtime, bare, entry, 5) == (ToolCall(tool="list_items"),)


def test_a_verifier_is_timed_bare(runtime: Runtime, bare: Bare, notes: Entry, tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    database.write_bytes(runtime.scenario(notes).image)
    times = bare.verify(notes.task(0).verifier("code").code, [str(database), str(database), ""], 3)
    assert len(times) == 3


def test_an_app_that_does_not_run_bare_is_told(bare: Bare) -> None:
    with pytest.raises(RuntimeError, match="does not load"):
        bare.load(notes_entry("raise ValueError"), b"")


def test_a_call_that_breaks_the_app_is_an_answer_too(runtime: Runtime, bare: Bare, notes: Entry) -> None:
    bare.load(notes, runtime.scenario(notes).image)
    assert bare.answers(notes, [ToolCall(tool="write_and_crash")])[0][0] == 500


def test_a_grown_entry_has_a_larger_database_and_is_otherwise_the_same(runtime: Runtime, notes: Entry) -> None:
    before, after = (len(runtime.scenario(entry).image) for entry in (notes, grown(notes, 200_000)))
    assert 200_000 <= after - before <= 250_000
    assert grown(notes, 200_000).app == notes.app


def test_copies_are_scenarios_of_their_own(make_entry: Make, notes: Entry) -> None:
    made = copies([notes, make_entry()], 5)
    assert len({entry.digest for entry in made}) == len({entry.key for entry in made}) == 5
    assert [entry.app for entry in made[:3]] == [notes.app, make_entry().app, notes.app]


def test_an_episode_is_five_calls_the_gold_ones_first(notes: Entry) -> None:
    reading = ToolCall(tool="list_notes")
    gold = notes.task(0).gold[0].calls
    assert five_calls(notes.task(0), [reading]) == (*gold, *[reading] * 4)
    assert five_calls(Task(text="no gold"), [reading]) == (reading,) * 5
    assert len(five_calls(Task(text="much gold", gold=[{"calls": [reading.model_dump()] * 9}]), [reading])) == 5


def test_the_crowd_is_a_sources_entries_or_copies_of_the_bundled(tmp_path: Path, notes: Entry) -> None:
    write_entry(notes, tmp_path / notes.key)
    assert crowd_of(15, str(tmp_path)) == [notes]
    assert len(crowd_of(15)) == 15


def test_snapshots_are_measured_on_a_database_of_300_kb(notes: Entry) -> None:
    rows = measure(notes, "snapshot", "restore", "fork")
    assert list(rows) == ["snapshot", "restore", "fork"]
    assert all(row.value and row.reference and row.met is not None for row in rows.values())
    assert 300 <= int(rows["fork"].note.removesuffix(" kB")) < 400


def test_verifiers_are_measured_on_what_gold_solutions_leave(notes: Entry) -> None:
    row = measure(notes, "verify")["verify"]
    assert row.value is not None
    assert row.reference is not None
    assert row.value > row.reference
    assert row.note == "2 tasks after their gold solutions, 1 complete"


def test_what_cannot_be_measured_is_a_row_that_says_why_and_the_others_go_on(notes: Entry) -> None:
    app = notes.app + "\nif os.getcwd() != '/':\n    raise RuntimeError('expected to be in a host')\n"
    rows = measure(notes_entry(app), "step", "snapshot")
    assert rows["step"].failed
    assert "does not load" in rows["step"].note
    assert rows["snapshot"].value


@pytest.mark.slow
def test_one_and_many_sessions_are_measured_beside_their_references(notes: Entry) -> None:
    pytest.importorskip("fastmcp")
    names = ("step", "official_step", "reset_all", "memory", "throughput", "isolated_memory", "episodes")
    rows = measure(notes, *names)
    assert rows.keys() == set(names)
    assert not [row for row in rows.values() if row.failed]
    assert all(row.value and row.reference and row.ratio for row in rows.values())


def test_the_memory_of_processes_is_counted_with_those_they_started(runtime: Runtime, notes: Entry) -> None:
    with runtime.open(notes) as session:
        session.call("list_notes")
        assert pss_bytes([os.getpid()]) > 1 << 20
        host = runtime.scenario(notes).hosts[0].pid
        assert host in descendants(os.getpid())
