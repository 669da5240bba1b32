"""What a text states, apart from its wording: amounts, numbers, dates, times, identifiers and names.

Each fact has a value that does not depend on how it was written: `$1,450.00`, `1450 dollars` and `USD 1450` are one
amount, `2026-04-21` and `April 21st` one date. What is said not to be so (`not $160`, `rather than 5`) is no fact.
Facts are found in the order of the list below; what one kind has taken is not looked at by the next.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["date", "time", "identifier", "number", "name"]

Date = tuple[int | None, int, int | None]
"""Year, month and day; year or day may be unsaid."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a text states.

    Attributes:
        kind: what sort of thing it is.
        value: what is stated. Of a date, all its readings; of a time, minutes since midnight; of a number, the
            number; of an identifier or name, its casefolded text.
        unit: of a number: `$`, `€`, `£`, `%`, or empty.
        text: how it was written.
        start: where it begins in the text.
        end: where it ends.
    """

    kind: Kind
    value: frozenset[Date] | int | Decimal | str
    unit: str
    text: str
    start: int
    end: int

    def same(self, other: "Fact") -> bool:
        """Return whether the other fact states the same thing; what one leaves unsaid does not count."""
        if self.kind != other.kind:
            return False
        if isinstance(self.value, frozenset) and isinstance(other.value, frozenset):
            return any(_same_date(one, two) for one in self.value for two in other.value)
        units = {self.unit, other.unit} - {""}
        return self.value == other.value and len(units) < 2


def words(text: str) -> tuple[str, ...]:
    """Return the words of a list that is written as a text."""
    return tuple(text.split())


_MONTHS = words("january february march april may june july august september october november december")
_DAYS = words("monday tuesday wednesday thursday friday saturday sunday")
_MONTH = r"(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|sept)\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = [
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)"),
    re.compile(rf"(?<![\w.]){_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?(?!\d)", re.I),
    re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?:,?\s+(?P<year>\d{{4}}))?(?![\d:])", re.I),
    re.compile(rf"\b{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(r"(?<![\d.])(?P<one>\d{1,2})[./](?P<two>\d{1,2})[./](?P<year>\d{4})(?!\d)"),
]
_TIME = re.compile(
    r"(?<![\d:])(?:T)?(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?Z?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"|\s*(?P<only>[ap]\.?\s?m\b\.?))(?!\w)",
    re.I,
)
_IDENTIFIER = re.compile(
    r"(?<![\w$€£])#?(?:[A-Za-z]+(?:[-_/#][A-Za-z]*)*\d\w*|\d+[A-Za-z]+\d\w*|\d+\.\d+\.\d+)(?:[-_/.]\w+)*"
    r"|(?<![\w$€£])(?!(?:USD|EUR|GBP|CHF|UTC|GMT|AM|PM|ID|NO)\b)[A-Z]{2,4} \d{2,5}\b(?![.,]\d)"
)
_SIGNS = {"usd": "$", "us$": "$", "dollar": "$", "dollars": "$", "eur": "€", "euro": "€", "euros": "€"}
_SIGNS |= {"gbp": "£", "pound": "£", "pounds": "£", "percent": "%", "cents": "¢", "cent": "¢"}
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<minus>[-−])?\s?(?P<before>us\$|[$€£]|usd\b|eur\b|gbp\b)?\s?(?P<sign>[-−])?"
    r"(?P<digits>\d{1,4}(?:[ -]\d{3,4})+(?!\w|\.\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s?(?P<after>[%€£$¢]|(?:percent|dollars?|usd|euros?|eur|pounds?|gbp|cents?)\b)|(?=[a-z]{1,3}\b))?(?![\d])",
    re.I,
)
_WORDS = words("zero one two three four five six seven eight nine ten eleven twelve")
_LIST_NUMBER = re.compile(r"(?m)^\s*\d{1,2}[.)](?=\s)")
_NUMBER_WORD = re.compile(r"\b(" + "|".join(_WORDS) + r")\b", re.I)
_DENIED = re.compile(
    r"(?:\bnot|n't|n’t|\bnever|\brather than|\binstead of)\s+"
    r"(?:(?:the|an?|my|your|just|only|exactly|really|about|at|by|for|from|in|of|on|to|until)\s+){0,3}$",
    re.I,
)
_NAME_WORD = r"[^\W\d_a-zß-öø-ÿ][\w'’.-]*[\w]|[^\W\d_a-zß-öø-ÿ]"
_NAMES = re.compile(rf"(?:{_NAME_WORD})(?:\s+(?:(?:of|the|de|la|van|von|der)\s+)?(?:{_NAME_WORD}))*")
_TITLES = words("dr dr. mr mr. mrs mrs. ms ms. prof prof.")
_NO_NAMES = {
    *words("a an all and are as at both by each for from he here his her i in is it its my no not of on one only or"),
    *words("order our please she so sorry that the their there these they this those to total we with yes you your"),
    *_MONTHS,
    *_DAYS,
}


def cleaned(text: str) -> str:
    """Return a text without Markdown's emphasis, and with one spelling for characters that look alike."""
    return unicodedata.normalize("NFKC", text).replace("**", "  ").replace("`", " ")


def facts(text: str) -> list[Fact]:
    """Return the facts a `cleaned` text states, in the order they stand in it."""
    found: list[Fact] = []
    for find in (_dates, _times, _identifiers, _numbers, _names):
        taken = list(find(text))
        found += (fact for fact in taken if not denied(text, fact.start))
        for fact in taken:
            text = _without(text, fact.start, fact.end)
    return sorted(found, key=lambda fact: fact.start)


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + "\0" * (end - start) + text[end:]


def number_words(text: str) -> list[Fact]:
    """Return the numbers up to twelve that a text spells out; as a rule they are wording (`the two of them`)."""
    return [
        Fact("number", Decimal(_WORDS.index(match[1].casefold())), "", match[0], match.start(), match.end())
        for match in _NUMBER_WORD.finditer(text)
    ]


def denied(text: str, start: int) -> bool:
    """Return whether what begins there in a text is said not to be so."""
    return _DENIED.search(text[:start]) is not None


def plain(text: str) -> str:
    """Return a text casefolded, without accents and punctuation, with one blank on either side of each word."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", bare.casefold())
    return f" {' '.join(words)} "


def _dates(text: str) -> Iterator[Fact]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            readings = frozenset(filter(_is_date, _readings(match.groupdict())))
            if readings and not re.match(r"(?:may|march)\s+\d\d?$", match[0]):  # the words, not the months
                yield Fact("date", readings, "", match[0], match.start(), match.end())
                text = _without(text, match.start(), match.end())


def _readings(parts: dict[str, str | None]) -> Iterator[Date]:
    year = int(parts["year"] or "") if parts.get("year") else None
    if parts.get("one"):
        one, two = int(parts["one"] or ""), int(parts["two"] or "")
        yield from ((year, one, two), (year, two, one))
        return
    month = parts["month"] or ""
    day = int(parts["day"] or "") if parts.get("day") else None
    yield year, int(month) if month.isdigit() else _month(month), day


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].casefold()))


def _is_date(date: Date) -> bool:
    return 1 <= date[1] <= 12 and (date[2] is None or 1 <= date[2] <= 31)


def _same_date(one: Date, two: Date) -> bool:
    return all(a == b or a is None or b is None for a, b in zip(one, two, strict=True))


def _times(text: str) -> Iterator[Fact]:
    for match in _TIME.finditer(text):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        half = (match["half"] or match["only"] or "")[:1].casefold()
        if hour < 24 and minute < 60 and not (half and not 1 <= hour <= 12):
            hour = hour % 12 + 12 * (half == "p") if half else hour
            yield Fact("time", 60 * hour + minute, "", match[0], match.start(), match.end())


def _identifiers(text: str) -> Iterator[Fact]:
    for match in _IDENTIFIER.finditer(text):
        value = re.sub(r"[-_/# ]", "", match[0].casefold())
        value = value[1:] if re.fullmatch(r"v\d+(\.\d+)+", value) else value
        if not re.fullmatch(r"\d+(st|nd|rd|th)", value):
            yield Fact("identifier", value, "", match[0], match.start(), match.end())


def _numbers(text: str) -> Iterator[Fact]:
    text = _LIST_NUMBER.sub(lambda match: "\0" * len(match[0]), text)
    for match in _NUMBER.finditer(text):
        unit = match["before"] or match["after"] or ""
        unit = _SIGNS.get(unit.casefold(), unit)
        value = Decimal(re.sub(r"[ ,-]", "", match["digits"]))
        value = -value if match["minus"] or match["sign"] else value
        value, unit = (value / 100, "$") if unit == "¢" else (value, unit)
        yield Fact("number", value.normalize(), unit, match[0].strip(), match.start(), match.end())


def _names(text: str) -> Iterator[Fact]:
    for match in _NAMES.finditer(text):
        every = list(re.finditer(r"\S+", match[0]))
        words = [word for word in every if word[0].casefold() not in _TITLES]
        opens = len(words) == len(every) and _opens_sentence(text, match.start(), match.end())
        while words and (_is_no_name(words[0][0]) or (opens and len(words) == 1)):
            words, opens = words[1:], False
        while words and _is_no_name(words[-1][0]):
            words.pop()
        if words:
            start, end = match.start() + words[0].start(), match.start() + words[-1].end()
            name = text[start:end].removesuffix("'s").removesuffix("’s")
            yield Fact("name", plain(name).strip(), "", name, start, end)


def _is_no_name(word: str) -> bool:
    return word.casefold().strip(".") in _NO_NAMES


def _opens_sentence(text: str, start: int, end: int) -> bool:
    """Return whether the capital there may be due to the beginning of a sentence, not to a name."""
    before, after = text[:start].rstrip(" *-•\t"), text[end:].lstrip(" ")
    return (not before or before[-1] in ".!?\n") and after[:1].islower()
