"""What must hold for long: hosts that are killed at random, and thousands of episodes."""

import asyncio
import contextlib
import os
import random
import signal
import threading
from pathlib import Path

import pytest

from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Settings
from tests.awm_gym.hostile.shell import shell_entry
from tests.awm_gym.notes import notes_entry

SCENARIOS = 5
EPISODES = 500
AT_ONCE = 24
KILL_EVERY_S = 1.0

Record = tuple[str, ...]


async def episode(runtime: Runtime, entry: Entry, seed: int) -> Record:
    """Play one, and return all there is to know of it: every answer, the digest, the outcome."""
    async with await runtime.aopen(entry, seed=seed) as session:
        nap = {"code": "import time, random; time.sleep(0.02); answer = random.random()"}
        calls = (("list_notes", {}), ("run", nap), ("add_note", {"body": "milk"}), ("run", nap), ("list_notes", {}))
        answers = [
            f"{result.kind}: {result.content}" for tool, args in calls if (result := await session.acall(tool, args))
        ]
        return (*answers, await session.adigest(), (await session.averify()).outcome)


async def kill_at_random(runtime: Runtime, killed: list[int]) -> None:
    chance = random.Random(0)
    while True:
        await asyncio.sleep(KILL_EVERY_S)
        pids = [host.pid for host in runtime._pool.hosts() if host.pid > 0]
        if pids:
            killed.append(chance.choice(pids))
            with contextlib.suppress(ProcessLookupError):
                os.kill(killed[-1], signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_with_a_host_killed_every_second_every_episode_ends_and_none_is_wrong() -> None:
    entries = [shell_entry(f"scenario {number}") for number in range(SCENARIOS)]
    killed: list[int] = []

    async def play(runtime: Runtime) -> list[Record]:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> Record:
            async with slots:
                return await episode(runtime, entries[number % SCENARIOS], seed=number % 10)

        killer = asyncio.create_task(kill_at_random(runtime, killed))
        try:
            return await asyncio.gather(*map(one, range(EPISODES)))
        finally:
            killer.cancel()

    with Runtime(Settings(hosts=SCENARIOS + 1)) as runtime:
        truth = {
            (scenario, seed): asyncio.run(episode(runtime, entries[scenario], seed))
            for scenario in range(SCENARIOS)
            for seed in range(10)
        }
        zygote = runtime._pool._zygote
        assert zygote is not None
        records = asyncio.run(play(runtime))
        leader = zygote._process.pid
    assert len(killed) >= 5
    wrong = [number for number, record in enumerate(records) if record != truth[number % SCENARIOS, number % 10]]
    assert wrong == []
    assert {record[-1] for record in records} == {"complete"}
    assert not in_session(leader)


def in_session(leader: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(path.parent.name))
    return found


def resident(pid: int | str) -> int:
    """Return the resident memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_a_soak_of_five_thousand_episodes_uses_nothing_up() -> None:
    entries = [notes_entry(name=f"soak {number}") for number in range(4)]

    async def short(runtime: Runtime, number: int) -> str:
        async with await runtime.aopen(entries[number % 4], seed=number) as session:
            await session.acall("add_note", {"body": "milk"})
            if number % 50 == 0:
                await (await session.afork()).aclose()
                await session.arestore(await session.asnapshot())
            return (await session.averify()).outcome

    async def many(runtime: Runtime, first: int, last: int) -> set[str]:
        outcomes: set[str] = set()
        for start in range(first, last, 20):
            outcomes |= set(await asyncio.gather(*(short(runtime, number) for number in range(start, start + 20))))
        return outcomes

    with Runtime(Settings(hosts=4)) as runtime:

        def used() -> dict[str, int]:
            hosts = runtime._pool.hosts()
            zygote = runtime._pool._zygote
            assert zygote is not None
            return {
                "caller": resident("self"),
                "hosts": sum(resident(host.pid) for host in hosts) // len(hosts),
                "zygote": resident(zygote._process.pid),
                "descriptors": len(os.listdir("/dev/fd")),
                "threads": threading.active_count(),
            }

        assert asyncio.run(many(runtime, 0, 1000)) == {"complete"}
        before = used()
        assert asyncio.run(many(runtime, 1000, 5000)) == {"complete"}
        after = used()
    assert after["threads"] == before["threads"]
    assert after["descriptors"] <= before["descriptors"] + 8
    for who in ("caller", "hosts", "zygote"):
        assert after[who] - before[who] < 8 << 20, (before, after)
