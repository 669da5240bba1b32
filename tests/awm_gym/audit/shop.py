"""A small shop whose four tasks are verified, to be broken in known ways."""

from datetime import UTC, datetime
from typing import Any

from awm_gym.registry import Entry, NearMiss, SampleRows, Solution, Table, Task, ToolCall, Verifier

APP = """
import os
from enum import Enum

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite:///shop.db"))
app = FastAPI(title="Shop")


class Speed(str, Enum):
    normal = "normal"
    express = "express"


class NewOrder(BaseModel):
    item_id: int = Field(..., ge=1, description="Which item")
    quantity: int = Field(1, ge=1, le=10, description="How many")
    speed: Speed = Field(Speed.normal, description="How fast")


def rows(sql, **values):
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(text(sql), values)]


@app.get("/items", operation_id="list_items")
def list_items(max_price: int = Query(100, ge=0, le=1000)):
    return rows("SELECT * FROM items WHERE price <= :price ORDER BY id", price=max_price)


@app.get("/items/{item_id}", operation_id="get_item")
def get_item(item_id: int):
    found = rows("SELECT * FROM items WHERE id = :id", id=item_id)
    if not found:
        raise HTTPException(404, "no such item")
    return found[0]


@app.post("/items/{item_id}/sell", operation_id="sell_item")
def sell_item(item_id: int):
    with engine.begin() as connection:
        done = connection.execute(
            text("UPDATE items SET stock = stock - 1 WHERE id = :id AND stock > 0"), {"id": item_id}
        )
    if not done.rowcount:
        raise HTTPException(404, "no such item in stock")
    return get_item(item_id)


@app.post("/orders", operation_id="add_order", status_code=201)
def add_order(order: NewOrder):
    get_item(order.item_id)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO orders (item_id, quantity, speed, placed_at) VALUES (:i, :q, :s, CURRENT_TIMESTAMP)"),
            {"i": order.item_id, "q": order.quantity, "s": order.speed.value},
        )
    return rows("SELECT * FROM orders ORDER BY id DESC LIMIT 1")[0]
"""

ITEMS = Table(
    name="items",
    ddl="CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, "
    "stock INTEGER NOT NULL CHECK (stock >= 0), shelf TEXT NOT NULL)",
)
ORDERS = Table(
    name="orders",
    ddl="CREATE TABLE orders (id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items (id), "
    "quantity INTEGER NOT NULL, speed TEXT NOT NULL, placed_at TEXT NOT NULL)",
)
STAFF = Table(name="staff", ddl="CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT NOT NULL, shift TEXT NOT NULL)")

DATA = (
    SampleRows(
        table_name="items",
        insert_statements=(
            "INSERT INTO items VALUES (1, 'jam', 6, 3, 'A')",
            "INSERT INTO items VALUES (2, 'rye bread', 4, 8, 'B')",
            "INSERT INTO items VALUES (3, 'honey', 9, 5, 'A')",
            "INSERT INTO items VALUES (4, 'butter', 3, 7, 'C')",
        ),
    ),
    SampleRows(
        table_name="orders",
        insert_statements=("INSERT INTO orders VALUES (1, 4, 2, 'normal', '2026-03-01 10:00:00')",),
    ),
    SampleRows(
        table_name="staff",
        insert_statements=(
            "INSERT INTO staff VALUES (1, 'Ada', 'early')",
            "INSERT INTO staff VALUES (2, 'Ben', 'late')",
        ),
    ),
)

VERIFIER = """
import sqlite3


def load(path):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {
            table: sorted(connection.execute(f"SELECT {columns} FROM {table}"))
            for table, columns in (
                ("items", "id, name, price, stock, shelf"),
                ("orders", "id, item_id, quantity, speed"),
                ("staff", "id, name, shift"),
            )
        }
    finally:
        connection.close()


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    wanted, after = load(initial_db_path), load(final_db_path)
    answer = (final_answer or "").strip()
    %s
    return {"result": "complete" if done else "others"}
"""
"""With a line or more that sets `done`."""

SOLD = "wanted['items'] = [(i, n, p, s - (i == 1), f) for i, n, p, s, f in wanted['items']]"
ORDERED = "wanted['orders'].append((2, 2, 3, 'express'))"
DONE = (
    f"{SOLD}; done = after == wanted",
    f"{ORDERED}; done = after == wanted",
    "done = after == wanted and answer == '2'",
    f"{SOLD}; {ORDERED}; done = after == wanted and answer == '12'",
)
"""What stands in the verifier of each task."""

SELL = ToolCall(tool="sell_item", arguments={"item_id": 1})
ORDER = ToolCall(tool="add_order", arguments={"item_id": 2, "quantity": 3, "speed": "express"})
LOOK = ToolCall(tool="list_items", arguments={})


def task(text: str, done: str, calls: tuple[ToolCall, ...], answer: str | None, miss: Solution) -> Task:
    return Task(
        text=text,
        verifiers=(Verifier(kind="code", code=VERIFIER % done),),
        gold=(Solution(calls=calls, answer=answer),),
        near_misses=(NearMiss(why="a wrong one", calls=miss.calls, answer=miss.answer),),
    )


TASKS = (
    task(
        "Sell one jar of jam.",
        DONE[0],
        (LOOK, SELL),
        None,
        Solution(calls=(ToolCall(tool="sell_item", arguments={"item_id": 3}),)),
    ),
    task(
        "Order 3 rye breads by express.",
        DONE[1],
        (LOOK, ORDER),
        None,
        Solution(calls=(ToolCall(tool="add_order", arguments={"item_id": 2, "quantity": 3}),)),
    ),
    task(
        "How many items cost more than 5? Answer with a number.", DONE[2], (LOOK,), "2", Solution(calls=(), answer="3")
    ),
    task(
        "Sell one jar of jam, order 3 rye breads by express, and answer with what the breads cost together.",
        DONE[3],
        (LOOK, SELL, ORDER),
        "12",
        Solution(calls=(SELL, ORDER), answer="4"),
    ),
)


def shop(**changes: Any) -> Entry:
    """Return the shop; keyword arguments replace fields."""
    fields: dict[str, Any] = {
        "name": "audited_shop",
        "anchor": datetime(2026, 3, 16, 9, tzinfo=UTC),
        "tables": (ITEMS, ORDERS, STAFF),
        "data": DATA,
        "app": APP,
        "tasks": TASKS,
    }
    return Entry.model_validate({**fields, **changes})


def with_task(index: int, **changes: Any) -> Entry:
    """Return the shop with one task only, of which fields are replaced."""
    return shop(tasks=(TASKS[index].model_copy(update=changes),))


def judged_by(index: int, done: str) -> Entry:
    """Return the shop with one task only, whose verifier sets `done` otherwise."""
    return with_task(index, verifiers=(Verifier(kind="code", code=VERIFIER % done),))
