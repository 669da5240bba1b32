"""`awm audit`: what is proven of each task, as a table, as JSON and as a page to browse.

Results are stored in the data home as they come; an audit that is interrupted goes on with `--resume`.
"""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from awm_gym.cli.output import console
from awm_gym.errors import EntryError
from awm_gym.registry import Catalog, Entry, Source, discover, key_of


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm audit`."""
    about = "put every task through gates, and grade it"
    parser = subparsers.add_parser(
        "audit",
        help=about,
        description=f"{about[0].upper()}{about[1:]}: verified, unproven or rejected. "
        "Exit status 1 if a task is rejected or an entry cannot be read.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="entries (default: all of the source)")
    parser.add_argument(
        "--source",
        action="append",
        metavar="NAME_OR_PATH",
        help="a source, or a folder of either format; can be given more than once "
        "(default: bundled, or wherever the named entries are)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="all findings")
    parser.add_argument("--html", type=Path, metavar="FILE", help="all findings, as a page to browse; needs no network")
    parser.add_argument("--write", action="store_true", help="write the grades beside the entries, as audit.json")
    parser.add_argument("--resume", action="store_true", help="take what was found before with the same options")
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="side by side (default: cores)")
    parser.add_argument("--episodes", type=_count, default=50, help="random episodes a scenario (default: %(default)s)")
    parser.add_argument("--mutants", type=_count, default=40, help="mutants a task, at most (default: %(default)s)")
    parser.add_argument(
        "--collateral", type=_count, default=24, help="unasked changes a task, at most (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="what is drawn comes from it (default: %(default)s)")
    parser.set_defaults(run=audit)


def audit(args: argparse.Namespace) -> int:
    """Audit what was asked for; exit status 1 if a task is rejected or an entry cannot be read."""
    # Here and not above: only this command needs them, and all commands are imported for every call.
    from awm_gym.audit.auditing import Job, audit_all
    from awm_gym.audit.models import Options, ScenarioAudit, TaskAudit
    from awm_gym.audit.report import Results
    from awm_gym.audit.store import Store, default_store
    from awm_gym.runtime import Runtime

    entries = _chosen(args.names, args.source)
    jobs = [Job(source, name) for source, name in entries]
    options = Options(episodes=args.episodes, mutants=args.mutants, collateral=args.collateral, seed=args.seed)
    results = Results()
    bar = _bar()
    meter = bar.add_task("tasks", total=_tasks(entries))

    def tell(found: ScenarioAudit | TaskAudit) -> None:
        results.add(found)
        if isinstance(found, TaskAudit):
            bar.advance(meter)

    with bar, Store(default_store()) as store, Runtime() as runtime:
        runtime.wait(audit_all(runtime, jobs, options, store, tell, width=args.jobs, resume=args.resume))
    _deliver(args, results, options, entries)
    broken = any(found.error for found in results.scenarios)
    return 1 if broken or any(found.grade == "rejected" for found in results.tasks) else 0


def _chosen(names: Sequence[str], sources: Sequence[str] | None) -> list[tuple[Source, str]]:
    """Return the entries that were asked for, each with its source."""
    catalog = discover()
    if sources or not names:
        found = [catalog.source(source) for source in sources or ["bundled"]]
        catalog = Catalog(found)
    if not names:
        return [(source, name) for source in catalog.sources for name in source.names()]
    chosen = []
    for name in map(key_of, names):
        holders = [source for source in reversed(catalog.sources) if name in source.names()]
        if not holders:
            catalog.get(name)  # which tells what there is
        chosen.append((holders[0], name))
    return chosen


def _tasks(entries: Sequence[tuple[Source, str]]) -> int:
    """Return how many tasks there are to do, without reading the entries."""
    wanted = {(str(source.location), name) for source, name in entries}
    sources = {str(source.location): source for source, _ in entries}
    return sum(
        summary.tasks
        for place, source in sources.items()
        for summary in source.summaries()
        if (place, summary.key) in wanted
    )


def _deliver(args: argparse.Namespace, results: Any, options: Any, entries: Sequence[tuple[Source, str]]) -> None:
    """Print the table, and write the files that were asked for."""
    from awm_gym.audit.report import HEAD, document, page

    out = console()
    if out.is_terminal:
        table = Table(*HEAD)
        for column in table.columns[1:]:
            column.justify = "right"
        for row in results.rows():
            table.add_row(*row)
        out.print(table)
    else:  # whoever reads a file wants no box drawing
        lines = [HEAD, ["---", *["---:"] * (len(HEAD) - 1)], *results.rows()]
        print(*(f"| {' | '.join(line)} |" for line in lines), sep="\n")
    if args.json:
        args.json.write_text(json.dumps(document(results, options), indent=1) + "\n", "utf-8")
    if args.html:
        args.html.write_text(page(results, options, _read(entries)), "utf-8")
    if args.write:
        _write(results, entries)


def _read(entries: Sequence[tuple[Source, str]]) -> dict[str, Entry]:
    """Return the entries that can be read, by digest; of the others the table tells."""
    found = {}
    for source, name in entries:
        with contextlib.suppress(EntryError):
            entry = source.get(name)
            found[entry.digest] = entry
    return found


def _write(results: Any, entries: Sequence[tuple[Source, str]]) -> None:
    from awm_gym.audit.grades import entry_folder, write_grades
    from awm_gym.audit.models import VERSION

    for source, name in entries:
        digest = source.get(name).digest
        print(write_grades(entry_folder(source, name), digest, results.of(digest), VERSION), file=sys.stderr)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _positive(text: str) -> int:
    if (number := _count(text)) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return number


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number from 0, got {text!r}")
    return int(text)
