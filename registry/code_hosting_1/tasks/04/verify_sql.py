"""Facts on task 4 for a judge: the releases of fleet-cli with notes and tags."""

import sqlite3
from pathlib import Path

RELEVANT = {
    "releases": """
        SELECT id, version, target_branch, state, is_prerelease, tag_id, author_id
        FROM releases
        WHERE repository_id = 4
        ORDER BY id
    """,
    "notes": """
        SELECT releases.version, pull_requests.number, release_notes.section
        FROM release_notes
        JOIN releases ON releases.id = release_notes.release_id
        JOIN pull_requests ON pull_requests.id = release_notes.pull_request_id
        WHERE releases.repository_id = 4
        ORDER BY releases.id, pull_requests.number
    """,
    "tags": """
        SELECT id, name, commit_id
        FROM tags
        WHERE repository_id = 4
        ORDER BY id
    """,
}


def read(path):
    """Return every row of every table by primary key, and what the queries find."""
    db = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        rows = {}
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            keys = [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")') if row["pk"]]
            for row in map(dict, db.execute(f'SELECT * FROM "{table}"')):
                rows[table, *(row[key] for key in keys)] = row
        views = {name: [dict(row) for row in db.execute(query)] for name, query in RELEVANT.items()}
    finally:
        db.close()
    return rows, views


def describe(key, old, new):
    """Say what became of a row: added, removed, or which columns have changed from what to what."""
    if old is None or new is None:
        return {"table": key[0], "removed" if new is None else "added": new or old}
    columns = {name: [old[name], new.get(name)] for name in old if old[name] != new.get(name)}
    return {"table": key[0], "key": list(key[1:]), "changed": columns}


def verify_task(initial_db_path, final_db_path):
    """Return the facts; the verdict is the judge's."""
    try:
        (before, views_before), (after, views_after) = read(initial_db_path), read(final_db_path)
    except sqlite3.Error as error:
        return {"error": f"a database cannot be read: {error}"}
    keys = sorted(
        (key for key in before.keys() | after.keys() if before.get(key) != after.get(key)), key=repr
    )
    log = [after[key] for key in keys if key[0] == "audit_log" and key in after]
    changes = [describe(key, before.get(key), after.get(key)) for key in keys if key[0] != "audit_log"]
    return {
        "relevant_before": views_before,
        "relevant_after": views_after,
        "changes": changes,
        "number_of_changed_rows": len(changes),
        "audit_log": [f"{row['action']} {row['entity']} {row['entity_id']}: {row['detail']}" for row in log],
    }
