"""Reward schemes: from the outcome of an episode to a number, and the rules whose violation ends it early.

`binary` pays for nothing but a complete task. `paper` is the reward of the Agent World Model paper
(arXiv 2602.10090): 1.0 for complete, 0.1 for a part, and -1.0 at once for a violated step rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from awm_gym.runtime.types import Outcome

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class RewardScheme:
    """What each outcome is worth.

    Attributes:
        name: what it is asked for by.
        values: reward by outcome; an outcome that is not in it is worth 0.
        step_rules: whether the paper's step rules hold: known tools, arguments that fit the schema, `list_tools`
            exactly once and first, and at least one successful call after it. A violation ends the episode as a
            `format_error`, a server error ends it as a `server_error`.
    """

    name: str
    values: Mapping[Outcome, float] = field(default_factory=dict)
    step_rules: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(set(self.values) - set(OUTCOMES))
        if unknown:
            raise ValueError(f"expected outcomes out of {', '.join(OUTCOMES)}; got {', '.join(map(repr, unknown))}")
        object.__setattr__(self, "values", MappingProxyType({key: float(v) for key, v in self.values.items()}))

    def __call__(self, outcome: Outcome) -> float:
        """Return the reward of an outcome."""
        return self.values.get(outcome, 0.0)


BINARY = RewardScheme("binary", {"complete": 1.0})
PAPER = RewardScheme("paper", {"complete": 1.0, "incomplete": 0.1, "format_error": -1.0}, step_rules=True)

SCHEMES: Mapping[str, RewardScheme] = MappingProxyType({scheme.name: scheme for scheme in (BINARY, PAPER)})


def reward_scheme(scheme: str | Mapping[Outcome, float] | RewardScheme) -> RewardScheme:
    """Return a scheme by its name, or one made of a reward for each outcome.

    Raises:
        ValueError: if there is no scheme of that name, or an outcome is unknown.
    """
    if isinstance(scheme, RewardScheme):
        return scheme
    if not isinstance(scheme, str):
        return RewardScheme("custom", scheme)
    if scheme not in SCHEMES:
        raise ValueError(
            f"expected a reward scheme out of {', '.join(SCHEMES)}, or a dict such as "
            f'{{"complete": 1.0, "incomplete": 0.2}}; got {scheme!r}'
        )
    return SCHEMES[scheme]
