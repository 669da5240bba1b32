"""Verifiers that cheat, pry or do harm: a judge_error with its reason, never an unearned reward, never a hang."""

import contextlib
import os
import re
import time
from pathlib import Path

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Verdict
from tests.awm_gym.hostile.conftest import needs_every_layer, slow_ones
from tests.awm_gym.hostile.shell import shell_entry
from tests.awm_gym.hostile.test_escape import ESCAPES, GOLD

HEAD = "import os, sys\n\n\ndef verify_task_completion(initial, final, answer=None):\n"
COMPLETE = "    return {'result': 'complete'}\n"


def judged_by(code: str) -> Entry:
    body = "".join(f"    {line}\n" for line in code.splitlines())
    return shell_entry("judged", verifier=HEAD + body + COMPLETE)


def verdict_of(runtime: Runtime, code: str) -> Verdict:
    with runtime.open(judged_by(code)) as session:
        session.call("add_note", {"body": "milk"})
        return session.verify()


@pytest.mark.parametrize("what", sorted(ESCAPES.keys() - {"writes where it stands"}))
def test_a_verifier_cannot_reach_out_of_its_process(hasty: Runtime, what: str) -> None:
    verdict = verdict_of(hasty, ESCAPES[what])
    assert verdict.outcome == "judge_error", verdict
    assert "did not answer" not in verdict.detail


CHEATS = {
    "reads the gold solution": (f"open({str(GOLD)!r}).read()", "ermission"),
    "imports the library's entries": ("import awm_gym.registry", "ermission|No module"),
    "lists where other verifiers work": ("os.listdir('..')", "ermission"),
    "reads another verifier's files": ("open('../1/final.db')", "ermission"),
    "writes the initial database": ("open(initial, 'ab').write(b'x')", r"wrote to initial\.db"),
    "writes the final database": ("open(final, 'wb').close()", r"wrote to final\.db"),
    "swaps the two databases": (
        "os.rename(initial, 'x'); os.rename(final, initial); os.rename('x', final)",
        "wrote to",
    ),
    "removes a database": ("os.remove(final)", r"wrote to final\.db"),
    "puts a folder in its place": ("os.remove(final); os.mkdir(final)", r"wrote to final\.db"),
    "links to the system": ("os.symlink('/etc/passwd', 'passwd')", "ermission"),
    "links hard to the system": ("os.link('/etc/passwd', 'passwd')", "ermission|cross-device"),
    "opens the databases over the system": (
        "import sqlite3; sqlite3.connect('/etc/passwd').execute('SELECT 1')",
        "ermission",
    ),
    "keeps a process": ("os.fork()", "ermission"),
    "keeps a thread": ("import threading; threading.Thread(target=print).start()", "thread"),
    "returns a gigabyte": ("return {'result': 'x' * (1 << 30)}", "MemoryError|at most"),
    "returns two megabytes": ("return {'result': 'x' * (1 << 21)}", "at most 1048576"),
    "returns a structure in itself": ("x = []; x.append(x); return x", "Circular"),
    "returns a deep structure": ("x = 1\nfor _ in range(100000): x = [x]\nreturn x", "Recursion"),
    "returns a structure others cannot walk": ("x = 1\nfor _ in range(500): x = [x]\nreturn x", "at most 100 levels"),
    "returns an object that shows itself for ever": (
        "class X:\n  def __str__(self):\n    while True: pass\nreturn X()",
        "did not answer",
    ),
    "returns half a character": ("return {'result': '\\ud800'}", "expected"),
    "returns not-a-number": ("return float('nan')", "expected"),
    "raises for ever": ("class E(Exception):\n  def __str__(self): raise self\nraise E", "cannot be shown"),
    "raises a gigabyte": ("raise ValueError('x' * (1 << 26))", "ValueError: xxx"),
    "exits": ("sys.exit()", "SystemExit"),
    "dies": ("os._exit(0)", "process died"),
    "crashes": ("import faulthandler; faulthandler._sigsegv()", "process died"),
    "stops": ("os.kill(os.getpid(), 19)", "did not answer"),
    "ignores every signal and loops": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass",
        "did not answer",
    ),
    "takes all memory": ("x = []\nwhile True: x.append(bytearray(1 << 24))", "MemoryError|died|did not answer"),
    "fills the disk with one file": (
        "f = open('x', 'wb')\nwhile True: f.write(b'x' * (1 << 20))",
        "File too large|room",
    ),
    "fills the disk with many files": (
        "i = 0\nwhile True:\n  i += 1\n  open(str(i), 'wb').write(b'x' * (1 << 20))",
        "room|did not answer",
    ),
    "fills a folder": ("i = 0\nwhile True:\n  i += 1\n  open(str(i), 'wb').close()", "room|did not answer"),
    "digs without an end": ("while True:\n  os.mkdir('d'); os.chdir('d')", "room|did not answer|ENAMETOO|too long"),
    "prints without an end": ("while True: print('x' * (1 << 20))", "did not answer"),
    "searches for ever": (
        "import sqlite3\nlong = 'hex(zeroblob(3000000))'\n"
        "sqlite3.connect(final).execute(f\"SELECT instr({long} || {long}, {long} || '1')\").fetchall()",
        "did not answer",
    ),
}


SLOW = ("prints without an end", "returns an object that shows itself for ever", "stops")


@pytest.mark.parametrize("what", slow_ones(CHEATS, SLOW))
def test_a_verifier_that_cheats_or_harms_is_a_judge_error(hasty: Runtime, what: str) -> None:
    code, reason = CHEATS[what]
    verdict = verdict_of(hasty, code)
    assert verdict.outcome == "judge_error", verdict
    assert re.search(reason, verdict.detail), verdict
    assert "/dev/shm" not in verdict.detail


SAY = """
import json, stat, struct
def is_socket(descriptor):
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False
channel = next(d for d in range(3, 64) if is_socket(d))
def say(head, tail=b''):
    data = struct.pack('>II', len(head), len(tail)) + head + tail
    while data:
        data = data[os.write(channel, data):]
"""

FORGERIES = {
    "a list": ("say(b'[1]')", "nonsense"),
    "no JSON": ("say(b'garbage')", "nonsense"),
    "a frame nested deeply": ("say(b'[' * 200000)", "nonsense"),
    "a frame of four gigabytes": ("os.write(channel, b'\\xff' * 8)", "nonsense"),
    "a frame of one gigabyte": ("os.write(channel, struct.pack('>II', 2, 1 << 30))", "nonsense"),
    "an error that is no text": ("say(json.dumps({'error': [1, {}]}).encode())", "[1, {}]"),
    "half a frame": ("os.write(channel, b'\\0\\0\\0'); os._exit(0)", "died"),
    "nothing": ("os.close(channel); os._exit(0)", "died"),
    "a value that is a word": ("say(json.dumps({'value': 'complete'}).encode())", "expected"),
    "a result that is a list": ("say(json.dumps({'value': {'result': ['complete']}}).encode())", "expected"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_reply_that_is_forged_is_read_with_suspicion(hasty: Runtime, what: str) -> None:
    code, reason = FORGERIES[what]
    verdict = verdict_of(hasty, SAY + code)
    assert verdict.outcome == "judge_error", verdict
    assert reason in verdict.detail


def test_a_reply_that_is_forged_early_says_no_more_than_the_verifier_could(hasty: Runtime) -> None:
    """A verifier that answers itself and goes on has answered; its files are looked at all the same."""
    forge = SAY + "say(json.dumps({'value': {'result': 'complete'}}).encode())\n"
    began = time.monotonic()
    assert verdict_of(hasty, forge + "while True: pass").outcome == "complete"
    assert time.monotonic() - began < 5
    verdict = verdict_of(hasty, "open(final, 'ab').write(b'x')\n" + forge)
    assert verdict.outcome == "judge_error"


BUSY = SAY + (
    "frame = sys._getframe()\n"
    "while 'header' not in frame.f_locals: frame = frame.f_back\n"
    "number = frame.f_locals['header']['number']\n"
    "say(json.dumps({'value': {'result': 'complete'}, 'number': number}).encode())\n"
    "while True: pass"
)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_verifier_that_goes_on_after_its_answer_is_stopped_or_ended(hasty: Runtime) -> None:
    with hasty.open(judged_by(BUSY)) as session:
        assert session.verify().outcome == "complete"
        time.sleep(0.3)
        zygote = hasty._verification._zygote
        assert zygote is not None
        assert "R" not in states_in_session(zygote._process.pid)
        assert session.verify().outcome in ("complete", "judge_error")
    with hasty.open(shell_entry()) as session:
        assert session.verify().outcome == "agent_error"


def states_in_session(leader: int) -> set[str]:
    """Return the states of the processes of a session (a letter each: R is running)."""
    states = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader:
                states.add(state)
    return states


def test_after_all_of_it_no_file_is_left_and_an_honest_verifier_works(hasty: Runtime) -> None:
    with hasty.open(shell_entry()) as session:
        session.call("add_note", {"body": "milk"})
        assert session.verify().outcome == "complete"
    assert hasty._verification._zygote is not None
    scratch = Path(hasty.wait(hasty._verification._zygote.scratch()))
    assert [path for path in scratch.rglob("*") if not path.is_dir()] == []


def test_verifiers_in_their_thousands_do_not_wear_it_out(hasty: Runtime) -> None:
    with hasty.open(shell_entry()) as session:
        before = len(os.listdir("/dev/fd"))
        assert {session.verify().outcome for _ in range(100)} == {"agent_error"}
        assert len(os.listdir("/dev/fd")) <= before + 2


@needs_every_layer
def test_a_verifier_may_use_its_own_folder(hasty: Runtime) -> None:
    code = "import tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/x', 'w').write('x')"
    assert verdict_of(hasty, code).outcome == "complete"
