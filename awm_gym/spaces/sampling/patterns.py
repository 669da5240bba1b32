r"""Strings that match a regular expression, for the expressions that schemas really have.

A recursive-descent parser over literals, classes, groups, alternatives and repeats: codes like
`^[A-Z]{3}-\d{4}$`, not the whole language. What it cannot read raises `Unsatisfiable`, and what it draws the
caller checks against the real engine, so nothing here needs to be exact.
"""

from collections.abc import Callable

from awm_gym.spaces.sampling.base import Dice, Unsatisfiable, below, pick

_Part = Callable[[Dice], str]

_DIGITS = "0123456789"
_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + _DIGITS + "_"
_PRINTABLE = "".join(map(chr, range(32, 127)))
_CLASSES = {
    "d": _DIGITS,
    "w": _WORD,
    "s": " ",
    "D": "".join(c for c in _PRINTABLE if c not in _DIGITS),
    "W": "".join(c for c in _PRINTABLE if c not in _WORD),
    "S": _PRINTABLE.replace(" ", ""),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_MORE = 4
_LONGEST = 1000


def pattern_sampler(pattern: str) -> _Part:
    """Return a draw of strings that should match.

    Raises:
        Unsatisfiable: if the expression uses what this reader does not know.
    """
    parser = _Parser(pattern)
    part = parser.alternatives()
    if parser.peek():
        raise Unsatisfiable(f"cannot read the pattern {pattern!r} at {parser.peek()!r}")
    return part


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise Unsatisfiable(f"the pattern {self._text!r} ends too early")
        self._at += 1
        return char

    def skip(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        if found:
            self._at += len(text)
        return found

    def alternatives(self) -> _Part:
        branches = [self._sequence()]
        while self.skip("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else lambda dice: pick(dice, branches)(dice)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self.peek() not in ("", "|", ")"):
            if self.skip("^") or self.skip("$") or self.skip("\\A") or self.skip("\\Z") or self.skip("\\z"):
                continue
            parts.append(self._repeated(self._atom()))
        return lambda dice: "".join([part(dice) for part in parts])

    def _repeated(self, part: _Part) -> _Part:
        low, high = 1, 1
        if self.skip("*"):
            low, high = 0, _MORE
        elif self.skip("+"):
            low, high = 1, 1 + _MORE
        elif self.skip("?"):
            low, high = 0, 1
        elif self.skip("{"):
            low, high = self._counts()
        else:
            return part
        if not self.skip("?"):  # lazy or possessive makes no difference to what can be drawn
            self.skip("+")
        if high > _LONGEST:
            raise Unsatisfiable(f"the pattern {self._text!r} repeats too often")
        return _repeat(part, low, high)

    def _counts(self) -> tuple[int, int]:
        end = self._text.find("}", self._at)
        first, comma, last = self._text[self._at : end].partition(",")
        if end < 0 or not (first or comma) or not (first + last or "0").isdecimal():
            raise Unsatisfiable(f"cannot read a repeat of the pattern {self._text!r}")
        self._at = end + 1
        low = int(first or 0)
        high = int(last) if last else (low + _MORE if comma else low)
        if high < low:
            raise Unsatisfiable(f"cannot read a repeat of the pattern {self._text!r}")
        return low, high

    def _atom(self) -> _Part:
        char = self.take()
        if char == "(":
            return self._group()
        if char == "[":
            return _one_of(self._class())
        if char == ".":
            return _one_of(_WORD)
        if char == "\\":
            return _one_of(self._escape())
        if char in "*+?":
            raise Unsatisfiable(f"cannot read the pattern {self._text!r} at {char!r}")
        return lambda dice: char

    def _group(self) -> _Part:
        look_behind = self._text.startswith(("?<=", "?<!"), self._at)
        if self.skip("?P<") or (not look_behind and self.skip("?<")):
            while self.take() != ">":
                pass
        elif self.peek() == "?" and not self.skip("?:"):
            raise Unsatisfiable(f"cannot read a group of the pattern {self._text!r}")
        part = self.alternatives()
        if not self.skip(")"):
            raise Unsatisfiable(f"a group of the pattern {self._text!r} does not end")
        return part

    def _escape(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isalnum():  # back references, word boundaries, code points, Unicode properties
            raise Unsatisfiable(f"cannot read \\{char} of the pattern {self._text!r}")
        return char

    def _class(self) -> str:
        negated = self.skip("^")
        members: list[str] = []
        first = True
        while first or self.peek() != "]":
            first = False
            char = self.take()
            chars = self._escape() if char == "\\" else char
            if len(chars) == 1 and self.peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self.take()
                last = self.take()
                last = self._escape() if last == "\\" else last
                chars = "".join(map(chr, range(ord(chars), min(ord(last[0]), ord(chars) + 256) + 1)))
            members.append(chars)
        self.take()
        chosen = "".join(members)
        return "".join(c for c in _PRINTABLE if c not in chosen) if negated else chosen


def _repeat(part: _Part, low: int, high: int) -> _Part:
    def draw(dice: Dice) -> str:
        text = ""
        for _ in range(low + below(dice, high - low + 1)):
            text += part(dice)
            if len(text) > _LONGEST:  # repeats of repeats
                raise Unsatisfiable("what the pattern asks for is too long")
        return text

    return draw


def _one_of(chars: str) -> _Part:
    if not chars:
        raise Unsatisfiable("a character class of the pattern is empty")
    return lambda dice: pick(dice, chars)
