"""From the evidence of an episode to a verdict, and from a verdict to a reward."""

from awm_gym.reward.code import verify_code
from awm_gym.reward.diff import verify_diff
from awm_gym.reward.scheme import BINARY, OUTCOMES, PAPER, SCHEMES, RewardScheme, reward_scheme
from awm_gym.reward.sql import SqlVerifier, verify_sql
from awm_gym.reward.verifiers import register_verifier

__all__ = [
    "BINARY",
    "OUTCOMES",
    "PAPER",
    "SCHEMES",
    "RewardScheme",
    "SqlVerifier",
    "register_verifier",
    "reward_scheme",
    "verify_code",
    "verify_diff",
    "verify_sql",
]
