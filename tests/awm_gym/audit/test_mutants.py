"""Mutants: what is changed in a gold solution, and what is left alone."""

from awm_gym.audit.known import Known
from awm_gym.audit.mutants import mutants_of
from awm_gym.registry import Solution, ToolCall
from awm_gym.runtime import ToolSpec

KNOWN = Known(
    {
        "items": {
            "rows": 3,
            "columns": {
                "id": {"key": True, "refers": None, "values": [1, 2, 3]},
                "name": {"key": False, "refers": None, "values": ["jam", "rye bread", "honey"]},
            },
        }
    }
)
ORDER = ToolSpec(
    name="order",
    description="",
    input_schema={
        "type": "object",
        "properties": {
            "item_id": {"type": "integer"},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 4},
            "speed": {"enum": ["normal", "express"]},
            "gift": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "day": {"type": "string"},
            "note": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    },
)


def mutants(calls: list[dict[str, object]], answer: str | None = None, text: str = "", count: int = 99) -> list[str]:
    gold = Solution(calls=tuple(ToolCall(tool="order", arguments=call) for call in calls), answer=answer)
    found = mutants_of(gold, tuple(range(len(calls))), text, (ORDER,), KNOWN, count, "seed")
    assert all((mutant.calls, mutant.answer) != (gold.calls, gold.answer) for mutant in found)
    return [mutant.what for mutant in found]


def arguments(name: str, value: object, text: str = "") -> set[str]:
    """Return what an argument is changed to."""
    found = mutants([{name: value}], text=text)
    return {what.partition(" -> ")[2] for what in found if "->" in what}


def test_calls_are_dropped_and_doubled() -> None:
    told = [
        "call 1 (order) dropped",
        "call 2 (order) dropped",
        "call 1 (order) made twice",
        "call 2 (order) made twice",
    ]
    assert mutants([{}, {"note": "x"}]) == told


def test_an_id_becomes_another_rows_id() -> None:
    assert arguments("item_id", 1) == {"2", "3"}


def test_a_number_becomes_its_neighbours_if_the_schema_allows_them() -> None:
    assert arguments("quantity", 2) == {"1", "3"}
    assert arguments("quantity", 4) == {"3"}


def test_a_choice_becomes_another_and_a_switch_is_turned() -> None:
    assert arguments("speed", "normal") == {"'express'"}
    assert arguments("gift", True) == {"False"}


def test_a_date_moves_by_a_day_and_keeps_its_form() -> None:
    assert arguments("day", "2026-03-01") == {"'2026-02-28'", "'2026-03-02'"}
    assert arguments("day", "2026-03-01T09:30:00Z") == {"'2026-02-28T09:30:00Z'", "'2026-03-02T09:30:00Z'"}


def test_a_text_changes_only_where_the_task_prescribes_it() -> None:
    assert arguments("note", "Happy birthday") == set()
    assert arguments("note", "Happy birthday", "Write 'happy birthday' on it.") == {"'not Happy birthday'"}
    assert arguments("note", "jam", "Say jam.") == {"'rye bread'", "'honey'"}


def test_a_list_loses_an_item() -> None:
    assert arguments("tags", ["a", "b"]) == {"['a']", "['b']"}


def test_an_answer_is_dropped_and_its_numbers_and_parts_change() -> None:
    found = mutants([], "Ada and Ben, $1,299.50")
    assert found[:3] == ["no answer", "an empty answer", "an answer that tells nothing"]
    assert "answer with 1,300.50 for 1,299.50" in found
    assert "answer without 'Ada'" in found


def test_no_more_than_asked_for_and_the_same_for_the_same_seed() -> None:
    calls: list[dict[str, object]] = [{"item_id": 1, "quantity": 2}]
    assert len(mutants(calls, count=3)) == 3
    assert mutants(calls) == mutants(calls)
