"""`awm doctor`: what is installed, which entries there are, which walls stand, and whether an entry really runs.

Everything is tried here and now, on this machine; nothing is fetched. A part that fails is told, and the rest is
still looked at.
"""

import argparse
import itertools
import json
import platform
import re
import sqlite3
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from awm_gym import __version__
from awm_gym.cli.output import console
from awm_gym.errors import AwmError
from awm_gym.registry import Source, bundled_location, data_home, discover, open_source
from awm_gym.runtime import Runtime
from awm_gym.runtime.sandbox import Layer, available

_DISTRIBUTION = "awm-gym"
_PACKAGES = ("gymnasium", "fastapi", "sqlalchemy", "pydantic", "fastmcp", "mcp")
_REQUIREMENT = re.compile(r"([\w.-]+)[^;]*")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SourceState(_Frozen):
    """A source of entries: how many it has, and how much is wrong in it."""

    name: str
    location: str
    entries: int
    problems: int


class Trial(_Frozen):
    """How a bundled entry ran: seconds until it was up, for a call and for its verifier; or why it did not."""

    entry: str = ""
    start_s: float = 0.0
    call_s: float = 0.0
    verify_s: float = 0.0
    error: str = ""


class Examination(_Frozen):
    """All that the doctor found.

    Attributes:
        versions: by package; None for one that is not installed.
        home: the data home.
        sources: the sources of entries.
        source_error: why the sources cannot be used; empty if they can.
        sandbox: the walls that can stand on this machine.
        trial: how a bundled entry ran.
        missing: by extra, the requirements that are not installed; None if they cannot be known, because the
            library was not installed as a package.
    """

    versions: dict[str, str | None]
    home: str
    sources: tuple[SourceState, ...]
    source_error: str
    sandbox: tuple[Layer, ...]
    trial: Trial
    missing: dict[str, tuple[str, ...]] | None

    @property
    def works(self) -> bool:
        """Whether the core of the library works here."""
        return not (self.source_error or self.trial.error)


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        help="tell what works on this machine",
        description="Tell versions, sources, the sandbox and whether a bundled entry runs. Exit status 1 if the "
        "core does not work.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    """Examine this machine and print what was found; exit status 1 if the core does not work."""
    found = examine()
    if args.json:
        print(json.dumps({"works": found.works, **found.model_dump()}, ensure_ascii=False, indent=2))
    else:
        _show(console(), found)
    return 0 if found.works else 1


def examine() -> Examination:
    """Look at everything."""
    sources, source_error = _sources()
    return Examination(
        versions=_versions(),
        home=str(data_home()),
        sources=sources,
        source_error=source_error,
        sandbox=available().layers,
        trial=_try_entry(),
        missing=_missing(),
    )


def missing_extras(requirements: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, by extra, those of its requirements that are not installed.

    Args:
        requirements: as a distribution's metadata have them: `fastmcp<5,>=3; extra == "serve"`.
    """
    missing: dict[str, tuple[str, ...]] = {}
    for requirement in requirements:
        extra, package = _EXTRA.search(requirement), _REQUIREMENT.match(requirement)
        if extra and package and package[1] != _DISTRIBUTION:
            lacking = (package[0].strip(),) if _version(package[1]) is None else ()
            missing[extra[1]] = missing.get(extra[1], ()) + lacking
    return missing


def _versions() -> dict[str, str | None]:
    return {
        "awm_gym": __version__,
        "python": f"{platform.python_version()} on {platform.platform()}",
        **{package: _version(package) for package in _PACKAGES},
        "sqlite": sqlite3.sqlite_version,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _missing() -> dict[str, tuple[str, ...]] | None:
    try:
        return missing_extras(requires(_DISTRIBUTION) or ())
    except PackageNotFoundError:
        return None


def _sources() -> tuple[tuple[SourceState, ...], str]:
    try:
        return tuple(map(_source, discover().sources)), ""
    except AwmError as error:
        return (), str(error)


def _source(source: Source) -> SourceState:
    entries, problems = len(source.names()), len(source.problems())
    return SourceState(name=source.name, location=str(source.location), entries=entries, problems=problems)


def _try_entry() -> Trial:
    """Run the first bundled entry: bring it up, make the first call of a gold solution, ask its verifier."""
    name = ""
    try:
        bundled = open_source(bundled_location())
        name = bundled.names()[0]
        entry = bundled.get(name)
        call = entry.task(0).gold[0].calls[0]
        marks = [time.perf_counter()]
        with Runtime() as runtime, runtime.open(entry) as session:
            marks.append(time.perf_counter())
            result = session.call(call.tool, call.arguments)
            marks.append(time.perf_counter())
            verdict = session.verify()
            marks.append(time.perf_counter())
    except Exception as error:  # whatever it is, it is what the doctor was asked for
        return Trial(entry=name, error=f"{type(error).__name__}: {error}")
    if result.is_error:
        return Trial(entry=name, error=f"{call.tool} answered: {result.content} {result.detail}")
    if verdict.outcome == "judge_error":
        return Trial(entry=name, error=f"the verifier failed: {verdict.detail}")
    start_s, call_s, verify_s = (after - before for before, after in itertools.pairwise(marks))
    return Trial(entry=name, start_s=start_s, call_s=call_s, verify_s=verify_s)


def _show(out: Console, found: Examination) -> None:
    _section(out, "Versions", [(name, number or "not installed") for name, number in found.versions.items()])
    sources = [
        (source.name, f"{_count(source.entries, 'entry')}, {_count(source.problems, 'problem')}: {source.location}")
        for source in found.sources
    ]
    troubles = [("error", found.source_error)] if found.source_error else []
    _section(out, "Entries", [("data home", found.home), *sources, *troubles])
    walls = [(layer.name, layer.detail if layer.active else f"missing: {layer.detail}") for layer in found.sandbox]
    _section(out, "Sandbox", walls)
    _section(out, "Extras", _extras_rows(found.missing))
    _section(out, "A bundled entry", [(found.trial.entry or "none", found.trial.error or _times(found.trial))])
    told = ("The core works here.", "bold green") if found.works else ("The core does not work here.", "bold red")
    out.print(Text(*told))


def _times(trial: Trial) -> str:
    call_ms, verify_ms = trial.call_s * 1e3, trial.verify_s * 1e3
    return f"up in {trial.start_s:.2f} s, first call in {call_ms:.0f} ms, first verdict in {verify_ms:.0f} ms"


def _extras_rows(missing: dict[str, tuple[str, ...]] | None) -> list[tuple[str, str]]:
    if missing is None:
        return [("unknown", f"{_DISTRIBUTION} is not installed as a package here: pip install -e .")]
    return [
        (extra, f"missing: pip install {' '.join(map(repr, lacking))}" if lacking else "installed")
        for extra, lacking in missing.items()
    ]


def _section(out: Console, title: str, rows: Iterable[tuple[str, str]]) -> None:
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(f"  {name}"), Text(value))
    out.print(Text(title, "bold"))
    out.print(grid)
    out.print()


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
