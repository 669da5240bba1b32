"""How commands write for people: one console, and texts made short enough for a line."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console


class _Console(Console):
    """A console that leaves a broken pipe to the command line, which ends quietly."""

    def on_broken_pipe(self) -> None:
        raise


def console(*, stderr: bool = False) -> Console:
    """Return a console: coloured on a terminal, plain in a pipe, and never guessing at what texts mean."""
    return _Console(stderr=stderr, highlight=False, markup=False)


def shortened(text: str, width: int) -> str:
    """Return a text on one line, of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def value_text(value: Any) -> str:
    """Return a value as JSON shows it; of bytes, which JSON has not, their number."""
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)


def program() -> str:
    """Return how to call `awm` from this folder: by its name, or by its path where it is not on PATH."""
    called = Path(sys.argv[0])
    if called.name != "awm":
        return "python -m awm_gym"
    if (found := shutil.which("awm")) and Path(found).resolve() == called.resolve():
        return "awm"
    relative = os.path.relpath(called)
    # A shell looks a name without a slash up on PATH.
    return min(relative if os.sep in relative else f"./{relative}", str(called.absolute()), key=len)
