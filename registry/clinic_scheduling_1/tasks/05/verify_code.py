"""Dr Okafor's sick day: absence, one visit moved, two cancelled and wait-listed, three messages."""

import pathlib
import sqlite3

VOLATILE = {"created_at", "updated_at", "requested_at", "charged_at", "settled_at", "granted_at", "closed_at"}
FREE_TEXT = {"body", "remark"}


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

    Left out are tables and kinds of change without content, times, and of rows their ids and free text.
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
    """Return a row without its id, times and free text."""
    return {c: v for c, v in row.items() if c != "id" and c not in VOLATILE and c not in FREE_TEXT}


def added(found, table):
    """Take the rows added to a table out of `found`: {id: row}, in the order of the ids."""
    kinds = found.get(table, {})
    rows = kinds.pop("added", {})
    if not kinds:
        found.pop(table, None)
    return dict(sorted(rows.items()))


def audited(found, writes):
    """Take the audit log's new rows out of `found`; say whether their number is plausible."""
    return writes <= len(added(found, "audit_log")) <= writes + 2


ABSENCE = {
    "practitioner_id": 1,
    "start_at": "2026-03-18 08:00:00",
    "end_at": "2026-03-18 18:00:00",
    "kind": "sick",
    "created_by": 1,
}
CANCELLED = {"status": "cancelled", "cancelled_by": "clinic", "cancel_reason": "practitioner_absent"}
WAITING = {"site_id": None, "status": "waiting", "appointment_id": None}
ENTRIES = {
    42: WAITING
    | {"patient_id": 13, "appointment_type_id": 1, "priority": "urgent", "cancelled_appointment_id": 42},
    43: WAITING
    | {"patient_id": 14, "appointment_type_id": 2, "priority": "soon", "cancelled_appointment_id": 43},
}
MESSAGE = {"direction": "outbound", "topic": "schedule_change", "handled": 1}
MESSAGES = {
    12: MESSAGE | {"patient_id": 12, "appointment_id": 40, "channel": "sms"},
    13: MESSAGE | {"patient_id": 13, "appointment_id": 42, "channel": "phone"},
    14: MESSAGE | {"patient_id": 14, "appointment_id": 43, "channel": "email"},
}
NEW = {
    "absences": [ABSENCE],
    "wait_list_entries": [ENTRIES[42], ENTRIES[43]],
    "messages": [MESSAGES[12], MESSAGES[13], MESSAGES[14]],
}
CHANGED = {
    "appointments": {
        "changed": {40: {"practitioner_id": 2, "status": "booked"}, 42: CANCELLED, 43: CANCELLED}
    },
    "referrals": {"changed": {8: {"visits_used": 0}}},
    "reminders": {"changed": {8: {"status": "cancelled"}, 9: {"status": "cancelled"}}},
}


def solved(before, found, answer):
    """Say whether everything was done as the policy says, and nothing else.

    Referral 8 gets its visit back and reminders 8 and 9 are cancelled by the application itself.
    """
    new = {
        table: sorted(added(found, table).values(), key=lambda row: row.get("patient_id", 0))
        for table in ("absences", "wait_list_entries", "messages")
    }
    return audited(found, writes=9) and new == NEW and found == CHANGED


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, after = load(initial_db_path), load(final_db_path)
        done = solved(before, changes(before, after), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
