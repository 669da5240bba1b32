"""`awm bench`: the performance budgets, each row measured here and now beside its reference."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN
from rich.table import Table
from rich.text import Text

from awm_gym import __version__
from awm_gym.bench import CROWD, LEGEND, MANY, NAMES, SCENARIOS, Row, Size, crowd_of, number, plot, run
from awm_gym.cli.demo import NAME
from awm_gym.cli.output import console
from awm_gym.registry import get_entry

_ABOUT = """\
Measures the rows of the performance budgets, each beside its reference in the same run and taking turns with it, and
prints medians with their quartiles. The references run apps as they are, without a sandbox: choose entries you trust.
Exit status 1 if a row could not be measured; a budget that is not met does not change it."""


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm bench`."""
    parser = subparsers.add_parser("bench", help="measure speed and memory beside references", description=_ABOUT)
    parser.add_argument("--rows", type=_names, default=NAMES, metavar="NAME,...", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="fewer samples, so that it takes less than a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as a JSON array")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the rows that have a budget")
    parser.add_argument("--name", default=NAME, help="the entry of single sessions (default: %(default)s)")
    parser.add_argument("--sessions", type=_positive, default=MANY, help="sessions at once (default: %(default)s)")
    parser.add_argument(
        "--source", metavar="NAME_OR_PATH", help="scenarios of the sessions at once (default: copies of the bundled)"
    )
    parser.set_defaults(run=bench)


def bench(args: argparse.Namespace) -> int:
    """Measure, print the table, write the files; exit status 1 if a row could not be measured."""
    entry = get_entry(args.name)
    crowd = crowd_of(SCENARIOS, args.source) if CROWD.intersection(args.rows) else []
    size = Size(args.sessions, len(crowd) or SCENARIOS)
    out = console()
    with console(stderr=True).status("") as status:
        measured = run(
            entry,
            crowd,
            size,
            names=args.rows,
            quick=args.quick,
            begin=lambda names: status.update(Text(f"measuring {names}")),
        )
        by_name = {row.name: row for row in measured}
    rows = [by_name[name] for name in NAMES if name in by_name]
    if not sys.stdout.isatty():
        out.width = 160  # so that the table can be pasted
    out.print(_table(rows))
    for line in _remarks(rows):
        out.print(line)
    out.print(f"\n{_caption(entry.key)}.")
    if args.json:
        args.json.write_text(json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False) + "\n")
    if args.plot:
        args.plot.write_text(plot(rows, _caption(entry.key)), encoding="utf-8")
    return 1 if any(row.failed for row in rows) else 0


def _table(rows: Sequence[Row]) -> Table:
    table = Table("what", "median", "quartiles", "reference", "is", "ratio", "budget", "met", box=MARKDOWN)
    for column in table.columns[1:4]:
        column.justify = "right"
    table.columns[5].justify = "right"
    for row in rows:
        value = None if row.value is None else f"{number(row.value)} {row.unit}"
        spread = f"{number(row.spread[0])} – {number(row.spread[1])}" if row.spread else ""
        reference = "" if row.reference is None else f"{number(row.reference)} {row.unit}"
        ratio = "" if row.ratio is None else ratio_text(row.ratio)
        met = "" if row.met is None else Text("yes", "green") if row.met else Text("no", "bold red")
        missing = Text("failed", "bold red") if row.failed else Text("skipped", "yellow")
        table.add_row(row.what, value or missing, spread, reference, row.against, ratio, row.budget, met)
    return table


def ratio_text(ratio: float) -> str:
    """Return a ratio for people: `1.31 x`, or `1/850` for a small one."""
    return f"{number(ratio)} x" if ratio >= 0.1 else f"1/{number(round(1 / ratio))}"


def _remarks(rows: Iterable[Row]) -> list[str]:
    """Return lines for what the table has no room for: notes, and what the references are."""
    known = [row for row in rows if row.note]
    notes = [f"- {row.name}: {row.note}" for row in known]
    return ["", *notes, *(f"- {name}: {what}" for name, what in LEGEND.items())]


def _caption(entry: str) -> str:
    """Return where and with what it was measured."""
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"
    return f"{machine}, Python {platform.python_version()}, awm_gym {__version__}, {entry}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.replace(",", " ").split())
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(NAMES)}; got {text!r}")
    return names


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)
