"""`UnicodeText`: a space of strings that really holds any text.

`gymnasium.spaces.Text` needs a finite alphabet and a bound on the length, and so rejects what tools answer:
JSON, line breaks, emojis. This space holds every string of Unicode code points, with or without a bound. Only
a lone surrogate is no text (it cannot be encoded); `as_unicode` replaces those.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Space

from awm_gym.spaces.json_values import is_unicode

_LONG = 64
# What a sample is made of, by likelihood: mostly what prompts and JSON are made of, and some of all the rest.
_ALPHABETS = (
    *(["abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"] * 6),
    *(["{}[]\":,.\\/\n\t\r'<>&%#@!?-_=+*()"] * 2),
    "äéßñøçžłαβγδжщיشअกあ漢字가",
    "🙂🚀👩🏽‍💻🇫🇷\u200d\u0301\u00a0\u2028\0\x7f\ufffd\U0010ffff",
)


def as_unicode(text: str) -> str:
    """Return the text with lone surrogates replaced by U+FFFD, and pairs joined to what they mean."""
    if is_unicode(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class UnicodeText(Space[str]):
    r"""A space of Unicode strings.

    Example:
        >>> space = UnicodeText()
        >>> '{"name": "Zoë 🙂"}\n' in space, "" in space, "\ud800" in space
        (True, True, False)
        >>> "four" in UnicodeText(max_length=3)
        False
    """

    def __init__(self, max_length: int | None = None, *, seed: int | np.random.Generator | None = None) -> None:
        """Make the space.

        Args:
            max_length: the longest text, in code points; None for no bound.
            seed: seed of the generator that `sample` draws from.

        Raises:
            ValueError: if `max_length` is negative or no integer.
        """
        if max_length is not None and (not isinstance(max_length, int) or max_length < 0):
            raise ValueError(f"expected max_length to be a non-negative integer or None, got {max_length!r}")
        self.max_length = max_length
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """False: text of any length has no array form."""
        return False

    def contains(self, x: Any) -> bool:
        """Tell whether `x` is a string of Unicode code points within the bound."""
        return isinstance(x, str) and (self.max_length is None or len(x) <= self.max_length) and is_unicode(x)

    def sample(
        self,
        mask: tuple[int | None, str | None] | None = None,
        probability: tuple[int | None, Mapping[str, float] | None] | None = None,
    ) -> str:
        """Draw a text, mostly a short one.

        Args:
            mask: length in code points and the characters to draw from; None for either leaves it free.
            probability: length in code points and weights by character; None for either leaves it free.

        Returns:
            A text of the space.

        Raises:
            ValueError: if mask and probability are both given, or ask for something outside the space.
        """
        if mask is not None and probability is not None:
            raise ValueError("expected a mask or a probability, got both; leave one out")
        length, characters, weights = _choice(mask, probability)
        if length is None:
            bound = _LONG if self.max_length is None else min(self.max_length, _LONG)
            length = int((bound + 1) * self.np_random.random() ** 2)
        elif not 0 <= length <= (self.max_length if self.max_length is not None else length):
            raise ValueError(f"expected a length from 0 to {self.max_length}, got {length}")
        if characters is None:
            rows = self.np_random.integers(len(_ALPHABETS), size=length)
            places = self.np_random.random(length)
            return "".join(
                _ALPHABETS[row][int(place * len(_ALPHABETS[row]))] for row, place in zip(rows, places, strict=True)
            )
        if length and not characters:
            raise ValueError(f"expected characters to draw a text of length {length} from, got none")
        drawn = self.np_random.choice(len(characters), size=length, p=weights) if length else ()
        return "".join(characters[index] for index in drawn)

    def __eq__(self, other: object) -> bool:
        """Equal spaces hold the same texts."""
        return isinstance(other, UnicodeText) and self.max_length == other.max_length

    def __hash__(self) -> int:
        return hash((UnicodeText, self.max_length))

    def __repr__(self) -> str:
        return "UnicodeText()" if self.max_length is None else f"UnicodeText(max_length={self.max_length})"


def _choice(
    mask: tuple[int | None, str | None] | None,
    probability: tuple[int | None, Mapping[str, float] | None] | None,
) -> tuple[int | None, str | None, np.ndarray[Any, np.dtype[np.float64]] | None]:
    """Return length, characters and their probabilities, as `sample` was asked for."""
    weights = None
    if mask is not None:
        length, characters = mask
    elif probability is not None and probability[1] is not None:
        length, by_character = probability[0], probability[1]
        characters = "".join(by_character)
        weights = np.array(list(by_character.values()), dtype=np.float64)
        if len(weights) != len(characters) or (weights < 0).any() or not weights.sum() > 0:
            raise ValueError(f"expected single characters with weights >= 0, one above 0, got {dict(by_character)!r}")
        weights /= weights.sum()
    else:
        length, characters = (probability or (None, None))[0], None
    if characters is not None and not is_unicode(characters):
        raise ValueError("expected Unicode characters to draw from, got a lone surrogate")
    return length, characters, weights
