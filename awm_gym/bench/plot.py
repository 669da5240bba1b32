"""A picture of the rows that have a budget, as SVG: how much of it was used, here and by the reference.

One axis serves all rows, since each is divided by its budget (or its budget by it, where that is a lower bound): left
of the line at 1 it is met. The axis is logarithmic.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from awm_gym.bench.rows import Row, number

_WIDTH, _LABELS, _FIGURES, _HEAD, _ROW, _FOOT = 960, 340, 150, 64, 34, 44
_INK, _PALE, _GRID, _MET, _MISSED = "#1f2933", "#7b8794", "#e4e7eb", "#1b7f4b", "#c0392b"
_STYLE = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif' font-size='13'"


def plot(rows: Iterable[Row], caption: str) -> str:
    """Return the picture as the text of an SVG file.

    Args:
        rows: what was measured; rows without a budget are left out.
        caption: a line that tells where and with what.
    """
    shown = [row for row in rows if row.share is not None]
    axis = _Axis([share for row in shown for share in (row.share, row.reference_share) if share])
    height = _HEAD + _ROW * len(shown) + _FOOT
    bottom = height - _FOOT + 4
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' {_STYLE} fill='{_INK}'>",
        f"<rect width='{_WIDTH}' height='{height}' rx='8' fill='white'/>",
        _text(20, 28, "Share of the budget used", size=16, weight=600),
        _text(20, 48, caption, fill=_PALE),
        *_grid(axis, bottom),
    ]
    for position, row in enumerate(shown):
        lines += _marks(row, axis, _HEAD + _ROW * position + _ROW // 2)
    legend = ((20, _MET, "met"), (80, _MISSED, "not met"))
    for x, colour, word in legend:
        lines += [_dot(x + 6, height - 18, colour), _text(x + 18, height - 14, word, fill=_PALE)]
    lines += [_ring(176, height - 18), _text(188, height - 14, "the reference, in the same run", fill=_PALE), "</svg>"]
    return "\n".join(lines) + "\n"


class _Axis:
    """A logarithmic axis over whole powers of ten that takes in all values, and 1."""

    def __init__(self, values: Sequence[float]) -> None:
        self.low = math.floor(math.log10(min((*values, 0.5))))
        self.high = math.ceil(math.log10(max((*values, 2.0))))

    def x(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return _LABELS + share * (_WIDTH - _LABELS - _FIGURES)


def _grid(axis: _Axis, bottom: int) -> Iterator[str]:
    for power in range(axis.low, axis.high + 1):
        x = axis.x(10.0**power)
        at_budget = power == 0
        colour, width = (_INK, 1.5) if at_budget else (_GRID, 1)
        yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{_HEAD}' y2='{bottom}' stroke='{colour}' stroke-width='{width}'/>"
        label = "budget" if at_budget else f"{number(10.0**power)} x"
        yield _text(x, bottom + 16, label, fill=_INK if at_budget else _PALE, anchor="middle", size=11)


def _marks(row: Row, axis: _Axis, y: int) -> Iterator[str]:
    assert row.share is not None
    assert row.value is not None
    x = axis.x(row.share)
    yield _text(20, y + 4, row.what)
    if row.reference_share:
        far = axis.x(row.reference_share)
        yield f"<line x1='{x:.1f}' x2='{far:.1f}' y1='{y}' y2='{y}' stroke='{_PALE}' stroke-width='1.5'/>"
        yield _ring(far, y)
    yield _dot(x, y, _MET if row.met else _MISSED)
    figure = f"{number(row.value)} {row.unit}"
    if row.ratio is not None and row.budget.endswith("x"):
        figure += f" ({number(row.ratio)} x)"
    yield _text(_WIDTH - 20, y + 4, figure, anchor="end", weight=600)


def _dot(x: float, y: int, colour: str) -> str:
    return f"<circle cx='{x:.1f}' cy='{y}' r='6' fill='{colour}'/>"


def _ring(x: float, y: int) -> str:
    return f"<circle cx='{x:.1f}' cy='{y}' r='5' fill='white' stroke='{_PALE}' stroke-width='2'/>"


def _text(
    x: float, y: int, text: str, *, fill: str = _INK, anchor: str = "start", size: int = 13, weight: int = 400
) -> str:
    place = f"x='{x:.1f}' y='{y}' fill='{fill}' text-anchor='{anchor}' font-size='{size}' font-weight='{weight}'"
    return f"<text {place}>{escape(text)}</text>"
