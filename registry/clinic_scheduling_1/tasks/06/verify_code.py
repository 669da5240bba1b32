"""The freed eye-check slot goes to Keiko Mori from the wait list, on her valid referral, with one message."""

import pathlib
import sqlite3

VOLATILE = {"created_at", "updated_at", "requested_at", "charged_at", "settled_at", "granted_at", "closed_at"}
FREE_TEXT = {"body"}


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


VISIT = {
    "patient_id": 21,
    "practitioner_id": 7,
    "site_id": 3,
    "room_id": 15,
    "appointment_type_id": 8,
    "referral_id": 11,
    "series_id": None,
    "self_pay": 0,
    "start_at": "2026-03-19 10:00:00",
    "end_at": "2026-03-19 10:30:00",
    "busy_until": "2026-03-19 10:45:00",
    "status": "booked",
    "cancelled_by": None,
    "cancel_reason": None,
}
MESSAGE = {
    "patient_id": 21,
    "direction": "outbound",
    "channel": "email",
    "topic": "wait_list_offer",
    "handled": 1,
}


def solved(before, found, answer):
    """Say whether entry 5 became the visit, referral 11 lost one, one message was sent, and nothing else."""
    ((visit_id, visit),) = added(found, "appointments").items()
    messages = list(added(found, "messages").values())
    return (
        audited(found, writes=2)
        and visit == VISIT
        and messages == [MESSAGE | {"appointment_id": visit_id}]
        and found
        == {
            "referrals": {"changed": {11: {"visits_used": 1}}},
            "wait_list_entries": {"changed": {5: {"status": "booked", "appointment_id": visit_id}}},
        }
    )


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, after = load(initial_db_path), load(final_db_path)
        done = solved(before, changes(before, after), final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
