"""Task 3: the two updates that pass the guide are approved and squashed, all other pull requests stay."""

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


MAIN = 17
DEPBOT = 14
# By number: ids of the pull request, its head commit and its branch; the message of the squash commit.
MERGED = {
    331: (32, 60, 18, "Bump leaflet from 1.9.3 to 1.9.4 (#331)"),
    334: (34, 62, 20, "Bump zod from 3.22.4 to 3.23.0 (#334)"),
}
FILES = {"package.json": 1, "package-lock.json": 6}


def squashed(found, parent):
    """Take the new commits out of the difference: {message: id}, if each follows the one before on main."""
    ids = {}
    for (commit,), row in take_added(found, "commits").items():
        expected = {
            "repository_id": 3,
            "sha": "set",
            "parent_id": parent,
            "second_parent_id": None,
            "author_id": DEPBOT,
            "message": row["message"],
            "committed_at": "set",
        }
        if row != expected:
            raise ValueError("a commit of another kind")
        ids[row["message"]] = parent = commit
    return ids


def merge_of(commit):
    """Return what merging changes of a pull request."""
    return {
        "state": "merged",
        "merge_commit_id": commit,
        "merge_method": "squash",
        "merged_by_id": 1,
        "merged_at": "set",
        "closed_at": "set",
    }


def approved(found):
    """Take the new reviews out of the difference; whatever their text, return what they are."""
    reviews = take_added(found, "reviews").values()
    return sorted(
        (row["pull_request_id"], row["commit_id"], row["reviewer_id"], row["state"]) for row in reviews
    )


def is_done(found, before, answer):
    """Say whether both were approved and squashed into main, and nothing else differs."""
    commits = squashed(found, before["branches"][(MAIN,)]["head_commit_id"])
    files = take_added(found, "commit_files").values()
    merged = {(pull,): merge_of(commits.get(text)) for pull, _, _, text in MERGED.values()}
    return (
        commits.keys() == {text for _, _, _, text in MERGED.values()}
        and logged(
            found, [("pull_request", pull) for pull, _, _, _ in MERGED.values() for _ in range(2)], spare=0
        )
        and sorted((row["commit_id"], row["path"], row["additions"], row["deletions"]) for row in files)
        == sorted((commit, path, n, n) for commit in commits.values() for path, n in FILES.items())
        and approved(found) == sorted((pull, head, 1, "approved") for pull, head, _, _ in MERGED.values())
        and found
        == {
            "branches": {
                "removed": sorted((branch,) for _, _, branch, _ in MERGED.values()),
                "changed": {(MAIN,): {"head_commit_id": max(commits.values())}},
            },
            "pull_requests": {"changed": merged},
        }
    )


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Return "complete" if the task was done exactly, else "others"."""
    try:
        before = snapshot(initial_db_path)
        done = is_done(difference(before, snapshot(final_db_path)), before, final_answer)
    except Exception:  # whatever is wrong with a database or an answer: the task is not done
        done = False
    return {"result": "complete" if done else "others"}
