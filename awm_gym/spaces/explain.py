"""What is wrong with a call's arguments, in words an agent can learn from.

Each sentence says which argument, what the schema expected there and what came. The order is fixed by the
schema, so equal mistakes get equal texts.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped, unused-ignore]

from awm_gym.spaces.json_values import quoted, shown
from awm_gym.spaces.phrases import describe
from awm_gym.spaces.tool_schema import ToolSchema

_MOST_SENTENCES = 3
_MOST_NAMES = 12
_MOST_HINTS = 3


def did_you_mean(name: str, known: Iterable[str], wrap: str = " (did you mean {}?)") -> str:
    """Return a hint with the known names closest to a misspelt one, or an empty text.

    Args:
        name: the name that came.
        known: the names there are.
        wrap: the hint, with `{}` for the names.
    """
    names = list(known)
    close: dict[str, None] = {}
    for form in (str.casefold, _words):  # letters astray; the right words in another order
        by_form = {form(other): other for other in reversed(names)}
        for found in difflib.get_close_matches(form(name[:200]), by_form, n=_MOST_HINTS, cutoff=0.65):
            close[by_form[found]] = None
    close.update(dict.fromkeys(other for other in names if _abbreviates(name, other)))
    return wrap.format(" or ".join(f"'{other}'" for other in list(close)[:_MOST_HINTS])) if close else ""


def _abbreviates(short: str, name: str) -> bool:
    """Tell whether a name is another one with letters left out, as `qty` is `quantity`."""
    letters = iter(name.casefold())
    same_start = short[:1].casefold() == name[:1].casefold()
    return same_start and 3 <= len(short) < len(name) and all(letter in letters for letter in short.casefold())


def _words(name: str) -> str:
    return " ".join(sorted(part.casefold() for part in re.findall(r"[A-Z]?[^\W_A-Z]+|[A-Z]+", name)))


def name_list(names: Sequence[str]) -> str:
    """Return names for a message, the first dozen of them."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(f"'{name}'" for name in names[:_MOST_NAMES]) + more


def explain_arguments(schema: ToolSchema, arguments: dict[str, Any]) -> str:
    """Say what is wrong with arguments that the schema does not accept.

    Args:
        schema: the tool's schema.
        arguments: an object of JSON values.

    Returns:
        Up to three statements, separated by semicolons.
    """
    sentences: list[str] = []
    for error in schema.errors(arguments):
        for sentence in _sentences(error, schema.schema):
            if sentence not in sentences:
                sentences.append(sentence)
    more = len(sentences) - _MOST_SENTENCES
    shown_sentences = sentences[:_MOST_SENTENCES] + ([f"and {more} more"] if more > 0 else [])
    return "; ".join(shown_sentences)


def _sentences(error: ValidationError, root: Any) -> list[str]:
    where = _path(error.absolute_path)
    instance: Any = error.instance
    schema: Any = error.schema
    demanded: Any = error.validator_value
    if error.validator == "required":
        return [_missing([name for name in demanded if name not in instance], schema, where, root)]
    if error.validator == "additionalProperties" and demanded is False:
        return [_unknown(error, where)]
    if error.validator in ("anyOf", "oneOf"):
        inner = _branch_errors(error)
        if inner:
            return [sentence for part in inner for sentence in _sentences(part, root)]
    subject = f"argument '{where}'" if where else "arguments"
    expected = describe(schema, root, str(error.validator))
    if expected is None:
        return [f"{subject}: {error.message[:200]}"]
    return [f"{subject}: expected {expected}, got {shown(instance)}"]


def _branch_errors(error: ValidationError) -> list[ValidationError]:
    """Return the errors within the one branch of a union that has the right type, if one has."""
    branches: dict[Any, list[ValidationError]] = {}
    for part in error.context or ():
        if part.relative_schema_path:  # the branch `false` has none
            branches.setdefault(part.relative_schema_path[0], []).append(part)
    fitting = [
        parts for parts in branches.values() if not any(p.validator == "type" and not p.relative_path for p in parts)
    ]
    return fitting[0] if len(fitting) == 1 else []


def _missing(names: list[str], schema: dict[str, Any], where: str, root: Any) -> str:
    properties = schema.get("properties", {})
    described = [
        f"'{name}'" + (f" ({phrase})" if (phrase := describe(properties.get(name, True), root)) else "")
        for name in names
    ]
    place = f" in '{where}'" if where else ""
    return f"missing required argument{'s' if len(names) > 1 else ''}{place}: {', '.join(described)}"


def _unknown(error: ValidationError, where: str) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    names = [name for name in instance if name not in known]
    hinted = [f"{quoted(name)}{did_you_mean(name, known)}" for name in names[:_MOST_NAMES]]
    place = f" in '{where}'" if where else ""
    takes = f"; it takes {name_list(known)}" if known else "; it takes none"
    helped = all("did you mean" in hint for hint in hinted)
    return f"unknown argument{'s' if len(names) > 1 else ''} {', '.join(hinted)}{place}{'' if helped else takes}"


def _path(parts: Iterable[str | int]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
