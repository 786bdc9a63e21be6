"""Numbers in, the places and sizes of bars out, for templates that draw them as SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of its drawing."""

    label: str
    value: float
    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[tuple[str, float]], width: float, height: float, highest: float = 0.0) -> list[Bar]:
    """Bars side by side, standing at the bottom.

    Args:
        values: labels and values from left to right.
        width: of the drawing.
        height: of the drawing.
        highest: the value of a bar as high as the drawing; 0 = the highest of these.
    """
    top = highest or max((value for _, value in values), default=0.0) or 1.0
    step = width / max(len(values), 1)
    gap = 1.0 if step > 4 else 0.3
    return [
        Bar(
            label,
            value,
            round(place * step + gap / 2, 2),
            round(height - height * value / top, 2),
            round(step - gap, 2),
            round(height * value / top, 2),
        )
        for place, (label, value) in enumerate(values)
    ]


def stacked(rows: Sequence[tuple[str, Sequence[float]]], width: float, height: float) -> list[list[Bar]]:
    """One list of bars for each series, each bar standing on that of the series before.

    Args:
        rows: labels, and the values of every series, from left to right.
        width: of the drawing.
        height: of the drawing.
    """
    top = max((sum(values) for _, values in rows), default=0.0) or 1.0
    series = max((len(values) for _, values in rows), default=0)
    found: list[list[Bar]] = []
    for number in range(series):
        level = bars([(label, values[number]) for label, values in rows], width, height, top)
        below = [height * sum(values[:number]) / top for _, values in rows]
        found.append(
            [
                Bar(bar.label, bar.value, bar.x, round(bar.y - shift, 2), bar.width, bar.height)
                for bar, shift in zip(level, below, strict=True)
            ]
        )
    return found


def ticks(highest: float) -> list[int]:
    """Up to three round values to draw lines at."""
    if highest < 1:
        return []
    size = 10 ** (len(str(int(highest))) - 1)
    step = next(size * factor // 10 or 1 for factor in (2, 5, 10, 20, 50, 100) if highest / (size * factor / 10) <= 4)
    return list(range(step, int(highest) + 1, step))[-3:]
