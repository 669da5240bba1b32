"""What can be wrong with an action, as data that an environment acts on.

An environment answers most wrong actions: the agent gets the message and can do better. Only what is no
action at all (`not_an_action`) is the caller's mistake and deserves an exception.
"""

from dataclasses import dataclass
from typing import Literal

ProblemKind = Literal["not_an_action", "malformed_action", "unknown_tool", "bad_arguments"]


@dataclass(frozen=True, slots=True)
class ActionProblem:
    """Why an action is not valid.

    Attributes:
        kind: `not_an_action`: no dict, or no string under "tool"; `malformed_action`: wrong keys, or
            arguments that are no JSON object; `unknown_tool`: no tool has this name; `bad_arguments`: the
            arguments do not fit the tool's schema.
        message: one or two sentences an agent can learn from; the same for equal actions.
    """

    kind: ProblemKind
    message: str

    @property
    def is_action(self) -> bool:
        """Whether it was an action at all, so that the agent, and not the caller, has to learn."""
        return self.kind != "not_an_action"
