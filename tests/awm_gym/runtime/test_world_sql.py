"""SQLite in the virtual world: computes as the original does, at another time, and by seeded chance."""

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awm_gym.runtime.world.sql import SqlFunctions

NOW = "2025-03-04 05:06:07.890"
WORDS = ("now", "subsec", "subsecond")

pristine = sqlite3.connect(":memory:")
stream = random.Random(1)
functions = SqlFunctions(lambda: pristine, lambda: stream)
functions.set_now(NOW)


def new_connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    functions.install(connection)
    return connection


virtual = new_connection()
TIME_FUNCTIONS = [
    f
    for f in ("date", "time", "datetime", "julianday", "unixepoch")
    if pristine.execute("SELECT count(*) FROM pragma_function_list WHERE name = ?", (f,)).fetchone()[0]
]
HAS_TIMEDIFF = sqlite3.sqlite_version_info >= (3, 43)
HAS_SUBSEC = sqlite3.sqlite_version_info >= (3, 42)


@pytest.fixture(autouse=True, scope="module")
def _utc() -> Iterator[None]:
    """The time zone of every process that has a world; 'localtime' and 'utc' depend on it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ")
    os.environ.update({} if before is None else {"TZ": before})
    time.tzset()
    for connection in (pristine, virtual):
        connection.close()


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = new_connection()
    yield opened
    opened.close()


def one(connection: sqlite3.Connection, sql: str, *arguments: Any) -> Any:
    return connection.execute(f"SELECT {sql}", arguments).fetchone()[0]


def outcome(connection: sqlite3.Connection, sql: str, *arguments: Any) -> Any:
    """The value, or the class of the error."""
    try:
        return one(connection, sql, *arguments)
    except sqlite3.Error as error:
        return type(error)


def call(name: str, arguments: list[Any]) -> str:
    return f"{name}({', '.join('?' * len(arguments))})"


texts = st.text(st.characters(codec="utf-8"), max_size=12)
moments = st.one_of(
    st.datetimes().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"),
    st.dates().map(str),
    st.times().map(str),
    st.sampled_from(["2024-02-30", "2024-01-01 10:00+02:30", "12:00", "2024-13-01", "", " now", "nowhere", "sub"]),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2_000_000_000),
    st.floats(allow_nan=False),
    st.none(),
    st.binary(max_size=6),
    texts,
).filter(lambda value: not isinstance(value, str | bytes) or str(value).lower() not in WORDS)
modifiers = st.one_of(
    st.sampled_from(
        ["+1 day", "-7 days", "+1.5 hours", "-3 months", "start of month", "start of year", "start of day",
         "weekday 0", "unixepoch", "julianday", "auto", "localtime", "utc", "subsec", "+01:30", "-0001-01-01",
         "ceiling", "floor", "nonsense", "now"]
    ),
    st.none(),
    st.integers(-5, 5),
    texts,
)  # fmt: skip
SPELLINGS = ["now", "NOW", "Now", b"now", b"nOW", "now\0and then"]
formats = st.sampled_from(["%Y-%m-%d", "%f", "%s", "%J", "%H:%M:%S %j %w %W", "%%", "%q", "", None, 5])
spellings = st.sampled_from(SPELLINGS)


@given(name=st.sampled_from(TIME_FUNCTIONS), moment=moments, rest=st.lists(modifiers, max_size=3))
def test_a_time_function_without_now_computes_what_the_original_does(name: str, moment: Any, rest: list[Any]) -> None:
    sql = call(name, [moment, *rest])
    assert outcome(virtual, sql, moment, *rest) == outcome(pristine, sql, moment, *rest)


@given(format_=formats, moment=moments, rest=st.lists(modifiers, max_size=3))
def test_strftime_without_now_computes_what_the_original_does(format_: Any, moment: Any, rest: list[Any]) -> None:
    sql = call("strftime", [format_, moment, *rest])
    assert outcome(virtual, sql, format_, moment, *rest) == outcome(pristine, sql, format_, moment, *rest)


@pytest.mark.skipif(not HAS_TIMEDIFF, reason="timediff needs SQLite 3.43")
@given(a=moments, b=moments)
def test_timediff_without_now_computes_what_the_original_does(a: Any, b: Any) -> None:
    assert outcome(virtual, "timediff(?, ?)", a, b) == outcome(pristine, "timediff(?, ?)", a, b)


def at_the_originals_now(sql: str, *arguments: Any) -> tuple[Any, Any]:
    """What the virtual and the original expression say at the same instant, the original's own."""
    now, expected = pristine.execute(
        f"SELECT strftime('%Y-%m-%d %H:%M:%f', 'now'), {sql}", arguments
    ).fetchone()  # 'now' is one instant throughout a statement
    functions.set_now(now)
    try:
        return one(virtual, sql, *arguments), expected
    finally:
        functions.set_now(NOW)


@pytest.mark.parametrize("now", SPELLINGS + ["subsec", b"SubSecond"] * HAS_SUBSEC)
def test_all_spellings_of_now_mean_the_virtual_instant(now: Any) -> None:
    assert one(virtual, "strftime('%Y-%m-%d %H:%M:%f', ?)", now) == NOW
    subsec = ", 'subsec'" if HAS_SUBSEC else ""
    for name in TIME_FUNCTIONS:
        midnight = one(virtual, f"{name}(?, 'start of day'{subsec})", now)
        assert midnight == one(pristine, f"{name}(?{subsec})", NOW[:10])
    if HAS_TIMEDIFF:
        assert one(virtual, "timediff(?, ?)", now, now) == one(pristine, "timediff(0, 0)")
        assert one(virtual, "timediff(?, ?)", now, NOW) == one(pristine, "timediff(0, 0)")


@given(name=st.sampled_from(TIME_FUNCTIONS), now=spellings, rest=st.lists(modifiers, max_size=3))
def test_now_is_the_virtual_instant_and_modifiers_apply_to_it(name: str, now: Any, rest: list[Any]) -> None:
    actual, expected = at_the_originals_now(call(name, [now, *rest]), now, *rest)
    assert actual == expected


@given(format_=formats, now=spellings, rest=st.lists(modifiers, max_size=3))
def test_strftime_of_now_is_of_the_virtual_instant(format_: Any, now: Any, rest: list[Any]) -> None:
    actual, expected = at_the_originals_now(call("strftime", [format_, now, *rest]), format_, now, *rest)
    assert actual == expected


@pytest.mark.parametrize(
    "sql",
    ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "current_timestamp", "date()", "time()",
     "datetime()", "julianday()", "strftime('%s %f')", "strftime()", "date(NULL)"],
)  # fmt: skip
def test_now_may_go_without_saying(sql: str) -> None:
    actual, expected = at_the_originals_now(sql)
    assert actual == expected


@pytest.mark.skipif(not HAS_SUBSEC, reason="'subsec' in the place of 'now' needs SQLite 3.42")
@given(
    name=st.sampled_from(TIME_FUNCTIONS),
    word=st.sampled_from(["subsec", "SubSecond"]),
    rest=st.lists(modifiers),
)
def test_subsec_stands_for_now(name: str, word: str, rest: list[Any]) -> None:
    actual, expected = at_the_originals_now(call(name, [word, *rest]), word, *rest)
    assert actual == expected


@pytest.mark.skipif(not HAS_TIMEDIFF, reason="timediff needs SQLite 3.43")
@given(now=spellings | st.sampled_from(["subsec"]), moment=moments, reverse=st.booleans())
def test_timediff_from_and_to_now(now: Any, moment: Any, reverse: bool) -> None:
    arguments = (moment, now) if reverse else (now, moment)
    actual, expected = at_the_originals_now("timediff(?, ?)", *arguments)
    assert actual == expected


@given(millisecond=st.integers(0, 59_999))
def test_every_millisecond_is_exact(millisecond: int) -> None:
    text = f"{millisecond // 1000:02d}.{millisecond % 1000:03d}"
    functions.set_now(f"2025-03-04 05:06:{text}")
    try:
        assert one(virtual, "strftime('%f', 'now')") == text
        assert one(virtual, "strftime('%f', 'now', '+1 day')") == text
    finally:
        functions.set_now(NOW)


def test_an_answer_is_remembered_only_until_the_clock_is_set(connection: sqlite3.Connection) -> None:
    for second in ("01", "02", "02", "03"):
        functions.set_now(f"2025-03-04 05:06:{second}.000")
        assert one(connection, "datetime('now')") == f"2025-03-04 05:06:{second}"
        assert one(connection, "CURRENT_TIME") == f"05:06:{second}"
    functions.set_now(NOW)


def test_numbers_that_are_equal_but_not_alike_are_told_apart(connection: sqlite3.Connection) -> None:
    assert one(connection, "strftime(1, 0)") == "1"
    assert one(connection, "strftime(1.0, 0)") == "1.0"


def test_defaults_triggers_and_views_use_the_virtual_instant(connection: sqlite3.Connection) -> None:
    connection.executescript("""
        PRAGMA trusted_schema = OFF;  -- as some builds of SQLite have it
        CREATE TABLE item (
            id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, changed TEXT,
            day TEXT DEFAULT (date('now', '+1 day')), nonce INTEGER DEFAULT (random())
        );
        CREATE TRIGGER touch AFTER INSERT ON item BEGIN
            UPDATE item SET changed = datetime('now', 'start of day') WHERE id = NEW.id;
        END;
        CREATE VIEW today AS SELECT id FROM item WHERE date(at) = date('now');
    """)
    functions.install(connection)
    stream.seed(5)
    connection.execute("INSERT INTO item (id) VALUES (1)")
    stream.seed(5)
    expected = ("2025-03-04 05:06:07", "2025-03-05", one(connection, "random()"), "2025-03-04 00:00:00")
    assert connection.execute("SELECT at, day, nonce, changed FROM item").fetchone() == expected
    assert connection.execute("SELECT * FROM today").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX i ON item (date(at))",
        "CREATE INDEX i ON item (at) WHERE julianday(at) > 2450000",
        "ALTER TABLE item ADD COLUMN day TEXT AS (strftime('%d', at))",
        "CREATE TABLE other (at TEXT CHECK (datetime(at) IS NOT NULL))",
        "CREATE INDEX i ON item (random())",
        "CREATE INDEX i ON item (at) WHERE at > CURRENT_TIMESTAMP",
        "ALTER TABLE item ADD COLUMN day TEXT AS (CURRENT_DATE)",
        "CREATE TABLE other (n INTEGER AS (randomblob(2)))",
    ],
)
def test_a_schema_is_accepted_or_refused_as_by_the_original(connection: sqlite3.Connection, statement: str) -> None:
    results = []
    plain = sqlite3.connect(":memory:")
    for each in (plain, connection):
        each.execute("CREATE TABLE item (at TEXT)")
        try:
            each.execute(statement)
            each.execute("INSERT INTO item (at) VALUES ('2025-01-02 03:04:05')")
            results.append("accepted")
        except sqlite3.Error as error:
            results.append(str(error))
    plain.close()
    assert results[0] == results[1]


def test_an_index_on_a_date_is_used(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE item (at TEXT)")
    connection.execute("CREATE INDEX by_day ON item (date(at))")
    plan = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM item WHERE date(at) = date('now')").fetchall()
    assert "by_day" in plan[0][3]


def drawn(connection: sqlite3.Connection, seed: int) -> list[Any]:
    stream.seed(seed)
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i FROM n"
    return [
        one(connection, "random()"),
        one(connection, "hex(randomblob(16))"),
        connection.execute(f"{numbers} ORDER BY random()").fetchall(),
        connection.execute("SELECT abs(random()) % 100 UNION ALL SELECT random()").fetchall(),
    ]


def test_chance_is_the_streams(connection: sqlite3.Connection) -> None:
    assert drawn(connection, 1) == drawn(virtual, 1)
    for once, other in zip(drawn(connection, 1), drawn(connection, 2), strict=True):
        assert once != other


def test_random_numbers_span_64_bits_and_their_sign_can_be_changed(connection: sqlite3.Connection) -> None:
    numbers = [one(connection, "random()") for _ in range(200)]
    assert min(numbers) < -(2**61)
    assert max(numbers) > 2**61

    class Lowest(random.Random):
        def getrandbits(self, k: int, /) -> int:
            return 2**k - 1 if self.high else 0

        high = False

    for Lowest.high in (False, True):
        extreme = SqlFunctions(lambda: pristine, Lowest)
        extreme.install(connection)
        assert one(connection, "abs(random())") >= 0


@pytest.mark.parametrize("size", [0, 1, 5, -3, 3.9, "4", "6 apples", "none", b"7", None])
def test_random_blobs_are_as_long_as_the_originals(connection: sqlite3.Connection, size: Any) -> None:
    assert one(connection, "length(randomblob(?))", size) == one(pristine, "length(randomblob(?))", size)


@pytest.mark.parametrize("sql", ["randomblob(2000000000)", "random(1)", "randomblob()", "CURRENT_DATE(1)"])
def test_errors_are_the_originals(connection: sqlite3.Connection, sql: str) -> None:
    messages = []
    for each in (pristine, connection):
        with pytest.raises(sqlite3.Error) as error:
            one(each, sql)
        messages.append((error.type, str(error.value)))
    assert messages[0] == messages[1]


def test_a_function_this_sqlite_lacks_stays_unknown(connection: sqlite3.Connection) -> None:
    for name in ("unixepoch", "timediff"):
        sql = f"{name}(0, 0)"
        assert outcome(connection, sql) == outcome(pristine, sql)
