"""References within a schema: where one leads, and whether following them ever ends."""

from collections.abc import Iterator
from typing import Any

_REFERENCES = ("$ref", "$dynamicRef")
_IN_PLACE = ("not", "if", "then", "else")
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")


def follow(ref: str, root: Any) -> Any:
    """Return the schema that a reference such as `#/$defs/Item` leads to, or None if it leads nowhere here."""
    if ref != "#" and not ref.startswith("#/"):
        return None
    target = root
    for step in ref.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, dict) else None
    return target if isinstance(target, dict | bool) else None


def endless(root: Any) -> bool:
    """Tell whether a schema refers to itself for one and the same value, so that no check of it ends."""
    done: set[str] = set()

    def loops(ref: str, on_the_way: tuple[str, ...]) -> bool:
        if ref in on_the_way:
            return True
        if ref in done:
            return False
        found = any(loops(other, (*on_the_way, ref)) for other in _refs_in_place(follow(ref, root)))
        done.add(ref)
        return found

    return any(loops(ref, ()) for ref in _all_refs(root))


def _refs_in_place(schema: Any) -> Iterator[str]:
    """Yield the references that a schema applies to the very value it is itself applied to."""
    if not isinstance(schema, dict):
        return
    yield from (schema[key] for key in _REFERENCES if isinstance(schema.get(key), str))
    for key in _IN_PLACE:
        yield from _refs_in_place(schema.get(key))
    for key in _IN_PLACE_LISTS:
        if isinstance(schema.get(key), list):
            for part in schema[key]:
                yield from _refs_in_place(part)
    if isinstance(schema.get("dependentSchemas"), dict):
        for part in schema["dependentSchemas"].values():
            yield from _refs_in_place(part)


def _all_refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in _REFERENCES if isinstance(value.get(key), str))
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _all_refs(part)
