"""The command `awm`: finds the commands, runs one, and turns what can go wrong into an exit status.

A command module has a function `add_commands(subparsers)`, which adds parsers that set `run`. The ones of
this package are named here; other packages name theirs under the entry point group `awm_gym.commands`, so that
nothing here imports them. All are imported for every call, so a command module imports what is slow to import
(servers, LLM clients) inside of its functions.

Exit status: what the command says; 2 for an error that is told; 130 for Ctrl-C; 141 when nobody reads on.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

from awm_gym import __version__
from awm_gym.cli.arguments import USAGE, ArgumentParser
from awm_gym.errors import AwmError

GROUP = "awm_gym.commands"
"""Entry point group in which other packages offer commands: functions that take the subparsers."""

_MODULES = ("demo", "registry", "env", "survey", "verify", "audit", "bench", "doctor")
_INTERRUPTED = 130
_NOBODY_READS = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments, without the program's name; those of the process by default.

    Returns:
        The exit status.
    """
    try:
        args = build_parser().parse_args(argv)
        status = int(args.run(args))
        sys.stdout.flush()
    except SystemExit as exit_:  # argparse leaves this way, after --help and after a wrong argument
        return exit_.code if isinstance(exit_.code, int) else USAGE
    except KeyboardInterrupt:
        print("awm: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # What is still buffered would raise again when the interpreter flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS
    except (AwmError, OSError) as error:  # a mistake of the caller's, or a file that cannot be read or written
        if os.environ.get("AWM_DEBUG"):
            raise
        print(f"awm: {error}", file=sys.stderr)
        return USAGE
    return status


def build_parser() -> ArgumentParser:
    """Return the parser of all commands that are installed."""
    parser = ArgumentParser(
        prog="awm",
        description="Gymnasium environments in which LLM agents learn to use tools.",
        epilog="AWM_DEBUG=1 shows where an error comes from.",
    )
    parser.add_argument("--version", action="version", version=f"awm {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in _MODULES:
        importlib.import_module(f"awm_gym.cli.{module}").add_commands(subparsers)
    for point in entry_points(group=GROUP):
        try:
            point.load()(subparsers)
        except Exception as error:
            if os.environ.get("AWM_DEBUG"):
                raise
            print(f"awm: the commands of {point.value} are left out: {error}", file=sys.stderr)
    return parser
