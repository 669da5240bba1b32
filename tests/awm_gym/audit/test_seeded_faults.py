"""Verified tasks, broken in known ways: each fault, and the gate that finds it.

What no gate can find stands in docs/audit.md.
"""

import re
from collections.abc import Callable

import pytest

from awm_gym.audit.auditing import audit_entry
from awm_gym.audit.models import TaskAudit
from awm_gym.registry import Entry, NearMiss, SampleRows, Solution, Verifier, get_entry
from awm_gym.runtime import Runtime
from tests.awm_gym.audit.conftest import QUICK, Audit
from tests.awm_gym.audit.shop import APP, DATA, DONE, LOOK, ORDERED, SELL, SOLD, judged_by, shop, with_task

IN_ITEMS = "done = after['items'] != wanted['items']"
ANYTHING = "done = after != wanted"
SOME_ITEM = "done = sum(i[3] for i in after['items']) == sum(i[3] for i in wanted['items']) - 1"
ONLY_THE_ROW = f"{SOLD}; done = after['items'][0] == wanted['items'][0]"
ONLY_THE_TABLE = f"{SOLD}; done = after['items'] == wanted['items']"
ANY_QUANTITY = (
    f"{ORDERED}; done = [o[:2] + o[3:] for o in after['orders']] == [o[:2] + o[3:] for o in wanted['orders']]"
)
AT_LEAST = f"{ORDERED}; done = set(wanted['orders']) <= {{(2, *o[1:]) if o[0] > 1 else o for o in after['orders']}}"
HALF = f"{SOLD}; done = after['items'] == wanted['items'] and answer == '12'"
IN_A_TRY = (
    "done = False\n    try:\n        rows = sqlite3.connect(final_db_path).execute('SELECT total FROM orders')\n"
    "        done = bool(list(rows))\n    except Exception:\n        pass"
)
NOT_REACHED = (
    f"{SOLD}; done = after == wanted\n    if len(after['orders']) > 90:\n"
    "        sqlite3.connect(final_db_path).execute('SELECT id FROM refunds WHERE id = 1')"
)
TODAY = "import datetime\n    " + DONE[0] + " and datetime.date.today().year == 2026"
TODAY_IN_SQL = DONE[0] + " and sqlite3.connect(':memory:').execute(\"SELECT date('now')\").fetchone()[0] < '2026-03-18'"
WRITES = "sqlite3.connect(final_db_path, isolation_level=None).execute('DELETE FROM staff')\n    " + DONE[0]

VERIFIERS = {
    "always complete": (0, "done = True", "no-op"),
    "complete if nothing changed": (0, f"done = after == wanted; {SOLD}; done = done or after == wanted", "no-op"),
    "satisfied from the start": (0, "done = after['items'][0][3] <= 3", "no-op"),
    "any answer": (2, "done = final_answer is not None", "empty answer"),
    "an answer with a word of the task": (2, "done = 'items' in answer or answer == '2'", "empty answer"),
    "any change": (0, ANYTHING, "unrelated writes"),
    "any change of the table": (0, IN_ITEMS, "unrelated writes"),
    "what any agent does": (
        0,
        "done = after['items'] != wanted['items'] and after['items'][0][3] < 9",
        "random policy",
    ),
    "writes": (0, WRITES, "read-only"),
    "raises": (0, "raise KeyError('stock')", "verifier runs"),
    "raises sometimes": (0, "done = 1 / (2 - len(after['orders'])) > 99; " + DONE[0], "verifier runs always"),
    "asks for a column that is not there": (0, IN_A_TRY, "queries"),
    "would ask for a table that is not there": (0, NOT_REACHED, "queries"),
    "looks at the calendar": (0, TODAY, "clock, gold"),
    "looks at the calendar in SQL": (0, TODAY_IN_SQL, "clock, gold"),
    "never complete": (0, "done = False", "gold complete"),
    "wants another number": (1, ORDERED.replace("3", "4") + "; done = after == wanted", "gold complete"),
    "takes any row for the one": (0, SOME_ITEM, "near misses"),
    "takes any quantity": (1, ANY_QUANTITY, "mutants"),
    "takes more than was asked for": (1, AT_LEAST, "mutants"),
    "does not read the answer": (3, f"{SOLD}; {ORDERED}; done = after == wanted", "near misses"),
    "takes half of it": (3, HALF, "prefixes"),
    "looks at one row only": (0, ONLY_THE_ROW, "collateral"),
    "looks at one table only": (0, ONLY_THE_TABLE, "collateral"),
}

CHECKED = "    get_item(order.item_id)"
ALREADY = (SampleRows(table_name="items", insert_statements=("INSERT INTO items VALUES (1, 'jam', 6, 2, 'A')",)),)
ABSOLUTE = "done = after['items'][0][3] == 2"

ENTRIES: dict[str, tuple[Callable[[], Entry], str]] = {
    "the target is there already": (
        lambda: judged_by(0, ABSOLUTE).model_copy(update={"data": (*ALREADY, *DATA[1:])}),
        "no-op",
    ),
    "the row of the task is missing": (
        lambda: with_task(1).model_copy(update={"data": (*ALREADY, DATA[2])}),
        "gold complete",
    ),
    "the tool raises": (
        lambda: app(CHECKED, "    raise RuntimeError('lost')", 1),
        "gold complete",
    ),
    "the tool refuses": (
        lambda: app("    get_item(order.item_id)", "    raise HTTPException(422, 'bad')", 1),
        "gold complete",
    ),
    "the tool does nothing": (lambda: app("stock = stock - 1", "stock = stock", 0), "gold complete"),
    "the tool does it to all": (lambda: app("WHERE id = :id AND stock", "WHERE stock", 0), "gold complete"),
    "the tool is gone": (lambda: app('operation_id="sell_item"', 'operation_id="sell"', 0), "gold complete"),
    "the app does not load": (lambda: app("app = FastAPI", "app == FastAPI", 0), "app loads"),
    "the gold solution does nothing": (
        lambda: with_task(2, gold=(Solution(calls=(LOOK,)),), verifiers=(verifier("done = False"),)),
        "gold changes",
    ),
    "the gold answer is wrong": (lambda: with_task(2, gold=(Solution(calls=(LOOK,), answer="3"),)), "gold complete"),
    "a second gold solution is wrong": (
        lambda: with_task(0, gold=(Solution(calls=(SELL,)), Solution(calls=(SELL, SELL)))),
        "gold 2 complete",
    ),
    "a near miss is none": (
        lambda: with_task(0, near_misses=(NearMiss(why="it is right", calls=(SELL,)),)),
        "near misses",
    ),
}


def verifier(done: str) -> Verifier:
    return judged_by(0, done).tasks[0].verifiers[0]


def app(old: str, new: str, task: int) -> Entry:
    assert APP.count(old) == 1
    return with_task(task).model_copy(update={"app": APP.replace(old, new)})


def test_before_anything_is_broken_all_is_verified(audit: Audit) -> None:
    scenario, tasks = audit(shop())
    assert [(task.grade, task.reasons) for task in tasks] == [("verified", ())] * 4
    assert (scenario.error, scenario.failed, scenario.warnings, scenario.contradictions) == ("", (), (), ())
    assert (scenario.server_errors, scenario.never_succeeded) == (0, ())


@pytest.fixture(scope="module")
def broken(auditor: Runtime) -> dict[str, TaskAudit]:
    """The audits of tasks with a broken verifier, by fault; one entry for all, which is quicker."""
    tasks = tuple(judged_by(index, done).tasks[0] for index, done, _ in VERIFIERS.values())
    _, found = auditor.wait(audit_entry(auditor, shop(tasks=tasks), QUICK))
    return dict(zip(VERIFIERS, found, strict=True))


@pytest.mark.parametrize("fault", VERIFIERS)
def test_a_broken_verifier_is_found(broken: dict[str, TaskAudit], fault: str) -> None:
    _assert_found(broken[fault].grade, broken[fault].reasons, VERIFIERS[fault][2])


@pytest.mark.parametrize("fault", ENTRIES)
def test_broken_data_apps_and_solutions_are_found(audit: Audit, fault: str) -> None:
    make, gate = ENTRIES[fault]
    _, (found,) = audit(make())
    _assert_found(found.grade, found.reasons, gate)


def test_a_statement_that_falls_out_is_listed(audit: Audit) -> None:
    odd = SampleRows(table_name="staff", insert_statements=("INSERT INTO staff VALUES (3, 'O'Hara', 'late')",))
    scenario, _ = audit(with_task(0).model_copy(update={"data": (*DATA, odd)}))
    assert "O'Hara" in "".join(scenario.failed) or "syntax error" in "".join(scenario.failed)


def test_a_tool_that_fails_is_named_with_its_error(audit: Audit) -> None:
    scenario, _ = audit(app(CHECKED, "    raise RuntimeError('lost')", 0))
    assert scenario.never_succeeded == ("add_order",)
    assert "lost" in scenario.errors["add_order"]
    assert scenario.server_errors == sum(scenario.tools["add_order"].valid.values()) + sum(
        scenario.tools["add_order"].edge.get(kind, 0) for kind in ("server_error",)
    )


def test_a_missing_row_that_breaks_the_app_is_found_by_edge_inputs(audit: Audit) -> None:
    scenario, _ = audit(app('    if not found:\n        raise HTTPException(404, "no such item")\n', "", 0))
    assert "IndexError" in scenario.errors["get_item"]


def test_a_shadowed_route_is_a_warning(audit: Audit) -> None:
    cheap = '@app.get("/items/cheapest", operation_id="cheapest")\ndef cheapest():\n    return list_items(1)\n'
    scenario, _ = audit(with_task(0).model_copy(update={"app": APP + cheap}))
    assert scenario.never_succeeded == ("cheapest",)


def test_a_schema_that_contradicts_itself_is_named(audit: Audit) -> None:
    scenario, _ = audit(
        app("max_price: int = Query(100, ge=0, le=1000)", "max_price: int = Query(100, ge=0, le=50)", 0)
    )
    assert any(re.search(r"list_items: max_price: the default 100", text) for text in scenario.contradictions)


def test_without_a_gold_solution_a_task_is_unproven(audit: Audit) -> None:
    _, (found,) = audit(with_task(3, gold=(), near_misses=()))
    assert (found.grade, found.reasons) == ("unproven", ("no gold solution: nothing shows that the task can be done",))


def test_without_a_gold_solution_chance_is_not_held_against_a_task(audit: Audit) -> None:
    _, (found,) = audit(with_task(0, gold=(), near_misses=()))
    assert found.grade == "unproven"
    assert any(reason.startswith("unrelated writes: it pays for 1 of") for reason in found.reasons)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "index", "code", "gate"),
    [
        ("e_commerce_33", 0, "return {'result': 'complete' if final_answer else 'others'}", "empty answer"),
        ("e_commerce_33", 1, "return {'result': 'complete'}", "no-op"),
        ("e_commerce_33", 2, "return {'result': 'others'}", "gold complete"),
        ("e_commerce_33", 3, "return {'result': 'done'}", "verifier runs"),
        (
            "clinic_scheduling_1",
            0,
            "a, b = open(initial_db_path, 'rb').read(), open(final_db_path, 'rb').read()\n"
            "    return {'result': 'complete' if a != b else 'others'}",
            "unrelated writes",
        ),
        (
            "clinic_scheduling_1",
            1,
            "open(final_db_path, 'ab').write(b' ')\n    return {'result': 'others'}",
            "read-only",
        ),
    ],
)
def test_broken_tasks_of_bundled_entries_are_found(audit: Audit, name: str, index: int, code: str, gate: str) -> None:
    entry = get_entry(name, source="bundled")
    head = "def verify_task_completion(initial_db_path, final_db_path, final_answer=None):\n    "
    broken = entry.tasks[index].model_copy(update={"verifiers": (Verifier(kind="code", code=head + code),)})
    _, (found,) = audit(entry.model_copy(update={"tasks": (broken,)}))
    _assert_found(found.grade, found.reasons, gate)


def _assert_found(grade: str, reasons: tuple[str, ...], gate: str) -> None:
    assert grade != "verified"
    assert gate in {reason.split(":")[0] for reason in reasons}, reasons
