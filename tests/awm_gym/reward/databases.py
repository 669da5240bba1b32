"""Gold solutions and episodes told as SQL: what the diff verifier accepts can be shown without an application."""

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from awm_gym.registry import Free
from awm_gym.reward.answers import agreement
from awm_gym.reward.cells import Clocks
from awm_gym.reward.difference import Difference, difference
from awm_gym.reward.gold import SHIFTS
from awm_gym.reward.probe import verify_schema
from awm_gym.reward.schema import Schema, schema_from_json
from awm_gym.runtime.changes import compare
from awm_gym.runtime.types import Changes

START = datetime(2026, 3, 16, 9, tzinfo=UTC)
CALLS = 10
"""How many seconds the gold solution takes, and the episode."""

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, visits INTEGER DEFAULT 0, updated_at TEXT);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, number TEXT UNIQUE, customer_id INTEGER REFERENCES customers (id), status TEXT, note TEXT,
    placed_at TEXT, parent_id INTEGER REFERENCES orders (id)
);
CREATE TABLE lines (
    order_id INTEGER REFERENCES Orders (id), position INTEGER, item TEXT, price REAL, PRIMARY KEY (order_id, position)
);
CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders, cents INTEGER, paid_at TEXT);
CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT, action TEXT, entity TEXT, entity_id INTEGER, detail TEXT);
CREATE TABLE tokens (id TEXT PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), luck REAL);
CREATE TABLE uses (token_id TEXT REFERENCES tokens (id), what TEXT);
CREATE TABLE rooms (number INTEGER PRIMARY KEY, beds INTEGER);
CREATE TABLE tags (customer TEXT, tag TEXT);
INSERT INTO customers (id, name, updated_at) VALUES
    (1, 'Ann', '2026-03-01 08:00:00'), (2, 'Bob', '2026-03-02 08:00:00');
INSERT INTO orders (id, number, customer_id, status, placed_at) VALUES
    (1, 'FB-101', 1, 'open', '2026-03-10 08:00:00'), (2, 'FB-102', 2, 'open', '2026-03-11 08:00:00'),
    (3, 'FB-103', 1, 'open', '2026-03-12 08:00:00');
INSERT INTO lines VALUES (1, 1, 'tea', 2.5), (3, 1, 'jam', 4.0);
INSERT INTO log VALUES (1, '2026-03-12 08:00:00', 'place', 'order', 3, 'FB-103');
INSERT INTO rooms VALUES (101, 2), (102, 1);
INSERT INTO tags VALUES ('Ann', 'new'), ('Ann', 'new');
"""


def image(*scripts: str) -> bytes:
    """Return the database that some SQL makes."""
    database = sqlite3.connect(":memory:")
    for script in scripts:
        database.executescript(script)
    return database.serialize()


def schema_of(script: str) -> Schema:
    """Return what the probe reports of a database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "initial.db"
        path.write_bytes(image(script))
        found: dict[str, Any] = verify_schema(str(path), str(path), "[]")
    return schema_from_json(found["tables"])


SCHEMA = schema_of(SHOP)


def played(script: str, seconds: int = 3, seed: int = 0) -> Changes:
    """Return the changes that some SQL makes to the shop.

    Args:
        script: the SQL; `{now}` is the time, `{uuid}` and `{luck}` are random.
        seconds: how late after the start it is carried out.
        seed: what randomness comes from.
    """
    now = START + timedelta(seconds=seconds)
    filled = script.format(
        now=f"{now:%Y-%m-%d %H:%M:%S}",
        later=f"{now + timedelta(minutes=30):%Y-%m-%d %H:%M}",
        epoch=int(now.timestamp()),
        uuid=f"{seed:08x}-aaaa-{seed + 7:04x}",
        luck=0.25 + seed / 100,
    )
    return compare(image(SHOP), image(SHOP, filled))


def compared(gold: str, episode: str, free: Free | None = None, *, seconds: int = 9) -> Difference | None:
    """Compare what an episode did with what the gold solution does, both as SQL."""
    plays = [played(gold, 3 + shift, seed) for seed, shift in enumerate(SHIFTS)]
    clocks = Clocks(START, timedelta(seconds=CALLS), SHIFTS, START + timedelta(seconds=CALLS))

    def says(expected: str, given: str) -> bool:
        return bool(agreement(expected, given))

    return difference(plays, played(episode, seconds, seed=5), SCHEMA, free or Free(), clocks, says)
