"""A run of the bench: what is to be measured, and what the groups of measurements share."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from awm_gym.bench.rows import Size
from awm_gym.env import AwmEnv
from awm_gym.registry import Entry, write_entry


@dataclass(frozen=True, slots=True)
class Official:
    """What one process per environment took, in samples.

    Attributes:
        start_s: seconds from the start of a server to its first answer.
        step_s: seconds of a step.
        pss_bytes: memory of a server's process; empty where it cannot be read.
    """

    start_s: Sequence[float]
    step_s: Sequence[float]
    pss_bytes: Sequence[int]


@dataclass(slots=True)
class Bench:
    """A run of the bench.

    Attributes:
        entry: the environment that single sessions are measured on.
        crowd: the scenarios that many sessions are spread over.
        size: how many of both.
        quick: whether to take fewer samples.
        folder: for files.
        no_official: why a process per environment cannot be measured here; empty if it can.
        official: what it took, once it was measured.
    """

    entry: Entry
    crowd: Sequence[Entry]
    size: Size
    quick: bool
    folder: Path
    no_official: str = ""
    official: Official | None = None

    @property
    def source(self) -> Path:
        """A folder with the entry: what it is taken from, here and in other processes."""
        folder = self.folder / "source"
        if not folder.exists():
            write_entry(self.entry, folder / self.entry.key)
        return folder

    def env(self) -> AwmEnv:
        """Return an environment of the entry, whose episodes are as long as one likes."""
        return AwmEnv(self.entry.key, source=str(self.source), max_steps=10**9)

    def new_folder(self, name: str) -> Path:
        """Return an empty folder of that name."""
        number = sum(1 for _ in self.folder.glob(f"{name}-*"))
        folder = self.folder / f"{name}-{number}"
        folder.mkdir()
        return folder


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def milliseconds(samples: Sequence[float]) -> list[float]:
    """Return seconds as milliseconds."""
    return [1000 * sample for sample in samples]
