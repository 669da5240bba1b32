"""Building a database from statements of uneven quality, and telling databases apart by content."""

import sqlite3

from awm_gym.runtime.changes import compare, digest
from awm_gym.runtime.database import build, connect
from awm_gym.runtime.types import TableChanges

TABLES = (
    "CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners(id), name TEXT)",
)


def image(*statements: str) -> bytes:
    database = sqlite3.connect(":memory:")
    for statement in (*TABLES, *statements):
        database.execute(statement)
    database.commit()
    return database.serialize()


def test_statements_run_with_foreign_keys_on_and_failures_are_listed() -> None:
    database = connect(1 << 24)
    mended, failed = build(
        database,
        TABLES,
        [
            "INSERT INTO owners VALUES (1, 'Ann')",
            "INSERT INTO pets VALUES (1, 1, 'Rex')",
            "INSERT INTO pets VALUES (2, 9, 'Stray')",
            "INSERT INTO pets VALUES (3, 1, 'It's')",
            r"INSERT INTO pets VALUES (4, 1, 'Ann\'s')",
        ],
    )
    assert database.execute("SELECT name FROM pets").fetchall() == [("Rex",), ("Ann's",)]
    assert len(mended) == 1
    assert ["FOREIGN KEY" in failed[0], "syntax error" in failed[1], len(failed)] == [True, True, 2]


def test_an_app_finds_foreign_keys_as_sqlite_leaves_them() -> None:
    database = connect(1 << 24)
    build(database, TABLES, [])
    assert database.execute("PRAGMA foreign_keys").fetchone() == (0,)


def test_attaching_another_database_is_refused() -> None:
    database = connect(1 << 24)
    _, failed = build(database, ["ATTACH DATABASE ':memory:' AS other"], [])
    assert "too many attached" in failed[0]


def test_changes_are_rows_added_removed_and_changed() -> None:
    before = image("INSERT INTO owners VALUES (1, 'Ann'), (2, 'Bob')")
    after = image("INSERT INTO owners VALUES (1, 'Anna'), (3, 'Cid')")
    assert compare(before, after) == {
        "owners": TableChanges(
            added=({"id": 3, "name": "Cid"},),
            removed=({"id": 2, "name": "Bob"},),
            changed=(({"id": 1, "name": "Ann"}, {"id": 1, "name": "Anna"}),),
        )
    }
    assert compare(before, before) == {}


def test_a_table_that_is_new_or_gone_counts_row_by_row() -> None:
    before, after = image(), image("CREATE TABLE extra (x)", "INSERT INTO extra VALUES (1)", "DROP TABLE pets")
    assert compare(before, after)["extra"].added == ({"x": 1},)
    assert compare(after, before)["extra"].removed == ({"x": 1},)


def test_rows_without_a_primary_key_are_matched_by_rowid() -> None:
    before = image("CREATE TABLE log (x)", "INSERT INTO log VALUES (1), (1)")
    after = image("CREATE TABLE log (x)", "INSERT INTO log VALUES (1), (2)")
    assert compare(before, after)["log"].changed == (({"x": 1}, {"x": 2}),)


def test_equal_content_has_an_equal_digest_whatever_the_layout() -> None:
    one = image("INSERT INTO owners VALUES (1, 'Ann')", "INSERT INTO owners VALUES (2, 'Bob')")
    other = image(
        "INSERT INTO owners VALUES (2, 'Bob')",
        "INSERT INTO owners VALUES (1, 'x')",
        "UPDATE owners SET name = 'Ann' WHERE id = 1",
    )
    assert digest(one) == digest(other)
    assert digest(one) != digest(image("INSERT INTO owners VALUES (1, 'Ann')"))
