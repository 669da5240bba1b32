"""Matching the rows that an episode added with those that the gold solution added.

New rows have keys that depend on what else happened, and other rows refer to them. So rows are matched one to one such
that, with each key replaced by that of its counterpart, every value is one the gold solution might have left. That is
a search, but rows are few and mostly tell themselves apart; it is given up after a number of steps that only a
contrived database needs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awm_gym.reward.cells import Clocks, Samples, Swap, swaps, tells_time
from awm_gym.reward.schema import UNKNOWN, Schema, TableSchema

GoldRow = Mapping[str, Samples]
Row = Mapping[str, Any]
Says = Callable[[str, str], bool]
"""Whether a played text says what a gold text says."""

_STEPS = 5_000
_EPOCHS = 1_000_000_000
"""From here on a number may be a time, in seconds or milliseconds."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold row and a played row that may be its counterpart.

    Attributes:
        table: the table they are in.
        gold: the gold row.
        played: the played row.
        before: the row at the start; None for new rows.
    """

    table: str
    gold: GoldRow
    played: Row
    before: Row | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """What must hold for a pair to be counterparts.

    Attributes:
        keys: table, gold key and played key of new rows that must be counterparts, too.
        swaps: by column, tokens that may only differ if they come of the keys of new rows.
    """

    keys: list[tuple[str, Any, Any]] = field(default_factory=list)
    swaps: dict[str, list[Swap]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRows:
    """What the new rows of one side are called by.

    Attributes:
        keys: their keys by table, of those tables whose keys mean nothing.
        numbers: these keys, and the numbers in the rows' labels, as text.
    """

    keys: Mapping[str, set[Any]]
    numbers: set[str]


class Matching:
    """The rules by which two rows are compared, for one gold solution and one played episode."""

    def __init__(
        self,
        schema: Schema,
        clocks: Clocks,
        says: Says,
        wording: Mapping[str, Iterable[str]],
        gold: NewRows,
        played: NewRows,
    ) -> None:
        """Set the rules.

        Args:
            schema: the tables.
            clocks: when both were played.
            says: compares texts of the columns in `wording`.
            wording: by table, columns of text that may be worded freely.
            gold: what the gold solution's new rows are called by.
            played: what the played episode's are.
        """
        self._schema = schema
        self._clocks = clocks
        self._says = says
        self._wording = {table: set(columns) for table, columns in wording.items()}
        self._gold = gold
        self._played = played

    def relation(self, pair: Pair) -> Relation | None:
        """Return what must hold for a pair to be counterparts, or None if they cannot be."""
        if pair.gold.keys() != pair.played.keys():
            return None
        table, found = self._schema.get(pair.table, UNKNOWN), Relation()
        for column, samples in pair.gold.items():
            value = pair.played[column]
            parent = self._parent(pair, table, column)
            if parent is not None and samples[0] in self._gold.keys[parent]:
                if value not in self._played.keys.get(parent, ()):
                    return None
                found.keys.append((parent, samples[0], value))
                continue
            if parent is not None and value in self._played.keys.get(parent, ()):
                return None
            if self._is_worded(pair.table, column, samples[0], value):
                continue
            before = None if pair.before is None else pair.before.get(column)
            differing = swaps(samples, value, before, self._clocks, loose=_is_loose(table, column))
            if differing is None or not all(map(self._may_be_new, differing)):
                return None
            if differing:
                found.swaps[column] = differing
        return found

    def is_plain(self, table: str, column: str, samples: Samples) -> bool:
        """Return whether a value of a new row is fixed: no key or reference, no number that may be one, no time."""
        known, value = self._schema.get(table, UNKNOWN), samples[0]
        if column == known.row_key or column in known.references or column in self._wording.get(table, ()):
            return False
        if _is_loose(known, column) or any(sample != value for sample in samples):
            return False
        if isinstance(value, str):
            return not any(map(str.isdecimal, value))
        return value is None or (isinstance(value, int) and abs(value) < _EPOCHS)

    def fits(self, pair: Pair, strict: bool) -> bool:
        """Return whether a pair may be counterparts, seen for itself; if strict, also without a number changed."""
        relation = self.relation(pair)
        return relation is not None and not (strict and relation.swaps)

    def _parent(self, pair: Pair, table: TableSchema, column: str) -> str | None:
        """Return the table whose new rows' keys the column may hold: its own, if it is the key of a new row."""
        parent = pair.table if pair.before is None and column == table.row_key else table.references.get(column)
        return parent if parent in self._gold.keys else None

    def _is_worded(self, table: str, column: str, gold: Any, played: Any) -> bool:
        if column not in self._wording.get(table, ()) or not (isinstance(gold, str) and isinstance(played, str)):
            return False
        return self._says(gold, played)

    def _may_be_new(self, swap: Swap) -> bool:
        return swap[0] in self._gold.numbers and swap[1] in self._played.numbers

    def holds(self, pairs: Sequence[tuple[Pair, Relation]], keys: Mapping[tuple[str, Any], Any]) -> bool:
        """Return whether all tokens that differ come of the keys of new rows.

        They do if a token is such a key, or the running number in a new row's label (order FB-10421, key 21): then it
        differs by as much as the row's key, and may stand elsewhere, too.
        """
        known = {(str(gold), str(played)) for (_, gold), played in keys.items()}
        for pair, relation in pairs:
            table = self._schema.get(pair.table, UNKNOWN)
            for column, differing in relation.swaps.items():
                if pair.before is None and is_label(table, column, pair.gold[column][0]):
                    known |= {swap for swap in differing if _distance(swap) == _key_distance(pair, table)}
        return all(
            swap in known for _, relation in pairs for differing in relation.swaps.values() for swap in differing
        )


def match(
    rules: Matching, fixed: Sequence[Pair], gold: Sequence[tuple[str, GoldRow]], played: Sequence[tuple[str, Row]]
) -> bool:
    """Return whether rows can be matched one to one, beside those whose counterparts are known.

    Args:
        rules: how rows are compared.
        fixed: rows that were there before, with their counterparts.
        gold: the gold solution's new rows, each with its table.
        played: the played episode's new rows.
    """
    known = [(pair, rules.relation(pair)) for pair in fixed]
    if len(gold) != len(played) or any(relation is None for _, relation in known):
        return False
    if (alike := _alike(rules, gold, played)) is None:
        return False
    search = _Search(rules, gold, played, alike)
    return search.run([(pair, relation) for pair, relation in known if relation is not None])


class _Search:
    """A search for a counterpart for each new gold row, no row chosen twice, that fit together."""

    def __init__(
        self,
        rules: Matching,
        gold: Sequence[tuple[str, GoldRow]],
        played: Sequence[tuple[str, Row]],
        alike: Sequence[Sequence[int]],
    ) -> None:
        order = sorted(range(len(gold)), key=lambda number: len(alike[number]))
        self._rules = rules
        self._gold = [gold[number] for number in order]
        self._alike = [alike[number] for number in order]
        self._played = played
        self._relations: dict[tuple[int, int], Relation | None] = {}
        self._made: list[tuple[Pair, Relation]] = []
        self._used: set[int] = set()
        self._keys: dict[tuple[str, Any], Any] = {}
        self._owners: dict[tuple[str, Any], Any] = {}
        self._steps = 0

    def run(self, fixed: list[tuple[Pair, Relation]]) -> bool:
        """Return whether there is one."""
        self._made = fixed
        if any(self._bind(relation) is None for _, relation in fixed):
            return False
        trail: list[tuple[int, list[tuple[str, Any]]]] = []
        option = 0
        while self._steps < _STEPS:
            if len(trail) == len(self._gold):
                self._steps += len(self._made)
                if self._rules.holds(self._made, self._keys):
                    return True
            elif (chosen := self._choose(len(trail), option)) is not None:
                trail.append(chosen)
                option = 0
                continue
            if not trail:
                return False
            option, bound = trail.pop()
            self._undo(len(trail), option, bound)
            option += 1
        return False

    def _choose(self, place: int, option: int) -> tuple[int, list[tuple[str, Any]]] | None:
        """Make the first choice that fits, and return its number and the keys it has bound."""
        table, row = self._gold[place]
        for number in range(option, len(self._alike[place])):
            candidate = self._alike[place][number]
            if candidate in self._used:
                continue
            self._steps += 1
            pair = Pair(table, row, self._played[candidate][1])
            if (place, candidate) not in self._relations:
                self._relations[place, candidate] = self._rules.relation(pair)
            relation = self._relations[place, candidate]
            if relation is not None and (bound := self._bind(relation)) is not None:
                self._used.add(candidate)
                self._made.append((pair, relation))
                return number, bound
        return None

    def _undo(self, place: int, option: int, bound: list[tuple[str, Any]]) -> None:
        self._used.discard(self._alike[place][option])
        self._made.pop()
        self._unbind(bound)

    def _bind(self, relation: Relation) -> list[tuple[str, Any]] | None:
        """Take keys for counterparts, and return those that were not yet; None if that contradicts what is taken."""
        bound: list[tuple[str, Any]] = []
        for table, gold, played in relation.keys:
            if (table, gold) in self._keys or (table, played) in self._owners:
                if self._keys.get((table, gold), self) == played:
                    continue
                self._unbind(bound)
                return None
            self._keys[table, gold], self._owners[table, played] = played, gold
            bound.append((table, gold))
        return bound

    def _unbind(self, bound: Iterable[tuple[str, Any]]) -> None:
        for table, gold in bound:
            del self._owners[table, self._keys.pop((table, gold))]


def _alike(
    rules: Matching, gold: Sequence[tuple[str, GoldRow]], played: Sequence[tuple[str, Row]]
) -> list[list[int]] | None:
    """Return for each gold row the numbers of the played rows that look like it, by their plainest columns.

    None if not as many rows look like that on both sides.
    """
    plain: dict[str, list[str]] = {}
    for table, row in gold:
        columns = plain.get(table, list(row))
        plain[table] = [column for column in columns if column in row and rules.is_plain(table, column, row[column])]
    looks = [(table, *(row[column][0] for column in plain[table])) for table, row in gold]
    found: dict[tuple[Any, ...], list[int]] = {}
    for number, (table, candidate) in enumerate(played):
        found.setdefault((table, *(candidate.get(column) for column in plain.get(table, ()))), []).append(number)
    if Counter(looks) != {look: len(numbers) for look, numbers in found.items()}:
        return None
    return [found[look] for look in looks]


def _is_loose(table: TableSchema, column: str) -> bool:
    """Return whether a column may hold the key of a new row, or a running number, though nothing declares it."""
    return column not in table.references and (column.casefold().endswith("id") or column in table.unique)


def is_label(table: TableSchema, column: str, value: Any) -> bool:
    """Return whether a value of a new row is what people call it by: unique, or a word with a number."""
    if isinstance(value, str):
        return (column in table.unique or not any(map(str.isspace, value))) and not tells_time(value)
    return isinstance(value, int) and column in table.unique


def _distance(swap: Swap) -> int | None:
    return int(swap[1]) - int(swap[0])


def _key_distance(pair: Pair, table: TableSchema) -> int | None:
    """Return how far apart the keys of two new rows are; None where that says nothing."""
    key = table.row_key
    if key is None:
        return None
    gold, played = pair.gold[key][0], pair.played[key]
    if not (isinstance(gold, int) and isinstance(played, int)):
        return None
    return played - gold or None
