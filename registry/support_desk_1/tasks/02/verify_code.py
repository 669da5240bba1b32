"""Task 2: three tickets are triaged by PRI-02, one of them escalated because of data, and no more is done."""

import sqlite3
from pathlib import Path

START, END = "2026-05-06 09:00:00", "2026-05-06 10:00:00"
# What the agent may put in its own words.
FREE_TEXT = {"escalations": {"comment"}}
# By ticket: priority before and after, queue, calendar and minutes of the clocks, two fields, tag.
TRIAGED = {
    451: (("urgent", "low"), (6, "insight"), (1, 600, 6000), ("single_user", "workaround"), None),
    452: (("normal", "urgent"), (4, "identity"), (3, 30, 240), ("all_users", "blocked"), (10, "sso")),
    454: (("normal", "high"), (5, "vault"), (1, 480, 2400), ("single_user", "unaffected"), (3, "data-risk")),
}


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


def clock_ids(before):
    """Return the ids of the SLA clocks by ticket and kind."""
    return {(row["ticket_id"], row["kind"]): key for key, row in before["sla_clocks"].items()}


def expected(before, after):
    """Return the differences that triage by the handbook leaves."""
    clocks, log, fields, tags, changed = clock_ids(before), [], [], [], {"tickets": {}, "sla_clocks": {}}
    for ticket, (priority, queue, (calendar, first, last), (impact, work_state), tag) in TRIAGED.items():
        changed["tickets"][ticket] = {"queue_id": queue[0], "priority": priority[1], "updated_at": "now"}
        for kind, minutes in (("first_response", first), ("resolution", last)):
            clock = before["sla_clocks"][clocks[ticket, kind]]
            target = {"calendar_id": calendar, "target_minutes": minutes}
            changed["sla_clocks"][clock["id"]] = {k: v for k, v in target.items() if clock[k] != v}
        values = {"impact": impact, "work_state": work_state, "environment": "production"}
        for field_id, (field, value) in enumerate(values.items(), start=1):
            fields.append({"ticket_id": ticket, "field_id": field_id, "value": value})
            log.append(logged("set_field", ticket, f"{field} = {value}"))
        log.append(logged("set_priority", ticket, " -> ".join(priority)))
        log.append(logged("set_queue", ticket, f"triage -> {queue[1]}"))
        if tag:
            tags.append({"ticket_id": ticket, "tag_id": tag[0]})
            log.append(logged("add_tag", ticket, tag[1]))
    log.append(logged("escalate", 454, "level 2: data_risk"))
    escalation = {
        "ticket_id": 454,
        "level": 2,
        "reason": "data_risk",
        "raised_by": 1,
        "status": "open",
        "created_at": "now",
        "closed_at": None,
    }
    return {
        "tickets": {"changed": changed["tickets"]},
        "sla_clocks": {"changed": changed["sla_clocks"]},
        "ticket_field_values": {"new": bag(fields)},
        "ticket_tags": {"new": bag(tags)},
        "escalations": {"new": bag([escalation])},
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
