"""JSON objects in a model's text: alone, between fences, or after it has thought aloud."""

import json
from collections.abc import Iterator
from typing import Any


def json_objects(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects that a text holds, the last one first: what comes last is what was decided."""
    return list(_objects(text))[::-1]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, start = json.JSONDecoder(), text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
        else:
            if isinstance(value, dict):
                yield value
            start = text.find("{", end)
