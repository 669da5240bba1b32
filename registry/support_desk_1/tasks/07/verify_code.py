"""Task 7: a call without entitlement became a ticket in Accounts, answered in German, its time logged."""

import sqlite3
from pathlib import Path

START, END = "2026-05-06 09:00:00", "2026-05-06 10:00:00"
# What the agent may put in its own words.
FREE_TEXT = {"time_entries": {"note"}}
TICKET, NUMBER, CONTACT = 462, "HR-20462", 5
ENT_EXPIRED_DE = 6


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

    New rows are compared without their ids and free text. What does not differ is left out.
    """
    if before.keys() != after.keys():
        return {"tables": "differ"}
    found = {}
    for table, old in before.items():
        now = after[table]
        skip = {"id"} | FREE_TEXT.get(table, set())
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


def clock(kind, minutes, stopped_at, outcome):
    """Return an SLA clock of the new ticket."""
    return {
        "ticket_id": TICKET,
        "kind": kind,
        "calendar_id": 1,
        "target_minutes": minutes,
        "started_at": "now",
        "paused_since": None,
        "paused_minutes": 0,
        "stopped_at": stopped_at,
        "outcome": outcome,
    }


def trails():
    """Return the ways to get there: priority and queue given at the opening, or set right after it."""
    rest = [
        logged("add_tag", TICKET, "no-entitlement"),
        logged("reply", TICKET, "ENT-EXPIRED de"),
        logged("set_status", TICKET, "new -> open"),
        logged("log_time", TICKET, "20 minutes, not billable"),
    ]
    low = [logged("create", TICKET, "low incident by phone")]
    lowered = [
        logged("create", TICKET, "normal incident by phone"),
        logged("set_priority", TICKET, "normal -> low"),
    ]
    moved = [logged("set_queue", TICKET, "triage -> accounts")]
    return [bag(rest + priority + queue) for priority in (low, lowered) for queue in ([], moved)]


def expected(before, after):
    """Return the differences that the call leaves by the handbook, but for the audit log."""
    ticket = {
        "number": NUMBER,
        "subject": "No webhook deliveries since the upgrade",
        "organisation_id": 3,
        "contact_id": CONTACT,
        "product_id": 2,
        "queue_id": 8,
        "assignee_id": None,
        "problem_id": None,
        "merged_into_id": None,
        "kind": "incident",
        "priority": "low",
        "status": "open",
        "channel": "phone",
        "language": "de",
        "created_at": "now",
        "updated_at": "now",
        "solved_at": None,
        "closed_at": None,
    }
    report = {
        "ticket_id": TICKET,
        "author_kind": "contact",
        "contact_id": CONTACT,
        "agent_id": None,
        "visibility": "public",
        "body": next(text for text in reports(before, after) if "webhook" in text.lower()),
        "macro_id": None,
        "article_id": None,
        "created_at": "now",
    }
    entry = {
        "ticket_id": TICKET,
        "agent_id": 1,
        "worked_on": "2026-05-06",
        "minutes": 20,
        "billable": 0,
        "created_at": "now",
    }
    clocks = [clock("first_response", 600, "now", "met"), clock("resolution", 6000, None, "running")]
    return {
        "tickets": {"new": bag([ticket])},
        "sla_clocks": {"new": bag(clocks)},
        "ticket_tags": {"new": bag([{"ticket_id": TICKET, "tag_id": 6}])},
        "ticket_messages": {"new": bag([report, macro_sent(after, TICKET, ENT_EXPIRED_DE)])},
        "time_entries": {"new": bag([entry])},
    }


def reports(before, after):
    """Return what new messages of contacts say; how the call is described is left to the agent."""
    old, new = before["ticket_messages"], after["ticket_messages"]
    return [new[key]["body"] for key in new.keys() - old.keys() if new[key]["author_kind"] == "contact"]


def is_solved(before, after, answer):
    """Say whether the differences are the expected ones, with one of the possible trails."""
    found = differences(before, after)
    trail = found.pop("audit_log", {})
    return found == expected(before, after) and trail.keys() == {"new"} and trail["new"] in trails()


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if all that was asked for was done and nothing else, otherwise "others"."""
    try:
        solved = is_solved(read(initial_db_path), read(final_db_path), final_answer)
    except Exception:  # a database or an answer that makes no sense does not solve the task
        solved = False
    return {"result": "complete" if solved else "others"}
