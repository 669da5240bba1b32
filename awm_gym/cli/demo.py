"""`awm demo`: one task of a bundled entry, played by its gold solution and then by nobody.

It goes through `gymnasium.make` and what the environment shows in public, as a user's script would. Nothing
is told that did not happen: the answers, the changes and the rewards are those of this run.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gymnasium
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from awm_gym.cli.output import console, program, shortened, value_text
from awm_gym.env import AwmEnv
from awm_gym.errors import AwmError
from awm_gym.registration import register_envs
from awm_gym.registry import Entry, Solution, ToolCall, get_entry
from awm_gym.runtime import Changes, TableChanges
from awm_gym.spaces import FINAL_ANSWER

NAME = "e_commerce_33"

_ANSWER_LENGTH = 240
_VALUE_LENGTH = 60
_INDENTED = (0, 0, 0, 4)

Cells = tuple[str, str, str, str]


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm demo`."""
    about = "play a task by its gold solution, then by doing nothing"
    parser = subparsers.add_parser(
        "demo", help=about, description=f"{about.capitalize()}. Exit status 1 unless the rewards are 1.0 and 0.0."
    )
    parser.add_argument("--name", default=NAME, help="the entry (default: %(default)s)")
    parser.add_argument("--task", type=int, default=0, metavar="INDEX", help="its task (default: %(default)s)")
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    """Play the demonstration; exit status 1 unless the gold solution gets 1.0 and doing nothing 0.0."""
    entry = get_entry(args.name)
    gold = entry.task(args.task).gold
    if not gold:
        raise AwmError(
            f"expected a task with a gold solution to play, task {args.task} of {entry.key!r} has none; "
            f"the bundled entries have them, as in: {program()} demo --name {NAME}"
        )
    register_envs([entry.key])  # also one that was added after the import
    out = console()
    started = time.perf_counter()
    env = gymnasium.make(entry.env_id, task=args.task)
    env.reset(seed=0)
    _introduce(out, env, time.perf_counter() - started)
    out.rule(Text("The gold solution"), align="left")
    solved = _play(out, env, gold[0], 1.0)
    env.reset(seed=0)
    out.rule(Text("The same task, doing nothing"), align="left")
    refused = _play(out, env, Solution(calls=()), 0.0)
    env.close()
    out.rule(Text("What to try next"), align="left")
    steps = Table.grid(padding=(0, 3))
    steps.add_column(no_wrap=True)
    for command, what in next_steps(entry, args.task):
        steps.add_row(Text(f"{program()} {command}", "bold"), Text(what, "dim"))
    out.print(Padding(steps, _INDENTED))
    return 0 if solved and refused else 1


def next_steps(entry: Entry, task: int) -> list[tuple[str, str]]:
    """Return commands to go on with, each without the program's name, and what it does."""
    other = (task + 1) % len(entry.tasks)
    return [
        (f"show {entry.key}", "what this environment is made of"),
        *([(f"demo --name {entry.key} --task {other}", "another of its tasks")] if other != task else []),
        ("list", "the environments on this machine"),
        ("doctor", "what works on this machine"),
    ]


def _introduce(out: Console, env: gymnasium.Env[Any, Any], ready_s: float) -> None:
    game = _unwrapped(env)
    entry, session = game.entry, game.session
    head = Text(f"{entry.env_id}, task {session.task_index}")
    out.print(Panel(Text(_reflowed(session.task.text)), title=head, padding=(0, 1)))
    out.print(f"{entry.title or entry.key}, ready in {ready_s:.2f} s. Its {len(game.tools)} tools:")
    names = Text(", ").join(Text(tool.name, "cyan") for tool in game.tools)
    out.print(Padding(names, _INDENTED))
    out.print()


def _play(out: Console, env: gymnasium.Env[Any, Any], solution: Solution, expected: float) -> bool:
    """Play a solution in a fresh episode, show it, and return whether the reward is the expected one."""
    end = ToolCall(tool=FINAL_ANSWER, arguments={"answer": solution.answer or ""})
    for number, call in enumerate((*solution.calls, end), 1):
        observation, reward, terminated, truncated, info = env.step(call.model_dump())
        _show_call(out, number, call, observation)
        if terminated or truncated:
            break
    _show_changes(out, _unwrapped(env).session.changes())
    as_expected = reward == expected
    told = Text.assemble("reward ", (str(reward), "bold green" if as_expected else "bold red"))
    out.print(told.append(f", {info['outcome']}: {info['detail']}"))
    if not as_expected:
        out.print(f"The reward should be {expected}; `{program()} doctor` may tell what is wrong.", style="red")
    out.print()
    return as_expected


def _show_call(out: Console, number: int, call: ToolCall, observation: dict[str, Any]) -> None:
    line = Text.assemble(f"{number:>2}. ", (call.tool, "bold cyan"), "(")
    for position, (name, value) in enumerate(call.arguments.items()):
        line.append(", " if position else "").append(f"{name}=").append(_brief(value), "yellow")
    out.print(line.append(")"))
    if observation["content"]:
        style = "red" if observation["is_error"] else "dim"
        out.print(Padding(Text(_answer(observation["content"]), style), _INDENTED))


def _show_changes(out: Console, changes: Changes) -> None:
    out.print()
    if not changes:
        out.print("No row of the database changed.")
    for table, rows in changes.items():
        shown = Table("row", "column", "old", "new", title=Text(table, "bold"), title_justify="left", box=SIMPLE_HEAD)
        for cells in change_cells(rows):
            shown.add_row(*map(Text, cells))
        out.print(shown)


def change_cells(rows: TableChanges) -> Iterator[Cells]:
    """Yield row, column, old and new value of every value that was added, removed or changed.

    A row is called by its first column, as a rule its primary key. Of rows added or removed, values that are null
    are left out.
    """
    for before, after in rows.changed:
        for column in before:
            if before[column] != after[column]:
                yield _row_name(before), column, _brief(before[column]), _brief(after[column])
    for row in rows.added:
        yield from ((f"+ {_row_name(row)}", column, "", text) for column, text in _details(row))
    for row in rows.removed:
        yield from ((f"- {_row_name(row)}", column, text, "") for column, text in _details(row))


def _details(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(column, _brief(value)) for column, value in list(row.items())[1:] if value is not None]


def _row_name(row: dict[str, Any]) -> str:
    column, value = next(iter(row.items()))
    return f"{column} {_brief(value)}"


def _answer(content: str) -> str:
    """Return the beginning of a tool's answer; JSON with blanks, so that it can be wrapped."""
    with suppress(ValueError):
        content = value_text(json.loads(content))
    return shortened(content, _ANSWER_LENGTH)


def _reflowed(text: str) -> str:
    """Return a text with one line a paragraph, so that it is wrapped to the terminal's width."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _brief(value: Any) -> str:
    return shortened(value_text(value), _VALUE_LENGTH)


def _unwrapped(env: gymnasium.Env[Any, Any]) -> AwmEnv:
    game = env.unwrapped
    assert isinstance(game, AwmEnv)
    return game
