"""The one rule by which a scenario's name becomes an identifier.

AWM joins its files on this normalised name, and gymnasium ids are made from it: "DoorDash Drive (Tracking)"
is `doordash_drive_tracking`, its environment `awm/doordash_drive_tracking-v0`.
"""

import re

_NOT_ALLOWED = re.compile(r"[^a-z0-9_]+")
_UNDERSCORES = re.compile(r"_+")


def normalise(name: str) -> str:
    """Return the normalised form of a scenario name: lower case, only a-z, 0-9 and single underscores.

    Args:
        name: any text.

    Returns:
        The identifier, without underscores at its ends. It may be empty if `name` has no usable character.
    """
    return _UNDERSCORES.sub("_", _NOT_ALLOWED.sub("_", name.lower())).strip("_")


def env_id(name: str) -> str:
    """Return the gymnasium id of a scenario: `awm/<normalised name>-v0`."""
    return f"awm/{normalise(name)}-v0"
