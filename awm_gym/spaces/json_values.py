"""JSON values as an agent writes them: what counts as one, and how one is shown in a message.

An action travels to the application as JSON, so it may hold nothing that JSON text cannot: no numpy scalar,
no tuple, no NaN, no half of a surrogate pair. What a message shows must be the same on every run, so a value
that is not JSON is named by its type alone (a `repr` may carry an address).
"""

import json
import sys
from typing import Any

MAX_DEPTH = 64
"""Deepest nesting of lists and objects that counts as a value; beyond it some parsers give up."""

_MAX_NUMBER = sys.float_info.max
_SHOWN = 80
_TYPE_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


def is_unicode(text: str) -> bool:
    """Tell whether a string is Unicode text, that is, has no lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def json_fault(value: Any, depth: int = 0) -> str | None:
    """Say why a value is not JSON.

    Args:
        value: any Python object.
        depth: how deep inside the whole value it stands.

    Returns:
        What is wrong, as a phrase, or None for a JSON value.
    """
    kind = type(value)
    if kind is str:
        return None if is_unicode(value) else "half of a surrogate pair in a string"
    if kind is int or kind is float:
        # Also catches NaN and the infinities; a larger integer would overflow a reader that uses doubles.
        return None if -_MAX_NUMBER <= value <= _MAX_NUMBER else "a number that JSON cannot carry"
    if value is None or kind is bool:
        return None
    if depth >= MAX_DEPTH and isinstance(value, dict | list):
        return f"a value nested more than {MAX_DEPTH} levels deep"
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                return f"a key of type {type(key).__name__} (keys must be strings)"
            fault = json_fault(key) or json_fault(item, depth + 1)
            if fault:
                return fault
        return None
    if isinstance(value, list):
        for item in value:
            fault = json_fault(item, depth + 1)
            if fault:
                return fault
        return None
    return f"a Python {kind.__name__}"


def shown(value: Any) -> str:
    """Show a value in a message: as JSON, cut to a readable length; if it is not JSON, by its type."""
    if json_fault(value):
        return kind_of(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 4] + " ..."


def kind_of(value: Any) -> str:
    """Name a value's type in JSON's words, or in Python's where JSON has none."""
    return _TYPE_NAMES.get(type(value), f"a Python {type(value).__name__}")


def quoted(name: str) -> str:
    """Quote a name that an agent made up: escaped where it would break a line, cut to a readable length."""
    text = json.dumps(name, ensure_ascii=not is_unicode(name))[1:-1].replace('\\"', '"')
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 4]} ...'"
