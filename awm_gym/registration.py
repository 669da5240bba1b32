"""Registering the entries of all sources as Gymnasium ids, `awm/<name>-v0`.

`gymnasium.register` looks at every id there is for every id it adds; a thousand entries would take it seconds. The
specs are put into the registry directly, which is what it does in the end.
"""

import functools
from collections.abc import Iterable

from gymnasium.envs import registration
from gymnasium.error import NameNotFound

from awm_gym.errors import EntryNotFound
from awm_gym.registry import entry_names, get_entry
from awm_gym.registry.names import env_id

_NAMESPACE = "awm"


class UnknownEnvironment(EntryNotFound, NameNotFound):
    """`gym.make` was asked for an `awm/` id that no source has."""


def register_envs(names: Iterable[str] | None = None) -> None:
    """Register entries with Gymnasium; `import awm_gym` does it for all that the sources hold at that time.

    Args:
        names: entries to register; by default all, so that a second call picks up what was added since.
    """
    for name in entry_names() if names is None else names:
        identifier = env_id(name)
        registration.registry[identifier] = registration.EnvSpec(
            id=identifier,
            entry_point="awm_gym.env:AwmEnv",
            vector_entry_point="awm_gym.vector:AwmVectorEnv",
            kwargs={"name": name},
        )


def explain_unknown_names() -> None:
    """Have `gym.make("awm/...")` say, for a name that no source has, what there is and how to get more.

    Gymnasium offers no hook for that; where the function it uses has gone, its own message remains.
    """
    original = getattr(registration, "_check_name_exists", None)
    if original is None or hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def check(namespace: str | None, name: str) -> None:
        if namespace == _NAMESPACE and env_id(name) not in registration.registry:
            try:
                get_entry(name)
            except EntryNotFound as error:
                raise UnknownEnvironment(str(error)) from None
        original(namespace, name)

    vars(registration)["_check_name_exists"] = check
