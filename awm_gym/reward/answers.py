"""Whether an answer says what the gold solution's answer says, however it is worded.

Of the gold answer, the facts count (see `facts`): each must be in the answer given, and no other of the same kind that
would contradict it. Beside them an answer may mention what the task itself mentions, and numbers that the gold
solution wrote to the database. Where the gold answer is a mere list (`ekim, tokoro`), its items are what counts, in
their order if the task asks for one; where each line of it tells several things, they must stay together. Where it
is a sentence without any facts, its words count.
"""

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from awm_gym.reward.facts import Fact, cleaned, facts, number_words, plain, words

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer may mention beside the facts asked for, and what names there are.

    Attributes:
        text: the task's text.
        numbers: numbers that an answer may mention.
        names: sets of names that exclude each other: the values of a column. Which of them the gold answer leaves
            out, an answer must not name.
    """

    text: str = ""
    numbers: Collection[object] = ()
    names: Sequence[Collection[str]] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What stands between an answer and the gold answer.

    Attributes:
        missing: what the gold answer says and it does not.
        contradicting: what it says against the gold answer.
    """

    missing: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not (self.missing or self.contradicting)


@dataclass(frozen=True, slots=True)
class _Item:
    """Something that a gold answer says: facts, and names or words, as `plain` text."""

    facts: tuple[Fact, ...]
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[Fact | str, ...]:
        return (*self.facts, *self.names, *self.words)


_FUNCTION_WORDS = {
    *words("a an are as be been by can did does for from goes had has have he her his i in is it its no not of on she"),
    *words("than that the their there they this to was we were which will with you your"),
}
_LIST_WORDS = 4
_SEPARATOR = re.compile(r",(?!\d{3}\b)\s*|[;\n]\s*|\s+(?:and|&)\s+")
_BETWEEN_HEDGED = re.compile(r"[^.!?\n]{0,30}?(?:\bor\b|/|\bmaybe\b|\bperhaps\b)[^.!?\n]{0,30}", re.I)
_ORDERED = re.compile(r"(?:est|most) first\b|\bin [\w -]*order\b|\bsorted\b|\branked\b|\b(?:a|de)scending\b", re.I)


def agreement(expected: str, given: str | None, context: Context = Context()) -> Agreement:
    """Compare an answer with the gold answer.

    Args:
        expected: the gold answer.
        given: the answer; None and blank ones say nothing.
        context: what it may mention beside.
    """
    if given is None or not given.strip():
        return Agreement(missing=(expected,))
    expected, given = cleaned(expected), cleaned(given)
    items = _listed(expected) or [_told(expected, context)]
    demanded = [fact for item in items for fact in item.facts]
    names = [name for item in items for name in item.names]
    stated = facts(given)
    missing = [fact.text for fact in demanded if not _states(given, stated, fact)]
    missing += [text for item in items for text in (*item.names, *item.words) if f" {text} " not in plain(given)]
    contradicting = [*_other_facts(demanded, stated, context), *_other_names(names, given, context)]
    if not re.search(r"\bor\b", expected):
        contradicting += _hedged(demanded, bool(names), given, stated)
    if not missing and len(items) > 1:
        contradicting += _mixed_up(items, given, stated, bool(_ORDERED.search(context.text)))
    return Agreement(tuple(missing), tuple(dict.fromkeys(contradicting)))


def _told(expected: str, context: Context) -> _Item:
    """Return what a sentence says."""
    stated = facts(expected)
    hard = tuple(fact for fact in stated if fact.kind != "name")
    names = [str(fact.value) for fact in stated if fact.kind == "name" and (not hard or " " in str(fact.value))]
    unsaid = [name for name in names if f" {name} " not in plain(context.text)]
    names = unsaid if hard or unsaid else names  # a name from the question is the answer only if nothing else is
    if hard or names:
        return _Item(hard, tuple(names))
    return _Item((), (), tuple(word for word in plain(expected).split() if word not in _FUNCTION_WORDS - {"no", "not"}))


def _listed(expected: str) -> list[_Item]:
    """Return what each item says if a text is a list of short ones, else nothing."""
    lines = [line for line in expected.strip().splitlines() if line.strip()]
    parts = lines if len(lines) > 1 else _SEPARATOR.split(expected.strip().rstrip("."))
    spoken = _FUNCTION_WORDS & set(plain(expected).split()) - {"no", "not"}
    if spoken or any(len(part.split()) > _LIST_WORDS for part in parts):
        return []
    items = []
    for part in filter(str.strip, parts):
        hard = tuple(fact for fact in (*facts(part), *number_words(part)) if fact.kind != "name")
        if not hard:
            items.append(_Item((), (plain(part).strip(),)))
        else:
            rest = "".join(c for place, c in enumerate(part) if not any(f.start <= place < f.end for f in hard))
            items.append(_Item(hard, (), tuple(plain(rest).split()) if len(lines) > 1 else ()))
    return items


def _states(given: str, stated: Sequence[Fact], fact: Fact) -> bool:
    if any(fact.same(other) for other in stated):
        return True
    if fact.kind == "identifier":
        return plain(fact.text) in plain(given)
    return fact.kind == "number" and any(fact.same(other) for other in number_words(given))


def _other_facts(demanded: Sequence[Fact], stated: Sequence[Fact], context: Context) -> Iterator[str]:
    """Yield the facts that are of a demanded kind, but neither demanded nor allowed beside."""
    allowed = facts(cleaned(context.text))
    units = {fact.unit for fact in demanded} - {""}
    units |= {other.unit for other in stated if any(other.same(fact) for fact in demanded)}
    shapes = {_shape(fact) for fact in demanded if fact.kind == "identifier"}
    kinds = {fact.kind for fact in demanded}
    for fact in stated:
        if fact.kind == "name" or fact.kind not in kinds or any(fact.same(other) for other in (*demanded, *allowed)):
            continue
        if fact.kind == "identifier" and _shape(fact) not in shapes:
            continue
        if fact.kind == "number" and (fact.value in context.numbers or not (fact.unit in units or _is_money(fact))):
            continue
        yield fact.text


def _shape(fact: Fact) -> str:
    return re.sub(r"\d+", "0", str(fact.value))


def _is_money(fact: Fact) -> bool:
    return re.search(r"\.\d\d$", fact.text) is not None


def _other_names(demanded: Sequence[str], given: str, context: Context) -> Iterator[str]:
    """Yield the names that are neither demanded nor in the task's text.

    Where a column holds the demanded names, these are the others that it holds; else whatever looks like a name.
    """
    if not demanded:
        return
    rest, asked = plain(given), plain(context.text)
    for name in sorted(demanded, key=len, reverse=True):
        rest = rest.replace(f" {name} ", " | ")
    columns = [{plain(name).strip() for name in names} for names in context.names]
    columns = [names for names in columns if names & set(demanded)]
    if {"yes", "no"} & set(demanded):
        columns.append({"yes", "no"})
    for other in {name for names in columns for name in names if name not in demanded}:
        if other and f" {other} " in rest and f" {other} " not in asked:
            yield other
    if columns:
        return
    text = given if not (given.islower() or given.isupper()) else _capitalised(given)
    alone = any(" " not in name for name in demanded)
    for fact in facts(text):
        name = str(fact.value)
        if fact.kind == "name" and (alone or " " in name) and f" {name} " in rest and f" {name} " not in asked:
            yield fact.text


def _capitalised(text: str) -> str:
    small = _FUNCTION_WORDS | {"and"}
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if word[0] in small else word[0].title(), text.lower())


def _hedged(demanded: Sequence[Fact], named: bool, given: str, stated: Sequence[Fact]) -> Iterator[str]:
    """Yield pairs of facts of which an answer says that it is one or the other."""
    kinds = {fact.kind for fact in demanded} | ({"name"} if named else set())
    for one, two in itertools.pairwise(fact for fact in stated if fact.kind in kinds):
        hedge = one.kind == two.kind and not one.same(two) and _BETWEEN_HEDGED.fullmatch(given[one.end : two.start])
        if hedge:
            yield f"{one.text} or {two.text}"


def _mixed_up(items: Sequence[_Item], given: str, stated: Sequence[Fact], ordered: bool) -> Iterator[str]:
    """Yield what is wrong with how an answer puts the items of a list together.

    Each is known by the first thing it says. What else it says must stand between that and the next one's, or, if the
    answer is worded the other way round, between the previous one's and that.
    """
    heads = [_places(item.things[0], given, stated) for item in items]
    if not all(heads):
        return  # an odd spelling: that everything is there must do
    if ordered and [min(places) for places in heads] != sorted(min(places) for places in heads):
        yield "another order"
    marks = sorted({place for places in heads for place in places})
    if len(marks) != sum(map(len, heads)) or all(len(item.things) == 1 for item in items):
        return
    following = dict(itertools.pairwise([*marks, (len(given), len(given))]))
    preceding = {two: one for one, two in itertools.pairwise([(0, 0), *marks])}
    after = [[(head[0], following[head][0]) for head in places] for places in heads]
    before = [[(preceding[head][1], head[1]) for head in places] for places in heads]
    if not any(_together(items, spans, given, stated) for spans in (after, before)):
        yield "things put together that do not belong together"


def _together(items: Sequence[_Item], spans: Sequence[Sequence[Span]], given: str, stated: Sequence[Fact]) -> bool:
    marked = {word for item in items for word in item.words}
    for item, own in zip(items, spans, strict=True):
        for thing in item.things[1:]:
            places = _places(thing, given, stated)
            if not any(start <= place[0] < end for place in places for start, end in own):
                return False
        others = marked - set(item.words)
        if any(f" {word} " in plain(given[start:end]) for word in others for start, end in own):
            return False
    return True


def _places(thing: Fact | str, given: str, stated: Sequence[Fact]) -> list[Span]:
    """Return where an answer says something."""
    if isinstance(thing, Fact):
        return [(fact.start, fact.end) for fact in (*stated, *number_words(given)) if thing.same(fact)]
    pattern = r"(?<!\w)" + r"[\W_]+".join(map(re.escape, thing.split())) + r"(?!\w)"
    return [match.span() for match in re.finditer(pattern, given, re.I)]
