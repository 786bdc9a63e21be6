"""Country shapes that come with Trucewire, and a window on them, in; paths and points of a drawing out.

The shapes are Natural Earth's (docs/NOTICES.md), between 22° and 60° east and 33° and 54° north. A region elsewhere
gets a map without them. Read once; knows no request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians

Point = tuple[float, float]  # degrees east, degrees north; or units of the drawing
WIDTH = 1000.0
MARGIN = 0.12  # of the places' extent, on each side
LEAST_DEGREES = 1.5
WIDEST, TALLEST = 2.0, 1.0  # width ÷ height


@dataclass(frozen=True, slots=True)
class Land:
    """A country as it is drawn."""

    name: str
    path: str  # of an SVG path
    label: Point | None  # the middle of what is seen of it; None where that is too little for a name


@dataclass(frozen=True, slots=True)
class Window:
    """What is seen of the world, and how it is projected: equirectangular, true to scale in its middle."""

    west: float
    south: float
    east: float
    north: float

    @property
    def height(self) -> float:
        """Of the drawing; its width is `WIDTH`."""
        return round((self.north - self.south) * self._scale, 1)

    @property
    def _scale(self) -> float:
        """Units per degree of latitude."""
        return WIDTH / ((self.east - self.west) * cos(radians((self.north + self.south) / 2)))

    def place(self, longitude: float, latitude: float) -> Point:
        """A point of the earth in the drawing."""
        x = (longitude - self.west) / (self.east - self.west) * WIDTH
        return round(x, 1), round((self.north - latitude) * self._scale, 1)

    def shows(self, longitude: float, latitude: float) -> bool:
        """Whether a point is within."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def window_on(points: Iterable[Point]) -> Window:
    """The window that shows all these points (east, north), with a margin and in a shape that suits a page."""
    known = list(points) or [(44.5, 40.5)]
    west, east = min(x for x, _ in known), max(x for x, _ in known)
    south, north = min(y for _, y in known), max(y for _, y in known)
    width = max((east - west) * (1 + 2 * MARGIN), LEAST_DEGREES)
    height = max((north - south) * (1 + 2 * MARGIN), LEAST_DEGREES)
    shrunk = cos(radians((north + south) / 2))
    width = max(width, height * TALLEST / shrunk)
    height = max(height, width * shrunk / WIDEST)
    x, y = (west + east) / 2, (south + north) / 2
    return Window(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


@cache
def land_in(window: Window) -> tuple[Land, ...]:
    """The countries of a window."""
    shapes = json.loads(files("worker.web").joinpath("shapes.json").read_text(encoding="utf-8"))
    found = []
    for country in shapes["countries"]:
        rings = [_clipped(_ring(steps, shapes["scale"]), window) for steps in country["rings"]]
        drawn = [[window.place(*point) for point in ring] for ring in rings if len(ring) > 2]
        if drawn:
            found.append(Land(country["name"], "".join(map(_path, drawn)), _label(max(drawn, key=_area))))
    return tuple(found)


def _ring(steps: Sequence[int], scale: int) -> list[Point]:
    x = y = 0
    found = []
    for east, north in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + east, y + north
        found.append((x / scale, y / scale))
    return found


def _clipped(ring: list[Point], window: Window) -> list[Point]:
    """What of a ring lies in the window, cut off a little outside of it so that no border runs along its edge."""
    out = 0.05
    ring = _cut(ring, lambda point: point[0] - window.west + out)
    ring = _cut(ring, lambda point: window.east + out - point[0])
    ring = _cut(ring, lambda point: point[1] - window.south + out)
    return _cut(ring, lambda point: window.north + out - point[1])


def _cut(ring: list[Point], inside: Callable[[Point], float]) -> list[Point]:
    """Sutherland and Hodgman's step: the part of a ring on one side of a line, to which `inside` is the distance."""
    kept: list[Point] = []
    for number, point in enumerate(ring):
        before = ring[number - 1]
        here, there = inside(point), inside(before)
        if (here >= 0) != (there >= 0):
            share = there / (there - here)
            kept.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
        if here >= 0:
            kept.append(point)
    return kept


def _path(ring: list[Point]) -> str:
    """A ring as an SVG path of relative steps, in half units."""
    x, y = (round(value * 2) for value in ring[0])
    parts = [f"M{x / 2:g} {y / 2:g}l"]
    for point in ring[1:]:
        east, north = (round(value * 2) for value in point)
        if (east, north) != (x, y):
            parts.append(f"{(east - x) / 2:g} {(north - y) / 2:g} ")
            x, y = east, north
    return f"{''.join(parts).strip()}z"


def _area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _label(ring: Sequence[Point]) -> Point | None:
    """The centre of gravity of a ring that is large enough for a name."""
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)
    if abs(twice) / 2 < WIDTH * 12:
        return None
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (3 * twice)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (3 * twice)
    return round(x, 1), round(y, 1)
