"""Old Mill, 18 March: the patients without insurance on the day are named, and nothing is changed."""

import pathlib
import re
import sqlite3

VOLATILE = {"created_at", "updated_at", "requested_at", "charged_at", "settled_at", "granted_at", "closed_at"}


def load(path):
    """Return every table as {primary key: row}."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables = {}
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name.startswith("sqlite_"):
                continue
            info = con.execute(f'PRAGMA table_info("{name}")').fetchall()
            keys = [column["name"] for column in info if column["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {
                tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row for row in rows
            }
        return tables
    finally:
        con.close()


def changes(before, after):
    """Return what differs, as {table: {"added" | "removed": {key: row}, "changed": {key: {column: new}}}}.

    Left out are tables and kinds of change without content, times, and the ids of rows.
    """
    if before.keys() != after.keys():
        raise ValueError("the databases hold different tables")
    found = {}
    for table, old in before.items():
        new = after[table]
        changed = {}
        for key in old.keys() & new.keys():
            if columns := {c: v for c, v in new[key].items() if c not in VOLATILE and v != old[key][c]}:
                changed[key] = columns
        kinds = {
            "added": {key: trim(new[key]) for key in new.keys() - old.keys()},
            "removed": {key: trim(old[key]) for key in old.keys() - new.keys()},
            "changed": changed,
        }
        if kinds := {kind: rows for kind, rows in kinds.items() if rows}:
            found[table] = kinds
    return found


def trim(row):
    """Return a row without its id and times."""
    return {c: v for c, v in row.items() if c != "id" and c not in VOLATILE}


UNINSURED = {"Ivana Petrov", "Colin Marsh", "Tariq Nasser"}


def named(full_name, text):
    """Say whether the text names the person, as "First Last" or "Last, First"."""
    first, last = full_name.casefold().split(" ", 1)
    return any(re.search(rf"\b{re.escape(form)}\b", text) for form in (f"{first} {last}", f"{last}, {first}"))


def solved(before, found, answer):
    """Say whether nothing was changed and the answer names the three patients and no other."""
    text = " ".join(answer.casefold().split())
    people = {row["full_name"] for row in before["patients"].values()}
    return found == {} and {name for name in people if named(name, text)} == UNINSURED


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, after = load(initial_db_path), load(final_db_path)
        done = solved(before, changes(before, after), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
