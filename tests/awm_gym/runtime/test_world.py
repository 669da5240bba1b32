"""The virtual world: whatever generated code asks for time or chance depends on the entry and the seed alone.

A world patches its process for good, so every world here lives in a process of its own, and reports as JSON.
"""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from awm_gym.runtime.world import now_of

Report = dict[str, Any]
Run = Callable[..., Any]

SOURCES = Path(__file__).with_name("world_sources.py")

PRELUDE = """
import json, os, random, sqlite3
from datetime import datetime
from awm_gym.runtime.world import World, now_of

ANCHOR = datetime(2025, 3, 1, 23, 59, 58)
world = World.start(ANCHOR)

def enter(seed, tick):
    world.enter(now_of(ANCHOR, tick), seed)
"""

ZYGOTE = """
import json, os, sys, traceback
import awm_gym.runtime.world

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        names = {}
        try:
            exec(json.loads(line), names)
            answer = {"result": names["result"]}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", **changes}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run `first`, PRELUDE and a script in a forked process, and return what the script leaves in `result`."""
    command = [sys.executable, "-c", ZYGOTE]
    with subprocess.Popen(command, env=environment(), stdin=PIPE, stdout=PIPE, text=True) as zygote:
        requests, answers = zygote.stdin, zygote.stdout
        assert requests
        assert answers

        def run(script: str, first: str = "") -> Any:
            requests.write(json.dumps("\n".join([first, PRELUDE, textwrap.dedent(script)])) + "\n")
            requests.flush()
            answer = json.loads(answers.readline())
            assert "error" not in answer, answer["error"]
            return answer["result"]

        yield run
        requests.close()


@cache
def everything(zone: str, *libraries: str) -> Report:
    """What all sources say in sessions a and b at ticks 1 and 5, and then in a at 1 once more.

    Args:
        zone: the time zone of the machine.
        libraries: what the process has imported before its world is started.
    """
    command = [sys.executable, str(SOURCES), *libraries]
    done = subprocess.run(command, env=environment(TZ=zone), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: Report = json.loads(done.stdout)
    return report


def test_another_process_elsewhere_and_later_sees_the_same() -> None:
    assert everything("Asia/Tokyo") == everything("America/New_York")


def test_libraries_may_be_loaded_before_or_after_the_start() -> None:
    assert everything("UTC", "fastapi", "numpy.random", "sqlalchemy.orm") == everything("Asia/Tokyo")


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
        "pydantic past": "valid",
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


def test_sqlalchemy_onupdate_writes_the_virtual_instant(run: Run) -> None:
    result = run("""
    from sqlalchemy import Column, DateTime, Integer, MetaData, Table, create_engine, func, select

    item = Table(
        "item", MetaData(), Column("id", Integer, primary_key=True),
        Column("by_python", DateTime, default=datetime.utcnow, onupdate=datetime.utcnow),
        Column("by_sql", DateTime, default=func.now(), onupdate=func.now()),
        Column("by_server", DateTime, server_default=func.now()),
    )
    with create_engine("sqlite://").begin() as connection:
        item.create(connection)
        enter("a", 1)
        connection.execute(item.insert().values(id=1))
        enter("a", 7)
        connection.execute(item.update().values(id=2))
        result = [str(value) for value in connection.execute(select(item)).one()[1:]]
    """)
    assert result == ["2025-03-02 00:00:05", "2025-03-02 00:00:05", "2025-03-01 23:59:59"]


def test_a_duration_is_small_but_not_zero(run: Run) -> None:
    result = run("""
    import time
    started = time.perf_counter()
    sum(range(1_000_000))
    result = time.perf_counter() - started
    """)
    assert 0 < result < 1e-5


def test_waiting_takes_real_time_and_comes_to_an_end(run: Run) -> None:
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


def test_a_forked_child_goes_on_where_its_parent_is(run: Run) -> None:
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
    os.close(writer)
    result = [json.loads(os.read(reader, 10_000)), expected]
    """)
    assert result[0] == result[1]


def test_values_keep_their_ordinary_types(run: Run) -> None:
    result = run("""
    import datetime as dt
    now = dt.datetime.now()
    connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    connection.execute("CREATE TABLE item (at TIMESTAMP)")
    connection.execute("INSERT INTO item VALUES (?)", (now,))
    result = [type(now) is dt.datetime, connection.execute("SELECT at FROM item").fetchone() == (now,)]
    """)
    assert result == [True, True]


def test_a_second_start_is_the_same_world_at_another_anchor(run: Run) -> None:
    result = run("""
    enter("a", 1)
    again = World.start(datetime(2030, 1, 1))
    now = sqlite3.connect(":memory:").execute("SELECT CURRENT_TIMESTAMP").fetchone()[0]
    result = [again is world, str(datetime.now()), now]
    """)
    assert result == [True, "2030-01-01 00:00:00", "2030-01-01 00:00:00"]


def test_sql_of_a_connection_that_is_older_than_the_world(run: Run) -> None:
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


def test_a_connection_opens_as_before(run: Run) -> None:
    result = run("""
    import tempfile

    class Own(sqlite3.Connection):
        pass

    with tempfile.NamedTemporaryFile() as file:
        file.write(b"this is no database" * 100)
        file.flush()
        connection = sqlite3.connect(f"file:{file.name}?mode=ro", uri=True, factory=Own)
    try:
        connection.execute("SELECT * FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        result = [type(connection).__name__, str(error)]
    """)
    assert result == ["Own", "file is not a database"]


def test_fractions_of_a_second_are_kept(run: Run) -> None:
    result = run("""
    world.enter(datetime(2025, 3, 1, 12, 0, 0, 123456), "a")
    sql = sqlite3.connect(":memory:").execute("SELECT strftime('%f', 'now')").fetchone()[0]
    result = [datetime.now().microsecond, sql]
    """)
    assert result == [123456, "00.123"]


def test_pydantic_compares_with_the_virtual_instant(run: Run) -> None:
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


def test_entering_costs_next_to_nothing(run: Run) -> None:
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
    code = "import awm_gym.runtime.world as world; print(world.hashing_is_fixed())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(PYTHONHASHSEED=seed), capture_output=True, check=True)
    assert done.stdout.decode().strip() == str(fixed)


def test_a_tick_is_a_second() -> None:
    anchor = datetime(2025, 3, 1, 23, 59, 58)
    assert now_of(anchor, 0) == anchor.replace(tzinfo=UTC)
    assert now_of(anchor, 5) == datetime(2025, 3, 2, 0, 0, 3, tzinfo=UTC)
    assert now_of(anchor.replace(tzinfo=timezone(timedelta(hours=2))), 1).isoformat() == "2025-03-01T21:59:59+00:00"
