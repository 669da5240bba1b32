"""Edits of a database: a row changed, copied or deleted, without any tool. See `inside.edits`.

Columns that the clock stamps are left alone: no tool would change one of them and nothing else.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from awm_gym.audit import inside
from awm_gym.audit.known import Known
from awm_gym.audit.stamps import is_stamp
from awm_gym.registry import Entry
from awm_gym.registry.entry import Free
from awm_gym.runtime import Runtime
from awm_gym.runtime.verification import VerifierCall, VerifierFailed


@dataclass(frozen=True)
class Edit:
    """An edited database: what was done, in words, where, and the image."""

    kind: str
    place: str
    text: str
    image: bytes


async def edited(
    runtime: Runtime,
    entry: Entry,
    known: Known,
    initial: bytes,
    final: bytes,
    count: int,
    seed: str,
    *,
    varying: dict[str, set[str]] | None = None,
    free: Free = Free(),  # noqa: B008
) -> tuple[Edit, ...]:
    """Return edits of a database, each of one row that is the same in both images.

    Args:
        runtime: where they are made.
        entry: the entry.
        known: what its database holds.
        initial: image of the database at the episode's start.
        final: the image that is edited.
        count: how many are wanted; fewer where constraints forbid them.
        seed: what they are drawn from.
        varying: by table, columns that are left alone.
        free: what a solution may leave otherwise anyway, and is left alone.
    """
    columns: dict[str, set[str]] = {table: set(names) for table, names in (varying or {}).items()}
    for told in (free.columns, free.wording):
        for table, names in told.items():
            columns.setdefault(table, set()).update(names)
    request: dict[str, Any] = {
        "seed": seed,
        "count": count,
        "frozen": sorted({column.name for column in known.columns if is_stamp(column.name)}),
        "columns": {table: sorted(names) for table, names in columns.items()},
        "tables": [*free.tables, *free.rows],
    }
    call = VerifierCall(inside.source("edits"), initial, final, (json.dumps(request),), entry.anchor)
    try:
        found = await runtime.evaluate(call)
    except VerifierFailed:  # an image that cannot be read, or one that grows too large: then there are none
        return ()
    return tuple(Edit(edit["kind"], edit["place"], edit["text"], _patched(final, edit)) for edit in found)


def _patched(image: bytes, edit: dict[str, Any]) -> bytes:
    patched = bytearray(image[: edit["length"]].ljust(edit["length"], b"\0"))
    for start, block in edit["blocks"]:
        raw = base64.b64decode(block)
        patched[start : start + len(raw)] = raw
    return bytes(patched)
