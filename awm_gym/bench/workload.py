"""What the bench plays: entries, and calls that answer the same in a session and bare."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice

from awm_gym.bench.references import Bare
from awm_gym.registry import Entry, SampleRows, Table, Task, ToolCall
from awm_gym.runtime import Runtime

_BALLAST = "awm_bench_ballast"
_PAGE = 1024
"""Bytes of a page in the database of a session, of which a row of ballast fills one."""


def copies(entries: Sequence[Entry], count: int) -> list[Entry]:
    """Return so many entries, each a scenario of its own: the given ones in turn, under other names."""
    turn = enumerate(islice(cycle(entries), count))
    return [_changed(entry, name=f"bench_{number}_{entry.key}") for number, entry in turn]


def grown(entry: Entry, size: int) -> Entry:
    """Return the entry with so many bytes more in its database, in a table of their own."""
    table = Table(name=_BALLAST, ddl=f"CREATE TABLE {_BALLAST} (content BLOB)")
    insert = f"INSERT INTO {_BALLAST} VALUES (zeroblob({_PAGE * 9 // 10}))"
    rows = SampleRows(table_name=_BALLAST, insert_statements=(insert,) * (size // _PAGE))
    return _changed(entry, name=f"{entry.key}_grown", tables=(*entry.tables, table), data=(*entry.data, rows))


def reading_calls(runtime: Runtime, bare: Bare, entry: Entry, most: int) -> tuple[ToolCall, ...]:
    """Return calls that only read, and whose answer in a session is, byte for byte, the one the app gives bare.

    They come from the gold solutions; where those have none, they are the tools that need no argument.

    Args:
        runtime: opens the session.
        bare: a process that has loaded the entry.
        entry: the environment.
        most: how many calls there may be.

    Raises:
        RuntimeError: if there is none.
    """
    with runtime.open(entry) as session:
        simple = [ToolCall(tool=tool.name) for tool in session.tools if not tool.input_schema.get("required")]
        gold = [call for call in _distinct(_gold_calls(entry)) if bare.only_reads(entry, call)]
        offered = gold or [call for call in simple if bare.only_reads(entry, call)]
        results = [session.call(call.tool, call.arguments) for call in offered]
    told = [(result.status, result.content) for result in results]
    same = [
        call
        for call, ours, theirs in zip(offered, told, bare.answers(entry, offered), strict=True)
        if ours == theirs and theirs[0] == 200
    ]
    if not same:
        raise RuntimeError(f"of {len(offered)} calls of {entry.key!r}, none answers in a session as it does bare")
    return tuple(same[:most])


def five_calls(task: Task, fillers: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """Return five calls to play a task with: its gold solution's first ones, and others if those are fewer."""
    gold = task.gold[0].calls if task.gold else ()
    return (*gold, *islice(cycle(fillers), 5))[:5]


def final_answer(task: Task) -> str:
    """Return the gold solution's answer; empty if there is none."""
    return (task.gold[0].answer or "") if task.gold else ""


def _changed(entry: Entry, **changes: object) -> Entry:
    fields = {name: getattr(entry, name) for name in Entry.model_fields}
    return Entry.model_validate({**fields, **changes})  # model_copy would copy the digest, too


def _gold_calls(entry: Entry) -> Iterator[ToolCall]:
    for task in entry.tasks:
        for solution in task.gold[:1]:
            yield from solution.calls


def _distinct(calls: Iterable[ToolCall]) -> list[ToolCall]:
    return list({call.model_dump_json(): call for call in calls}.values())
