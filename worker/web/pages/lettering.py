"""Where names stand on the map: spots and countries in, places for their names out, none upon another. Pure.

Names are measured by their letters: nobody knows the reader's font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, top, right, bottom
HEIGHT, LETTER = 14.0, 6.6  # of a place's name in the drawing
COUNTRY_LETTER = 11.0  # which are capitals, set wide
GAP = 4.0  # between a spot and its name
# Up and down from the middle of a country, where something stands there already.
SHIFTS = (0.0, 24.0, -24.0, 48.0, -48.0)


@dataclass(frozen=True, slots=True)
class Lettering:
    """Where a name begins, or ends."""

    x: float
    y: float  # of its baseline
    anchor: str  # start | end


def around(x: float, y: float, radius: float) -> Box:
    """What a spot covers."""
    return x - radius, y - radius, x + radius, y + radius


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def beside(name: str, spot: Box, others: Sequence[Box], width: float) -> tuple[Lettering, Box] | None:
    """A place for a spot's name, right or left of it, and what it covers; None where there is no room.

    Args:
        name: what is written.
        spot: its own box.
        others: what must stay free: other spots, and names that stand already.
        width: of the map.
    """
    length, middle = LETTER * len(name), (spot[1] + spot[3]) / 2
    top, bottom = middle - HEIGHT / 2, middle + HEIGHT / 2
    for anchor, left in (("start", spot[2] + GAP), ("end", spot[0] - GAP - length)):
        box = (left, top, left + length, bottom)
        if box[0] >= 0 and box[2] <= width and not any(overlap(box, other) for other in others):
            return Lettering(left if anchor == "start" else left + length, middle + GAP, anchor), box
    return None


def of_country(name: str, middle: tuple[float, float], taken: Sequence[Box]) -> tuple[float, float] | None:
    """A place for a country's name near its middle; None where all is covered."""
    half = COUNTRY_LETTER * len(name) / 2
    for shift in SHIFTS:
        x, y = middle[0], middle[1] + shift
        if not any(overlap((x - half, y - HEIGHT, x + half, y + GAP), one) for one in taken):
            return x, y
    return None
