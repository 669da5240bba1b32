"""Answer only: the three travellers whose passports do not suffice; nothing is changed."""

import json
import pathlib
import re
import sqlite3

# What the application makes up for a new row: ids, names made from ids, moments.
MADE_UP = {
    *("id", "reference", "locator", "number", "entity_id", "at", "created_at", "placed_at", "expires_at"),
    *("issued_at", "issued_on", "due_on", "requested_at"),
}


def load(path):
    """Return every table as {key: row}, and its links to other tables as {column: table}."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables, links = {}, {}
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name.startswith("sqlite_"):
                continue
            keys = [column["name"] for column in con.execute(f'PRAGMA table_info("{name}")') if column["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {
                tuple(row[k] for k in keys) if len(keys) > 1 else row[keys[0]]: row for row in rows
            }
            found = con.execute(f'PRAGMA foreign_key_list("{name}")')
            links[name] = {link["from"]: link["table"] for link in found}
        return tables, links
    finally:
        con.close()


def changes(before, after, links):
    """Return what differs, as {table: {"added": [row], "removed": [key], "changed": {key: {column: new}}}}.

    A new row stands without NULLs and without what was made up for it. Where a row points to a new row, the
    new row itself stands in place of its id, so that nothing depends on the order of the calls.
    """
    if before.keys() != after.keys():
        raise ValueError("the databases hold different tables")
    new = {table: after[table].keys() - before[table].keys() for table in before}

    def value(table, column, content):
        target = links[table].get(column)
        return row_of(target, content) if target and content in new[target] else content

    def row_of(table, key):
        row = after[table][key].items()
        return {c: value(table, c, v) for c, v in row if c not in MADE_UP and v is not None}

    found = {}
    for table, old in before.items():
        changed = {}
        for key in old.keys() & after[table].keys():
            columns = after[table][key].items()
            changed[key] = {c: value(table, c, v) for c, v in columns if (c, v) not in old[key].items()}
            if len(changed[key]) > 1:  # the moment of a decision, which comes with the decision
                changed[key].pop("decided_at", None)
        kinds = {
            "added": in_order(row_of(table, key) for key in new[table]),
            "removed": sorted(old.keys() - after[table].keys()),
            "changed": {key: columns for key, columns in changed.items() if columns},
        }
        if kinds := {kind: rows for kind, rows in kinds.items() if rows}:
            found[table] = kinds
    return found


def in_order(rows):
    """Return rows in an order that depends on nothing but their content."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


SHORT = {"Fiona Mulcahy", "James Whitlock", "Deirdre Malone"}


def names_in(answer, people):
    """Return the people whom the answer names, as "First Last" or "Last, First", in any case."""
    text = " ".join(answer.casefold().split())
    found = set()
    for person in people:
        first, last = person.casefold().split(" ", 1)
        if re.search(rf"\b(?:{first} {re.escape(last)}|{re.escape(last)}, ?{first})\b", text):
            found.add(person)
    return found


def solved(before, found, answer):
    """Say whether nothing changed and the answer names the three travellers and nobody else."""
    people = {row["full_name"] for row in before["travellers"].values()}
    return found == {} and names_in(answer, people) == SHORT


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, links = load(initial_db_path)
        done = solved(before, changes(before, load(final_db_path)[0], links), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
