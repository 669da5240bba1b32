"""A small app of our own, loaded and called once in the zygote before anything is forked.

The libraries that apps are made of do much of their work late: they import modules, build tables and fill caches
when a first model is declared, a first mapper configured, a first request answered. Done here, it is done once for
all hosts: each loads in half the time and shares some megabytes with the others that would have been its own.
"""

import asyncio
import gc
import sys

from awm_gym.runtime.app import MODULE, App, redirect_libraries
from awm_gym.runtime.database import Databases, connect

_BYTES = 1 << 20

_DDL = (
    "CREATE TABLE shelves (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE TABLE books (id INTEGER PRIMARY KEY, shelf_id INTEGER, title TEXT, price FLOAT, lent BOOLEAN, at DATETIME)",
)

_CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("add_book", {"shelf_id": 1, "title": "A", "price": 1.5}),
    ("add_book", {"shelf_id": "none"}),
    ("list_books", {"title": "A", "limit": 3}),
    ("get_shelf", {"shelf_id": 1}),
    ("get_shelf", {"shelf_id": 2}),
)

_APP = """
import os
from datetime import datetime
from typing import Annotated, List, Literal, Optional

from fastapi import Body, Depends, FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    Boolean, Column, DateTime, Float, ForeignKey, Integer, String, create_engine, func, or_, select,
)
from sqlalchemy.orm import Session, declarative_base, relationship, sessionmaker

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite://"), connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    books = relationship("Book", back_populates="shelf")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(Integer, ForeignKey("shelves.id"), nullable=False)
    title = Column(String, nullable=False)
    price = Column(Float)
    lent = Column(Boolean)
    at = Column(DateTime)
    shelf = relationship("Shelf", back_populates="books")


class BookIn(BaseModel):
    title: str = Field(..., min_length=1, description="Title", json_schema_extra={"example": "A"})
    price: Optional[float] = Field(None, ge=0)
    lent: bool = False


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    price: Optional[float] = None
    lent: bool
    at: Optional[datetime] = None


class Books(BaseModel):
    total: int
    books: List[BookOut]


app = FastAPI(title="Rehearsal", version="1.0.0")


def get_db():
    with SessionLocal() as db:
        yield db


@app.get("/books", operation_id="list_books", summary="List", description="List.", response_model=Books, tags=["books"])
async def list_books(
    title: Annotated[str | None, Query(description="Title")] = None,
    order: Literal["title", "price"] = "title",
    limit: int = Query(5, ge=1, le=10, description="How many"),
    db: Session = Depends(get_db),
) -> Books:
    query = select(Book).where(or_(Book.title == title, Book.title.ilike("%A%"))).order_by(Book.title).limit(limit)
    total = db.scalar(select(func.count()).select_from(Book).join(Book.shelf))
    return Books(total=total or 0, books=[BookOut.model_validate(book) for book in db.scalars(query).all()])


@app.post("/shelves/{shelf_id}/books", operation_id="add_book", status_code=201, response_model=BookOut)
def add_book(shelf_id: int = Path(..., ge=1, description="Shelf"), body: BookIn = Body(...)):
    session = SessionLocal()
    try:
        if session.get(Shelf, shelf_id) is None:
            session.add(Shelf(id=shelf_id, name="new"))
        book = Book(shelf_id=shelf_id, title=body.title, price=body.price, lent=body.lent, at=datetime.now())
        session.add(book)
        session.commit()
        session.refresh(book)
        return BookOut(id=book.id, title=book.title, price=book.price, lent=book.lent, at=book.at)
    finally:
        session.close()


@app.get("/shelves/{shelf_id}", operation_id="get_shelf", response_model=List[BookOut])
def get_shelf(shelf_id: int):
    session = SessionLocal()
    try:
        shelf = session.query(Shelf).filter(Shelf.id == shelf_id).first()
        if not shelf:
            raise HTTPException(status_code=404, detail="no such shelf")
        return shelf.books
    finally:
        session.close()
"""


def rehearse() -> None:
    """Load the app, call each of its tools, and forget it.

    What it redirects, every host redirects again to its own databases.
    """
    databases = Databases()
    redirect_libraries(databases)
    connection = databases.current = connect(_BYTES)
    for statement in _DDL:
        connection.execute(statement)
    loop = asyncio.new_event_loop()
    app = App(_APP, loop)
    for tool, arguments in _CALLS:
        app.call(app.tools[tool].request(arguments), _BYTES)
        connection.settle()
    sys.modules.pop(MODULE).__dict__["Base"].registry.dispose()
    loop.close()
    connection.destroy()
    del app
    gc.collect()
