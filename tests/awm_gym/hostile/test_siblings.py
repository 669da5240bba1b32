"""Who can reach whom: sessions of one scenario share a host and so its memory, unless each has a host of its own.

The same attacks are made under both isolations. Under `scenario` they may reach their siblings, and nobody else; under
`session` they reach no one.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session
from tests.awm_gym.hostile.conftest import LIMITS, slow_ones
from tests.awm_gym.hostile.shell import HOST, attack, episode, shell_entry

WIPE = "\n    connection.execute('DELETE FROM notes'); connection.commit()"

REACH = {
    "the frames of the stack": HOST + "for connection, _ in host._sessions.values():" + WIPE,
    "the garbage collector": (
        HOST + "host._plan.fence._checks.clear()\n"
        "import gc\n"
        "from awm_gym.runtime.database import SessionConnection\n"
        "for connection in [o for o in gc.get_objects() if isinstance(o, SessionConnection)]:" + WIPE
    ),
}

POISON = {
    "json that garbles": "import json; json.dumps = lambda *_, **__: 'garbled'",
    "json that loops": "import json\ndef dumps(*_, **__):\n  while True: pass\njson.dumps = dumps",
    "a sqlite3 of its own": "import sqlite3; sqlite3.connect = lambda *_, **__: None",
    "a random of its own": "import random; random.random = lambda: 4; random.Random.random = lambda self: 4",
    "a time of its own": "import time; time.time = lambda: 0.0",
    "loops that cannot be made": "import asyncio; asyncio.new_event_loop = None",
    "tasks that cannot be listed": "import asyncio; asyncio.all_tasks = None",
    "an alarm that never rings": "import signal; signal.setitimer = lambda *_: None",
    "a host that answers with nothing": "from awm_gym.runtime.host import Host; Host.mcp = lambda *_: b'{}\\n'",
    "a host that answers too much": "from awm_gym.runtime.host import Host; Host.mcp = lambda *_: b'x' * (1 << 28)",
    "a host that forgets its sessions": HOST + "host._sessions.clear()",
    "a host that closes its sessions": HOST + "for connection, _ in host._sessions.values(): connection.destroy()",
    "a frame of its own making": "from awm_gym.runtime import wire; wire.pack = lambda *_: b'\\xff' * 64",
    "a tracer": "import sys\ndef trace(*_):\n  raise RuntimeError\nsys.settrace(trace)",
    "a profiler": "import sys\ndef profile(*_):\n  raise RuntimeError\nsys.setprofile(profile)",
    "an audit hook": "import sys\ndef hook(*_):\n  raise RuntimeError\nsys.addaudithook(hook)",
    "no stack": "import sys; sys.setrecursionlimit(60)",
    "no modules": "import sys; sys.modules.clear()",
    "no builtins": "import builtins; del builtins.len, builtins.isinstance",
    "an object that never dies": "class Bomb:\n  def __del__(self):\n    while True: pass\nb = Bomb(); b.itself = b",
}


@pytest.fixture(scope="module")
def isolated() -> Iterator[Runtime]:
    with Runtime(replace(LIMITS, isolation="session")) as runtime:
        yield runtime


def notes_of(session: Session) -> int:
    return session.call("list_notes").content.count('"body"')


@pytest.mark.parametrize("what", REACH)
def test_code_written_to_attack_reaches_a_session_that_shares_its_host(runtime: Runtime, what: str) -> None:
    entry = shell_entry(f"reached through {what}")
    with runtime.open(entry) as attacker, runtime.open(entry) as sibling:
        assert notes_of(sibling) == 1
        assert attacker.call("run", {"code": REACH[what]}).kind == "ok"
        assert notes_of(sibling) == 0


@pytest.mark.parametrize("what", REACH)
def test_but_not_one_that_has_a_host_of_its_own(isolated: Runtime, what: str) -> None:
    with isolated.open(shell_entry()) as attacker, isolated.open(shell_entry()) as sibling:
        assert attacker.call("run", {"code": REACH[what]}).kind == "ok"
        assert notes_of(sibling) == 1
        assert notes_of(attacker) == 0


SLOW = ("json that loops", "a host that answers too much", "a profiler", "a random of its own", "no modules")


@pytest.mark.parametrize("what", slow_ones(POISON, SLOW))
def test_what_an_app_does_to_its_process_ends_at_the_process(isolated: Runtime, elsewhere: Entry, what: str) -> None:
    with isolated.open(shell_entry()) as attacker:
        attack(isolated, attacker, POISON[what], isolated.open(shell_entry()), isolated.open(elsewhere))
        attacker.call("list_notes")


@pytest.mark.slow
def test_where_the_process_is_shared_other_scenarios_stay_clean_and_every_session_ends(
    runtime: Runtime, elsewhere: Entry
) -> None:
    async def poisoned(entry: Entry, code: str) -> None:
        attacker, sibling, other = [await runtime.aopen(each) for each in (entry, entry, elsewhere)]
        ends = asyncio.gather(attacker.acall("run", {"code": code}), episode(other))
        _, outcome = await asyncio.wait_for(ends, 30)
        assert outcome == "complete"
        await asyncio.wait_for(sibling.acall("add_note", {"body": "milk"}), 30)
        await asyncio.wait_for(sibling.averify(), 30)

    async def one_after_the_other() -> None:
        for what, code in POISON.items():
            await poisoned(shell_entry(f"poisoned by {what}"), code)

    asyncio.run(one_after_the_other())


STATEFUL = """

seen = []


@app.post("/seen", operation_id="see")
def see(word: str = Body(..., embed=True)):
    seen.append(word)
    return seen
"""


def test_state_in_a_module_is_found_and_never_shared(runtime: Runtime) -> None:
    entry = shell_entry("stateful", app=shell_entry().app + STATEFUL)
    with runtime.open(entry) as one, runtime.open(entry) as other:
        one.call("see", {"word": "mine"})
        assert other.call("see", {"word": "other"}).content == '["other"]'
