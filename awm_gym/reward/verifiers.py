"""The verifiers a session can be opened with, by name, and what each needs a task to have."""

from collections.abc import Callable, Sequence

from awm_gym.registry.entry import Task
from awm_gym.runtime.types import Verifier, VerifierLike
from awm_gym.runtime.verifiers import VERIFIERS, find_verifier

_needs: dict[str, Callable[[Task], object]] = {}


def register_verifier(name: str, verifier: Verifier, needs: Callable[[Task], object] | None = None) -> None:
    """Make a verifier known under a name, for `gym.make(..., verifier=name)` and `Runtime.open(..., verifier=name)`.

    Args:
        name: what it is asked for by.
        verifier: an async function of the runtime and the episode's evidence that returns a verdict.
        needs: a function of a task that raises an `AwmError` if the verifier cannot judge it; environments call it
            for each of their tasks when they are made.

    Raises:
        ValueError: if another verifier has that name.
    """
    if VERIFIERS.get(name, verifier) is not verifier:
        raise ValueError(f"expected a new name for a verifier; {name!r} is taken, choose another")
    VERIFIERS[name] = verifier
    if needs is not None:
        _needs[name] = needs


def require(verifier: VerifierLike, task: Task) -> None:
    """Look whether a task can be judged.

    Args:
        verifier: a verifier, its name, or several.
        task: the task.

    Raises:
        ValueError: if a name is not that of a verifier.
        VerifierNotFound: if the task lacks what the verifier needs.
        EndpointMissing: if the verifier needs an LLM, and none is configured.
    """
    find_verifier(verifier)
    several = [verifier] if isinstance(verifier, str) else verifier if isinstance(verifier, Sequence) else []
    for name in several:
        if isinstance(name, str) and name in _needs:
            _needs[name](task)
