"""Task 8: the hotfix is merged, the other two are brought up to date and their reviewers asked again."""

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


REPOSITORY, MAIN = 2, 8
HOTFIX, HOTFIX_TEXT = 24, "Store postcodes in full length (#415)"
HOTFIX_FILES = [("src/geo/index.py", 9, 4), ("src/parser/postcode.py", 26, 14)]
FIXED_ISSUE = 8  # 398
RNAIR, CVIDAL, TOKORO, EKIM = 6, 8, 9, 11
# Of 412 and 418: id, branch, name of the branch, head commit before, and who is asked again.
UPDATED = [
    (23, 10, "hyphens", 46, {RNAIR, TOKORO}),
    (25, 12, "batch-500", 48, {CVIDAL, EKIM}),
]
DISMISSED = [8, 9, 14, 15]  # the approvals of 412 and 418
CHECKS = ["build", "integration", "unit"]


def commit(author, message, parent, second=None):
    """Return a new commit as the difference shows it."""
    return {
        "repository_id": REPOSITORY,
        "sha": "set",
        "parent_id": parent,
        "second_parent_id": second,
        "author_id": author,
        "message": message,
        "committed_at": "set",
    }


def is_done(found, before, answer):
    """Say whether the round was held as the guide says, and nothing else differs."""
    commits = take_added(found, "commits")
    ids = {row["message"]: key for (key,), row in commits.items()}
    squash = ids[HOTFIX_TEXT]
    heads = {name: ids[f"Merge branch 'main' into {name}"] for _, _, name, _, _ in UPDATED}
    expected_commits = {
        (squash,): commit(RNAIR, HOTFIX_TEXT, before["branches"][(MAIN,)]["head_commit_id"]),
        **{
            (heads[name],): commit(1, f"Merge branch 'main' into {name}", old, squash)
            for _, _, name, old, _ in UPDATED
        },
    }
    files = [tuple(row.values()) for row in take_added(found, "commit_files").values()]
    runs = take_added(found, "check_runs").values()
    asked = take_added(found, "review_requests").values()
    merged = {
        "state": "merged",
        "merge_commit_id": squash,
        "merge_method": "squash",
        "merged_by_id": 1,
        "merged_at": "set",
        "closed_at": "set",
    }
    closed = {"state": "closed", "close_reason": "completed", "closed_at": "set"}
    subjects = [("pull_request", HOTFIX)] + [("pull_request", pull) for pull, *_ in UPDATED for _ in range(2)]
    return (
        logged(found, subjects, spare=2)
        and commits == expected_commits
        and sorted(files) == sorted((squash, *file) for file in HOTFIX_FILES)
        and sorted((row["commit_id"], row["name"]) for row in runs)
        == sorted((head, name) for head in heads.values() for name in CHECKS)
        and {(row["status"], row["conclusion"], row["queued_at"], row["completed_at"]) for row in runs}
        == {("queued", None, "set", None)}
        and {tuple(row.values()) for row in asked}
        == {(pull, user, None) for pull, _, _, _, users in UPDATED for user in users}
        and found
        == {
            "branches": {
                "changed": {
                    (MAIN,): {"head_commit_id": squash},
                    **{(branch,): {"head_commit_id": heads[name]} for _, branch, name, _, _ in UPDATED},
                }
            },
            "pull_requests": {
                "changed": {
                    (HOTFIX,): merged,
                    **{(pull,): {"head_commit_id": heads[name]} for pull, _, name, _, _ in UPDATED},
                }
            },
            "reviews": {"changed": {(review,): {"state": "dismissed"} for review in DISMISSED}},
            "issues": {"changed": {(FIXED_ISSUE,): closed}},
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
