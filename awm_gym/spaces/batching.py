"""How gymnasium's vector environments batch our spaces: `n` texts or `n` calls are a tuple of them.

Gymnasium's defaults for a space it does not know are already that: `batch_space` (a `Tuple` of copies),
`concatenate` and `iterate` (which must stay unregistered: of a `Tuple` of registered spaces it would iterate
over each element instead). Registered here is the rest, by importing this module.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from gymnasium.spaces import Space, Tuple
from gymnasium.spaces.utils import is_space_dtype_shape_equiv
from gymnasium.vector.utils import (
    batch_differing_spaces,
    create_empty_array,
    create_shared_memory,
    read_from_shared_memory,
    write_to_shared_memory,
)

from awm_gym.spaces.shared_text import SharedTexts
from awm_gym.spaces.text import UnicodeText
from awm_gym.spaces.tool_call import FINAL_ANSWER, ToolCallSpace


@create_empty_array.register(UnicodeText)
def _empty_texts(space: UnicodeText, n: int = 1, fn: Callable[..., Any] | None = None) -> tuple[str, ...]:
    return ("",) * n


@create_empty_array.register(ToolCallSpace)
def _empty_calls(space: ToolCallSpace, n: int = 1, fn: Callable[..., Any] | None = None) -> tuple[dict[str, Any], ...]:
    return tuple({"tool": FINAL_ANSWER, "arguments": {"answer": ""}} for _ in range(n))


# Quoted: gymnasium's containers are generic at run time only since 1.4.
def _differing(spaces: Sequence[Space[Any]]) -> "Tuple[Any]":
    return Tuple([deepcopy(space) for space in spaces], seed=deepcopy(spaces[0].np_random))


# It dispatches on the type of the first element, which no annotation of a single dispatch can say.
_batch_differing: Any = batch_differing_spaces
_batch_differing.register(UnicodeText, _differing)
_batch_differing.register(ToolCallSpace, _differing)


@is_space_dtype_shape_equiv.register(UnicodeText)
@is_space_dtype_shape_equiv.register(ToolCallSpace)
def _equivalent(space_1: Space[Any], space_2: Space[Any]) -> bool:
    return type(space_1) is type(space_2)


@create_shared_memory.register(UnicodeText)
def _create_shared_texts(space: UnicodeText, n: int = 1, ctx: Any = None) -> SharedTexts:
    return SharedTexts(n, space.max_length)


@read_from_shared_memory.register(UnicodeText)
def _read_shared_texts(space: UnicodeText, shared_memory: SharedTexts, n: int = 1) -> SharedTexts:
    # Read once, at the start, and expected to show what is written later, as a view of an array does.
    return shared_memory


@write_to_shared_memory.register(UnicodeText)
def _write_shared_text(space: UnicodeText, index: int, value: str, shared_memory: SharedTexts) -> None:
    shared_memory.write(index, value)
