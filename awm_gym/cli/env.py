"""The commands about running environments: `awm env start`, `check`, `check_all` and `reset_db`.

They take the options and files of the official command line. Generated code, SQL included, runs in the runtime's
hosts and nowhere else, also where a command only builds a database.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.progress import track
from rich.table import Table
from rich.text import Text

from awm_gym.cli.output import console, shortened
from awm_gym.errors import AwmError, SourceError
from awm_gym.registry import Entry, discover, get_entry, key_of
from awm_gym.registry.rows import DB, ENVS, SAMPLE
from awm_gym.runtime import Runtime, Settings
from awm_gym.serve import (
    Probe,
    Rows,
    entry_from_files,
    listen,
    no_such_scenario,
    probe,
    read_image,
    require_extra,
    serve,
    tasks_beside,
    with_schema,
    write_file,
)

T = TypeVar("T")
Load = Callable[[], Entry]

_DEFAULT_ENVS = Path("outputs") / ENVS
_WORKERS = os.cpu_count() or 1


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to a parser; each sets `run` to its function."""
    env = subparsers.add_parser("env", help="serve environments to MCP clients, check them, build databases")
    commands = env.add_subparsers(metavar="COMMAND")
    _add_start(commands)
    parser = commands.add_parser("check", help="list the tools of a server; exit status 1 if it does not answer")
    parser.add_argument("--url", default="http://localhost:8001/mcp", help="default: %(default)s")
    parser.add_argument("--timeout", type=_seconds, default=10.0, help="seconds to wait (default: %(default)g)")
    parser.set_defaults(run=check)
    parser = commands.add_parser(
        "check_all",
        aliases=["check-all"],
        help="load environments and call each of their tools; exit status 1 if one does not load",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    about = "a gen_envs.jsonl with gen_db and gen_sample beside it, a folder of entries, or a source's name"
    what.add_argument("--input", metavar="FILE_OR_SOURCE", help=about)
    what.add_argument("--output", dest="input", metavar="FILE_OR_SOURCE", help="the same")
    _add_names(parser, "--allowed_scenarios", "check only these")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was found, call by call")
    parser.set_defaults(run=check_all)
    parser = commands.add_parser(
        "reset_db", aliases=["reset-db"], help="build database files; exit status 1 if one cannot be built"
    )
    parser.add_argument("--input_db", required=True, metavar="FILE", help="a gen_db.jsonl")
    parser.add_argument("--input_sample", required=True, metavar="FILE", help="a gen_sample.jsonl")
    parser.add_argument("--database_dir", type=Path, default=Path("outputs/databases"), help="default: %(default)s")
    _add_names(parser, "--scenarios", "build only these")
    parser.set_defaults(run=reset_db)


def _add_start(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "start", help="serve one environment as an MCP server, a private copy for every client session"
    )
    parser.add_argument("--scenario", required=True, metavar="NAME", help="the environment")
    parser.add_argument(
        "--envs_load_path",
        type=Path,
        metavar="FILE",
        help=f"a gen_envs.jsonl (default: {_DEFAULT_ENVS} if that has the scenario, else what `awm list` shows)",
    )
    parser.add_argument(
        "--db_path",
        metavar="FILE",
        help="an SQLite file to start from; it is only read (default: built from the entry)",
    )
    for option, kind in (("--db_schema_path", DB), ("--sample_path", SAMPLE)):
        about = f"a {kind} (default: outputs/{kind}, else the one beside the environments)"
        parser.add_argument(option, type=Path, metavar="FILE", help=about)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=_port, default=8001, help="default: %(default)s; 0 takes any free one")
    parser.add_argument("--temp_server_path", type=Path, metavar="FILE", help="write the app's source there")
    parser.add_argument(
        "--output_dir",
        type=Path,
        metavar="DIR",
        help="gets initial.db, final.db and sessions.json (default: outputs/servers/TIMESTAMP_SCENARIO)",
    )
    parser.set_defaults(run=start)


def _add_names(parser: argparse.ArgumentParser, option: str, about: str) -> None:
    parser.add_argument(
        option, nargs="+", action="extend", metavar="NAME", help=f"{about}; names with spaces or commas between"
    )


def start(args: argparse.Namespace) -> int:
    """Serve an environment until Ctrl-C or SIGTERM."""
    require_extra()
    entry = _entry_to_serve(args)
    image = None
    if args.db_path is not None:
        image = read_image(args.db_path)
        entry = with_schema(entry, image)
    if args.temp_server_path is not None:
        write_file(args.temp_server_path, entry.app.encode())
    folder = args.output_dir or Path("outputs", "servers", f"{time.strftime('%Y%m%d_%H%M%S')}_{entry.key}")
    with listen(args.host, args.port) as listener, Runtime() as runtime:
        asyncio.run(serve(runtime, entry, listener, folder, image=image, tell=_say))
    return 0


def check(args: argparse.Namespace) -> int:
    """Print what a server offers; exit status 1 if it does not answer, or offers nothing."""
    require_extra()
    if not args.url.startswith(("http://", "https://")):
        raise AwmError(f"expected the URL of an MCP server, as http://localhost:8001/mcp, got {args.url!r}")
    try:
        tools = asyncio.run(asyncio.wait_for(_tools_at(args.url), args.timeout))
    except TimeoutError:
        print(f"awm: {args.url} did not answer within {args.timeout:g} s", file=sys.stderr)
        return 1
    except Exception as error:  # whatever the client library lets out when no MCP server is at the other end
        print(f"awm: no MCP server answers at {args.url}: {error}", file=sys.stderr)
        return 1
    out = console()
    for name, description in tools:
        out.print(Text.assemble((name, "cyan"), ": ", shortened(description, 100)), soft_wrap=True)
    out.print(f"{args.url} answers, {len(tools)} tools", soft_wrap=True)
    return 0 if tools else 1


def check_all(args: argparse.Namespace) -> int:
    """Bring environments to life and call their tools; exit status 1 if one does not load."""
    loads, unusable = _entries_to_check(args.input)
    names = _chosen([*loads, *unusable], args.allowed_scenarios, args.input)
    with Runtime(Settings(hosts=2 * _WORKERS, cores=1)) as runtime:

        def examine(name: str) -> Probe:
            try:
                return probe(runtime, loads[name]()) if name in loads else Probe(name, error=unusable[name])
            except AwmError as error:
                return Probe(name, error=str(error))

        probes = list(_each(examine, names, "Checking"))
    if args.json is not None:
        content = json.dumps([found.as_json() for found in probes], ensure_ascii=False, indent=2)
        write_file(args.json, f"{content}\n".encode("utf-8", "replace"))
    console().print(_table(probes))
    broken = [found for found in probes if found.error]
    for found in broken:
        print(f"{found.scenario} does not load: {found.error}", file=sys.stderr)
    calls = sum(len(found.calls) for found in probes)
    print(f"{len(probes) - len(broken)} of {len(probes)} environments load; {calls} tools called")
    return 1 if broken else 0


def reset_db(args: argparse.Namespace) -> int:
    """Build database files; exit status 1 if one cannot be built, or has no rows to be filled with."""
    db, sample = Rows(args.input_db, DB), Rows(args.input_sample, SAMPLE)
    for line in (*db.faults, *sample.faults):
        print(line, file=sys.stderr)
    names = _chosen(db.names(), args.scenarios, args.input_db)
    with Runtime(Settings(hosts=2 * _WORKERS, cores=1)) as runtime:

        def build(name: str) -> tuple[str, Sequence[str]]:
            """Return what is wrong, and the statements that were mended or left out."""
            files = {DB: db, SAMPLE: sample} if name in sample else {DB: db}
            try:
                scenario = runtime.scenario(entry_from_files(name, files))
            except AwmError as error:
                return str(error), ()
            write_file(args.database_dir / f"{name}.db", scenario.image)
            missing = "" if name in sample else f"built without rows, {args.input_sample} has none of it"
            return missing, (*scenario.warnings, *scenario.failed)

        built = dict(zip(names, _each(build, names, "Building"), strict=True))
    for name, (error, statements) in built.items():
        for line in (*statements, *([error] if error else ())):
            print(f"{name}: {line}", file=sys.stderr)
    whole = sum(not error for error, _ in built.values())
    remarks = sum(len(statements) for _, statements in built.values())
    print(f"{whole} of {len(names)} databases built in {args.database_dir}; {remarks} statements mended or left out")
    damaged = db.faults and args.scenarios is None
    return 1 if whole < len(names) or damaged else 0


def _entry_to_serve(args: argparse.Namespace) -> Entry:
    """Return the entry that the options of `start` name."""
    path = args.envs_load_path or _DEFAULT_ENVS
    if args.envs_load_path is not None or path.is_file():
        envs = Rows(path, ENVS)
        if args.envs_load_path is not None or key_of(args.scenario) in envs:
            _say(f"{args.scenario} from {envs.path}")
            return entry_from_files(args.scenario, _files_to_serve(args, envs))
    return get_entry(args.scenario)


def _files_to_serve(args: argparse.Namespace, envs: Rows) -> dict[str, Rows]:
    """Return the files by kind; those that make a database count only as far as they are there, if there is one."""
    files = {ENVS: envs, **tasks_beside(envs)}
    for kind, given in ((DB, args.db_schema_path), (SAMPLE, args.sample_path)):
        default = Path("outputs") / kind
        path = given or (default if default.is_file() else envs.path.with_name(kind))
        if args.db_path is None:
            files[kind] = Rows(path, kind)
        elif path.is_file() and key_of(args.scenario) in (rows := Rows(path, kind)):
            files[kind] = rows
    return files


def _entries_to_check(where: str) -> tuple[dict[str, Load], dict[str, str]]:
    """Return how to get each entry, and why some that are named there cannot be had."""
    path = Path(where).expanduser()
    if path.is_file():
        envs = Rows(path, ENVS)
        files = {ENVS: envs, **tasks_beside(envs)}
        files |= {kind: Rows(path.with_name(kind), kind) for kind in (DB, SAMPLE)}
        loads: dict[str, Load] = {name: partial(entry_from_files, name, files) for name in envs.names()}
        return loads, {fault.partition(": ")[0]: fault for fault in envs.faults}
    source = discover().source(where)
    gets: dict[str, Load] = {name: partial(source.get, name) for name in source.names()}
    problems = [problem for problem in source.problems() if problem.scenario and problem.scenario not in gets]
    return gets, {problem.scenario: str(problem) for problem in problems}


def _chosen(names: Sequence[str], wanted: Sequence[str] | None, where: str) -> list[str]:
    """Return the names that were asked for, all of them without a wish."""
    if not names:
        raise SourceError(f"expected environments in {where}, there are none")
    if wanted is None:
        return list(names)
    keys = dict.fromkeys(key_of(name) for names_ in wanted for name in names_.split(",") if name.strip())
    for key in keys:
        if key not in names:
            raise no_such_scenario(key, names, where)
    return list(keys)


def _each(work: Callable[[str], T], names: Sequence[str], label: str) -> Iterator[T]:
    """Yield the result for each name, in order, with a progress bar where somebody sees it."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        yield from track(
            pool.map(work, names),
            label,
            total=len(names),
            console=console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )


def _table(probes: Sequence[Probe]) -> Table:
    table = Table()
    table.add_column("scenario", overflow="fold")
    table.add_column("loads")
    for column in ("tools", "ok", "4xx", "5xx", "none", "warnings"):
        table.add_column(column, justify="right")
    for found in probes:
        counts = (found.tools, *map(found.count, (2, 4, 5, None)), len(found.warnings))
        loads = Text("no", "red") if found.error else Text("yes", "green")
        table.add_row(Text(found.scenario), loads, *("" if found.error else str(n) for n in counts))
    return table


async def _tools_at(url: str) -> list[tuple[str, str]]:
    from fastmcp import Client

    async with Client(url) as client:
        return [(tool.name, tool.description or "") for tool in await client.list_tools()]


def _say(line: str) -> None:
    """Print a line at once: a server's output is read while it runs."""
    print(line, flush=True)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text}")
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a positive number of seconds, got {text}")
    return seconds
