"""Task 5: PRB-118 is fixed, one ticket solved, one on hold, one told, and the scheduler operational again."""

import sqlite3
from pathlib import Path

START, END = "2026-05-06 09:00:00", "2026-05-06 10:00:00"
# What the agent may put in its own words.
FREE_TEXT = {"component_events": {"message"}}
PROBLEM, COMPONENT = 118, 1
SOLVED, TOLD, ON_LTS = 412, 415, 419
FIX_LTS_DE, FIX_OUT_EN = 10, 13


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


def clock_ids(before):
    """Return the ids of the SLA clocks by ticket and kind."""
    return {(row["ticket_id"], row["kind"]): key for key, row in before["sla_clocks"].items()}


def expected(before, after):
    """Return the differences that a fix leaves by the handbook."""
    resolution = clock_ids(before)[SOLVED, "resolution"]
    log = [
        logged("set_status", PROBLEM, "known_error -> fixed", "problem"),
        logged("set_release", PROBLEM, "8.4.2", "problem"),
        logged("set_field", SOLVED, "root_cause = product_defect"),
        logged("reply", SOLVED, "FIX-OUT en"),
        logged("set_status", SOLVED, "open -> solved"),
        logged("reply", TOLD, "FIX-OUT en"),
        logged("reply", ON_LTS, "FIX-LTS de"),
        logged("set_status", ON_LTS, "open -> on_hold"),
        logged("set_status", COMPONENT, "degraded -> operational", "component"),
    ]
    messages = [
        macro_sent(after, SOLVED, FIX_OUT_EN),
        macro_sent(after, TOLD, FIX_OUT_EN),
        macro_sent(after, ON_LTS, FIX_LTS_DE),
    ]
    event = {"component_id": COMPONENT, "status": "operational", "agent_id": 1, "created_at": "now"}
    return {
        "problems": {"changed": {PROBLEM: {"status": "fixed", "fixed_in": "8.4.2", "updated_at": "now"}}},
        "tickets": {
            "changed": {
                SOLVED: {"status": "solved", "updated_at": "now", "solved_at": "now"},
                TOLD: {"updated_at": "now"},
                ON_LTS: {"status": "on_hold", "updated_at": "now"},
            }
        },
        "ticket_field_values": {
            "new": bag([{"ticket_id": SOLVED, "field_id": 4, "value": "product_defect"}])
        },
        "sla_clocks": {"changed": {resolution: {"stopped_at": "now", "outcome": "missed"}}},
        "ticket_messages": {"new": bag(messages)},
        "components": {"changed": {COMPONENT: {"status": "operational"}}},
        "component_events": {"new": bag([event])},
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
