"""What may differ from the gold solution's changes, and what may not."""

import pytest

from awm_gym.registry import Free
from tests.awm_gym.reward.databases import compared


def order(id: int, customer: int = 1) -> str:
    columns = "id, number, customer_id, status, placed_at"
    return f"INSERT INTO orders ({columns}) VALUES ({id}, 'FB-{100 + id}', {customer}, 'open', '{{now}}');"


def line(order: int, position: int, item: str, price: str = "1.0") -> str:
    return f"INSERT INTO lines VALUES ({order}, {position}, '{item}', {price});"


def log(id: int, action: str, entity: str, entity_id: int, detail: str = "") -> str:
    return f"INSERT INTO log VALUES ({id}, '{{now}}', '{action}', '{entity}', {entity_id}, '{detail}');"


def pay(id: int, order: int, cents: int) -> str:
    return f"INSERT INTO payments VALUES ({id}, {order}, {cents}, '{{now}}');"


CLOSE = "UPDATE orders SET status = 'closed' WHERE id = 2;"
TOUCH = "UPDATE customers SET updated_at = '{now}' WHERE id = 1;"
TOKEN = "INSERT INTO tokens VALUES ('{uuid}', 1, {luck}); INSERT INTO uses VALUES ('{uuid}', 'login');"

EQUAL = {
    "nothing": ("", ""),
    "the same": (order(4) + CLOSE, order(4) + CLOSE),
    "another order of things": (CLOSE + order(4), order(4) + CLOSE),
    "another key, and label, as a row was added and removed before": (
        order(4) + line(4, 1, "tea"),
        order(5) + line(5, 1, "tea"),
    ),
    "new rows in another order": (
        order(4) + line(4, 1, "tea") + order(5, 2) + line(5, 1, "jam"),
        order(4, 2) + line(4, 1, "jam") + order(5) + line(5, 1, "tea"),
    ),
    "new rows alike but for what refers to them": (
        order(4) + order(5) + pay(1, 4, 10) + pay(2, 5, 20),
        order(4) + order(5) + pay(1, 5, 10) + pay(2, 4, 20),
    ),
    "a new row that an old one refers to": (
        order(4) + "UPDATE orders SET parent_id = 4 WHERE id = 1;",
        order(6) + "UPDATE orders SET parent_id = 6 WHERE id = 1;",
    ),
    "new rows that refer to each other": (
        order(4) + order(5, 2) + "UPDATE orders SET parent_id = 9 - id WHERE id > 3;",
        order(4, 2) + order(5) + "UPDATE orders SET parent_id = 9 - id WHERE id > 3;",
    ),
    "a log that names new rows by key and label": (
        order(4) + log(2, "place", "order", 4, "FB-104 of customer 1") + log(3, "close", "order", 2) + CLOSE,
        CLOSE + log(2, "close", "order", 2) + order(5) + log(3, "place", "order", 5, "FB-105 of customer 1"),
    ),
    "a label in another table's text": (
        order(4) + "UPDATE customers SET name = 'Ann, see FB-104' WHERE id = 1;",
        order(7) + "UPDATE customers SET name = 'Ann, see FB-107' WHERE id = 1;",
    ),
    "many new rows alike": (
        "".join(pay(n, 1, 5) for n in range(1, 40)),
        "".join(pay(n, 1, 5) for n in range(2, 41)),
    ),
    "times that follow the clock": ("UPDATE orders SET placed_at = '{now}';", "UPDATE orders SET placed_at = '{now}';"),
    "times counted from the clock": ("UPDATE orders SET note = '{later}';", "UPDATE orders SET note = '{later}';"),
    "times as numbers": ("UPDATE customers SET visits = {epoch};", "UPDATE customers SET visits = {epoch};"),
    "times in the midst of a text": ("UPDATE orders SET note = 'at {now}';", "UPDATE orders SET note = 'at {now}';"),
    "random keys, and references to them": (TOKEN, TOKEN),
    "a later time in a row that was put back to what it was": (CLOSE, CLOSE + TOUCH),
    "a later time where the gold solution did not touch the row": (
        "UPDATE customers SET visits = 1 WHERE id = 1;",
        "UPDATE customers SET visits = 1 WHERE id = 1;" + TOUCH,
    ),
    "no later time where the gold solution touched the row": (
        "UPDATE customers SET visits = 1 WHERE id = 1;" + TOUCH,
        "UPDATE customers SET visits = 1 WHERE id = 1;",
    ),
    "a key that became free and was given away again": (
        "DELETE FROM orders WHERE id = 3;" + order(3).replace("FB-103", "FB-104"),
        order(4) + "DELETE FROM orders WHERE id = 3;",
    ),
    "sums in floating point": (line(2, 1, "a", "0.3"), line(2, 1, "a", "0.1 + 0.2")),
    "rows without a key": ("DELETE FROM tags;", "DELETE FROM tags;"),
    "a large text": (f"UPDATE orders SET note = '{'x ' * 50_000}';", f"UPDATE orders SET note = '{'x ' * 50_000}';"),
    "a blob": ("UPDATE orders SET note = x'00ff';", "UPDATE orders SET note = x'00ff';"),
}

DIFFERENT = {
    "nothing done": (CLOSE, ""),
    "something done where nothing was to be": ("", CLOSE),
    "half of it": (CLOSE + order(4), CLOSE),
    "done twice": (order(4), order(4) + order(5)),
    "another row": (CLOSE, "UPDATE orders SET status = 'closed' WHERE id = 1;"),
    "another value": (CLOSE, "UPDATE orders SET status = 'lost' WHERE id = 2;"),
    "another column": (CLOSE, "UPDATE orders SET note = 'closed' WHERE id = 2;"),
    "a change beside it": (CLOSE, CLOSE + "UPDATE customers SET visits = 1 WHERE id = 2;"),
    "a row removed beside it": (CLOSE, CLOSE + "DELETE FROM lines WHERE order_id = 1;"),
    "a row added beside it": (CLOSE, CLOSE + log(2, "close", "order", 2)),
    "another row removed": ("DELETE FROM lines WHERE order_id = 1;", "DELETE FROM lines WHERE order_id = 3;"),
    "a new row of somebody else": (order(4, 1), order(4, 2)),
    "an old row instead of the new one": (order(4) + pay(1, 4, 10), order(4) + pay(1, 3, 10)),
    "the wrong one of two new rows": (
        order(4, 1) + order(5, 2) + pay(1, 4, 10),
        order(4, 1) + order(5, 2) + pay(1, 5, 10),
    ),
    "references that do not fit together": (
        order(4) + order(5) + pay(1, 4, 10) + line(4, 1, "tea"),
        order(4) + order(5) + pay(1, 4, 10) + line(5, 1, "tea"),
    ),
    "an old row referred to by the wrong new one": (
        order(4, 1) + order(5, 2) + "UPDATE orders SET parent_id = 4 WHERE id = 1;",
        order(4, 1) + order(5, 2) + "UPDATE orders SET parent_id = 5 WHERE id = 1;",
    ),
    "a log that names the wrong row": (order(4) + log(2, "place", "order", 4), order(5) + log(2, "place", "order", 3)),
    "a number in a text that is no label": (
        order(4) + "UPDATE orders SET note = 'pay 50' WHERE id = 1;",
        order(4) + "UPDATE orders SET note = 'pay 51' WHERE id = 1;",
    ),
    "a label that does not follow the key": (order(4), order(5).replace("FB-105", "FB-109")),
    "a key that means something": (
        "INSERT INTO rooms VALUES (207, 1);",
        "INSERT INTO rooms VALUES (208, 1);",
    ),
    "a time of the agent's own": (
        "UPDATE orders SET placed_at = '{now}' WHERE id = 1;",
        "UPDATE orders SET placed_at = '2026-03-20 09:00:00' WHERE id = 1;",
    ),
    "a time that was asked for, and another": (
        "UPDATE orders SET placed_at = '2026-03-20 09:00:00' WHERE id = 1;",
        "UPDATE orders SET placed_at = '2026-03-20 10:00:00' WHERE id = 1;",
    ),
    "a time that was asked for, and now": (
        "UPDATE orders SET note = '2026-03-20 09:00:00' WHERE id = 1;",
        "UPDATE orders SET note = '{now}' WHERE id = 1;",
    ),
    "no time where one is written": (order(4), order(4).replace("'{now}'", "NULL")),
    "a time counted from another": (
        "UPDATE orders SET note = '{later}' WHERE id = 1;",
        "UPDATE orders SET note = '{now}' WHERE id = 1;",
    ),
    "today where another day was to be left": (
        CLOSE,
        CLOSE + "UPDATE orders SET placed_at = '2026-03-16' WHERE id = 1;",
    ),
    "only a time noted, where that is the task": (TOUCH, ""),
    "a null for a text": ("UPDATE orders SET note = '' WHERE id = 1;", "UPDATE orders SET note = NULL WHERE id = 1;"),
    "a token of somebody else": (TOKEN, TOKEN.replace("1, {luck}", "2, {luck}")),
    "a use of no token": (TOKEN, TOKEN.replace("('{uuid}', 'login')", "('x', 'login')")),
    "one of two rows alike": ("DELETE FROM tags;", "DELETE FROM tags WHERE rowid = 1;"),
    "a longer text": (
        f"UPDATE orders SET note = '{'x ' * 50_000}';",
        f"UPDATE orders SET note = '{'x ' * 50_001}';",
    ),
    "a table beside it": (CLOSE, CLOSE + "CREATE TABLE mine (a); INSERT INTO mine VALUES (1);"),
    "a column beside it": (CLOSE, CLOSE + "ALTER TABLE rooms ADD COLUMN mine DEFAULT 1;"),
}


@pytest.mark.parametrize("what", EQUAL)
def test_what_may_differ(what: str) -> None:
    assert compared(*EQUAL[what]) is None


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_may_not_differ(what: str) -> None:
    found = compared(*DIFFERENT[what])
    assert found is not None
    assert found.size > 0
    assert found.places


def test_a_task_may_leave_a_table_free() -> None:
    free = Free(tables=("log",))
    assert compared(CLOSE, CLOSE + "DELETE FROM log;" + log(9, "x", "y", 1), free) is None
    assert compared(CLOSE, CLOSE + order(4), free) is not None


def test_a_task_may_leave_new_rows_free_but_not_the_old_ones() -> None:
    free = Free(rows=("log",))
    assert compared(CLOSE + log(2, "close", "order", 2), CLOSE, free) is None
    assert compared(CLOSE, CLOSE + log(2, "close", "order", 2) + log(3, "x", "y", 1), free) is None
    assert compared(CLOSE, CLOSE + "DELETE FROM log;", free) is not None
    assert compared(CLOSE, CLOSE + "UPDATE log SET detail = '';", free) is not None


def test_a_task_may_leave_columns_free() -> None:
    free = Free(columns={"orders": ("note",)})
    assert compared(CLOSE, CLOSE + "UPDATE orders SET note = 'x';", free) is None
    assert compared(order(4), order(4).replace("(id,", "(note, id,").replace("(4,", "('x', 4,"), free) is None
    assert compared(CLOSE, "UPDATE orders SET note = 'closed' WHERE id = 2;", free) is not None


def test_a_text_may_be_worded_freely_but_must_say_the_same() -> None:
    def noted(text: str) -> str:
        return f"UPDATE orders SET note = '{text}' WHERE id = 1;"

    gold = noted("Dr Brandl will see you on 18 March at 08:30.")
    free = Free(wording={"orders": ("note",)})
    assert compared(gold, noted("Your visit is at 8:30 am on March 18th, with Dr. Brandl."), free) is None
    assert compared(gold, noted("Your visit is at 9:30 am on March 18th, with Dr. Brandl."), free) is not None
    assert compared(gold, noted("See you!"), free) is not None
    assert compared(gold, noted("Your visit is at 8:30 am on March 18th, with Dr. Brandl.")) is not None


def test_differences_are_told_by_table_and_row_without_the_gold_values() -> None:
    found = compared(CLOSE + order(4), "UPDATE orders SET status = 'lost' WHERE id = 2;" + pay(1, 1, 5))
    assert found is not None
    assert found.unexpected == {
        "orders": {"changed": [{"id": 2, "status": "lost"}]},
        "payments": {"added": [{"id": 1, "order_id": 1, "cents": 5, "paid_at": "2026-03-16 09:00:09"}]},
    }
    assert found.missing["orders"]["changed"] == [{"id": 2, "status": "closed"}]
    assert found.places == [
        "orders: unexpected 1 changed row (id 2)",
        "payments: unexpected 1 added row (id 1)",
        "orders: missing 1 changed row, 1 added row",
    ]


def test_a_contrived_database_is_given_up_on() -> None:
    rows = range(1, 15)
    gold = "".join(pay(n, 1, 5) for n in rows) + "".join(log(n + 1, "pay", "x", 1, f"payment {n}") for n in rows)
    episode = "".join(pay(n, 1, 5) for n in rows) + "".join(
        log(n + 1, "pay", "x", 1, f"payment {n + 50}") for n in rows
    )
    assert compared(gold, episode) is not None
