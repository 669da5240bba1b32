"""Patterns of generated schemas are checked where that is quick, and left to the application where it is not."""

import pytest

from awm_gym.runtime.tools import ToolSpec
from awm_gym.spaces import ToolCallSpace
from awm_gym.spaces.patterns import is_quick


@pytest.mark.parametrize("pattern", [r"^\d{4}-\d{2}-\d{2}$", r"^[A-Z]{2,4}-\d+$", r"^(red|green)$", r".+@.+\..+", ""])
def test_ordinary_patterns_are_quick(pattern: str) -> None:
    assert is_quick(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|a)*b", r"(.*a){20}", r"((ab?)*)*", r"(a)(\1)+", "(", r"a*a*a*a*a*b"]
)
def test_patterns_that_may_explode_are_not(pattern: str) -> None:
    assert not is_quick(pattern)


def space(pattern: str) -> ToolCallSpace:
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}}
    return ToolCallSpace([ToolSpec(name="t", description="", input_schema=schema)])


def test_a_pattern_is_checked() -> None:
    assert {"tool": "t", "arguments": {"x": "12"}} in space(r"^\d+$")
    assert {"tool": "t", "arguments": {"x": "1a"}} not in space(r"^\d+$")


def test_a_pattern_that_would_hang_the_caller_is_left_to_the_application() -> None:
    assert {"tool": "t", "arguments": {"x": "a" * 60 + "!"}} in space(r"^(a+)+$")
