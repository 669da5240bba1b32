"""From samples to rows: medians, ratios, and budgets that are met or not."""

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

from awm_gym.bench import GOALS, MANY, NAMES, Measured, Row, Size, missing_row, number, plot, row_of

FULL = Size(MANY, 15)


def test_every_goal_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(GOALS)


def test_a_row_has_medians_quartiles_and_their_ratio() -> None:
    row = row_of(Measured("verify", [1.0, 2.0, 3.0, 4.0, 50.0], [2.0, 2.0, 2.5]), FULL)
    assert (row.value, row.spread, row.reference, row.ratio) == (3.0, (2.0, 4.0), 2.0, 1.5)
    assert (row.unit, row.against, row.budget) == ("ms", "bare verifier", "≤ 8 ms")


@pytest.mark.parametrize(
    ("name", "value", "reference", "met"),
    [
        ("reset", 2.9, 2700.0, True),
        ("reset", 3.1, 2700.0, False),
        ("step", 1.59, 1.0, True),  # a bound on the ratio: the value alone says nothing
        ("step", 1.61, 1.0, False),
        ("throughput", 61.0, 100.0, True),  # a lower bound
        ("throughput", 59.0, 100.0, False),
        ("memory", 1200.0, 80000.0, True),
        ("memory", 1300.0, 80000.0, False),
    ],
)
def test_a_budget_bounds_a_value_or_a_ratio_from_above_or_below(
    name: str, value: float, reference: float, met: bool
) -> None:
    row = row_of(Measured(name, [value], [reference]), FULL)
    assert row.met is met
    assert row.share is not None
    assert (row.share <= 1) is met


def test_a_budget_may_be_meant_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert row_of(Measured("episodes", [6001.0]), FULL).met
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    row = row_of(Measured("episodes", [6001.0]), FULL)
    assert (row.met, row.budget) == (False, "≥ 12,000 /min")


def test_a_budget_for_many_sessions_is_none_for_fewer() -> None:
    row = row_of(Measured("memory", [5000.0]), Size(64, 15))
    assert (row.met, row.budget, row.share) == (None, "", None)
    assert row.what == "memory, 64 sessions, 15 scenarios"


def test_without_a_reference_there_is_no_ratio() -> None:
    row = row_of(Measured("reset", [1.0, 2.0]), FULL)
    assert (row.reference, row.against, row.ratio, row.met) == (None, "", None, True)


def test_a_ratio_may_be_given() -> None:
    assert row_of(Measured("step", [3.0], [1.0], ratio=1.2), FULL).ratio == 1.2


def test_what_was_not_measured_says_why() -> None:
    row = missing_row("official_step", FULL, "needs uvicorn", failed=False)
    assert (row.value, row.met, row.note, row.failed) == (None, None, "needs uvicorn", False)
    assert missing_row("step", FULL, "the app is broken", failed=True).failed


def test_a_row_as_json_has_what_the_table_has() -> None:
    told = row_of(Measured("reset", [1.0, 2.0, 3.0], [10.0]), FULL).as_json()
    wanted = {"name": "reset", "value": 2.0, "unit": "ms", "reference": 10.0, "ratio": 0.2, "met": True}
    assert wanted.items() <= told.items()
    assert {"budget", "spread"} <= told.keys()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00123, "0.001"),
        (0.1234, "0.123"),
        (1.234, "1.23"),
        (2.5, "2.5"),
        (99.95, "99.95"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def rows() -> list[Row]:
    measured = [
        Measured("reset", [2.0], [2700.0]),
        Measured("verify", [9.0], [3.0]),
        Measured("step", [2.0], [1.0]),
        Measured("isolated_open", [300.0], [1.0]),
    ]
    return [*(row_of(each, FULL) for each in measured), missing_row("memory", FULL, "no /proc", failed=True)]


def drawn(caption: str = "") -> Callable[[str], list[ElementTree.Element]]:
    """Return a function that finds the elements of the picture that have a tag."""
    picture = ElementTree.fromstring(plot(rows(), caption))
    return lambda tag: list(picture.iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def test_the_picture_shows_the_rows_that_have_a_budget() -> None:
    texts = {element.text for element in drawn("a machine & its <library>")("text")}
    assert {"reset to first observation, warm", "2 ms", "verify, code", "9 ms", "2 ms (2 x)"} <= texts
    assert "a machine & its <library>" in texts
    assert "open, isolation='session'" not in texts


def test_in_the_picture_what_is_met_lies_left_of_the_line() -> None:
    find = drawn()
    (line,) = (float(text.get("x", "")) for text in find("text") if text.text == "budget")
    dots = [dot for dot in find("circle") if dot.get("r") == "6"]
    places = [float(dot.get("cx", "")) for dot in dots]
    colours = [dot.get("fill") for dot in dots]
    assert places[0] < line < places[1] < places[2] or places[0] < line < places[2] < places[1]
    met, missed = colours[3:]  # the legend
    assert colours[:3] == [met, missed, missed]
