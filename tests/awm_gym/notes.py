"""A small entry whose app does everything an app may do, good and bad."""

from datetime import UTC, datetime

from awm_gym.registry import Entry, SampleRows, Solution, Table, Task, ToolCall, Verifier

APP = """
import asyncio, os, random, re, sqlite3, time, uuid
from datetime import datetime
from typing import Optional

from fastapi import Body, FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime, Float, Integer, Text, create_engine, func, text
from sqlalchemy.orm import declarative_base, sessionmaker

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite:///notes.db"), connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    body = Column(Text, nullable=False)
    token = Column(Text, default=lambda: str(uuid.uuid4()))
    luck = Column(Float, default=random.random)
    made_by_python = Column(DateTime, default=datetime.utcnow)
    made_by_sqlalchemy = Column(DateTime, default=func.now())
    made_by_sqlite = Column(DateTime, server_default=text("CURRENT_TIMESTAMP"))


Base.metadata.create_all(engine)
app = FastAPI(title="Notes")


class NewNote(BaseModel):
    body: str = Field(..., description="The text", min_length=1, max_length=2000000)


def shown(note):
    return {c.name: str(getattr(note, c.name)) for c in Note.__table__.columns}


@app.get("/notes", operation_id="list_notes", description="All notes")
async def list_notes(contains: Optional[str] = Query(None, description="part of the text")):
    session = SessionLocal()
    rows = session.query(Note).order_by(Note.id).all()
    session.close()
    return {"notes": [shown(n) for n in rows if contains is None or contains in n.body]}


@app.post("/notes", operation_id="add_note", status_code=201)
def add_note(note: NewNote):
    session = SessionLocal()
    row = Note(body=note.body)
    session.add(row)
    session.commit()
    answer = shown(row)
    session.close()
    return answer


@app.get("/notes/{note_id}", operation_id="get_note")
async def get_note(note_id: int = Path(..., ge=1)):
    session = SessionLocal()
    row = session.get(Note, note_id)
    if row is None:
        raise HTTPException(404, "no such note")  # the session is never closed, as in much generated code
    return shown(row)


@app.delete("/notes/{note_id}", operation_id="delete_note")
async def delete_note(note_id: int):
    with SessionLocal() as session:
        session.query(Note).filter(Note.id == note_id).delete()
        session.commit()
    return {}


@app.post("/half", operation_id="write_and_crash")
async def write_and_crash():
    session = SessionLocal()
    session.add(Note(body="half"))
    session.flush()
    raise RuntimeError("boom")


@app.post("/slow", operation_id="write_and_hang")
async def write_and_hang(how: str = Body(..., embed=True)):
    with SessionLocal() as session:
        session.add(Note(body="hang"))
        session.commit()
        if how == "loop":
            while True:
                pass
        if how == "swallow":
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        if how == "sleep":
            time.sleep(1000)
        if how == "async sleep":
            await asyncio.sleep(1000)
        if how == "regex":
            re.match(r"(a+)+$", "a" * 64 + "b")
        if how == "sql":
            session.execute(text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")).all()
    return {}


@app.post("/exit", operation_id="exit_process")
async def exit_process(how: str = Body(..., embed=True)):
    if how == "sys":
        raise SystemExit(3)
    os._exit(3)


@app.get("/nested", operation_id="nested_sessions")
async def nested_sessions():
    outer, inner = SessionLocal(), SessionLocal()
    outer.add(Note(body="outer"))
    outer.flush()
    count = inner.query(Note).count()
    inner.close()
    outer.commit()
    outer.close()
    return {"seen": count}


@app.get("/when", operation_id="tell_time")
async def tell_time():
    return {"now": datetime.utcnow().isoformat(), "unix": time.time()}


@app.get("/cookie", operation_id="raw_sqlite")
def raw_sqlite():
    return {"count": sqlite3.connect("whatever.db").execute("SELECT count(*) FROM notes").fetchone()[0]}


@app.get("/large", operation_id="large_answer")
async def large_answer(size: int):
    return {"text": "x" * size}
"""

VERIFIER = """
import sqlite3


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    def bodies(path):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        return [row[0] for row in connection.execute("SELECT body FROM notes ORDER BY id")]

    added = bodies(final_db_path)[len(bodies(initial_db_path)):]
    return {"result": "complete" if added == ["milk"] else "others"}
"""

NOTES = Table(
    name="notes",
    ddl=(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, token TEXT, luck REAL, "
        "made_by_python DATETIME, made_by_sqlalchemy DATETIME, made_by_sqlite DATETIME DEFAULT CURRENT_TIMESTAMP)"
    ),
)


def notes_entry(app: str = APP, verifier: str = VERIFIER, name: str = "notes", **changes: object) -> Entry:
    task = Task(
        text="Add a note that says: milk",
        verifiers=(Verifier(kind="code", code=verifier),),
        gold=(Solution(calls=(ToolCall(tool="add_note", arguments={"body": "milk"}),)),),
    )
    fields: dict[str, object] = {
        "name": name,
        "anchor": datetime(2026, 3, 16, 9, tzinfo=UTC),
        "tables": (NOTES,),
        "data": (
            SampleRows(
                table_name="notes",
                insert_statements=("INSERT INTO notes (id, body) VALUES (1, 'bread')",),
            ),
        ),
        "app": app,
        "tasks": (task, Task(text="Another", verifiers=task.verifiers)),
    }
    return Entry.model_validate({**fields, **changes})
