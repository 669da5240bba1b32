"""`awm survey`: how every scenario of a source does here, as a Markdown table and as JSON Lines.

Both are written as the survey goes, so one that is interrupted has told what it found.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from awm_gym import __version__
from awm_gym.cli.output import console
from awm_gym.cli.surveying import KINDS, Findings, survey_source
from awm_gym.registry import Source, discover

_PACKAGES = ("gymnasium", "fastapi", "sqlalchemy", "pydantic")
_ENDINGS = tuple(kind.replace("_", " ") for kind in KINDS)
_HEAD = (
    *("scenario", "tables", "rows", "tools", "warnings", "failed SQL", "check_env"),
    *_ENDINGS,
    *("exceptions", "judge errors", "free"),
)

_LEGEND = f"""\
- **tables, rows, tools**: of the database as every episode starts with it, and of the app.
- **warnings**: what the runtime mended, or found strange in the app; none keeps it from running.
- **failed SQL**: statements of the entry that SQLite refused when the database was built.
- **check_env**: tasks on which `gymnasium.utils.env_checker.check_env` passes without a warning.
- **{", ".join(_ENDINGS)}**: how the random calls ended. `refused`: the app answered 4xx.
  `malformed`: the call never reached the app's code. `server error`: the app answered 5xx or raised.
- **exceptions**: tasks on which the environment raised one while it was played.
- **judge errors**: verifiers that raised, hung or returned nonsense, on the untouched database or after the calls.
- **free**: tasks that their verifier calls complete when nothing was done."""


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm survey`."""
    about = "check and play every scenario of a source, and write a table of it"
    parser = subparsers.add_parser(
        "survey",
        help=about,
        description=f"{about[0].upper()}{about[1:]}. Exit status 1 if a scenario cannot be brought up, fails "
        "check_env, raises, or has a verifier that fails.",
    )
    parser.add_argument(
        "--source",
        action="append",
        metavar="NAME_OR_PATH",
        help="the source, or a folder of either format; can be given more than once (default: bundled)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="where the table goes (default: stdout)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all findings, one JSON object a line")
    parser.add_argument("--calls", type=_positive, default=30, help="random calls a task (default: %(default)s)")
    parser.set_defaults(run=survey)


def survey(args: argparse.Namespace) -> int:
    """Survey the sources and write what was found; exit status 1 unless all is clean."""
    catalog = discover()
    sources = [catalog.source(name) for name in args.source or ["bundled"]]
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    clean = True
    with ExitStack() as files:
        table = files.enter_context(args.out.open("w")) if args.out else sys.stdout
        lines = files.enter_context(args.json.open("w")) if args.json else None
        _write(table, _introduction(sources, args.calls))
        files.enter_context(bar)
        for source in sources:
            clean &= _survey(source, args.calls, table, lines, bar)
        _write(table, ["## Columns", "", _LEGEND])
    return 0 if clean else 1


def _survey(source: Source, calls: int, table: TextIO, lines: TextIO | None, bar: Progress) -> bool:
    """Survey one source; return whether all of it is clean."""
    tasks = sum(summary.tasks for summary in source.summaries())
    meter = bar.add_task(source.name, total=tasks)
    alignment = ["---", *["---:"] * (len(_HEAD) - 1)]
    _write(table, [f"## {source.name}", "", _row(_HEAD), _row(alignment)])
    every = []
    for found in survey_source(source, calls, lambda: bar.advance(meter)):
        every.append(found)
        _write(table, [_row(cells(found))])
        if lines is not None:
            _write(lines, [json.dumps({"source": source.name, **asdict(found)}, ensure_ascii=False)])
    _write(table, [_row(totals(every)), "", *_troubles(every)])
    return all(found.clean for found in every)


def cells(found: Findings) -> list[str]:
    """Return a scenario's cells of the table."""
    if found.error:
        return [f"{found.scenario} does not load: {found.error}", *[""] * (len(_HEAD) - 1)]
    return [found.scenario, *_numbers([found])]


def totals(every: Sequence[Findings]) -> list[str]:
    """Return the cells of the table's last row."""
    loaded = [found for found in every if not found.error]
    return [f"**{len(loaded)} of {len(every)} load**", *_numbers(loaded)]


def _numbers(every: Sequence[Findings]) -> list[str]:
    def total(counts: Iterable[int]) -> str:
        return f"{sum(counts):,}"

    tasks = sum(found.tasks for found in every)
    passed = tasks - sum(len({text.split(":")[0] for text in found.checks}) for found in every)
    return [
        total(found.tables for found in every),
        total(found.rows for found in every),
        total(found.tools for found in every),
        total(len(found.warnings) for found in every),
        total(len(found.failed) for found in every),
        f"{passed:,} of {tasks:,}",
        *(total(found.calls[kind] for found in every) for kind in KINDS),
        total(len(found.exceptions) for found in every),
        total(len(found.judge_errors) for found in every),
        total(len(found.free) for found in every),
    ]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)


def _introduction(sources: Sequence[Source], calls: int) -> list[str]:
    command = " ".join(["awm survey", *(f"--source {source.name}" for source in sources), f"--calls {calls}"])
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return [
        "# Scenarios",
        "",
        f"Every task of every scenario, checked and played with {calls} random calls. Made by `{command}` with "
        f"awm_gym {__version__}, Python {platform.python_version()}, {versions}.",
        "",
    ]


def _troubles(every: Iterable[Findings]) -> Iterator[str]:
    troubled = [found for found in every if found.troubles and not found.error]
    for found in troubled:
        yield from (f"- {found.scenario}, {_line(text)}" for text in found.troubles)
    if troubled:
        yield ""


def _row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(_line(text).replace("|", "\\|") for text in texts) + " |"


def _line(text: str) -> str:
    return " ".join(text.split())


def _write(file: TextIO, lines: Iterable[str]) -> None:
    file.writelines(f"{line}\n" for line in lines)
    file.flush()
