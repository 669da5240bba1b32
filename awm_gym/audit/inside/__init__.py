"""Code of the audit that runs where verifiers run: behind the sandbox, on two database files.

A database is made by generated code, so it is read, edited and traced there and not in the caller's process. Each
module stands alone: its text is sent, and its entry point is the first function whose name begins with `verify_`.
"""

from functools import cache
from importlib.resources import files


@cache
def source(module: str) -> str:
    """Return the source of a module of this package."""
    return files(__package__).joinpath(f"{module}.py").read_text("utf-8")
