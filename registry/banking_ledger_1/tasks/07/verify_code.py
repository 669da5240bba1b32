"""Piotr Salk's loan payment: journal 179 reversed, a correction posted, the late fee given back."""

import json
import pathlib
import sqlite3
from collections import Counter

CLOCKS = {
    "created_at",
    "decided_at",
    "granted_at",
    "handled_at",
    "issued_at",
    "opened_at",
    "placed_at",
    "posted_at",
    "requested_at",
    "updated_at",
}
FREE = {"body", "comment", "description", "line_no", "purpose"}
MOVING = {"comment", "decided_at", "handled_at", "updated_at"}


def read(path):
    """Return {table: {key: row}} and, for each table, {column: table that it refers to}."""
    con = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    con.row_factory = sqlite3.Row
    try:
        tables, references = {}, {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in con.execute(names).fetchall():
            keys = [row["name"] for row in con.execute(f'PRAGMA table_info("{name}")') if row["pk"]]
            rows = [dict(row) for row in con.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {
                row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows
            }
            foreign = con.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
            references[name] = {row["from"]: row["table"] for row in foreign}
        return tables, references
    finally:
        con.close()


def difference(before, after):
    """Return {table: {"added": {key: row}, "removed": {key: row}, "changed": {key: {column: value}}}}."""
    if before.keys() != after.keys():
        raise ValueError("the databases hold different tables")
    found = {}
    for table, old in before.items():
        new = after[table]
        changed = {}
        for key in old.keys() & new.keys():
            if old[key].keys() != new[key].keys():
                raise ValueError(f"{table} has other columns")
            if columns := {name: value for name, value in new[key].items() if value != old[key][name]}:
                changed[key] = columns
        parts = {
            "added": {key: new[key] for key in new.keys() - old.keys()},
            "removed": {key: old[key] for key in old.keys() - new.keys()},
            "changed": changed,
        }
        if any(parts.values()):
            found[table] = {part: rows for part, rows in parts.items() if rows}
    return found


def written(value):
    """Return a value as text that is equal for equal content."""
    return json.dumps(value, sort_keys=True)


def plain(found, before, after, references):
    """Return the difference without ids, clocks and free text of new rows; a new row stands in for its id.

    Of a changed row, what moves with a change is left out; the row itself stays, so that none changes unseen.
    """

    def link(table, column, value):
        target = references[table].get(column)
        new = target is not None and value in after[target] and value not in before[target]
        return describe(target, after[target][value]) if new else value

    def describe(table, row):
        kept = row.keys() - CLOCKS - FREE - {"id"}
        return {column: link(table, column, row[column]) for column in kept}

    result = {}
    for table, parts in found.items():
        result[table] = {}
        for part, rows in parts.items():
            if part == "changed":
                result[table][part] = {
                    str(key): {
                        column: link(table, column, value)
                        for column, value in columns.items()
                        if column not in MOVING
                    }
                    for key, columns in rows.items()
                }
            else:
                result[table][part] = sorted((describe(table, row) for row in rows.values()), key=written)
    return result


def audited(parts, before, after):
    """Say whether the log holds the expected writes and no others; only an update may come more than once."""
    if parts.keys() != {"added"} or any(row["staff_id"] != 1 for row in parts["added"].values()):
        return False
    seen = Counter((row["action"], row["entity"], row["entity_id"]) for row in parts["added"].values())
    writes = Counter()
    for (action, entity, key), count in seen.items():
        table = {"beneficiary": "beneficiaries"}.get(entity, entity + "s")
        if key not in after[table] or (count > 1 and action != "update"):
            return False
        writes[action, entity, key if key in before[table] else None] += 1
    return writes == WRITES


def expected():
    """Return WANTED in the order of `plain`."""
    return {
        table: {part: sorted(rows, key=written) if part == "added" else rows for part, rows in parts.items()}
        for table, parts in WANTED.items()
    }


def journal(kind, value_date, reference, **more):
    """Return a new journal as `plain` shows it."""
    usual = {"status": "posted", "reversal_of": None, "created_by": 1, "approved_by": None}
    return usual | {"kind": kind, "value_date": value_date, "reference": reference} | more


def lines(owner, *postings):
    """Return a new journal's postings, given as (general-ledger account, customer account, side, cents)."""
    return [
        {
            "journal_id": owner,
            "gl_account_id": gl_account,
            "account_id": account,
            "side": side,
            "amount_cents": cents,
        }
        for gl_account, account, side, cents in postings
    ]


CASH, LOANS, CHECKING, FEE_INCOME = 1, 3, 5, 12
REVERSAL = journal("reversal", "2026-05-18", "COR-173", reversal_of=179)
CORRECTION = journal("correction", "2026-05-18", "COR-173")
REFUND = journal("fee_waiver", "2026-05-22", "FEE-16")
WANTED = {
    "journals": {"added": [REVERSAL, CORRECTION, REFUND]},
    "postings": {
        "added": [
            *lines(REVERSAL, (CASH, None, "credit", 64000), (LOANS, 8, "debit", 64000)),
            *lines(CORRECTION, (CASH, None, "debit", 64000), (LOANS, 7, "credit", 64000)),
            *lines(REFUND, (FEE_INCOME, None, "debit", 3500), (CHECKING, 6, "credit", 3500)),
        ]
    },
    "fees": {"changed": {"16": {"status": "waived"}}},
    "fee_waivers": {"added": [{"fee_id": 16, "ground": "bank_error", "granted_by": 1, "journal_id": REFUND}]},
}
WRITES = Counter([("reverse", "journal", 179), ("post", "journal", None), ("waive", "fee", 16)])


def is_solved(before, after, references, answer):
    """Say whether exactly the expected rows are new or changed, and the log tells of nothing else."""
    found = difference(before, after)
    log = found.pop("audit_log", {})
    changes = plain(found, before, after, references)
    return audited(log, before, after) and written(changes) == written(expected())


def verify_task_completion(initial_db_path, final_db_path, final_answer=None):
    """Say "complete" if exactly what the task asks for was done, otherwise "others"."""
    try:
        before, references = read(initial_db_path)
        after, _ = read(final_db_path)
        done = is_solved(before, after, references, final_answer)
    except Exception:  # whatever is wrong with a database or an answer, the task is not solved
        done = False
    return {"result": "complete" if done else "others"}
