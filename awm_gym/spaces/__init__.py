"""Gymnasium spaces for agents that use tools: any text as observation, a tool call as action.

`ToolCallSpace` and `UnicodeText` are full `gymnasium.Space`s: they sample from a seeded generator, check,
compare, pickle, and work in gymnasium's vector environments (importing this package registers how).
"""

from awm_gym.spaces import batching as _batching  # noqa: F401 (registers with gymnasium)
from awm_gym.spaces.observation import observation, observation_space
from awm_gym.spaces.problems import ActionProblem, ProblemKind
from awm_gym.spaces.text import UnicodeText, as_unicode
from awm_gym.spaces.tool_call import FINAL_ANSWER, FINAL_ANSWER_TOOL, Action, ToolCallSpace, ToolLike

__all__ = [
    "FINAL_ANSWER",
    "FINAL_ANSWER_TOOL",
    "Action",
    "ActionProblem",
    "ProblemKind",
    "ToolCallSpace",
    "ToolLike",
    "UnicodeText",
    "as_unicode",
    "observation",
    "observation_space",
]
