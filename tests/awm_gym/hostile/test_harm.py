"""Apps that harm the process they are in: the call gets the kind it deserves, sessions beside it their reward."""

import json
from collections.abc import Callable

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, ToolResult
from tests.awm_gym.hostile.conftest import slow_ones
from tests.awm_gym.hostile.shell import attack, shell_entry

Strike = Callable[..., ToolResult]

FAILS = {"server_error"}
DIES = {"crash"}
HANGS = {"deadline"}

HARM = {
    # memory, output, depth
    "asks for sixteen gigabytes": ("bytearray(1 << 34)", FAILS),
    "hoards memory": ("hoard = []\nwhile True: hoard.append(bytearray(1 << 26))", FAILS | HANGS),
    "answers with gigabytes": ("answer = 'x' * (1 << 28)", FAILS | HANGS),
    "prints gigabytes": ("for _ in range(1 << 10): print('x' * (1 << 20))", {"ok"} | HANGS),
    "writes to what was the caller's terminal": ("import os; os.write(1, b'x'); os.write(2, b'x')", {"ok"}),
    "reads the caller's keyboard": ("input()", FAILS),
    "recurses": ("def f(): f()\nf()", FAILS),
    "recurses beyond the stack": (
        "import sys; sys.setrecursionlimit(1 << 30)\nx = []\nfor _ in range(1 << 20): x = [x]\nrepr(x)",
        FAILS | DIES | HANGS,
    ),
    "answers with a structure in itself": ("answer = []; answer.append(answer)", FAILS | HANGS),
    "answers with what is no JSON": ("answer = float('nan')", FAILS),
    "answers with half a character": ("answer = '\\ud800'", FAILS),
    "opens thousands of files": ("import os; kept = [open(os.devnull) for _ in range(100000)]", FAILS),
    # ends
    "calls sys.exit": ("import sys; sys.exit(0)", FAILS),
    "raises KeyboardInterrupt": ("raise KeyboardInterrupt", FAILS),
    "raises GeneratorExit": ("raise GeneratorExit", FAILS),
    "raises what cannot be shown": ("class E(BaseException):\n  def __str__(self): raise self\nraise E", FAILS),
    "raises what shows itself for ever": (
        "class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E",
        HANGS,
    ),
    "calls os._exit": ("import os; os._exit(0)", DIES),
    "aborts": ("import os; os.abort()", DIES),
    "reads address 0": ("import faulthandler; faulthandler._sigsegv()", DIES),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", DIES),
    "closes its channels": ("import os; os.closerange(3, 256)", DIES),
    # never ends
    "loops": ("while True: pass", HANGS),
    "sleeps": ("import time; time.sleep(1000)", HANGS),
    "waits for a lock": ("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", HANGS),
    "matches a catastrophic pattern": ("import re; re.match('(a+)+$', 'a' * 64 + 'b')", HANGS),
    "computes a huge number": ("10 ** 10 ** 8 % 7", HANGS),
    "swallows every interruption": (
        "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
        HANGS,
    ),
    "switches the alarm off": ("import signal; signal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass", HANGS),
    "ignores the alarm": ("import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass", HANGS),
    "blocks all signals": (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass",
        HANGS,
    ),
    "stops itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", HANGS),
}


SLOW = ("switches the alarm off", "ignores the alarm", "waits for a lock")


@pytest.mark.parametrize("what", slow_ones(HARM, SLOW))
def test_harm_ends_with_the_call(strike: Strike, what: str) -> None:
    code, kinds = HARM[what]
    result = strike(code)
    assert result.kind in kinds, result
    assert result.is_error == (result.kind != "ok")


def test_after_the_harm_the_session_goes_on_from_before_it(runtime: Runtime) -> None:
    with runtime.open(shell_entry()) as session:
        session.call("add_note", {"body": "milk"})
        for code in ("import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"):
            before = session.digest()
            session.call("run", {"code": f"engine.connect().exec_driver_sql('DELETE FROM notes')\n{code}"})
            assert session.digest() == before
        assert session.verify().outcome == "complete"


LEFTOVERS = {
    "a task": "asyncio.get_running_loop().create_task(later())",
    "a task of a task": "asyncio.get_running_loop().create_task(asyncio.wait([asyncio.ensure_future(later())]))",
    "a timer": "asyncio.get_running_loop().call_later(0.01, write)",
    "a callback": "asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, write)",
}

LEFTOVER = """
import asyncio
def write():
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO notes (id, body) VALUES (99, 'late')")
async def later():
    try:
        await asyncio.sleep(0.01)
    finally:
        write()
"""


@pytest.mark.parametrize("what", LEFTOVERS)
def test_what_outlives_a_call_does_not_wake_up_in_a_call_of_another_session(runtime: Runtime, what: str) -> None:
    with runtime.open(shell_entry()) as one, runtime.open(shell_entry()) as other:
        assert one.call("run", {"code": LEFTOVER + LEFTOVERS[what]}).kind == "ok"
        for _ in range(3):
            other.call("run", {"code": "import asyncio, time; time.sleep(0.01)"})
        assert "late" not in other.call("list_notes").content
        other.call("add_note", {"body": "milk"})
        assert other.verify().outcome == "complete"


def test_many_calls_that_leave_something_running_use_nothing_up(runtime: Runtime) -> None:
    code = "import asyncio; asyncio.get_running_loop().create_task(asyncio.sleep(1000))"
    with runtime.open(shell_entry("leftovers")) as session:
        first = session._host
        assert {session.call("run", {"code": code}).kind for _ in range(300)} == {"ok"}
        assert session._host is first


def test_what_an_app_prints_does_not_reach_the_callers_output(
    runtime: Runtime, capfd: pytest.CaptureFixture[str]
) -> None:
    verifier = "import os\ndef verify_task_completion(a, b, c=None):\n    print('loud')\n    os.write(1, b'loud')\n"
    with runtime.open(shell_entry("loud", verifier=verifier)) as session:
        session.call("run", {"code": "import os; print('loud'); os.write(1, b'loud'); os.write(2, b'loud')"})
        session.verify()
    assert "loud" not in "".join(capfd.readouterr())


def test_a_call_that_kills_its_hosts_takes_no_call_beside_it_along(runtime: Runtime) -> None:
    """Every retry of such a call has a host of its own, so that even a crowd beside it is hit but once."""
    entry = shell_entry("crowded")
    with runtime.open(entry) as attacker:
        crowd = [runtime.open(entry) for _ in range(20)]
        result = attack(runtime, attacker, "import os; os._exit(0)", *crowd)
        assert result.kind == "crash"
        assert "times in a row" in result.detail
        others = [runtime.open(entry) for _ in range(3)]
        assert attacker._host is None or not set(others) & attacker._host.residents


def test_an_app_may_answer_with_what_it_likes_as_long_as_it_is_an_answer(runtime: Runtime) -> None:
    app = shell_entry().app + (
        "\n\n@app.get('/odd', operation_id='odd')\nasync def odd(status: int):\n"
        "    from fastapi import Response\n    return Response(b'\\xff\\x00', status_code=status)\n"
    )
    kinds = {200: "ok", 299: "ok", 302: "ok", 418: "refused", 422: "refused", 599: "server_error", 7: "server_error"}
    with runtime.open(shell_entry("odd", app=app)) as session:
        assert {status: session.call("odd", {"status": status}).kind for status in kinds} == kinds
        assert session.call("odd", {"status": 200}).content == "\ufffd\x00"


def test_a_second_scenario_is_untouched_by_all_of_it(runtime: Runtime, elsewhere: Entry) -> None:
    with runtime.open(elsewhere) as session:
        assert len(json.loads(session.call("list_notes").content)["notes"]) == 1
