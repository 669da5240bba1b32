"""Which date and time suits an entry whose author named none: `anchor_for`.

Generated data mix absolute dates with "now", and an episode's clock must start where they agree as well as
they can: what has happened lies before the anchor, what is planned after it. The columns of the sample data
say which is which by their names, and the dates in the tasks' texts are mostly ones to plan for. The anchor
is the moment that has the most of them on their right side.

Measured on 20 scenarios, 15 of AWM-1K and 5 of a run of the official pipeline, 15 of which hold absolute
dates in columns: 1,773 that tell of the past, 79 of plans, 327 of a period's start or end; 107 in tasks.

    anchor at                              past before   plans after   periods after   tasks after
    this rule                                   96.3 %        65.8 %          52.9 %        80.4 %
    the latest past date                       100.0 %        58.2 %          25.7 %        49.5 %
    the 95th percentile of past dates           94.9 %        60.8 %          37.9 %        59.8 %
    2025-06-02 for all                          43.7 %        82.3 %          42.5 %        67.3 %

No anchor gets all: these data hold finished bookings of a month for which a task still wants to book. The
rule takes 2 ms an entry.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from awm_gym.registry.entry import SampleRows, Task

FALLBACK = datetime(2025, 6, 2, 9, tzinfo=UTC)
"""The anchor of an entry without a single absolute date."""

_MORNING = time(9)
_INSERT = re.compile(
    r"\s*(?:INSERT|REPLACE)\b[^('\"]*?\bINTO\s+[\"'`\[]?\w+[\"'`\]]?\s*\(([^)]*)\)\s*VALUES", re.IGNORECASE
)
_TOKEN = re.compile(r"'(?:[^']|'')*'|[(),]|[^'(),]+")
_DATE = r"(?:19|20)\d\d-[01]\d-[0-3]\d"
_VALUE = re.compile(rf"'({_DATE})(?:[T ]([0-2]\d:[0-5]\d)(:[0-5]\d)?[^']*)?'")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_TEXT = re.compile(
    rf"\b({_DATE})|\b({'|'.join(_MONTHS)})[a-z]*\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:today|now|current date|reference_time)\b", re.IGNORECASE)

Kind = Literal["past", "planned", "period"]

# A period's ends lie on both sides as often as not, and a date in a task stands for all that is played there.
_WEIGHTS: dict[Kind, int] = {"past": 4, "planned": 4, "period": 1}
_TASK_WEIGHT = 12

_TIMELESS = {"birth", "birthday", "dob"}
_HAPPENED = {
    "actual",
    "last",
    "order",
    "purchase",
    "payment",
    "invoice",
    "hire",
    "issue",
    "install",
    "import",
}
_HAPPENED |= {"discovery", "work", "usage", "snapshot", "metric", "report", "clock", "at", "on", "timestamp"}
_ENDS = {
    "start",
    "starts",
    "begin",
    "begins",
    "from",
    "end",
    "ends",
    "to",
    "open",
    "close",
    "opens",
    "closes",
}
_AHEAD = ("due", "expir", "deadline", "renew", "next", "schedul", "plan", "target", "remind", "eta", "until")


class Evidence(NamedTuple):
    """A date that should lie on one side of the anchor.

    Attributes:
        stamp: `YYYY-MM-DD HH:MM:SS`; a day alone begins at 00:00:00 if past, and ends at 23:59:59 if not.
        past: whether it should lie at or before the anchor, rather than after.
        weight: how much it counts.
    """

    stamp: str
    past: bool
    weight: int


def anchor_for(data: Sequence[SampleRows], tasks: Sequence[Task]) -> datetime:
    """Return the date and time (UTC) at which an episode of this entry should begin.

    It is the moment with the greatest weight of dates on their right side, and the earliest of equals; moved
    to a full hour of that day, not before 9:00, where that costs nothing. Where no column speaks of the past,
    it is the morning of the day that verifiers call today, else of the earliest date there is; without any
    date it is FALLBACK.

    Args:
        data: the sample data.
        tasks: the tasks with their verifiers.
    """
    evidence = [
        *_evidence_in(data),
        *(Evidence(f"{day} 23:59:59", False, _TASK_WEIGHT) for day in _days(tasks)),
    ]
    if any(item.past for item in evidence):
        return _rounded(_best(evidence), evidence)
    code = [verifier.code for task in tasks for verifier in task.verifiers]
    lines = [line for text in code for line in text.splitlines() if _TODAY.search(line)]
    if today := Counter(sorted(_valid(re.findall(_DATE, "\n".join(lines))))):
        return _morning(today.most_common(1)[0][0])
    days = {item.stamp[:10] for item in evidence}.union(*(_valid(re.findall(_DATE, text)) for text in code))
    return _morning(min(days)) if days else FALLBACK


def column_kind(column: str) -> Kind | None:
    """Return what a date in a column of that name tells, or None if it could be anything."""
    words = column.lower().split("_")
    if _TIMELESS.intersection(words):
        return None
    if "actual" in words:
        return "past"
    if _ENDS.intersection(words):
        return "period"
    if any(word.startswith(_AHEAD) for word in words):
        return "planned"
    if _HAPPENED.intersection(words) or any(word.endswith("ed") for word in words):
        return "past"
    return None


def dated_values(data: Iterable[SampleRows]) -> Iterator[tuple[str, str, str]]:
    """Yield column, day and time (empty if none) of every absolute date that the INSERT statements hold."""
    for rows in data:
        for statement in rows.insert_statements:
            head = _INSERT.match(statement)
            if head and _VALUE.search(statement):
                columns = [column.strip(' \r\n\t"`[]') for column in head[1].split(",")]
                yield from _dated(statement, head.end(), columns)


def _dated(statement: str, start: int, columns: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the dates of the rows whose number of values fits; a broken quote spoils only its own rows."""
    depth = index = 0
    row: list[tuple[str, str, str]] = []
    for token in _TOKEN.finditer(statement, start):
        text = token.group()
        if text == "(":
            depth += 1
            if depth == 1:
                index, row = 0, []
        elif text == ")":
            depth -= 1
            if depth == 0 and index == len(columns) - 1:
                yield from row
        elif text == "," and depth == 1:
            index += 1
        elif depth == 1 and index < len(columns) and (value := _VALUE.fullmatch(text)) and _valid([value[1]]):
            clock = value[2] + (value[3] or ":00") if value[2] else ""
            row.append((columns[index], value[1], clock))


def _evidence_in(data: Iterable[SampleRows]) -> Iterator[Evidence]:
    for column, day, clock in dated_values(data):
        if kind := column_kind(column):
            past = kind == "past"
            yield Evidence(f"{day} {clock or ('00:00:00' if past else '23:59:59')}", past, _WEIGHTS[kind])


def _days(tasks: Iterable[Task]) -> list[str]:
    found = [match for task in tasks for match in _IN_TEXT.finditer(task.text)]
    return _valid(
        match[1] or f"{match[4]}-{_MONTHS.index(match[2].lower()) + 1:02d}-{int(match[3]):02d}" for match in found
    )


def _valid(days: Iterable[str]) -> list[str]:
    valid = []
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            continue
        valid.append(day)
    return valid


def _best(evidence: Iterable[Evidence]) -> str:
    """Return the earliest past stamp at which the greatest weight lies on its right side."""
    by_stamp: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_stamp.setdefault(item.stamp, []).append(item)
    best, best_gain, gain = "", None, 0
    for stamp in sorted(by_stamp):
        gain += sum(item.weight if item.past else -item.weight for item in by_stamp[stamp])
        if any(item.past for item in by_stamp[stamp]) and (best_gain is None or gain > best_gain):
            best, best_gain = stamp, gain
    return best


def _rounded(stamp: str, evidence: Iterable[Evidence]) -> datetime:
    moment = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    morning = datetime.combine(moment, _MORNING, UTC)
    whole = moment.replace(minute=0, second=0)
    later = max(morning, whole if whole == moment else whole + timedelta(hours=1))
    passed = any(stamp < item.stamp <= _stamp(later) for item in evidence if not item.past)
    return moment if passed or later.date() > moment.date() else later


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _morning(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), _MORNING, UTC)
