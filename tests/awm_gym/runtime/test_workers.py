"""Verifier processes: used again by the same code and by none else, and no verdict depends on what was before."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from awm_gym.runtime import Runtime, Session, Settings
from awm_gym.runtime.turns import Turns
from tests.awm_gym.notes import notes_entry

SETTINGS = Settings(cores=1, verify_deadline=1.0, grace=0.5)
HEAD = """
import os, sys

seen = []


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    seen.append(final_answer)
"""
TELL = "    return {'result': 'complete', 'pid': os.getpid(), 'seen': seen}\n"


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    with Runtime(SETTINGS) as runtime:
        yield runtime


def opened(runtime: Runtime, body: str = "") -> Session:
    return runtime.open(notes_entry(verifier=HEAD + body + TELL))


def facts(session: Session, answer: str = "") -> dict[str, object]:
    verdict = session.verify(answer)
    assert verdict.outcome == "complete", verdict
    return dict(verdict.facts)


def test_a_verifier_runs_again_in_the_process_that_has_run_it(runtime: Runtime) -> None:
    with opened(runtime) as session, opened(runtime) as other:
        assert facts(session)["pid"] == facts(other)["pid"] == facts(session)["pid"]


def test_nothing_in_its_module_lasts_from_one_verification_to_the_next(runtime: Runtime) -> None:
    with opened(runtime) as session:
        for answer in ("a", "b"):
            assert facts(session, answer)["seen"] == [answer]


def test_two_verifiers_never_share_a_process(runtime: Runtime) -> None:
    with opened(runtime) as one, opened(runtime, "    pass\n") as other:
        assert facts(one)["pid"] != facts(other)["pid"]


def test_with_isolation_by_session_no_process_is_used_twice() -> None:
    with Runtime(replace(SETTINGS, isolation="session")) as runtime, opened(runtime) as session:
        assert facts(session)["pid"] != facts(session)["pid"]


BETRAYED = {
    "raises": "    if hasattr(sys, 'used'): raise ValueError\n    sys.used = True\n",
    "hangs": "    while hasattr(sys, 'used'): pass\n    sys.used = True\n",
    "dies": "    if hasattr(sys, 'used'): os._exit(1)\n    sys.used = True\n",
    "writes": "    if hasattr(sys, 'used'): open(final_db_path, 'ab').write(b'x')\n    sys.used = True\n",
}


@pytest.mark.parametrize("how", BETRAYED)
def test_where_a_used_process_fails_a_fresh_one_decides(runtime: Runtime, how: str) -> None:
    with opened(runtime, BETRAYED[how]) as session:
        assert facts(session)["pid"] != facts(session)["pid"]


def test_a_process_that_left_a_file_is_not_used_again(runtime: Runtime) -> None:
    with opened(runtime, "    open('left', 'w').close()\n") as session:
        assert facts(session)["pid"] != facts(session)["pid"]


def test_the_database_is_the_one_of_the_episode_every_time(runtime: Runtime) -> None:
    with runtime.open(notes_entry()) as session:
        outcomes = []
        for note in ("milk", "eggs"):
            session.call("add_note", {"body": note})
            outcomes += [session.verify().outcome, runtime.open(notes_entry()).verify().outcome]
    assert outcomes == ["complete", "agent_error", "agent_error", "agent_error"]


def test_with_more_verifiers_than_processes_each_is_still_used_again(runtime: Runtime) -> None:
    async def all_at_once() -> set[object]:
        sessions = [opened(runtime, f"    {number}\n") for number in range(12)] * 6  # in turn: the worst order
        verdicts = await asyncio.gather(*(session.averify() for session in sessions))
        return {verdict.facts["pid"] for verdict in verdicts}

    assert len(asyncio.run(all_at_once())) <= 2 * 12


def test_a_turn_that_nobody_waits_for_any_more_goes_to_the_next() -> None:
    async def play() -> list[str]:
        turns = Turns(1, 1)
        await turns.take("a")
        waiting = {name: asyncio.create_task(turns.take(name)) for name in "bcd"}
        await asyncio.sleep(0)
        waiting["b"].cancel()
        turns.give("a", None)
        waiting["c"].cancel()  # its turn has come, and it has not noticed yet
        await asyncio.wait(waiting.values(), timeout=1)
        return [name for name, task in waiting.items() if not task.cancelled()]

    assert asyncio.run(play()) == ["d"]
