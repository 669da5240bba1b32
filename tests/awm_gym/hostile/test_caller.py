"""What may befall the caller: odd arguments, processes killed under its feet, an end in the middle of work."""

import asyncio
import os
import signal
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from awm_gym.errors import RuntimeClosed
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session
from tests.awm_gym.hostile.conftest import LIMITS
from tests.awm_gym.hostile.shell import episode, shell_entry
from tests.awm_gym.notes import notes_entry


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


LOOP: list[Any] = []
LOOP.append(LOOP)

ARGUMENTS = {
    "a list": [1, 2],
    "a text": "body",
    "a number": 7,
    "bytes": {"body": b"x"},
    "a set": {"body": {1, 2}},
    "an object in itself": {"body": LOOP},
    "an object that is deep": {"body": nested(800)},
    "an object that is deeper than a stack": {"body": nested(100_000)},
    "not-a-number": {"body": float("nan")},
    "half a character": {"body": "\ud800"},
    "a NUL": {"body": "\0"},
    "a number of ten thousand digits": {"body": 10**10_000},
    "a thousand unknown names": {f"x{i}": i for i in range(1000)},
    "lines": {"body": '\n{"id": 1}\n'},
}


@pytest.mark.parametrize("what", ARGUMENTS)
def test_whatever_an_agent_sends_is_answered(runtime: Runtime, what: str) -> None:
    with runtime.open(notes_entry(name="asked")) as session, runtime.open(notes_entry(name="asked")) as sibling:
        sibling.call("list_notes")
        host = sibling._host
        result = session.call("add_note", ARGUMENTS[what])  # type: ignore[arg-type]
        assert result.kind in ("ok", "malformed", "server_error"), result
        assert host is not None
        assert host.alive, "no argument is the end of a host"
        assert session.call("list_notes").kind == "ok"


@pytest.mark.parametrize("name", ["", "nosuch", "x" * 1_000_000, "a\nb", "\ud800", 7, None, ["run"], {"a": 1}])
def test_whatever_an_agent_calls_is_answered(runtime: Runtime, elsewhere: Entry, name: Any) -> None:
    with runtime.open(elsewhere) as session:
        assert session.call(name).kind == "malformed"
        assert session.call("list_notes").kind == "ok"


def test_a_zygote_that_is_killed_is_replaced(elsewhere: Entry) -> None:
    with Runtime(LIMITS) as runtime:
        session = runtime.open(elsewhere)
        session.call("add_note", {"body": "milk"})
        assert session.verify().outcome == "complete"
        for zygote in (runtime._pool._zygote, runtime._verification._zygote):
            assert zygote is not None
            os.kill(zygote._process.pid, signal.SIGKILL)
            zygote._process.wait()
        assert session.call("list_notes").kind == "ok"
        assert session.verify().outcome == "complete"


def test_making_room_does_not_wait_for_a_session_that_waits_for_room() -> None:
    """Hosts that die while they are being retired, with every session in need of another: nobody waits for ever."""
    entries = [shell_entry(f"crowd {number}") for number in range(3)]

    async def restless(session: Session, number: int) -> None:
        for turn in range(2):
            code = "import time; time.sleep(0.02)" if (turn + number) % 2 else "import os; os._exit(0)"
            await session.acall("run", {"code": code})

    async def crowd(runtime: Runtime) -> list[str]:
        sessions = [await runtime.aopen(entries[number % 3]) for number in range(6)]
        await asyncio.gather(*(restless(session, number) for number, session in enumerate(sessions)))
        return await asyncio.gather(*map(episode, sessions))

    with Runtime(replace(LIMITS, hosts=2)) as runtime:
        assert asyncio.run(asyncio.wait_for(crowd(runtime), 60)) == ["complete"] * 6


def test_a_runtime_that_is_closed_leaves_nobody_waiting() -> None:
    runtime = Runtime(LIMITS)
    entry = shell_entry()
    sessions = [runtime.open(entry) for _ in range(4)]
    ends: list[BaseException | None] = []

    def work(session: Session) -> None:
        try:
            while True:
                session.call("run", {"code": "import time; time.sleep(0.05)"})
        except BaseException as error:
            ends.append(error)

    async def work_in_a_loop() -> None:
        fifth = await runtime.aopen(entry)
        while True:
            await fifth.acall("list_notes")

    def loop() -> None:
        try:
            asyncio.run(work_in_a_loop())
        except BaseException as error:
            ends.append(error)

    threads = [threading.Thread(target=work, args=(session,)) for session in sessions] + [threading.Thread(target=loop)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    runtime.close()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert [type(end) for end in ends] == [RuntimeClosed] * 5


def test_a_host_that_is_killed_while_it_loads_is_started_again(runtime: Runtime) -> None:
    slow = shell_entry("slow to load", app="import time\ntime.sleep(0.5)\n" + shell_entry().app)
    killed: list[int] = []

    def kill_the_first() -> None:
        while not killed:
            for host in runtime._pool.hosts():
                if not host.ready and host.pid > 0:
                    os.kill(host.pid, signal.SIGKILL)
                    killed.append(host.pid)
            time.sleep(0.01)

    killer = threading.Thread(target=kill_the_first)
    killer.start()
    with runtime.open(slow) as session:
        assert session.call("list_notes").kind == "ok"
    killer.join()
    assert killed
