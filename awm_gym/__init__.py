"""awm_gym: Gymnasium environments in which LLM agents learn to use tools.

Importing it registers every entry that is on this machine: `gymnasium.make("awm/e_commerce_33-v0")`. Nothing is
fetched and no process is started until an environment is made.
"""

from awm_gym.env import AwmEnv
from awm_gym.errors import AwmError
from awm_gym.registration import explain_unknown_names, register_envs
from awm_gym.registry import Entry, get_entry
from awm_gym.reward import RewardScheme, register_verifier
from awm_gym.runtime import Runtime, Session, Settings, Snapshot, ToolResult, ToolSpec, Verdict, default_runtime
from awm_gym.spaces import FINAL_ANSWER, ToolCallSpace, UnicodeText
from awm_gym.vector import AwmVectorEnv, make_vec

__version__ = "0.1.0"

__all__ = [
    "FINAL_ANSWER",
    "AwmEnv",
    "AwmError",
    "AwmVectorEnv",
    "Entry",
    "RewardScheme",
    "Runtime",
    "Session",
    "Settings",
    "Snapshot",
    "ToolCallSpace",
    "ToolResult",
    "ToolSpec",
    "UnicodeText",
    "Verdict",
    "default_runtime",
    "get_entry",
    "make_vec",
    "register_envs",
    "register_verifier",
]

register_envs()
explain_unknown_names()
