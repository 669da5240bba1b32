"""The examples run as they stand, as a user would run them."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def ran(script: str, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout


def test_tree_search_finds_the_way_to_the_reward_by_forking() -> None:
    output = ran("tree_search.py", "--task", "8")
    assert "reward 1.0, complete" in output
    assert output.count("value +") >= 3
