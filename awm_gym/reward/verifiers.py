"""The verifiers a session can be opened with, by name."""

from awm_gym.runtime.runtime import VERIFIERS
from awm_gym.runtime.types import Verifier


def register_verifier(name: str, verifier: Verifier) -> None:
    """Make a verifier known under a name, for `gym.make(..., verifier=name)` and `Runtime.open(..., verifier=name)`.

    Args:
        name: what it is asked for by.
        verifier: an async function of the runtime and the episode's evidence that returns a verdict.

    Raises:
        ValueError: if another verifier has that name.
    """
    if VERIFIERS.get(name, verifier) is not verifier:
        raise ValueError(f"expected a new name for a verifier; {name!r} is taken, choose another")
    VERIFIERS[name] = verifier
