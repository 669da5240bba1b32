"""The asynchronous twins: one event loop, hundreds of sessions, nothing blocked."""

import asyncio
import inspect
import time

import pytest

from awm_gym.errors import RuntimeClosed
from awm_gym.registry import Entry
from awm_gym.runtime import Runtime, Session


async def episode(runtime: Runtime, entry: Entry, seed: int) -> str:
    session = await runtime.aopen(entry, seed=seed)
    await session.acall("add_note", {"body": "milk"})
    outcome = (await session.averify()).outcome
    await session.aclose()
    return outcome


async def longest_pause(stop: asyncio.Event) -> float:
    """Return the longest time (s) in which the loop could not run this."""
    worst, last = 0.0, time.monotonic()
    while not stop.is_set():
        await asyncio.sleep(0.005)
        worst, last = max(worst, time.monotonic() - last), time.monotonic()
    return worst


def test_512_episodes_in_flight_from_one_loop_which_goes_on(runtime: Runtime, notes: Entry) -> None:
    async def main() -> tuple[list[str], float]:
        stop = asyncio.Event()
        watch = asyncio.create_task(longest_pause(stop))
        sessions = await asyncio.gather(*(runtime.aopen(notes, seed=i) for i in range(512)))
        await asyncio.gather(*(session.acall("add_note", {"body": "milk"}) for session in sessions))
        forks = await asyncio.gather(*(session.afork() for session in sessions[:64]))
        outcomes = await asyncio.gather(*(session.averify() for session in (*sessions[::8], *forks[::8])))
        await asyncio.gather(*(session.aclose() for session in (*sessions, *forks)))
        stop.set()
        return [verdict.outcome for verdict in outcomes], await watch

    outcomes, pause = asyncio.run(main())
    assert outcomes == ["complete"] * 72
    # The runtime works in a thread beside this loop and takes the interpreter's lock in turns, never for long.
    assert pause < 2


def test_a_cancelled_call_never_happened(runtime: Runtime, notes: Entry) -> None:
    async def main() -> None:
        cut_short, other = await runtime.aopen(notes), await runtime.aopen(notes)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(cut_short.acall("write_and_hang", {"how": "sleep"}), 0.05)
        for session in (cut_short, other):
            await session.acall("add_note", {"body": "milk"})
        assert await cut_short.adigest() == await other.adigest()
        assert cut_short.steps == 1

    asyncio.run(main())


def test_concurrent_calls_of_one_session_happen_one_after_the_other(runtime: Runtime, notes: Entry) -> None:
    async def main() -> list[int]:
        async with await runtime.aopen(notes) as session:
            await asyncio.gather(*(session.acall("add_note", {"body": str(i)}) for i in range(20)))
            return [call.tick for call in session.calls]

    assert asyncio.run(main()) == list(range(1, 21))


def test_every_method_that_waits_has_a_twin() -> None:
    for owner in (Session, Runtime):
        twins = [name for name, _ in inspect.getmembers(owner, inspect.iscoroutinefunction) if name.startswith("a")]
        assert len(twins) >= 2
        for name in twins:
            ours = inspect.signature(getattr(owner, name)).parameters
            assert ours == inspect.signature(getattr(owner, name[1:])).parameters, name


def test_a_blocking_call_on_the_runtimes_own_loop_is_refused(runtime: Runtime, notes: Entry) -> None:
    session = runtime.open(notes)

    async def verifier(*_: object) -> None:
        session.call("list_notes")

    with pytest.raises(RuntimeClosed, match="await its asynchronous twin"):
        runtime.wait(verifier())
