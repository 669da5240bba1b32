"""However a user's program ends, nothing of it is left three seconds later: no process, and no file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = str(Path(__file__).parents[3])

PROGRAM = """
import json, os, sys, threading, time
sys.path.insert(0, {root!r})
from awm_gym.runtime import Runtime, default_runtime
from tests.awm_gym.notes import notes_entry

runtime = {runtime}
sessions = [runtime.open(notes_entry(name=f"scenario {{number}}")) for number in range(2)]
sessions[0].call("add_note", {{"body": "milk"}})
assert sessions[0].verify().outcome == "complete"
zygotes = [runtime._pool._zygote, runtime._verification._zygote]
print(json.dumps({{
    "zygotes": [zygote._process.pid for zygote in zygotes],
    "hosts": [host.pid for host in runtime._pool.hosts()],
    "folders": [runtime.wait(zygote.scratch()) for zygote in zygotes],
}}), flush=True)
sys.stdin.readline()
{end}
"""

WAIT = "time.sleep(60)"
IN_THE_MIDDLE = """
work = lambda: sessions[0].call("write_and_hang", {"how": "swallow"})
threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
"""
WHILE_VERIFYING = """
work = lambda: [sessions[0].verify() for _ in range(10000)]
threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
"""
FORKED = """
import subprocess
if os.fork() == 0:
    time.sleep(10)
    os._exit(0)
time.sleep(60)
"""


@dataclass(frozen=True)
class End:
    """How a program ends: by code of its own, or by a signal, to it alone or to its whole group."""

    code: str = WAIT
    signal: int = 0
    group: bool = False
    runtime: str = "default_runtime()"


ENDS = {
    "it returns": End(""),
    "it returns, with a runtime of its own": End("", runtime="Runtime()"),
    "it closes its runtime": End("runtime.close()"),
    "it raises": End("raise ValueError", runtime="Runtime()"),
    "it exits": End("sys.exit(1)"),
    "it exits in the middle of a call": End(IN_THE_MIDDLE + "sys.exit(1)"),
    "it exits while it verifies": End(WHILE_VERIFYING + "sys.exit(1)", runtime="Runtime()"),
    "it leaves by os._exit": End("os._exit(0)"),
    "it aborts": End("os.abort()"),
    "Ctrl-C": End(signal=signal.SIGINT, group=True),
    "Ctrl-C in the middle of a call": End(
        IN_THE_MIDDLE + 'sessions[1].call("write_and_hang", {"how": "swallow"})', signal=signal.SIGINT, group=True
    ),
    "SIGTERM": End(signal=signal.SIGTERM),
    "SIGTERM to its group": End(signal=signal.SIGTERM, group=True),
    "SIGHUP": End(signal=signal.SIGHUP, group=True),
    "kill -9": End(signal=signal.SIGKILL),
    "kill -9 in the middle of a call": End(IN_THE_MIDDLE + WAIT, signal=signal.SIGKILL),
    "kill -9 while it verifies": End(WHILE_VERIFYING + WAIT, signal=signal.SIGKILL),
    "kill -9, with a fork of it that lives on": End(FORKED, signal=signal.SIGKILL),
}


@dataclass(frozen=True)
class Left:
    """What a program has left behind."""

    processes: frozenset[int]
    folders: tuple[str, ...]


def run(end: End) -> Left:
    """Run a program to its end, and return what is left of it three seconds later, or nothing as soon as that is so."""
    code = PROGRAM.format(root=ROOT, runtime=end.runtime, end=end.code)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        told = json.loads(_pipe(process.stdout).readline())
        before = _left(told)
        assert len(before.processes) >= 4, "two zygotes and two hosts"
        assert len(before.folders) == 2
        _pipe(process.stdin).write("\n")
        _pipe(process.stdin).flush()
        if end.signal:
            time.sleep(0.6)
            (os.killpg if end.group else os.kill)(process.pid, end.signal)
        process.wait(30)
        deadline = time.monotonic() + 3
        while _left(told) != Left(frozenset(), ()) and time.monotonic() < deadline:
            time.sleep(0.05)
        left = _left(told)
        for pid in left.processes:
            os.kill(pid, signal.SIGKILL)
        return left


def _left(told: dict[str, Any]) -> Left:
    """Return which of the processes live that it told of, or are in the sessions of its zygotes, and which folders."""
    living = {pid for pid in (*told["zygotes"], *told["hosts"]) if _lives(pid)}
    folders = tuple(folder for folder in told["folders"] if os.path.exists(folder))
    return Left(frozenset(living | _in_sessions(told["zygotes"])), folders)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _in_sessions(leaders: list[int]) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) in leaders and state != "Z":
            found.add(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def ends() -> Iterator[dict[str, Future[Left]]]:
    """All programs, some at once, since each of them mostly waits."""
    with ThreadPoolExecutor(6) as pool:
        yield {how: pool.submit(run, end) for how, end in ENDS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("how", ENDS)
def test_nothing_is_left_when_a_program_ends(ends: dict[str, Future[Left]], how: str) -> None:
    assert ends[how].result() == Left(frozenset(), ())
