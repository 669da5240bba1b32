"""Replacing an object wherever a module already holds it, as `from os import urandom` does."""

import sys
from typing import Any


def replace_everywhere(*replacements: tuple[object, object]) -> None:
    """Put new objects in the place of old ones in the globals of all modules loaded so far.

    Whoever needs an old object afterwards must hold it elsewhere than in a module's globals.

    Args:
        replacements: pairs (old, new); an old object is recognised by identity.
    """
    new_by_id = {id(old): new for old, new in replacements}
    for module in list(sys.modules.values()):
        # A lazy stand-in for a module may lack globals; it holds nothing to replace then.
        names: dict[str, Any] = getattr(module, "__dict__", {})
        for name, value in list(names.items()):
            if id(value) in new_by_id:
                names[name] = new_by_id[id(value)]
