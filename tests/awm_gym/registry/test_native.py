import json
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awm_gym.errors import EntryError
from awm_gym.registry import (
    Entry,
    JsonlSource,
    NearMiss,
    SampleRows,
    Solution,
    Table,
    Task,
    ToolCall,
    Verifier,
    read_entry,
    write_entry,
)
from awm_gym.registry.sections import Section, read_sections, write_sections

MakeEntry = Callable[..., Entry]

ODD_LINES = [
    "INSERT INTO a VALUES (1);",
    "INSERT INTO a VALUES ('it's');",
    "-- table: a",
    "-- >table: a",
    "-- statement",
    "-- >>statement",
    "-- reasoning: because\n-- table: b",
    "SELECT 1;\n\n-- a comment\nSELECT 2;",
    " CREATE TABLE a (b);\r\n",
    '"quoted"',
]
# Text without surrogates, and much of what means something to the format.
texts = (
    st.text(
        st.sampled_from("ab;'\"\\\n\r\t->\0 \x7f\x85\u2028é") | st.characters(exclude_categories=["Cs"]), max_size=20
    )
    | st.sampled_from(ODD_LINES)
    | st.lists(st.sampled_from(ODD_LINES), max_size=3).map("\n".join)
)
statements = st.lists(texts, max_size=3).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
calls = st.lists(
    st.builds(ToolCall, tool=texts, arguments=st.dictionaries(texts, json_values, max_size=2)), max_size=2
).map(tuple)
answers = st.none() | texts
verifiers = st.lists(
    st.builds(Verifier, kind=st.sampled_from(["code", "sql"]), code=texts, raw_response=texts),
    max_size=2,
    unique_by=lambda verifier: verifier.kind,
).map(tuple)
tasks = st.builds(
    Task,
    text=texts,
    verifiers=verifiers,
    gold=st.lists(st.builds(Solution, calls=calls, answer=answers), max_size=1).map(tuple),
    near_misses=st.lists(st.builds(NearMiss, calls=calls, answer=answers, why=texts), max_size=1).map(tuple),
)
entries = st.builds(
    Entry,
    name=texts.map(lambda text: f"a{text}"),
    title=texts,
    description=texts,
    anchor=st.datetimes(timezones=st.just(UTC)),
    license=texts,
    provenance=texts,
    tables=st.lists(st.builds(Table, name=texts, ddl=texts, indexes=statements), max_size=2).map(tuple),
    data=st.lists(
        st.builds(SampleRows, table_name=texts, insert_statements=statements, reasoning=texts), max_size=2
    ).map(tuple),
    app=texts,
    tasks=st.lists(tasks, max_size=2).map(tuple),
    spec=st.none() | st.dictionaries(texts, json_values, max_size=2),
    db_path=st.none() | texts,
)


@settings(max_examples=100)
@given(entries)
def test_any_entry_reads_back_equal(entry: Entry) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_entry(entry, Path(folder) / "entry")
        again = read_entry(Path(folder) / "entry")
    assert again == entry
    assert again.digest == entry.digest


@settings(max_examples=300)
@given(st.lists(st.builds(Section, texts, statements, texts), max_size=4).map(tuple))
def test_any_sections_read_back_equal(sections: tuple[Section, ...]) -> None:
    assert read_sections(write_sections(sections), "data.sql") == sections


def test_real_entries_read_back_equal(linked_data: Callable[[str], Path], tmp_path: Path) -> None:
    for name in ("awm_1k_sample", "pipeline_run"):
        source = JsonlSource(linked_data(name))
        for key in source.names():
            write_entry(source.get(key), tmp_path / "native" / key)
            assert read_entry(tmp_path / "native" / key) == source.get(key)


def test_an_entry_is_plain_files(make_entry: MakeEntry, tmp_path: Path) -> None:
    entry = make_entry()
    write_entry(entry, tmp_path / "shop")
    files = {str(path.relative_to(tmp_path / "shop")) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {
        "entry.toml",
        "schema.sql",
        "data.sql",
        "app.py",
        "tasks/00/task.txt",
        "tasks/00/verify_code.py",
        "tasks/00/verify_sql.py",
        "tasks/00/verify_sql.response.json",
        "tasks/00/gold.json",
        "tasks/00/near_misses.json",
    }
    assert (tmp_path / "shop/app.py").read_text() == entry.app
    assert (tmp_path / "shop/tasks/00/task.txt").read_text() == "Sell one jar of jam.\n"
    assert 'name = "Corner Shop"\n' in (tmp_path / "shop/entry.toml").read_text()
    assert "anchor = 2026-03-16T09:00:00Z\n" in (tmp_path / "shop/entry.toml").read_text()


def test_well_formed_sql_is_a_script_that_sqlite_runs(make_entry: MakeEntry, tmp_path: Path) -> None:
    write_entry(make_entry(), tmp_path / "shop")
    schema, data = ((tmp_path / "shop" / name).read_text() for name in ("schema.sql", "data.sql"))
    assert data.startswith("-- table: items\n-- reasoning: Two are enough.\nINSERT INTO items")
    assert "-- statement" not in schema + data
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(schema + data)
        assert connection.execute("SELECT name FROM items").fetchall() == [("Grandma's jam",), ("Rye bread",)]


def test_only_a_section_with_broken_sql_gets_separators() -> None:
    broken = Section("broken", ("INSERT INTO broken VALUES ('it's');", "INSERT INTO broken VALUES (2)"))
    tidy = Section("tidy", ("INSERT INTO tidy VALUES (1);",))
    assert write_sections([broken, tidy]) == (
        "-- table: broken\n"
        "-- statement\nINSERT INTO broken VALUES ('it's');\n"
        "-- statement\nINSERT INTO broken VALUES (2)\n"
        "-- table: tidy\nINSERT INTO tidy VALUES (1);\n\n"
    )


def test_comments_and_blank_lines_between_statements_are_the_editors() -> None:
    text = (
        "-- All that the shop sells.\n\n-- table: items\n-- reasoning: Two lines\n-- reasoning: of it.\n\n"
        "-- the jam\nINSERT INTO items VALUES\n  (1, 'a;\nb'); -- strawberry\n\n  INSERT INTO items VALUES (2);"
    )
    assert read_sections(text, "data.sql") == (
        Section(
            "items",
            ("INSERT INTO items VALUES\n  (1, 'a;\nb'); -- strawberry", "INSERT INTO items VALUES (2);"),
            "Two lines\nof it.",
        ),
    )


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("INSERT INTO a VALUES (1);", "data.sql, line 1: expected `-- table: NAME` first"),
        ("-- table: a\nSELECT 1;\nINSERT INTO a VALUES ('it);\n", "table 'a' (line 1): expected a statement to end"),
        ("-- table: a\nSELECT 1;\n-- statement\nSELECT 2;\n", "expected no SQL between"),
        ("-- table: a\nSELECT 1;\n-- reasoning: late\n", "data.sql, line 3: expected `-- reasoning:` directly below"),
        ('-- table: "a\n', "data.sql, line 1: expected plain text or a JSON string"),
    ],
)
def test_malformed_sections_are_named(text: str, finding: str) -> None:
    with pytest.raises(EntryError) as error:
        read_sections(text, "data.sql")
    assert finding in str(error.value)


@pytest.mark.parametrize(
    ("file", "content", "findings"),
    [
        ("app.py", None, ["app.py", "there is none"]),
        ("entry.toml", "name = ", ["entry.toml", "TOML"]),
        ("entry.toml", 'name = "Shop"', ["entry.toml", "anchor", "required"]),
        ("entry.toml", 'name = "Shop"\nanchor = 2026-03-16T09:00:00', ["entry.toml", "anchor", "timezone"]),
        ("entry.toml", 'name = "☃"\nanchor = 2026-03-16T09:00:00Z', ["entry.toml", "name", "letter or digit"]),
        ("entry.toml", 'name = "Shop"\nauthor = "me"', ["entry.toml", "author"]),
        ("schema.sql", "-- table: items\n", ["schema.sql", "CREATE TABLE", "items"]),
        ("schema.sql", "-- table: a\n-- reasoning: b\nCREATE TABLE a (b);", ["schema.sql", "reasoning"]),
        ("tasks/00/gold.json", "[", ["gold.json", "JSON"]),
        ("tasks/00/gold.json", '[{"calls": [{"arguments": {}}]}]', ["gold.json", "0.calls.0.tool", "required"]),
        ("tasks/00/near_misses.json", '[{"calls": []}]', ["near_misses.json", "0.why", "required"]),
        ("tasks/00/task.txt", None, ["task.txt", "there is none"]),
        ("tasks/00/verify_sql.py", None, ["verify_sql.py", "there is none"]),
        ("tasks/02/task.txt", "Buy one.", ["tasks", "00, 01", "00, 02"]),
    ],
)
def test_a_fault_names_its_file_and_field(
    make_entry: MakeEntry, tmp_path: Path, file: str, content: str | None, findings: list[str]
) -> None:
    write_entry(make_entry(), tmp_path / "shop")
    path = tmp_path / "shop" / file
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    with pytest.raises(EntryError) as error:
        read_entry(tmp_path / "shop")
    for finding in findings:
        assert finding in str(error.value)


def test_a_file_that_is_no_text_is_named(make_entry: MakeEntry, tmp_path: Path) -> None:
    write_entry(make_entry(), tmp_path / "shop")
    (tmp_path / "shop/app.py").write_bytes(b"\xff")
    with pytest.raises(EntryError, match=r"app\.py: expected a readable UTF-8 text"):
        read_entry(tmp_path / "shop")


def test_what_files_cannot_hold_is_refused_and_leaves_nothing(make_entry: MakeEntry, tmp_path: Path) -> None:
    surrogate = make_entry(tasks=(Task(text="a \ud800"),))
    with pytest.raises(EntryError, match=r"tasks/00/task\.txt: expected text that UTF-8 can hold"):
        write_entry(surrogate, tmp_path / "shop")
    for value in (float("nan"), {1}, (1, 2), {1: 2}):
        call = ToolCall(tool="sell", arguments={"value": value})
        odd = make_entry(tasks=(Task(text="a", gold=(Solution(calls=(call,)),)),))
        with pytest.raises(EntryError, match="JSON values"):
            write_entry(odd, tmp_path / "shop")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_overwritten(make_entry: MakeEntry, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_entry(make_entry(), tmp_path / "empty")
    with pytest.raises(EntryError, match="holds something"):
        write_entry(make_entry("Other"), tmp_path / "empty")
    assert read_entry(tmp_path / "empty") == make_entry()


def test_a_task_has_at_most_one_verifier_of_a_kind_and_their_order_does_not_matter() -> None:
    code, sql = Verifier(kind="code", code="a"), Verifier(kind="sql", code="b")
    assert Task(text="", verifiers=(sql, code)) == Task(text="", verifiers=(code, sql))
    with pytest.raises(ValueError, match="at most one verifier of a kind"):
        Task(text="", verifiers=(code, code))


def test_the_same_moment_in_another_time_zone_is_the_same_entry(make_entry: MakeEntry) -> None:
    berlin = make_entry(anchor=datetime(2026, 3, 16, 10, tzinfo=timezone(timedelta(hours=1))))
    assert berlin == make_entry()
    assert berlin.digest == make_entry().digest


def test_a_gold_solution_is_readable_json(make_entry: MakeEntry, tmp_path: Path) -> None:
    write_entry(make_entry(), tmp_path / "shop")
    assert json.loads((tmp_path / "shop/tasks/00/gold.json").read_text()) == [
        {"calls": [{"tool": "sell_item", "arguments": {"item_id": 1}}], "answer": None}
    ]
