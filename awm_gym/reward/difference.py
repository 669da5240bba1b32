"""What lies between the changes an episode made to its database and those the gold solution makes.

Equal are two sets of changes if the same rows are gone, the same rows have changed to values the gold solution might
have left, and the new rows match (see `matching`). Beside that, an app may note the time in rows that it has put back
to what they were, and a key that has become free may go to a new row: then SQLite shows a changed row where another
order of the same calls shows one that is gone and one that is new.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from awm_gym.registry.entry import Free
from awm_gym.reward.cells import Clocks, numbers_in, sampled, touched
from awm_gym.reward.matching import Matching, NewRows, Pair, Row, Says, is_label, match
from awm_gym.reward.schema import UNKNOWN, Schema
from awm_gym.runtime.types import Changes, TableChanges

_COMPARED_ROWS = 50
_SHOWN_ROWS = 20
_SHOWN_CHARS = 400


@dataclass(slots=True)
class _Side:
    """The changes of a gold solution, or of a played episode (then of values, not samples).

    Attributes:
        added: new rows, each with its table.
        removed: by table and key, rows that are gone.
        changed: by table and key, rows before and after.
    """

    added: list[tuple[str, Any]] = field(default_factory=list)
    removed: dict[tuple[str, str], Row] = field(default_factory=dict)
    changed: dict[tuple[str, str], tuple[Row, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """What of the gold solution's changes is missing, and what was changed beside them; JSON values by table."""

    missing: dict[str, Any] = field(default_factory=dict)
    unexpected: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows differ."""
        sides = (*self.missing.values(), *self.unexpected.values())
        return sum(len(rows) for table in sides for rows in table.values())

    @property
    def places(self) -> list[str]:
        """Where the differences are, in words; of the gold solution's values, none is told."""
        told = [f"{table}: unexpected {_kinds(rows, named=True)}" for table, rows in self.unexpected.items()]
        return told + [f"{table}: missing {_kinds(rows, named=False)}" for table, rows in self.missing.items()]


def difference(
    plays: Sequence[Changes], played: Changes, schema: Schema, free: Free, clocks: Clocks, says: Says
) -> Difference | None:
    """Compare a played episode with a gold solution.

    Args:
        plays: the gold solution's changes, in each of its plays.
        played: the played episode's changes.
        schema: the tables as they were at the start.
        free: what does not count.
        clocks: when both were played.
        says: compares texts that may be worded freely.

    Returns:
        None if they are equal.
    """
    golden, clocks = _alike([_relevant(changes, free) for changes in plays], clocks)
    episode = _without_touches(_relevant(played, free), golden[0], schema, clocks)
    reusable = [_reused(changes, schema) for changes in (golden[0], episode)]
    first = None
    for split in (set(), reusable[0] | reusable[1]) if any(reusable) else (set(),):
        left, right = _gold_side(golden, schema, split), _played_side(episode, schema, split)
        rules = _rules(left, right, schema, free, clocks, says, split)
        if _equal(rules, left, right):
            return None
        first = first or _told(rules, left, right)
    return first


def _alike(plays: Sequence[Changes], clocks: Clocks) -> tuple[list[Changes], Clocks]:
    """Return the plays that changed as many rows as the first one: in another, the app did something else."""
    sizes = [
        {name: (len(table.added), len(table.removed), len(table.changed)) for name, table in changes.items()}
        for changes in plays
    ]
    kept = [number for number, size in enumerate(sizes) if size == sizes[0]]
    return [plays[number] for number in kept], replace(clocks, shifts=tuple(clocks.shifts[n] for n in kept))


def _relevant(changes: Changes, free: Free) -> Changes:
    """Return the changes without what the task leaves free."""
    found: Changes = {}
    for name, table in changes.items():
        if name in free.tables:
            continue
        kept = set(free.columns.get(name, ()))
        added = () if name in free.rows else tuple(_less(row, kept) for row in table.added)
        removed = tuple(_less(row, kept) for row in table.removed)
        pairs = ((_less(before, kept), _less(after, kept)) for before, after in table.changed)
        changed = tuple(pair for pair in pairs if pair[0] != pair[1])
        if added or removed or changed:
            found[name] = TableChanges(added, removed, changed)
    return found


def _less(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns} if columns else row


def _without_touches(played: Changes, gold: Changes, schema: Schema, clocks: Clocks) -> Changes:
    """Return the played changes without rows in which only a later time is noted, unless the gold solution does so."""
    found: Changes = {}
    for name, table in played.items():
        expected = {_key(name, before, schema) for before, _ in gold[name].changed} if name in gold else set()
        changed = tuple(
            (before, after)
            for before, after in table.changed
            if _key(name, before, schema) in expected
            or any(before.get(c) != v and not touched(before.get(c), v, clocks) for c, v in after.items())
        )
        if table.added or table.removed or changed:
            found[name] = TableChanges(table.added, table.removed, changed)
    return found


def _key(table: str, row: Row, schema: Schema) -> str:
    """Return what tells a row of a table from the others, as text: its primary key, or all of it."""
    columns = schema.get(table, UNKNOWN).key
    values = [row[column] for column in columns] if columns and columns[0] in row else [*row.values()]
    return json.dumps(values, default=repr)


def _reused(changes: Changes, schema: Schema) -> set[tuple[str, str]]:
    """Return the changed rows whose keys may have become free: no row with a higher key was left alone."""
    found = set()
    for name, table in changes.items():
        key = schema.get(name, UNKNOWN).row_key
        changed = {before.get(key): before for before, _ in table.changed if key}
        gone = {row.get(key) for row in table.removed if key}
        for newest in schema.get(name, UNKNOWN).newest:
            if newest in changed:
                found.add((name, _key(name, changed[newest], schema)))
            elif newest not in gone:
                break
    return found


def _gold_side(plays: Sequence[Changes], schema: Schema, split: set[tuple[str, str]]) -> _Side:
    side = _Side()
    for name, table in plays[0].items():
        tables = [changes[name] for changes in plays]
        side.added += ((name, sampled(rows)) for rows in zip(*(each.added for each in tables), strict=True))
        for row in table.removed:
            side.removed[_free_place(side.removed, name, row, schema)] = row
        for pairs in zip(*(each.changed for each in tables), strict=True):
            _place(side, name, pairs[0][0], sampled([after for _, after in pairs]), schema, split)
    return side


def _played_side(changes: Changes, schema: Schema, split: set[tuple[str, str]]) -> _Side:
    side = _Side()
    for name, table in changes.items():
        side.added += ((name, row) for row in table.added)
        for row in table.removed:
            side.removed[_free_place(side.removed, name, row, schema)] = row
        for before, after in table.changed:
            _place(side, name, before, after, schema, split)
    return side


def _place(side: _Side, name: str, before: Row, after: Any, schema: Schema, split: set[tuple[str, str]]) -> None:
    """Note a changed row; one whose key may have been reused as one that is gone and one that is new."""
    place = (name, _key(name, before, schema))
    if place in split:
        side.removed[place] = before
        side.added.append((name, after))
    else:
        side.changed[_free_place(side.changed, name, before, schema)] = (before, after)


def _free_place(taken: Mapping[tuple[str, str], Any], name: str, row: Row, schema: Schema) -> tuple[str, str]:
    """Return where to note a row; in a table without a key, rows may be alike."""
    place = (name, _key(name, row, schema))
    while place in taken:
        place = (name, f"{place[1]} again")
    return place


def _rules(
    gold: _Side,
    played: _Side,
    schema: Schema,
    free: Free,
    clocks: Clocks,
    says: Says,
    split: set[tuple[str, str]],
) -> Matching:
    tables = {name for name, _ in gold.added}
    free_keys = {table: key for table in tables if (key := _surrogate(table, gold, schema, split)) is not None}
    first = [(table, _first(row)) for table, row in gold.added]
    rows = [_new_rows(added, free_keys, schema) for added in (first, played.added)]
    return Matching(schema, clocks, says, free.wording, *rows)


def _new_rows(added: Sequence[tuple[str, Row]], free_keys: Mapping[str, str], schema: Schema) -> NewRows:
    keys: dict[str, set[Any]] = {table: set() for table in free_keys}
    numbers: set[str] = set()
    for table, row in added:
        if table in free_keys:
            keys[table].add(row.get(free_keys[table]))
            numbers |= numbers_in(row.get(free_keys[table]))
        known = schema.get(table, UNKNOWN)
        numbers.update(*(numbers_in(value) for column, value in row.items() if is_label(known, column, value)))
    return NewRows(keys, numbers)


def _surrogate(table: str, gold: _Side, schema: Schema, split: set[tuple[str, str]]) -> str | None:
    """Return the key column of a table whose new keys came from the database or by chance, and so mean nothing."""
    known = schema.get(table, UNKNOWN)
    key = known.row_key
    rows = [row for name, row in gold.added if name == table]
    if key is None or any(key not in row for row in rows):
        return None
    samples = [row[key] for row in rows]
    if all(len(set(each)) > 1 for each in samples):
        return key
    if any(not isinstance(each[0], int) for each in samples):
        return None
    reused = {number for number in known.newest if (table, json.dumps([number])) in split}
    fresh = sorted({each[0] for each in samples} - reused)
    following = (known.newest[0] if known.newest else 0) + 1
    return key if fresh == list(range(following, following + len(fresh))) else None


def _equal(rules: Matching, gold: _Side, played: _Side) -> bool:
    if gold.removed != played.removed or gold.changed.keys() != played.changed.keys():
        return False
    counts = (Counter(name for name, _ in side.added) for side in (gold, played))
    if next(counts) != next(counts):
        return False
    return match(rules, _fixed(gold, played), gold.added, played.added)


def _fixed(gold: _Side, played: _Side) -> list[Pair]:
    return [
        Pair(place[0], after, played.changed[place][1], before)
        for place, (before, after) in gold.changed.items()
        if place in played.changed
    ]


def _told(rules: Matching, gold: _Side, played: _Side) -> Difference:
    """Return the differences as values.

    They are sought row by row; if each fits for itself, then it is the numbers in texts that are not those of new
    rows, or else the references that do not fit together: then all new rows are told.
    """
    for strict in (False, True):
        found = _told_by_row(rules, gold, played, strict)
        if found.size:
            return found
    for table, row in gold.added:
        _tell(found.missing, table, "added", _first(row))
    for table, row in played.added:
        _tell(found.unexpected, table, "added", row)
    return found


def _told_by_row(rules: Matching, gold: _Side, played: _Side, strict: bool) -> Difference:
    found = Difference()
    for place in sorted(gold.removed.keys() - played.removed.keys()):
        _tell(found.missing, place[0], "removed", gold.removed[place])
    for place in sorted(played.removed.keys() - gold.removed.keys()):
        _tell(found.unexpected, place[0], "removed", played.removed[place])
    for place in sorted(gold.changed.keys() | played.changed.keys()):
        one, two = gold.changed.get(place), played.changed.get(place)
        if one and two and rules.fits(Pair(place[0], one[1], two[1], one[0]), strict):
            continue
        if one:
            _tell(found.missing, place[0], "changed", _news(one[0], _first(one[1])))
        if two:
            _tell(found.unexpected, place[0], "changed", _news(*two))
    rest: dict[str, list[Row]] = {}
    for table, candidate in played.added:
        rest.setdefault(table, []).append(candidate)
    for table, row in gold.added:
        for number, candidate in enumerate(rest.get(table, [])[:_COMPARED_ROWS]):
            if rules.fits(Pair(table, row, candidate), strict):
                del rest[table][number]
                break
        else:
            _tell(found.missing, table, "added", _first(row))
    for table, candidates in rest.items():
        for candidate in candidates:
            _tell(found.unexpected, table, "added", candidate)
    return Difference(_sorted(found.missing), _sorted(found.unexpected))


def _first(row: Mapping[str, tuple[Any, ...]]) -> Row:
    return {column: samples[0] for column, samples in row.items()}


def _news(before: Row, after: Row) -> Row:
    """Return a row's first column, as a rule its key, and what has changed in it."""
    name = next(iter(before), "")
    return {c: v for c, v in after.items() if c == name or before.get(c) != v}


def _tell(side: dict[str, Any], table: str, kind: str, row: Row) -> None:
    rows = side.setdefault(table, {}).setdefault(kind, [])
    if len(rows) < _SHOWN_ROWS:
        rows.append({column: _shown(value) for column, value in row.items()})


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        return f"{value[:_SHOWN_CHARS]}... ({len(value)} characters)"
    return value


def _sorted(side: dict[str, Any]) -> dict[str, Any]:
    return {table: side[table] for table in sorted(side)}


def _kinds(rows: Mapping[str, Sequence[Row]], *, named: bool) -> str:
    """Return how many rows of each kind there are, and perhaps what the first one is called by."""
    told = []
    for kind, found in rows.items():
        column, value = next(iter(found[0].items()), ("", ""))
        name = f" ({column} {json.dumps(value)})" if named else ""
        told.append(f"{len(found)} {kind} row{'s' * (len(found) > 1)}{name}")
    return ", ".join(told)
