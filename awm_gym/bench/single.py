"""One environment at a time: reset, step, verify and snapshots, beside the app called bare and a process of its own.

Ours and the references take turns, for some milliseconds up to a few seconds, so that whatever else the machine does
meets all of them.
"""

import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from awm_gym.bench.bench import Bench, Official, milliseconds, seconds
from awm_gym.bench.processes import NotReadable
from awm_gym.bench.references import Bare, OfficialServer
from awm_gym.bench.rows import Measured, number
from awm_gym.bench.workload import final_answer, grown, reading_calls
from awm_gym.env import AwmEnv
from awm_gym.registry import ToolCall, write_entry
from awm_gym.runtime import default_runtime

_MIB = 1 << 20
_CALLS = 12
_DATABASE_BYTES = 300_000
_FRESH = """
import sys, awm_gym
awm_gym.AwmEnv(sys.argv[1], source=sys.argv[2]).reset(seed=0)
print("there", flush=True)
"""


@dataclass
class _Samples:
    """Seconds, as they come in; of steps, by player and by call."""

    start: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    reset: list[float] = field(default_factory=list)
    step: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    pss_bytes: list[int] = field(default_factory=list)

    def step_medians(self, player: str) -> list[float]:
        """Return the median of each call's steps."""
        return [statistics.median(column) for column in zip(*self.step[player], strict=True)]


def one(bench: Bench) -> Iterator[Measured]:
    """Measure reset, first reset and step, and what a process per environment takes for them."""
    samples = _Samples()
    with closing(bench.env()) as env, closing(Bare(bench.new_folder("bare"))) as bare:
        bare.load(bench.entry, default_runtime().scenario(bench.entry).image)
        calls = reading_calls(default_runtime(), bare, bench.entry, _CALLS)
        for _ in range(1 if bench.quick else 3):
            _round(bench, samples, env, bare, calls)
    bare_s = samples.step_medians("bare")
    if not bench.no_official:
        bench.official = Official(samples.start, samples.step_medians("official"), samples.pss_bytes)
    yield Measured("reset", milliseconds(samples.reset), milliseconds(samples.start))
    yield Measured("first_reset", samples.fresh, samples.start)
    yield _steps("step", calls, samples.step_medians("env"), bare_s)
    if not bench.no_official:
        yield _steps("official_step", calls, samples.step_medians("official"), bare_s)
    if samples.pss_bytes:
        yield Measured("official_memory", [size / _MIB for size in samples.pss_bytes])


def _round(bench: Bench, samples: _Samples, env: AwmEnv, bare: Bare, calls: Sequence[ToolCall]) -> None:
    """Take one round of samples: each player starts, and then they step in turns."""
    samples.fresh.append(_first_reset_s(bench))
    server = None
    if not bench.no_official:
        image = default_runtime().scenario(bench.entry).image
        server = OfficialServer(bench.new_folder("official"), bench.entry, image, calls[0])
        samples.start.append(server.start_s)
    for _ in range(60):
        samples.reset.append(seconds(lambda: env.reset(seed=0, options={"task": 0})))
    for _ in range(5 if bench.quick else 8):
        samples.step["env"] += [[_step(env, call) for call in calls] for _ in range(3)]
        samples.step["bare"] += bare.time(bench.entry, calls, 3)
        if server is not None:
            samples.step["official"] += server.time(calls, 1)
    if server is not None:
        with suppress(NotReadable):
            samples.pss_bytes.append(server.pss_bytes())
        server.close()


def _first_reset_s(bench: Bench) -> float:
    """Return the seconds from the start of a new Python process to its first observation."""
    command = [sys.executable, "-c", _FRESH, bench.entry.key, str(bench.source)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError("a fresh process did not come to its first observation; its error is above")
        return time.perf_counter() - started


def _step(env: AwmEnv, call: ToolCall) -> float:
    action = {"tool": call.tool, "arguments": call.arguments}
    started = time.perf_counter()
    env.step(action)
    return time.perf_counter() - started


def _steps(name: str, calls: Sequence[ToolCall], values: Sequence[float], bare: Sequence[float]) -> Measured:
    """Return the row of steps: each call's median counts once, and so does each call's ratio."""
    ratios = sorted((value / other, call.tool) for value, other, call in zip(values, bare, calls, strict=True))
    (low, low_tool), (high, high_tool) = ratios[0], ratios[-1]
    note = f"p50 of each of {len(calls)} calls; {number(low)} x ({low_tool}) to {number(high)} x ({high_tool})"
    ratio = statistics.median(ratio for ratio, _ in ratios)
    return Measured(name, milliseconds(values), milliseconds(bare), ratio, note)


def verify(bench: Bench) -> Iterator[Measured]:
    """Measure the code verifiers of all tasks, each on what its gold solution left."""
    ours: list[float] = []
    theirs: list[float] = []
    complete = 0
    folder = bench.new_folder("verify")
    with closing(bench.env()) as env, closing(Bare(folder)) as bare:
        initial = default_runtime().scenario(bench.entry).image
        files = (folder / "initial.db", folder / "final.db")
        for index, task in enumerate(bench.entry.tasks):
            env.reset(seed=0, options={"task": index})
            for call in task.gold[0].calls if task.gold else ():
                _step(env, call)
            for file, image in zip(files, (initial, env.snapshot().session.image), strict=True):
                file.write_bytes(image)
            answer = final_answer(task)
            arguments = [*map(str, files), answer]
            complete += env.verdict(answer).outcome == "complete"
            bare.verify(task.verifier("code").code, arguments, 1)
            for _ in range(4 if bench.quick else 10):
                ours.append(seconds(lambda: env.verdict(answer)))  # noqa: B023
                theirs += bare.verify(task.verifier("code").code, arguments, 1)
    note = f"{len(bench.entry.tasks)} tasks after their gold solutions, {complete} complete"
    yield Measured("verify", milliseconds(ours), milliseconds(theirs), note=note)


def snapshots(bench: Bench) -> Iterator[Measured]:
    """Measure snapshot, restore and fork of a database of 300 kB."""
    folder = bench.new_folder("snapshots")
    small = len(default_runtime().scenario(bench.entry).image)
    entry = grown(bench.entry, max(0, _DATABASE_BYTES - small))
    write_entry(entry, folder / entry.key)
    samples: dict[str, list[float]] = {"snapshot": [], "restore": [], "fork": []}
    copying: list[float] = []
    with closing(AwmEnv(entry.key, source=str(folder))) as env:
        env.reset(seed=0)
        taken = env.snapshot()
        original = folder / "original.db"
        original.write_bytes(taken.session.image)
        for _ in range(20 if bench.quick else 50):
            samples["snapshot"].append(seconds(env.snapshot))
            samples["restore"].append(seconds(lambda: env.restore(taken)))
            started = time.perf_counter()
            twin = env.fork()
            samples["fork"].append(time.perf_counter() - started)
            twin.close()
            copying.append(seconds(lambda: shutil.copyfile(original, folder / "copy.db")))
    note = f"{len(taken.session.image) / 1000:.0f} kB"
    for name, values in samples.items():
        yield Measured(name, milliseconds(values), milliseconds(copying), note=note)
