"""Many environments at once: whole episodes, a crowd of sessions over many scenarios, and hosts of their own."""

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from typing import Any, get_args

from awm_gym.bench.bench import Bench, milliseconds, seconds
from awm_gym.bench.processes import descendants, pss_bytes
from awm_gym.bench.references import Bare
from awm_gym.bench.rows import Measured
from awm_gym.bench.workload import final_answer, five_calls, reading_calls
from awm_gym.registry import Entry, ToolCall, write_entry
from awm_gym.runtime import Runtime, Settings, default_runtime
from awm_gym.runtime.settings import Isolation
from awm_gym.spaces import FINAL_ANSWER
from awm_gym.vector import AwmVectorEnv

_MIB = 1 << 20
_CALLS = 4
_CORES = os.cpu_count() or 1
_SIDE_BY_SIDE = 128
_Actions = list[dict[str, Any]]

_UNCONFINED = "measured without the sandbox: a confined process shows its memory to root only"


def episodes(bench: Bench) -> Iterator[Measured]:
    """Measure whole episodes: reset, five calls, final answer with verification."""
    tasks = bench.entry.tasks
    with closing(Bare(bench.new_folder("bare"))) as bare:
        bare.load(bench.entry, default_runtime().scenario(bench.entry).image)
        fillers = reading_calls(default_runtime(), bare, bench.entry, _CALLS)
    dealt = [index % len(tasks) for index in range(_SIDE_BY_SIDE)]
    plans = [five_calls(task, fillers) for task in tasks]
    actions = [[_action(plans[index][step]) for index in dealt] for step in range(5)]
    actions.append([{"tool": FINAL_ANSWER, "arguments": {"answer": final_answer(tasks[index])}} for index in dealt])
    rates = []
    with closing(_side_by_side(bench)) as env:
        env.reset(seed=0, options={"task": dealt})  # brings up the hosts
        for _ in range(1 if bench.quick else 4):
            started = time.perf_counter()
            env.reset(seed=0, options={"task": dealt})
            for batch in actions:
                _, rewards, terminated, _, _ = env.step(batch)
            rates.append(60 * _SIDE_BY_SIDE / (time.perf_counter() - started))
    if not terminated.all():
        raise RuntimeError("expected every episode to end with its final answer")
    reference = []
    if bench.official is not None:
        episode_s = statistics.median(bench.official.start_s) + 5 * statistics.mean(bench.official.step_s)
        reference = [60 * _CORES / episode_s]
    note = f"{_SIDE_BY_SIDE} side by side, {_CORES} cores; {int(rewards.sum())} of them rewarded"
    yield Measured("episodes", rates, reference, note=note)


def _side_by_side(bench: Bench) -> AwmVectorEnv:
    return AwmVectorEnv(bench.entry.key, _SIDE_BY_SIDE, source=str(bench.source), autoreset_mode="Disabled")


def crowd(bench: Bench) -> Iterator[Measured]:
    """Measure many sessions over many scenarios: all reset at once, their memory, their steps."""
    folder = bench.new_folder("crowd")
    for entry in bench.crowd:
        write_entry(entry, folder / entry.key)
    names = [entry.key for entry in bench.crowd]
    sessions, official = bench.size.sessions, bench.official
    with ExitStack() as ends:
        bares = [ends.enter_context(closing(Bare(bench.new_folder("bare")))) for _ in range(_CORES)]
        others = set(descendants(os.getpid()))
        runtime = ends.enter_context(Runtime(_measurable()))
        env = AwmVectorEnv(names, sessions, source=str(folder), max_steps=10**9, runtime=runtime)
        resets = [seconds(lambda: env.reset(seed=0)) for _ in range(2 if bench.quick else 4)]
        yield Measured("reset_all", resets, [start * sessions for start in official.start_s] if official else ())
        rounds = _rounds(bench.crowd, sessions, runtime, bares)
        for actions, _ in rounds:
            env.step(actions)
        pids = [os.getpid(), *(set(descendants(os.getpid())) - others)]
        servers = [size * sessions / _MIB for size in official.pss_bytes] if official else ()
        note = "" if os.geteuid() == 0 else _UNCONFINED
        yield Measured("memory", [pss_bytes(pids) / _MIB], servers, note=note)
        rates, bare_rates = [], []
        for actions, on_every_core in rounds[:2] if bench.quick else rounds * 2:
            rates.append(sessions / seconds(lambda: env.step(actions)))  # noqa: B023
            bare_rates.append(sessions / seconds(on_every_core))
        yield Measured("throughput", rates, bare_rates)


def _rounds(
    entries: Sequence[Entry], sessions: int, runtime: Runtime, bares: Sequence[Bare]
) -> list[tuple[_Actions, Callable[[], None]]]:
    """Return rounds of steps: the actions of all sessions, and what has the bare processes make the same calls."""
    apps = {entry.app: entry for entry in entries}

    def load(bare: Bare) -> None:
        for entry in apps.values():
            bare.load(entry, runtime.scenario(entry).image)

    with ThreadPoolExecutor() as threads:
        list(threads.map(load, bares))
    calls = {app: reading_calls(runtime, bares[0], entry, _CALLS) for app, entry in apps.items()}
    dealt = [entries[index % len(entries)].app for index in range(sessions)]
    rounds: list[tuple[_Actions, Callable[[], None]]] = []
    for turn in range(_CALLS):
        chosen = {app: calls[app][turn % len(calls[app])] for app in apps}
        shares = [(apps[app], chosen[app], count) for app, count in Counter(dealt).items()]
        rounds.append(([_action(chosen[app]) for app in dealt], partial(_on_every_core, bares, shares)))
    return rounds


def _on_every_core(bares: Sequence[Bare], shares: Sequence[tuple[Entry, ToolCall, int]]) -> None:
    """Have the bare processes make so many calls of each, dealt evenly, and wait until all are done."""
    for number, bare in enumerate(bares):
        for entry, call, count in shares:
            rounds = len(range(number, count, len(bares)))
            bare.send("time", name=entry.key, requests=bare.requests(entry, [call]), rounds=rounds)
    for bare in bares:
        for _ in shares:
            bare.receive()


def isolation(bench: Bench) -> Iterator[Measured]:
    """Measure what a host for every session costs: to open one, and its memory after a call."""
    opening: dict[Isolation, list[float]] = {}
    memory: dict[Isolation, float] = {}
    for kind in get_args(Isolation):
        with Runtime(_measurable(isolation=kind)) as runtime:
            sessions = [runtime.open(bench.entry)]  # brings the zygote up
            before, opening[kind] = _all_bytes(), []
            for _ in range(4 if bench.quick else 8):
                started = time.perf_counter()
                sessions.append(runtime.open(bench.entry))
                opening[kind].append(time.perf_counter() - started)
            for session in sessions[1:]:
                simple = next(tool for tool in session.tools if not tool.input_schema.get("required"))
                session.call(simple.name)
            memory[kind] = (_all_bytes() - before) / len(opening[kind]) / _MIB
    yield Measured("isolated_open", milliseconds(opening["session"]), milliseconds(opening["scenario"]))
    yield Measured("isolated_memory", [memory["session"]], [memory["scenario"]])


def _all_bytes() -> int:
    return pss_bytes([os.getpid(), *descendants(os.getpid())])


def _measurable(**settings: Any) -> Settings:
    """Return settings under which the memory of hosts can be read."""
    return Settings(sandbox="auto" if os.geteuid() == 0 else "off", **settings)


def _action(call: ToolCall) -> dict[str, Any]:
    return {"tool": call.tool, "arguments": call.arguments}
