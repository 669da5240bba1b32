"""The virtual world: whatever generated code asks for time or chance depends on the entry and the seed alone.

A world patches its process for good, so every world here lives in a process of its own, and reports as JSON.
"""

import json
import os
import subprocess
import sys
import textwrap
import traceback
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest

from awm_gym.runtime.world import now_of

Report = dict[str, Any]

PRELUDE = """
    import json, os, random, sqlite3
    from os import urandom as captured_urandom
    from sqlite3 import connect as captured_connect
    from time import time as captured_time
    from datetime import datetime
    from awm_gym.runtime.world import World, hashing_is_fixed, now_of

    ANCHOR = datetime(2025, 3, 1, 23, 59, 58)
    world = World.start(ANCHOR)

    def enter(seed, tick):
        world.enter(now_of(ANCHOR, tick), seed)
"""

SOURCES = """
    import datetime as dt, secrets, ssl, tempfile, time, uuid
    import numpy
    from pydantic import BaseModel, FutureDatetime, PastDatetime, ValidationError
    from sqlalchemy import DateTime, Integer, create_engine, func
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

    def sql(expression):
        return lambda: connection.execute(f"SELECT {expression}").fetchone()[0]

    connection = captured_connect(":memory:")
    connection.execute("CREATE TABLE seeded (id INTEGER, at TEXT DEFAULT CURRENT_TIMESTAMP)")

    def sql_default():
        connection.execute("INSERT INTO seeded (id) VALUES (1)")
        return connection.execute("SELECT at FROM seeded ORDER BY rowid DESC").fetchone()[0]

    class Base(DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "item"
        id = mapped_column(Integer, primary_key=True)
        by_python = mapped_column(DateTime, default=dt.datetime.utcnow, onupdate=dt.datetime.utcnow)
        by_sql = mapped_column(DateTime, default=func.now(), onupdate=func.now())
        by_server = mapped_column(DateTime, server_default=func.now())

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)

    def of_item(column):
        def ask():
            with Session(engine) as session:
                session.add(item := Item())
                session.commit()
                return getattr(item, column)
        return ask

    def passes(model):
        def ask():
            try:
                return model(at="2025-03-02T00:00:00").at and True
            except ValidationError as error:
                return error.errors()[0]["type"]
        return ask

    class Past(BaseModel):
        at: PastDatetime

    class Future(BaseModel):
        at: FutureDatetime

    def shuffled():
        items = list(range(50))
        random.shuffle(items)
        return items

    def reseeded():
        random.seed()
        return random.random()

    CALENDAR = {
        "time.time": time.time,
        "time.time captured before": captured_time,
        "time.time_ns": time.time_ns,
        "time.clock_gettime": lambda: time.clock_gettime(time.CLOCK_REALTIME),
        "time.localtime": lambda: tuple(time.localtime()),
        "time.gmtime": lambda: tuple(time.gmtime()),
        "time.strftime": lambda: time.strftime("%Y-%m-%d %H:%M:%S %Z"),
        "time.ctime": time.ctime,
        "time.asctime": time.asctime,
        "datetime.now": dt.datetime.now,
        "datetime.now(UTC)": lambda: dt.datetime.now(dt.UTC),
        "datetime.utcnow": dt.datetime.utcnow,
        "datetime.today": dt.datetime.today,
        "datetime captured before": datetime.now,
        "date.today": dt.date.today,
        "uuid1 time": lambda: uuid.uuid1().time,
        "SQLAlchemy default": of_item("by_python"),
        "SQLAlchemy default in SQL": of_item("by_sql"),
        "SQLAlchemy server default": of_item("by_server"),
        "SQL default": sql_default,
        "pydantic past": passes(Past),
        "pydantic future": passes(Future),
    } | {expression: sql(expression) for expression in [
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "date()", "time('now')", "datetime('NOW')",
        "datetime('now', 'localtime')", "datetime('now', 'utc')", "julianday('now', '-1 day')",
        "strftime('%s', 'now')", "unixepoch()",
    ]}
    WATCHES = {name: getattr(time, name) for name in [
        "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time",
    ]} | {"CLOCK_MONOTONIC": lambda: time.clock_gettime(time.CLOCK_MONOTONIC)}
    CHANCE = {
        "random.random": random.random,
        "random.gauss": lambda: random.gauss(0, 1),
        "random.shuffle": shuffled,
        "random.seed()": reseeded,
        "Random()": lambda: random.Random().random(),
        "SystemRandom": lambda: random.SystemRandom().randint(1, 10**9),
        "secrets.token_hex": secrets.token_hex,
        "secrets.token_urlsafe": secrets.token_urlsafe,
        "secrets.randbelow": lambda: secrets.randbelow(10**9),
        "os.urandom": lambda: os.urandom(8).hex(),
        "os.urandom captured before": lambda: captured_urandom(8).hex(),
        "ssl.RAND_bytes": lambda: ssl.RAND_bytes(8).hex(),
        "uuid4": uuid.uuid4,
        "uuid1": uuid.uuid1,
        "tempfile": lambda: tempfile.mktemp(dir="/"),
        "numpy.random": lambda: numpy.random.random(),
        "numpy default_rng": lambda: numpy.random.default_rng().random(),
        "random()": sql("random()"),
        "randomblob()": sql("hex(randomblob(8))"),
        "ORDER BY random()": sql("group_concat(value) FROM (SELECT value FROM "
                                 "json_each('[1,2,3,4,5,6,7,8,9,10]') ORDER BY random())"),
    }
    if hasattr(os, "getrandom"):
        CHANCE["os.getrandom"] = lambda: os.getrandom(8).hex()

    def ask(sources):
        return {name: str(source()) for name, source in sources.items()}

    def report(seed, tick):
        enter(seed, tick)
        constant = {"node": uuid.getnode}
        kinds = {"calendar": CALENDAR, "watches": WATCHES, "chance": CHANCE, "constant": constant}
        return {kind: ask(sources) for kind, sources in kinds.items()}
"""


def code_of(script: str, first: str) -> str:
    return "\n".join([first, textwrap.dedent(PRELUDE), textwrap.dedent(script)])


def run_fresh(script: str, first: str = "", **environment: str) -> Any:
    """Run `first`, PRELUDE and a script in a new process; return what the script leaves in `result`."""
    code = code_of(script, first) + "\nprint(json.dumps(result))"
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(script: str, first: str = "") -> Any:
    """Do the same in a fork of this process, as a host is one of a process that has imported everything."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        with os.fdopen(writer, "w") as channel:
            names: dict[str, Any] = {}
            try:
                exec(code_of(script, first), names)
                json.dump({"result": names["result"]}, channel)
            except BaseException:
                json.dump({"error": traceback.format_exc()}, channel)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as channel:
        answer = json.load(channel)
    os.wait()
    assert "error" not in answer, answer["error"]
    return answer["result"]


@cache
def everything(zone: str, libraries: str = "") -> Report:
    """What all sources say in sessions a and b at ticks 1 and 5, and then in a at 1 once more."""
    moments = """
    result = {"a1": report("a", 1), "a5": report("a", 5), "b1": report("b", 1), "a1 again": report("a", 1)}
    """
    first = f"import {libraries}" if libraries else ""
    script = textwrap.dedent(SOURCES) + textwrap.dedent(moments)
    report: Report = run_fresh(script, first, TZ=zone)
    return report


def test_another_process_elsewhere_and_later_sees_the_same() -> None:
    assert everything("Asia/Tokyo") == everything("America/New_York")


def test_libraries_may_be_loaded_before_or_after_the_start() -> None:
    assert everything("UTC", "numpy.random, fastapi, sqlalchemy.orm, tempfile, uuid") == everything("Asia/Tokyo")


def test_other_sessions_in_between_leave_no_trace() -> None:
    seen = everything("Asia/Tokyo")
    assert seen["a1 again"] == seen["a1"]


@pytest.mark.parametrize("kind", ["calendar", "watches", "chance"])
def test_every_source_moves_with_the_tick(kind: str) -> None:
    before, after = everything("Asia/Tokyo")["a1"][kind], everything("Asia/Tokyo")["a5"][kind]
    assert [name for name in before if before[name] == after[name]] == []


def test_all_chance_and_nothing_else_depends_on_the_seed() -> None:
    a, b = everything("Asia/Tokyo")["a1"], everything("Asia/Tokyo")["b1"]
    assert a["calendar"] == b["calendar"]
    assert [name for name in a["chance"] if a["chance"][name] == b["chance"][name]] == []


def test_all_calendars_show_the_anchor_plus_the_ticks() -> None:
    now = datetime(2025, 3, 2, 0, 0, 3, tzinfo=UTC)
    text, stamp = "2025-03-02 00:00:03", now.timestamp()
    parts = f"(2025, 3, 2, 0, 0, 3, {now.weekday()}, 61, 0)"
    expected = {
        "time.time": str(stamp),
        "time.time captured before": str(stamp),
        "time.time_ns": str(int(stamp * 1e9)),
        "time.clock_gettime": str(stamp),
        "time.localtime": parts,
        "time.gmtime": parts,
        "time.strftime": f"{text} UTC",
        "time.ctime": "Sun Mar  2 00:00:03 2025",
        "time.asctime": "Sun Mar  2 00:00:03 2025",
        "datetime.now(UTC)": f"{text}+00:00",
        "date.today": "2025-03-02",
        "uuid1 time": str(0x01B21DD213814000 + int(stamp * 1e7)),
        "pydantic past": "True",
        "pydantic future": "datetime_future",
        "CURRENT_DATE": "2025-03-02",
        "CURRENT_TIME": "00:00:03",
        "date()": "2025-03-02",
        "time('now')": "00:00:03",
        "julianday('now', '-1 day')": "2460735.50003472",
        "strftime('%s', 'now')": str(int(stamp)),
        "unixepoch()": str(int(stamp)),
    }
    seen = everything("Asia/Tokyo")["a5"]["calendar"]
    assert {name: value[:16] if "julian" in name else value for name, value in seen.items()} == {
        name: expected.get(name, text) for name in seen
    }


def test_the_network_address_is_the_virtual_machines() -> None:
    assert everything("Asia/Tokyo")["a1"]["constant"] == {"node": str(0x02_00_00_00_00_01)}


def test_sqlalchemy_onupdate_writes_the_virtual_instant() -> None:
    result = run(
        SOURCES
        + """
    enter("a", 1)
    with Session(engine) as session:
        session.add(item := Item())
        session.commit()
        enter("a", 7)
        item.id = 2
        session.commit()
        result = [str(item.by_python), str(item.by_sql), str(item.by_server)]
    """
    )
    assert result == ["2025-03-02 00:00:05", "2025-03-02 00:00:05", "2025-03-01 23:59:59"]


def test_a_duration_is_small_but_not_zero() -> None:
    result = run("""
    import time
    started = time.perf_counter()
    sum(range(1_000_000))
    result = time.perf_counter() - started
    """)
    assert 0 < result < 1e-5


def test_waiting_takes_real_time_and_comes_to_an_end() -> None:
    result = run("""
    import asyncio, multiprocessing.connection, queue, socket, threading, time

    async def wait():
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(0.02)
        slept = loop.time() - started
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0.02)
        except TimeoutError:
            return slept

    slept = asyncio.run(wait())
    threading.Event().wait(0.01)
    try:
        queue.Queue().get(timeout=0.01)
    except queue.Empty:
        pass
    multiprocessing.connection.wait([socket.socketpair()[0]], 0.01)
    before = time.time()
    time.sleep(0.01)
    result = [slept, time.time() - before]
    """)
    assert result[0] >= 0.02
    assert result[1] == 0


def test_a_forked_child_goes_on_where_its_parent_is() -> None:
    result = run("""
    import time

    def seen():
        now = sqlite3.connect(":memory:").execute("SELECT datetime('now', '-1 day'), random()").fetchone()
        return [time.time(), random.random(), os.urandom(8).hex(), *now]

    enter("a", 3)
    expected = seen()
    enter("a", 3)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, json.dumps(seen()).encode())
        os._exit(0)
    result = [json.loads(os.read(reader, 10_000)), expected]
    """)
    assert result[0] == result[1]


def test_values_keep_their_ordinary_types() -> None:
    result = run("""
    import datetime as dt
    now = dt.datetime.now()
    connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    connection.execute("CREATE TABLE item (at TIMESTAMP)")
    connection.execute("INSERT INTO item VALUES (?)", (now,))
    result = [type(now) is dt.datetime, connection.execute("SELECT at FROM item").fetchone() == (now,)]
    """)
    assert result == [True, True]


def test_a_second_start_is_the_same_world_at_another_anchor() -> None:
    result = run("""
    enter("a", 1)
    again = World.start(datetime(2030, 1, 1))
    now = sqlite3.connect(":memory:").execute("SELECT CURRENT_TIMESTAMP").fetchone()[0]
    result = [again is world, str(datetime.now()), now]
    """)
    assert result == [True, "2030-01-01 00:00:00", "2030-01-01 00:00:00"]


def test_sql_of_a_connection_that_is_older_than_the_world() -> None:
    result = run(
        """
    world.install_sql(older)
    by_class = sqlite3.Connection(":memory:")
    world.install_sql(by_class)
    result = [each.execute("SELECT datetime('now')").fetchone()[0] for each in (older, by_class)]
    """,
        first='import sqlite3; older = sqlite3.connect(":memory:")',
    )
    assert result == ["2025-03-01 23:59:58"] * 2


def test_a_connection_opens_as_before() -> None:
    result = run("""
    import tempfile

    class Own(sqlite3.Connection):
        pass

    with tempfile.NamedTemporaryFile() as file:
        file.write(b"this is no database" * 100)
        file.flush()
        connection = captured_connect(f"file:{file.name}?mode=ro", uri=True, factory=Own)
    try:
        connection.execute("SELECT * FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        result = [type(connection).__name__, str(error)]
    """)
    assert result == ["Own", "file is not a database"]


def test_fractions_of_a_second_are_kept() -> None:
    result = run("""
    world.enter(datetime(2025, 3, 1, 12, 0, 0, 123456), "a")
    sql = sqlite3.connect(":memory:").execute("SELECT strftime('%f', 'now')").fetchone()[0]
    result = [datetime.now().microsecond, sql]
    """)
    assert result == [123456, "00.123"]


def test_pydantic_compares_with_the_virtual_instant() -> None:
    result = run("""
    from typing import Annotated
    from datetime import date
    from pydantic import Field, FutureDate, FutureDatetime, PastDate, PastDatetime
    from pydantic import TypeAdapter, ValidationError

    def verdicts(annotation, *values):
        adapter = TypeAdapter(annotation)
        for value in values:
            try:
                adapter.validate_python(value)
                yield "ok"
            except ValidationError as error:
                yield error.errors()[0]["type"]

    days = ("2025-02-28", "2025-03-01", "2025-03-02", "nonsense")
    moments = [f"2025-03-{moment}" for moment in
               ("01T23:59:57", "01T23:59:58Z", "02T01:59:59+02:00", "01T23:59:59")]
    result = [
        list(verdicts(PastDate, *days)),
        list(verdicts(Annotated[date, FutureDate(), Field(lt=date(2025, 3, 2))], *days)),
        list(verdicts(PastDatetime, *moments)),
        list(verdicts(FutureDatetime, *moments)),
        TypeAdapter(PastDate).json_schema(),
    ]
    """)
    assert result == [
        ["ok", "date_past", "date_past", "date_from_datetime_parsing"],
        ["date_future", "date_future", "less_than", "date_from_datetime_parsing"],
        ["ok", "datetime_past", "datetime_past", "datetime_past"],
        ["datetime_future", "datetime_future", "ok", "ok"],
        {"type": "string", "format": "date"},
    ]


def test_entering_costs_next_to_nothing() -> None:
    best_us = run(
        """
    now = now_of(ANCHOR, 5)
    best = min(timeit.repeat(lambda: world.enter(now, 12345), number=200, repeat=20))
    result = best / 200 * 1e6
    """,
        first="import timeit",
    )
    assert best_us < 30  # about 8 us on a quiet machine, 15 us are what a call can spare


@pytest.mark.parametrize(("seed", "fixed"), [("0", True), ("random", False)])
def test_hashing_is_fixed_only_by_the_environment(seed: str, fixed: bool) -> None:
    assert run_fresh("result = hashing_is_fixed()", PYTHONHASHSEED=seed) is fixed


def test_a_tick_is_a_second() -> None:
    anchor = datetime(2025, 3, 1, 23, 59, 58)
    assert now_of(anchor, 0) == anchor.replace(tzinfo=UTC)
    assert now_of(anchor, 5) == datetime(2025, 3, 2, 0, 0, 3, tzinfo=UTC)
    assert now_of(anchor.replace(tzinfo=timezone(timedelta(hours=2))), 1).isoformat() == "2025-03-01T21:59:59+00:00"
