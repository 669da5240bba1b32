"""What a schema expects, as a phrase of plain text: an integer >= 1, a list of strings, one of "a", "b"."""

from typing import Any

from awm_gym.spaces.json_values import shown
from awm_gym.spaces.references import follow

_MOST_VALUES = 12
_DEEPEST = 3
_ARTICLED = {
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}
_PLURAL = {
    "an integer": "integers",
    "a number": "numbers",
    "a string": "strings",
    "an object": "objects",
}
_FORMATS = {
    "date": 'a date such as "2025-01-31"',
    "date-time": 'a date and time such as "2025-01-31T09:30:00Z"',
    "time": 'a time such as "09:30:00"',
    "email": "an email address",
    "uuid": "a UUID",
    "uri": "a URI",
}
_PHRASED = frozenset(
    {"type", "enum", "const", "anyOf", "oneOf", "pattern", "minLength", "maxLength", "multipleOf"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}
)


def describe(schema: Any, root: Any, keyword: str | None = None) -> str | None:
    """Describe the values a schema accepts.

    Args:
        schema: a schema, or part of one.
        root: the whole schema, from which its references count.
        keyword: the keyword that a value has just failed, if any.

    Returns:
        A phrase, or None where the schema (or that keyword) is beyond a phrase.
    """
    if keyword is not None and keyword not in _PHRASED:
        return None
    return _phrase(schema, root, 0)


def _phrase(schema: Any, root: Any, depth: int) -> str | None:
    schema = _resolved(schema, root)
    if depth > _DEEPEST or not isinstance(schema, dict):
        return None
    if "const" in schema:
        return shown(schema["const"])
    if "enum" in schema:
        values = [shown(value) for value in schema["enum"]]
        return "one of " + ", ".join(values[:_MOST_VALUES]) + (", ..." if len(values) > _MOST_VALUES else "")
    for key in ("anyOf", "oneOf"):
        if key in schema:
            branches = [_phrase(branch, root, depth + 1) for branch in schema[key]]
            known = list(dict.fromkeys(branch for branch in branches if branch))
            return " or ".join(known) if known and None not in branches else None
    stated = schema.get("type")
    kinds = [stated] if isinstance(stated, str) else list(stated or ())
    phrases = [_of_type(kind, schema, root, depth) for kind in kinds]
    return " or ".join(phrases) or _demands(schema)


def _of_type(kind: str, schema: dict[str, Any], root: Any, depth: int) -> str:
    if kind in ("integer", "number"):
        return _ARTICLED[kind] + _bounds(schema)
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "a string") + _lengths(schema)
    if kind == "array":
        return "a list" + _items(schema, root, depth) + _counts(schema, "Items", "item")
    if kind == "object":
        return "an object" + _keys(schema) + _counts(schema, "Properties", "key")
    return _ARTICLED.get(kind, kind)


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    parts = []
    if low is not None and high is not None:
        parts.append(f"from {low} to {high}")
    else:
        parts += [f">= {low}"] if low is not None else []
        parts += [f"<= {high}"] if high is not None else []
    for key, sign in (("exclusiveMinimum", ">"), ("exclusiveMaximum", "<")):
        parts += [f"{sign} {schema[key]}"] if key in schema else []
    text = " " + " and ".join(parts) if parts else ""
    return text + (f" that is a multiple of {schema['multipleOf']}" if "multipleOf" in schema else "")


def _lengths(schema: dict[str, Any]) -> str:
    text = _counts(schema, "Length", "character").replace(" with", " of", 1)
    return text + (f" that matches the pattern {schema['pattern']}" if "pattern" in schema else "")


def _items(schema: dict[str, Any], root: Any, depth: int) -> str:
    unique = " without duplicates" if schema.get("uniqueItems") else ""
    items = _resolved(schema.get("items", True), root)
    if not isinstance(items, dict):
        return unique
    phrase = _phrase(items, root, depth + 1)
    if phrase is None:
        return unique
    plural = _PLURAL.get(phrase)
    return (f" of {plural}" if plural else f" (each item {phrase})") + unique


def _keys(schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    names = [f"'{name}'" + (" (required)" if name in required else "") for name in schema.get("properties", {})]
    return f" with the keys {', '.join(names[:_MOST_VALUES])}" if names else ""


def _counts(schema: dict[str, Any], suffix: str, noun: str) -> str:
    low, high = schema.get(f"min{suffix}"), schema.get(f"max{suffix}")
    if not low and high is None:
        return ""
    if low and high is not None:
        return f" with {low} {noun}{'s' if low != 1 else ''}" if low == high else f" with {low} to {high} {noun}s"
    count = low or high
    return f" with at {'least' if low else 'most'} {count} {noun}{'s' if count != 1 else ''}"


def _demands(schema: dict[str, Any]) -> str | None:
    """Describe a schema that states no type, by its bounds alone."""
    text = (_bounds(schema) or _lengths(schema)).strip()
    return f"a value {text}" if text else None


def _resolved(schema: Any, root: Any) -> Any:
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
            break
        schema = follow(schema["$ref"], root)
    return schema
