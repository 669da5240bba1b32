"""Facts for task 5: what support asked, what the tracking says, new messages, other changes."""

import sqlite3
from pathlib import Path

CLOCK = {"created_at", "updated_at", "added_at", "placed_at", "paid_at", "redeemed_at", "cancelled_at"}


def load(path: str) -> dict:
    """Return every table as {primary key: row}."""
    connection = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        tables = {}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in connection.execute(names).fetchall():
            info = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            keys = [column["name"] for column in info if column["pk"]]
            rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
            tables[name] = {tuple(row[key] for key in keys): row for row in rows}
        return tables
    finally:
        connection.close()


def plain(row: dict | None) -> dict | None:
    """Return a row without its clock columns."""
    return None if row is None else {name: value for name, value in row.items() if name not in CLOCK}


def report(before: dict, after: dict) -> list:
    """List every row that differs, with its values before and after; clock columns do not count."""
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        for key in sorted(old.keys() | new.keys()):
            was, now = plain(old.get(key)), plain(new.get(key))
            if was != now:
                found.append({"table": table, "key": list(key), "before": was, "after": now})
    return found


def facts(before: dict, after: dict) -> dict:
    """Compare the two states."""
    parcels = [
        {
            "tracking_number": shipment["tracking_number"],
            "skus": [
                before["product_variants"][(before["order_items"][(item,)]["variant_id"],)]["sku"]
                for parcel, item in before["shipment_items"]
                if parcel == shipment["id"]
            ],
            "scans": [
                event["description"]
                for event in before["tracking_events"].values()
                if event["shipment_id"] == shipment["id"]
            ],
        }
        for shipment in before["shipments"].values()
        if shipment["order_id"] == 14
    ]
    changes = report(before, after)
    return {
        "conversation_before": [m["body"] for m in before["ticket_messages"].values() if m["ticket_id"] == 6],
        "parcels": parcels,
        "new_messages": [r["after"] for r in changes if r["table"] == "ticket_messages" and not r["before"]],
        "ticket_status": {
            "before": before["support_tickets"][(6,)]["status"],
            "after": after["support_tickets"].get((6,), {}).get("status"),
        },
        "other_changes": [
            r
            for r in changes
            if r["table"] != "ticket_messages" and (r["table"], r["key"]) != ("support_tickets", [6])
        ],
    }


def verify_task(initial_db_path: str, final_db_path: str) -> dict:
    """Return the facts a judge needs; no verdict."""
    try:
        return facts(load(initial_db_path), load(final_db_path))
    except Exception as error:
        return {"error": f"the databases could not be compared: {type(error).__name__}: {error}"}
