"""The observation: what the task is, what the last tool call answered, and whether it was an error.

Both texts are unbounded. `is_error` is a `Discrete(2)`, so a vector environment gives an int64 array of shape
(n,); a single observation carries a plain int, as it does in a JSON trajectory.
"""

from typing import Any

from gymnasium.spaces import Dict, Discrete

from awm_gym.spaces.text import UnicodeText, as_unicode


# Quoted: gymnasium's containers are generic at run time only since 1.4.
def observation_space() -> "Dict[Any]":
    """Return a new observation space: a dict of `task`, `content` and `is_error`."""
    # A sequence of pairs: a plain dict would be sorted.
    return Dict([("task", UnicodeText()), ("content", UnicodeText()), ("is_error", Discrete(2))])


def observation(task: str, content: str, is_error: bool) -> dict[str, Any]:
    """Make an observation that `observation_space` contains.

    Args:
        task: the task's text.
        content: what the tool answered; lone surrogates, which JSON can smuggle in, are replaced.
        is_error: whether that answer is an error.

    Returns:
        A new dict of `task`, `content` and `is_error` (0 or 1).
    """
    return {"task": as_unicode(task), "content": as_unicode(content), "is_error": int(is_error)}
