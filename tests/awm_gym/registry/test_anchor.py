from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from awm_gym.registry import JsonlSource, SampleRows, Task, Verifier, anchor_for
from awm_gym.registry.anchor import FALLBACK, column_kind, dated_values


def rows(columns: str, *values: str) -> SampleRows:
    inserts = tuple(f"INSERT INTO orders ({columns}) VALUES ({value});" for value in values)
    return SampleRows(table_name="orders", insert_statements=inserts)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("past", ["created_at", "updated_at", "ordered", "joined_on", "last_login", "actual_start_date"]),
        ("planned", ["due_date", "expires_at", "scheduled_at", "next_visit", "renewal_deadline"]),
        ("period", ["start_date", "ends_at", "planned_start_date", "valid_from"]),
        (None, ["birth_date", "date_of_birth", "date", "effective_date"]),
    ],
)
def test_a_columns_name_tells_what_its_dates_are(kind: str | None, columns: list[str]) -> None:
    assert {column: column_kind(column) for column in columns} == dict.fromkeys(columns, kind)


def test_the_anchor_lies_between_what_happened_and_what_is_planned() -> None:
    data = [rows("created_at, due_date", "'2026-01-05 10:20:00', '2026-01-20'", "'2026-01-10 16:30', '2026-02-01'")]
    assert anchor_for(data, ()) == moment("2026-01-10 17:00")


def test_a_single_late_record_does_not_outweigh_the_plans() -> None:
    plans = ["'2026-01-10', '2026-02-01'"] * 3
    data = [rows("created_at, due_date", *plans, "'2026-09-01', '2026-02-01'")]
    assert anchor_for(data, ()) == moment("2026-01-10 09:00")


def test_a_date_to_plan_for_in_a_task_lies_after_the_anchor() -> None:
    data = [rows("created_at", "'2026-01-10'", "'2026-04-02'")]
    for text in ("Book a table on 2026-03-01.", "Book a table on March 1st, 2026.", "Book it for Mar 1 2026"):
        assert anchor_for(data, [Task(text=text)]) == moment("2026-01-10 09:00")


def test_the_full_hour_is_not_taken_where_it_would_pass_a_plan() -> None:
    data = [rows("created_at, due_at", "'2026-01-10 16:30:00', '2026-01-10 16:45:00'")]
    assert anchor_for(data, ()) == moment("2026-01-10 16:30")
    assert anchor_for([rows("created_at", "'2026-01-10 23:30:00'")], ()) == moment("2026-01-10 23:30")


def test_values_are_read_from_where_they_stand_and_broken_quotes_spoil_only_their_rows() -> None:
    data = [
        rows('"id", note, [created_at]', "1, 'on 2030-01-01, (or so) it''s', '2026-01-02T03:04:05Z'"),
        rows("id, note, created_at", "2, 'it's', '2026-05-05'", "3, lower('X'), '2026-01-03'"),
        rows("id, created_at", "4, datetime('now', '-3 days')", "5, '2026-02-31'", "6, NULL"),
    ]
    assert list(dated_values(data)) == [("created_at", "2026-01-02", "03:04:05"), ("created_at", "2026-01-03", "")]


def test_without_a_past_the_day_that_verifiers_call_today_counts() -> None:
    code = "# born 2021-03-15\n# today is around 2025-12-30\nstart = '2025-12-30'  # now\n"
    tasks = [Task(text="Add a dog born on 2021-03-15.", verifiers=(Verifier(kind="code", code=code),))]
    assert anchor_for([], tasks) == moment("2025-12-30 09:00")


def test_without_a_past_and_a_today_the_earliest_date_counts() -> None:
    code = "WINDOW = ('2026-02-18 13:30:00', '2026-02-18 14:00:00')"
    tasks = [Task(text="Deliver it this afternoon.", verifiers=(Verifier(kind="code", code=code),))]
    assert anchor_for([], tasks) == moment("2026-02-18 09:00")


def test_without_any_date_it_is_a_fixed_one() -> None:
    assert anchor_for([rows("created_at", "CURRENT_TIMESTAMP")], [Task(text="Buy milk.")]) == FALLBACK


def test_on_real_data_most_dates_lie_on_their_right_side(linked_data: Callable[[str], Path]) -> None:
    right: dict[str, list[bool]] = {"past": [], "planned": [], "period": []}
    for name in ("awm_1k_sample", "pipeline_run"):
        source = JsonlSource(linked_data(name))
        for key in source.names():
            entry = source.get(key)
            for kind, is_right in sides(entry.data, entry.anchor):
                right[kind].append(is_right)
    shares = {kind: sum(each) / len(each) for kind, each in right.items()}
    assert shares["past"] > 0.96
    assert shares["planned"] > 0.65
    assert shares["period"] > 0.52


def sides(data: Iterable[SampleRows], anchor: datetime) -> Iterator[tuple[str, bool]]:
    for column, day, clock in dated_values(data):
        kind = column_kind(column)
        if kind == "past":
            yield kind, moment(f"{day} {clock or '00:00:00'}") <= anchor
        elif kind:
            yield kind, moment(f"{day} {clock or '23:59:59'}") > anchor
