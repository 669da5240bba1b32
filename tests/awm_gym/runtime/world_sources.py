"""A script that asks every source of time and chance in a few moments, and prints the answers as JSON.

Its arguments are modules to import before the world is started.
"""
# ruff: noqa: E402  (what stands after the start is imported after it, as generated code is)

import importlib
import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from os import urandom as captured_urandom
from sqlite3 import connect as captured_connect
from time import time as captured_time
from typing import Any

for name in sys.argv[1:]:
    importlib.import_module(name)

from awm_gym.runtime.world import World, now_of

ANCHOR = datetime(2025, 3, 1, 23, 59, 58)
world = World.start(ANCHOR)

import datetime as dt
import secrets
import ssl
import tempfile
import time
import uuid

import numpy
from pydantic import BaseModel, FutureDatetime, PastDatetime, ValidationError
from sqlalchemy import DateTime, Integer, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

Sources = dict[str, Callable[[], Any]]


def sql(expression: str) -> Callable[[], Any]:
    return lambda: connection.execute(f"SELECT {expression}").fetchone()[0]


connection = captured_connect(":memory:")
connection.execute("CREATE TABLE seeded (id INTEGER, at TEXT DEFAULT CURRENT_TIMESTAMP)")


def sql_default() -> Any:
    connection.execute("INSERT INTO seeded (id) VALUES (1)")
    return connection.execute("SELECT at FROM seeded ORDER BY rowid DESC").fetchone()[0]


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id = mapped_column(Integer, primary_key=True)
    by_python = mapped_column(DateTime, default=dt.datetime.utcnow)
    by_sql = mapped_column(DateTime, default=func.now())
    by_server = mapped_column(DateTime, server_default=func.now())


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)


def of_item(column: str) -> Callable[[], Any]:
    def ask() -> Any:
        with Session(engine) as session:
            session.add(item := Item())
            session.commit()
            return getattr(item, column)

    return ask


def verdict(model: type[BaseModel]) -> Callable[[], str]:
    def ask() -> str:
        try:
            model(at="2025-03-02T00:00:00")
            return "valid"
        except ValidationError as error:
            return error.errors()[0]["type"]

    return ask


class Past(BaseModel):
    at: PastDatetime


class Future(BaseModel):
    at: FutureDatetime


def shuffled() -> list[int]:
    items = list(range(50))
    random.shuffle(items)
    return items


def reseeded() -> float:
    random.seed()
    return random.random()


CALENDAR: Sources = {
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
    "pydantic past": verdict(Past),
    "pydantic future": verdict(Future),
} | {
    expression: sql(expression)
    for expression in [
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "date()",
        "time('now')",
        "datetime('NOW')",
        "datetime('now', 'localtime')",
        "datetime('now', 'utc')",
        "julianday('now', '-1 day')",
        "strftime('%s', 'now')",
    ]
}
WATCHES: Sources = {
    name: getattr(time, name)
    for name in [
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "process_time",
        "thread_time",
    ]
} | {"CLOCK_MONOTONIC": lambda: time.clock_gettime(time.CLOCK_MONOTONIC)}
CHANCE: Sources = {
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
    "ORDER BY random()": sql(
        "group_concat(value) FROM (SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9,10]') ORDER BY random())"
    ),
}
if sqlite3.sqlite_version_info >= (3, 38):
    CALENDAR["unixepoch()"] = sql("unixepoch()")
if hasattr(os, "getrandom"):
    CHANCE["os.getrandom"] = lambda: os.getrandom(8).hex()


def ask(sources: Sources) -> dict[str, str]:
    return {name: str(source()) for name, source in sources.items()}


def report(seed: str, tick: int) -> dict[str, dict[str, str]]:
    world.enter(now_of(ANCHOR, tick), seed)
    constant: Sources = {"node": uuid.getnode}
    kinds = {"calendar": CALENDAR, "watches": WATCHES, "chance": CHANCE, "constant": constant}
    return {kind: ask(sources) for kind, sources in kinds.items()}


def main() -> None:
    moments = {"a1": ("a", 1), "a5": ("a", 5), "b1": ("b", 1), "a1 again": ("a", 1)}
    print(json.dumps({moment: report(*session) for moment, session in moments.items()}))


if __name__ == "__main__":
    main()
