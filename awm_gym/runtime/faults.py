"""Exceptions of generated code in words, which are generated code themselves."""

import re

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_MAX_CHARS = 2000


def describe(error: BaseException) -> str:
    """Return an exception as one line that is the same in every process: no memory addresses."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:
        text = "an exception that cannot be shown"
    return _ADDRESS.sub("0x…", text[: 2 * _MAX_CHARS])[:_MAX_CHARS]
