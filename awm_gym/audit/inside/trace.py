"""Runs a verifier and notes the SQL that the database refused, whether or not the verifier caught the error.

Beside what is executed, the statements that stand as plain text in the source are prepared on the final database:
a verifier seldom reaches all of its queries on one database.
"""

import ast
import sqlite3
import sys
import types
from contextlib import closing, suppress
from typing import Any

_MISSING = ("no such table", "no such column", "no such function", "syntax error")


def verify_traced(
    initial_db_path: str, final_db_path: str, code: str, kind: str = "code", answer: str | None = None
) -> dict[str, Any]:
    """Return the refused statements, executed ones and those only prepared, each with its error."""
    prepared = _prepared(code, final_db_path)
    refused: list[list[str]] = []
    _trace(refused)
    raised = ""
    module = types.ModuleType("traced_verifier")
    sys.modules["traced_verifier"] = module
    try:
        exec(compile(code, "verifier.py", "exec"), module.__dict__)
        entry = next(value for name, value in vars(module).items() if name.startswith("verify_") and callable(value))
        entry(initial_db_path, final_db_path, *([answer] if kind == "code" else []))
    except Exception as error:
        raised = f"{type(error).__name__}: {error}"
    return {"executed": refused, "prepared": prepared, "raised": raised}


def _trace(refused: list[list[str]]) -> None:
    """Have every connection that is opened from here on note what it refuses."""

    def noting(name: str) -> Any:
        def run(self: Any, sql: str, *arguments: Any) -> Any:
            try:
                return getattr(super(type(self), self), name)(sql, *arguments)
            except sqlite3.Error as error:
                if any(words in str(error) for words in _MISSING) and [sql, str(error)] not in refused:
                    refused.append([sql, str(error)])
                raise

        return run

    methods = ("execute", "executemany", "executescript")
    cursor: Any = type("TracedCursor", (sqlite3.Cursor,), {name: noting(name) for name in methods})

    def make_cursor(self: Any, factory: Any = None) -> Any:
        return sqlite3.Connection.cursor(self, factory or cursor)

    connection: Any = type(
        "TracedConnection", (sqlite3.Connection,), {"cursor": make_cursor, **{name: noting(name) for name in methods}}
    )
    original = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        kwargs.setdefault("factory", connection)
        opened: sqlite3.Connection = original(*args, **kwargs)
        return opened

    vars(sqlite3)["connect"] = connect


def _prepared(code: str, path: str) -> list[list[str]]:
    found: list[list[str]] = []
    with suppress(SyntaxError, sqlite3.Error):
        constants = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
        statements = [value for value in constants if isinstance(value, str) and _is_query(value)]
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            for sql in statements:
                try:
                    database.execute(f"EXPLAIN {sql}").close()
                except sqlite3.OperationalError as error:
                    if str(error).startswith(_MISSING[:2]):
                        found.append([sql, str(error)])
                except sqlite3.Error:  # its parameters are missing; it could be prepared
                    continue
    return found


def _is_query(text: str) -> bool:
    words = text.upper().split()
    # Texts with place holders for names of tables are no statements yet; nor are the pieces of f-strings.
    return len(words) > 3 and words[0] == "SELECT" and "FROM" in words and "{" not in text
