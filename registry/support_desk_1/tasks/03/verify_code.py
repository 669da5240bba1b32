"""Task 3: two duplicates are merged into HR-20421, which got their priority and tags and one message."""

import sqlite3
from pathlib import Path

START, END = "2026-05-06 09:00:00", "2026-05-06 10:00:00"
REMAINING, DUPLICATES = 421, (440, 453)
MERGED_EN = 21
TAGS = {5: "finance-close", 9: "sftp", 12: "vip"}


def read(path):
    """Return every table of a database as {key: row}."""
    db = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in db.execute(names).fetchall():
            keys = [column["name"] for column in db.execute(f'PRAGMA table_info("{table}")') if column["pk"]]
            rows = [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
            tables[table] = {
                row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows
            }
        return tables
    finally:
        db.close()


def seen(column, value):
    """Return a value to compare: a moment within the episode counts as "now"."""
    is_moment = column == "at" or column.endswith(("_at", "_since"))
    return "now" if is_moment and isinstance(value, str) and START <= value < END else value


def bag(rows):
    """Return rows in a form that does not depend on their order."""
    return sorted(repr(sorted(row.items())) for row in rows)


def differences(before, after):
    """Return all that differs: {table: {"new": bag of rows, "gone": keys, "changed": {key: columns}}}.

    New rows are compared without their ids. What does not differ is left out.
    """
    if before.keys() != after.keys():
        return {"tables": "differ"}
    found = {}
    for table, old in before.items():
        now = after[table]
        skip = {"id"}
        parts = {
            "new": bag(
                {column: seen(column, value) for column, value in now[key].items() if column not in skip}
                for key in now.keys() - old.keys()
            ),
            "gone": sorted(old.keys() - now.keys()),
            "changed": {
                key: {column: seen(column, now[key].get(column)) for column in differing}
                for key in old.keys() & now.keys()
                if (differing := [name for name, value in old[key].items() if now[key].get(name) != value])
            },
        }
        if any(parts.values()):
            found[table] = {name: part for name, part in parts.items() if part}
    return found


def logged(action, entity_id, detail, entity="ticket"):
    """Return a row of the audit log."""
    return {
        "at": "now",
        "agent_id": 1,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "detail": detail,
    }


def macro_sent(after, ticket_id, macro_id, article_id=None):
    """Return the public message that sending a macro on a ticket leaves."""
    ticket, text = after["tickets"][ticket_id], after["macros"][macro_id]["body"]
    blanks = {
        "{contact}": after["contacts"][ticket["contact_id"]]["full_name"],
        "{ticket}": ticket["number"],
        "{agent}": after["agents"][1]["full_name"],
    }
    for blank, filling in blanks.items():
        text = text.replace(blank, filling)
    return {
        "ticket_id": ticket_id,
        "author_kind": "agent",
        "contact_id": None,
        "agent_id": 1,
        "visibility": "public",
        "body": text,
        "macro_id": macro_id,
        "article_id": article_id,
        "created_at": "now",
    }


def clock_ids(before):
    """Return the ids of the SLA clocks by ticket and kind."""
    return {(row["ticket_id"], row["kind"]): key for key, row in before["sla_clocks"].items()}


def merge_note(number):
    """Return the note that a merge leaves on the remaining ticket."""
    return {
        "ticket_id": REMAINING,
        "author_kind": "system",
        "contact_id": None,
        "agent_id": None,
        "visibility": "internal",
        "body": f"{number} was merged into this ticket.",
        "macro_id": None,
        "article_id": None,
        "created_at": "now",
    }


def expected(before, after):
    """Return the differences that merging by the handbook leaves."""
    clocks = clock_ids(before)
    closed = {"merged_into_id": REMAINING, "status": "closed", "updated_at": "now", "closed_at": "now"}
    void = {"stopped_at": "now", "outcome": "void"}
    voided = {
        clocks[ticket, kind]: void for ticket in DUPLICATES for kind in ("first_response", "resolution")
    }
    log = [
        logged("set_priority", REMAINING, "normal -> high"),
        logged("reply", REMAINING, "MERGED en"),
        *(logged("add_tag", REMAINING, tag) for tag in TAGS.values()),
        *(logged("merge", ticket, "into HR-20421") for ticket in DUPLICATES),
    ]
    return {
        "tickets": {
            "changed": {REMAINING: {"priority": "high", "updated_at": "now"}}
            | dict.fromkeys(DUPLICATES, closed)
        },
        "sla_clocks": {
            "changed": {clocks[REMAINING, "resolution"]: {"calendar_id": 2, "target_minutes": 480}} | voided
        },
        "ticket_tags": {"new": bag({"ticket_id": REMAINING, "tag_id": tag} for tag in TAGS)},
        "ticket_messages": {
            "new": bag(
                [
                    merge_note("HR-20440"),
                    merge_note("HR-20453"),
                    macro_sent(after, REMAINING, MERGED_EN),
                ]
            )
        },
        "audit_log": {"new": bag(log)},
    }


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if all that was asked for was done and nothing else, otherwise "others"."""
    try:
        before, after = read(initial_db_path), read(final_db_path)
        solved = differences(before, after) == expected(before, after)
    except Exception:  # a database or an answer that makes no sense does not solve the task
        solved = False
    return {"result": "complete" if solved else "others"}
