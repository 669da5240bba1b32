"""The argument parser of every command: argparse, with options that are spelled either way.

Agent World Model's commands spell their options with `_`, everybody else's with `-`: `--input_path` and
`--input-path` are the same option here, however a command registered it. The parsers of subcommands are of
this class too, so a command module has nothing to do for it. It tells what a command does with
`parser.set_defaults(run=function)`; the function takes the parsed arguments and returns the exit status.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

USAGE = 2
"""Exit status of a command that was asked for something it cannot do; argparse uses the same."""


class ArgumentParser(argparse.ArgumentParser):
    """A parser that takes `_` for `-` in the names of long options, and the other way round.

    Options cannot be abbreviated: a new option would break whoever relied on it. A command that only groups
    others prints its help when it is called by itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def add_subparsers(self, **kwargs: Any) -> "argparse._SubParsersAction[Any]":
        """Add subcommands; where none is required, calling the command by itself prints its help."""
        self.set_defaults(run=partial(_show_help, self))
        return super().add_subparsers(**kwargs)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, after each long option was given the spelling that it was registered with."""
        names = {_folded(name): name for action in self._actions for name in action.option_strings}
        words = sys.argv[1:] if args is None else args
        return super().parse_known_args(list(_respelled(words, names)), namespace)


def _respelled(words: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word == "--":  # no options follow it
            yield word
            break
        name, equals, value = word.partition("=")
        yield names.get(_folded(name), name) + equals + value if word.startswith("--") else word
    yield from rest


def _folded(name: str) -> str:
    return name.replace("_", "-")


def _show_help(parser: ArgumentParser, _: argparse.Namespace) -> int:
    parser.print_help(sys.stderr)
    return USAGE
