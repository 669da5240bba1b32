"""Task 5: of the waiting deployments two are rejected and one is approved, two are left waiting."""

import sqlite3
from collections import Counter
from pathlib import Path

# Columns that only the clock decides; of these it counts whether they are set.
STAMPS = {"sha", "at"} | {
    f"{event}_at"
    for event in ("created", "closed", "merged", "committed", "submitted", "queued", "published", "finished")
}


def snapshot(path):
    """Read a whole database: {table: {primary key: row}}."""
    db = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        names = [row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {}
        for table in names:
            keys = [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")') if row["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {tuple(row[key] for key in keys): row for row in rows}
        return tables
    finally:
        db.close()


def shown(row, columns):
    """Return columns of a row but its id, with "set" for whatever time or hash there is."""
    known = {name: row[name] for name in columns if name != "id"}
    return {name: "set" if name in STAMPS and value is not None else value for name, value in known.items()}


def difference(before, after):
    """Return what differs: {table: {"added": {key: row}, "removed": [key], "changed": {key: columns}}}."""
    if before.keys() != after.keys():
        raise ValueError("the databases have different tables")
    found = {}
    for table, old in before.items():
        new = after[table]
        both = old.keys() & new.keys()
        differing = {key: [name for name in new[key] if new[key][name] != old[key][name]] for key in both}
        parts = {
            "added": {key: shown(new[key], new[key]) for key in sorted(new.keys() - old.keys())},
            "removed": sorted(old.keys() - new.keys()),
            "changed": {key: shown(new[key], names) for key, names in differing.items() if names},
        }
        if any(parts.values()):
            found[table] = {part: content for part, content in parts.items() if content}
    return found


def take_added(found, table):
    """Take a table's new rows out of the difference: {key: row}."""
    parts = found.get(table, {})
    rows = parts.pop("added", {})
    if table in found and not parts:
        del found[table]
    return rows


def logged(found, subjects, spare):
    """Take the new rows of the audit log out of the difference.

    Say whether they are the user's, are about each subject as often as expected and about nothing else. Up to
    `spare` more are fine, because the same change may be made in several steps.
    """
    rows = take_added(found, "audit_log").values()
    about, expected = Counter((row["entity"], row["entity_id"]) for row in rows), Counter(subjects)
    return (
        {row["user_id"] for row in rows} == {1}
        and about.keys() == expected.keys()
        and about >= expected
        and about.total() <= expected.total() + spare
    )


# By deployment: the decision and the comment.
DECIDED = {
    13: ("reject", "rule 1"),  # geocoder-api v2.11.0-rc.2: a prerelease
    14: ("reject", "rule 2"),  # geocoder-api v2.10.4: failed on staging the last time
    15: ("approve", ""),  # atlas-web v5.8.1
}
REJECTED = {"status": "rejected", "finished_at": "set"}


def is_done(found, before, answer):
    """Say whether exactly these decisions were taken by the user and nothing else differs."""
    decided = {}
    for row in take_added(found, "deployment_reviews").values():
        comment = " ".join(row.pop("comment").casefold().strip(" .").split())
        decided[row.pop("deployment_id")] = (row.pop("decision"), comment)
        if row != {"reviewer_id": 1, "created_at": "set"}:
            return False
    statuses = {
        (key,): REJECTED if decision == "reject" else {"status": "queued"}
        for key, (decision, _) in DECIDED.items()
    }
    return (
        decided == DECIDED
        and logged(found, [("deployment", key) for key in DECIDED], spare=0)
        and found == {"deployments": {"changed": statuses}}
    )


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Return "complete" if the task was done exactly, else "others"."""
    try:
        before = snapshot(initial_db_path)
        done = is_done(difference(before, snapshot(final_db_path)), before, final_answer)
    except Exception:  # whatever is wrong with a database or an answer: the task is not done
        done = False
    return {"result": "complete" if done else "others"}
