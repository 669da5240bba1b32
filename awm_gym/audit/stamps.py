"""Columns in which an application notes when something happened.

Every call stamps such columns by the clock, so their values are nothing that a verifier asks for; whether there is a
value at all may well be: `cancelled_at` often is the state itself. `scheduled_at` tells of a plan and is no stamp.
"""

import re

_STAMP = re.compile(
    r"(?:\w*ed_(?:at|on)|\w*(?:paid|sent|made|seen|read|begun|done|run)_at|(?:created|updated|modified|timestamp|"
    r"last_(?:\w+_)?(?:at|login|seen|updated|modified|activity|used)|date_(?:created|updated|added|modified)))"
)
_PLAN = re.compile(r"(?:\w+_)?(?:scheduled|planned|expected|estimated|needed|promised|requested|preferred)_(?:at|on)")


def is_stamp(column: str) -> bool:
    """Tell by a column's name whether it holds when something happened."""
    name = column.lower()
    return bool(_STAMP.fullmatch(name)) and not _PLAN.fullmatch(name)
