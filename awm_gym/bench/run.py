"""Runs the bench: group by group, each row as soon as it is measured, and no failure ends the others."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from awm_gym.bench import many, single
from awm_gym.bench.bench import Bench
from awm_gym.bench.goals import GOALS, NAMES, OFFICIAL, OFFICIAL_ALL, OFFICIAL_MANY
from awm_gym.bench.rows import Measured, Row, Size, missing_row, row_of
from awm_gym.bench.workload import copies
from awm_gym.registry import Entry, discover

CROWD = frozenset(("reset_all", "memory", "throughput"))
"""The rows that need scenarios for many sessions."""

_Group = tuple[tuple[str, ...], Callable[[Bench], Iterator[Measured]]]

_OFFICIAL = ("official_step", "official_memory")
_BESIDE_OFFICIAL = tuple(goal.name for goal in GOALS if goal.against in (OFFICIAL, OFFICIAL_MANY, OFFICIAL_ALL))

_GROUPS: tuple[_Group, ...] = (
    (("reset", "first_reset", "step", *_OFFICIAL), single.one),
    (("verify",), single.verify),
    (("snapshot", "restore", "fork"), single.snapshots),
    (("isolated_open", "isolated_memory"), many.isolation),
    (("episodes",), many.episodes),
    (tuple(CROWD), many.crowd),
)


def run(
    entry: Entry,
    crowd: Iterable[Entry],
    size: Size,
    *,
    names: Iterable[str] = NAMES,
    quick: bool = False,
    begin: Callable[[str], None] = lambda _: None,
) -> Iterator[Row]:
    """Measure rows.

    Args:
        entry: the environment that single sessions are measured on.
        crowd: the scenarios that many sessions are spread over; none will do if no row of `CROWD` is wanted.
        size: how many of both.
        names: the rows.
        quick: whether to take fewer samples.
        begin: called with the names of the rows that are measured next.

    Yields:
        The rows, in the order in which they are measured.
    """
    wanted = frozenset(names)
    with tempfile.TemporaryDirectory(prefix="awm-bench-") as folder:
        bench = Bench(entry, tuple(crowd), size, quick, Path(folder), _why_no_official())
        for members, measure in _GROUPS:
            due = [name for name in members if name in wanted]
            if not due and not (measure is single.one and wanted & set(_BESIDE_OFFICIAL)):
                continue
            begin(", ".join(due) or "a process per environment")
            yield from _group(bench, due, measure)


def _group(bench: Bench, due: list[str], measure: Callable[[Bench], Iterator[Measured]]) -> Iterator[Row]:
    left = dict.fromkeys(due)
    try:
        for measured in measure(bench):
            if measured.name in left:
                del left[measured.name]
                yield row_of(measured, bench.size)
    except Exception as error:  # whatever it was, the other groups go on, and the row says it
        for name in left:
            yield missing_row(name, bench.size, f"{type(error).__name__}: {error}", failed=True)
        return
    for name in left:
        yield missing_row(name, bench.size, bench.no_official or "was not measured", failed=not bench.no_official)


def crowd_of(scenarios: int, source: str | None = None) -> list[Entry]:
    """Return the scenarios for many sessions: a source's first ones, or copies of the bundled ones.

    Raises:
        SourceError: if there is no such source.
    """
    held = discover().source(source or "bundled")
    entries = [held.get(name) for name in held.names()[:scenarios]]
    return entries if source else copies(entries, scenarios)


def _why_no_official() -> str:
    missing = [name for name in ("fastmcp", "uvicorn") if find_spec(name) is None]
    return f"needs {' and '.join(missing)}: pip install 'awm-gym[serve]'" if missing else ""
