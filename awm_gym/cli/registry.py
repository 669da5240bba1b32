"""The commands about entries: `awm list`, `show`, `search`, `awm registry import`, `export` and `problems`.

Each is a plain function of the parsed arguments that returns the exit status. Results go to stdout, what went
wrong on the way to stderr; an error that ends a command is raised, for the command line to tell.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from awm_gym.audit.grades import VERIFIED, grades_of
from awm_gym.errors import EntryError
from awm_gym.registry import (
    Catalog,
    Entry,
    Listing,
    Source,
    discover,
    export_jsonl,
    key_of,
    open_source,
    read_entry,
    write_entry,
)
from awm_gym.runtime import Runtime


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to a parser; each sets `run` to its function."""
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument("--source", metavar="NAME_OR_PATH", help="look into this source only")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON")

    parser = subparsers.add_parser("list", parents=[source, as_json], help="list the entries on this machine")
    parser.add_argument("--verified", action="store_true", help="only entries with verified tasks, and how many")
    parser.set_defaults(run=list_entries)
    parser = subparsers.add_parser("show", parents=[source, as_json], help="show an entry")
    parser.add_argument("name", help="the entry's name or gymnasium id")
    parser.add_argument("--tools", action="store_true", help="also start the app, and print its tools and warnings")
    parser.set_defaults(run=show_entry)
    parser = subparsers.add_parser("search", parents=[source, as_json], help="find entries by words of their texts")
    parser.add_argument("words", nargs="+", help="words of names, descriptions and tasks; all must occur")
    parser.set_defaults(run=search_entries)

    registry = subparsers.add_parser("registry", help="convert and check folders of entries")
    commands = registry.add_subparsers(dest="registry_command", required=True, metavar="COMMAND")
    some = argparse.ArgumentParser(add_help=False)
    some.add_argument("--scenario", nargs="+", action="extend", metavar="NAME", help="only these; default: all")
    parser = commands.add_parser("import", parents=[some], help="write entries as folders in the native format")
    parser.add_argument("source", metavar="SRC", help="a source's name, or a folder of either format")
    parser.add_argument("destination", metavar="DEST", type=Path, help="the folder to get one folder an entry")
    parser.set_defaults(run=import_entries)
    parser = commands.add_parser("export", parents=[some], help="write entries as AWM's JSONL files")
    parser.add_argument("source", metavar="SRC", help="a source's name, or a folder of either format")
    parser.add_argument("destination", metavar="DEST_DIR", type=Path, help="the folder to get the files")
    parser.set_defaults(run=export_entries)
    parser = commands.add_parser("problems", help="name what is damaged or missing; exit status 1 if anything is")
    parser.add_argument("directory", nargs="?", metavar="DIR", help="a folder of either format; default: all sources")
    parser.set_defaults(run=show_problems)


def list_entries(args: argparse.Namespace) -> int:
    """Print the entries on this machine, or those of them that have verified tasks."""
    listings = _catalog(args.source).summaries()
    if not args.verified:
        _print_listings(listings, args.json)
        return 0
    verified = {
        listing.summary.key: tasks for listing in listings if (tasks := _verified(listing.source, listing.summary.key))
    }
    _print_listings([listing for listing in listings if listing.summary.key in verified], args.json, verified)
    return 0


def search_entries(args: argparse.Namespace) -> int:
    """Print the entries that hold all the words; exit status 1 if there is none."""
    found = _catalog(args.source).search(" ".join(args.words))
    if not found and not args.json:
        print(f"nothing holds the words {' '.join(args.words)!r}; `awm list` shows all there is")
        return 1
    _print_listings(found, args.json)
    return 0 if found else 1


def show_entry(args: argparse.Namespace) -> int:
    """Print what an entry is made of."""
    entry = discover().get(args.name, source=args.source)
    if args.json:
        print(json.dumps(_about(entry), ensure_ascii=False, indent=2))
        return 0
    console = Console()
    head = Table.grid(padding=(0, 2))
    for field, value in _manifest(entry).items():
        head.add_row(field, Text(value))
    console.print(head)
    tables = Table("table", "INSERTs", title="Database", title_justify="left")
    for name, inserts in _inserts(entry).items():
        tables.add_row(Text(name), str(inserts))
    console.print(tables)
    tasks = Table("task", "text", "verifiers", "gold", "near misses", title="Tasks", title_justify="left")
    for index, task in enumerate(entry.tasks):
        kinds = ", ".join(verifier.kind for verifier in task.verifiers) or "none"
        tasks.add_row(str(index), Text(task.text), kinds, str(len(task.gold)), str(len(task.near_misses)))
    console.print(tasks)
    if args.tools:
        _print_tools(console, entry)
    return 0


def _print_tools(console: Console, entry: Entry) -> None:
    with Runtime() as runtime:
        scenario = runtime.scenario(entry)
    tools = Table("tool", "arguments", "description", title="Tools", title_justify="left")
    for tool in scenario.tools:
        required = set(tool.input_schema["required"])
        arguments = (name if name in required else f"[{name}]" for name in tool.input_schema["properties"])
        tools.add_row(Text(tool.name), Text(", ".join(arguments)), Text(tool.description))
    console.print(tools)
    for warning in (*scenario.warnings, *(f"SQL that was {failure}" for failure in scenario.failed)):
        console.print(Text(f"warning: {warning}"))


def import_entries(args: argparse.Namespace) -> int:
    """Write entries as folders in the native format; equal ones that are there already are passed over."""
    source = discover().source(args.source)
    names = _chosen(source, args.scenario)
    written = same = failed = 0
    for name in track(names, "Importing", console=Console(stderr=True), transient=True, disable=_unseen()):
        try:
            written_now = _import_one(source.get(name), args.destination)
        except EntryError as error:
            _complain(error)
            failed += 1
        else:
            written += written_now
            same += not written_now
    print(f"{args.destination}: {written} written, {same} there already, {failed} failed")
    return 1 if failed else 0


def export_entries(args: argparse.Namespace) -> int:
    """Write entries as AWM's JSONL files; those that cannot be read are named and left out."""
    source = discover().source(args.source)
    names = _chosen(source, args.scenario)
    exported: list[str] = []
    files = export_jsonl(_readable(source, names, exported), args.destination)
    for file in files:
        print(file)
    print(f"{len(exported)} exported, {len(names) - len(exported)} failed")
    return 0 if len(exported) == len(names) else 1


def show_problems(args: argparse.Namespace) -> int:
    """Print what is damaged or missing; exit status 1 if anything is."""
    catalog = Catalog([open_source(args.directory)]) if args.directory else discover()
    problems = catalog.problems()
    for source, problem in problems:
        print(f"{source.name}: {problem}")
    return 1 if problems else 0


def _catalog(source: str | None) -> Catalog:
    catalog = discover()
    return catalog if source is None else Catalog([catalog.source(source)])


def _verified(source: Source, name: str) -> tuple[int, ...]:
    """Return the indices of an entry's verified tasks; none of an entry that cannot be read."""
    try:
        grades = grades_of(source.get(name))
    except EntryError as error:
        _complain(error)
        return ()
    return tuple(task for task, grade in sorted(grades.items()) if grade == VERIFIED)


def _print_listings(
    listings: Iterable[Listing], as_json: bool, verified: dict[str, tuple[int, ...]] | None = None
) -> None:
    if as_json:
        content = [
            {**summary.model_dump(), "source": source.name, **({"verified": verified[summary.key]} if verified else {})}
            for source, summary in listings
        ]
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    table = Table()
    table.add_column("name", no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("tasks", justify="right")
    if verified is not None:
        table.add_column("verified", justify="right")
    table.add_column("source", no_wrap=True)
    for source, summary in listings:
        proven = [] if verified is None else [str(len(verified[summary.key]))]
        table.add_row(Text(summary.key), Text(summary.title), str(summary.tasks), *proven, Text(source.name))
    Console().print(table)


def _manifest(entry: Entry) -> dict[str, str]:
    return {
        "name": entry.name,
        "id": entry.env_id,
        "title": entry.title,
        "description": entry.description,
        "anchor": f"{entry.anchor:%Y-%m-%dT%H:%M:%SZ}",
        "license": entry.license,
        "provenance": entry.provenance,
        "digest": entry.digest,
    }


def _inserts(entry: Entry) -> dict[str, int]:
    """Return the number of INSERT statements of each table."""
    inserts = {table.name: 0 for table in entry.tables}
    for rows in entry.data:
        inserts[rows.table_name] = inserts.get(rows.table_name, 0) + len(rows.insert_statements)
    return inserts


def _about(entry: Entry) -> dict[str, object]:
    tasks = [
        {
            "text": task.text,
            "verifiers": [verifier.kind for verifier in task.verifiers],
            "gold": len(task.gold),
            "near_misses": len(task.near_misses),
        }
        for task in entry.tasks
    ]
    return {**_manifest(entry), "inserts": _inserts(entry), "tasks": tasks}


def _chosen(source: Source, scenarios: list[str] | None) -> tuple[str, ...]:
    """Return the names that were asked for; of an unknown one, its source tells."""
    if scenarios is None:
        return source.names()
    for name in scenarios:
        if key_of(name) not in source.names():
            Catalog([source]).get(name)
    return tuple(key_of(name) for name in scenarios)


def _import_one(entry: Entry, destination: Path) -> bool:
    """Write an entry, and return whether it was not there already."""
    folder = destination / entry.key
    if folder.exists() and read_entry(folder) == entry:
        return False
    write_entry(entry, folder)
    return True


def _readable(source: Source, names: Iterable[str], exported: list[str]) -> Iterator[Entry]:
    """Yield the entries that can be read, and note their names."""
    for name in names:
        try:
            entry = source.get(name)
        except EntryError as error:
            _complain(error)
        else:
            exported.append(name)
            yield entry


def _complain(error: EntryError) -> None:
    print(error, file=sys.stderr)


def _unseen() -> bool:
    return not sys.stderr.isatty()
