"""Verifiers: a process of their own, files they may open as they like, and every misbehaviour a judge_error."""

import pytest

from awm_gym.reward import register_verifier
from awm_gym.runtime import Evidence, Runtime, Verdict
from tests.awm_gym.notes import notes_entry

HEAD = "import os, sqlite3, time\n\n\ndef verify_task_completion(initial_db_path, final_db_path, final_answer=None):\n"

MISBEHAVIOUR = {
    "raises": ("    raise KeyError('x')", "KeyError"),
    "hangs": ("    while True: pass", "did not answer within"),
    "sleeps": ("    time.sleep(100)", "did not answer within"),
    "ends the process": ("    os._exit(0)", "process died"),
    "returns nothing": ("    pass", "expected"),
    "returns a word of its own": ("    return {'result': 'maybe'}", "maybe"),
    "returns what is no JSON": ("    return {'result': b'complete'}", "b'complete'"),
    "writes to the final database": (
        "    with sqlite3.connect(final_db_path) as c: c.execute('DELETE FROM notes')\n"
        "    return {'result': 'complete'}",
        "wrote to final.db",
    ),
    "writes to the initial database": (
        "    open(initial_db_path, 'wb').close()\n    return {'result': 'complete'}",
        "wrote to initial.db",
    ),
    "reads elsewhere": ("    open('/etc/passwd').read()\n    return {'result': 'complete'}", "ermission"),
    "has no entry point": ("    return 1\nverify_task_completion, check = None, verify_task_completion", "no function"),
}


@pytest.mark.parametrize("what", MISBEHAVIOUR)
def test_a_verifier_that_misbehaves_is_a_judge_error_with_its_detail(runtime: Runtime, what: str) -> None:
    body, reason = MISBEHAVIOUR[what]
    with runtime.open(notes_entry(verifier=HEAD + body)) as session:
        verdict = session.verify()
    assert verdict.outcome == "judge_error"
    assert reason in verdict.detail
    assert "/dev/shm" not in verdict.detail


def test_a_verifier_says_complete_or_not(runtime: Runtime) -> None:
    with runtime.open(notes_entry()) as session:
        assert session.verify().outcome == "agent_error"
        session.call("add_note", {"body": "milk"})
        assert session.verify().outcome == "complete"
        session.call("add_note", {"body": "eggs"})
        assert session.verify().outcome == "agent_error"


def test_a_verifier_may_open_the_files_for_writing_without_a_trace(runtime: Runtime) -> None:
    body = (
        "    c = sqlite3.connect(final_db_path)\n"
        "    c.execute('CREATE TEMP TABLE t AS SELECT * FROM notes')\n"
        "    return {'result': 'complete' if c.execute('SELECT count(*) FROM t').fetchone() == (1,) else 'others'}"
    )
    with runtime.open(notes_entry(verifier=HEAD + body)) as session:
        assert session.verify().outcome == "complete"


def test_a_verifier_gets_the_answer_and_the_episodes_time(runtime: Runtime) -> None:
    body = (
        "    from datetime import datetime\n"
        "    now = sqlite3.connect(':memory:').execute(\"SELECT datetime('now')\").fetchone()[0]\n"
        "    said = f'{datetime.now():%Y-%m-%d %H:%M:%S}'\n"
        "    return {'result': 'complete' if final_answer == now == said else 'others'}"
    )
    with runtime.open(notes_entry(verifier=HEAD + body)) as session:
        session.call("list_notes")
        assert session.verify("2026-03-16 09:00:01").outcome == "complete"
        assert session.verify("2026-03-16 09:00:02").outcome == "agent_error"


def test_verifying_changes_nothing(runtime: Runtime) -> None:
    with runtime.open(notes_entry()) as session:
        before = session.digest()
        session.verify()
        assert session.digest() == before
        assert session.steps == 0


def test_a_verifier_of_ones_own_judges_the_evidence(runtime: Runtime) -> None:
    async def at_most_one_call(_runtime: Runtime, evidence: Evidence) -> Verdict:
        return Verdict("complete" if len(evidence.calls) <= 1 else "incomplete", facts=[c.tool for c in evidence.calls])

    with runtime.open(notes_entry(), verifier=at_most_one_call) as session:
        session.call("list_notes")
        assert session.verify() == Verdict("complete", facts=["list_notes"])
        session.call("list_notes")
        assert session.verify().outcome == "incomplete"


def test_a_verifiers_name_cannot_be_taken_twice() -> None:
    async def other(_runtime: Runtime, _evidence: Evidence) -> Verdict:
        return Verdict("complete")

    with pytest.raises(ValueError, match="'code' is taken"):
        register_verifier("code", other)


def test_an_unknown_verifier_is_named(runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="out of code"):
        runtime.open(notes_entry(), verifier="nose")
