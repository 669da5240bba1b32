"""Regular expressions of generated schemas, which run in the caller's process and must never hang it.

Python's engine backtracks: a repetition of something that itself repeats or branches can take exponential time,
and a long text polynomial time. A pattern or a text of that sort is not checked here; the application, which has a
deadline, judges it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped, unused-ignore]
from jsonschema.validators import extend  # type: ignore[import-untyped, unused-ignore]

_parser: Any = re._parser  # type: ignore[attr-defined]

_MAX_TEXT = 1_000
_MAX_REPEATS = 4
_REPEATS = frozenset({_parser.MAX_REPEAT, _parser.MIN_REPEAT})
_RISKY = _REPEATS | {_parser.BRANCH, _parser.GROUPREF}


@lru_cache(maxsize=4096)
def is_quick(pattern: str) -> bool:
    """Tell whether a pattern is sure to be matched quickly: few repetitions, and nothing risky inside of one."""
    try:
        operations = list(_operations(_parser.parse(pattern), inside=False))
    except (re.error, RecursionError, OverflowError):
        return False
    repeats = [inside for operation, inside in operations if operation in _REPEATS]
    return len(repeats) <= _MAX_REPEATS and not any(inside for op, inside in operations if op in _RISKY)


def _operations(parsed: Any, inside: bool) -> Iterator[tuple[Any, bool]]:
    """Yield every operation of a parsed pattern, and whether it stands inside of a repetition."""
    if isinstance(parsed, _parser.SubPattern):
        for operation, argument in parsed:
            yield operation, inside
            yield from _operations(argument, inside or operation in _REPEATS)
    elif isinstance(parsed, list | tuple):
        for part in parsed:
            yield from _operations(part, inside)


def _pattern(_validator: Any, pattern: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str) or not isinstance(pattern, str):
        return
    if len(instance) <= _MAX_TEXT and is_quick(pattern) and not re.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    quick = {pattern: part for pattern, part in patterns.items() if is_quick(pattern)}
    yield from Draft202012Validator.VALIDATORS["patternProperties"](validator, quick, instance, schema)


QuickValidator: Any = extend(Draft202012Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})
"""A validator of JSON Schema that skips a pattern which could take long."""
