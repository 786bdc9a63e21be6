"""`/map`: where it happens. Places of the gazetteer, as large as they are often named, and a time to choose by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from fastapi import APIRouter, Request, Response

from worker.model import Place, Severity
from worker.queries import Row
from worker.queries.map import MapQueries
from worker.web.pages.asking import asked, moment
from worker.web.pages.atlas import WIDTH, Window, land_in, window_on
from worker.web.pages.charts import bars
from worker.web.pages.lettering import Box, Lettering, around, beside, of_country
from worker.web.pages.rendering import Pages

SPANS = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90)}
HOURLY = timedelta(days=7)  # longer spans are shown by day
MOST_SPOTS = 80
READ = ("span", "since", "until")
LARGEST, SMALLEST = 26.0, 4.0  # radius
BRUSH_WIDTH, BRUSH_HEIGHT = 1000.0, 64.0
MOST_DAYS = 8  # that are written below the bars


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map."""

    name: str
    articles: int
    severity: Severity | None  # of its alerts; None where there is none
    alerts: int
    x: float
    y: float
    radius: float
    lettering: Lettering | None  # where its name stands; None where there is no room

    @property
    def shape(self) -> str:
        """An SVG path: a triangle, a diamond or a disc, by severity."""
        x, y, r = self.x, self.y, self.radius
        if self.severity is Severity.CRITICAL:
            return f"M{x:g} {y - 1.25 * r:.1f}l{1.2 * r:.1f} {2.1 * r:.1f}h{-2.4 * r:.1f}z"
        if self.severity is Severity.WARNING:
            d = round(1.25 * r, 1)
            return f"M{x:g} {y - d:.1f}l{d} {d}l{-d} {d}l{-d} {-d}z"
        return f"M{x - r:.1f} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:.1f} 0a{r:g} {r:g} 0 1 0 {-2 * r:.1f} 0z"


@dataclass(frozen=True, slots=True)
class Frame:
    """The time that is looked at: the whole of the bars, and the part of it that is chosen."""

    begin: datetime
    end: datetime
    since: datetime
    until: datetime
    step: timedelta

    @property
    def starts(self) -> list[datetime]:
        """Where each bar begins."""
        return [self.begin + number * self.step for number in range(round((self.end - self.begin) / self.step))]


def frame_of(span: str, since: str, until: str, now: datetime) -> Frame:
    """The frame that a query stands for."""
    length = SPANS[span]
    step = timedelta(hours=1) if length <= HOURLY else timedelta(days=1)
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if step > timedelta(hours=1):
        end = end.replace(hour=0) + timedelta(days=1)
    begin = end - length
    first = max(moment(since, now) or begin, begin)
    last = min(moment(until, now) or end, end)
    return Frame(begin, end, first, last, step) if first < last else Frame(begin, end, begin, end, step)


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    queries = MapQueries(pages.services.store.engine)
    known = {place.name: place for place in pages.services.settings.profile.places if place.latitude is not None}
    window = window_on((place.longitude or 0.0, place.latitude or 0.0) for place in known.values())
    land = land_in(window)

    @routes.get("/map")
    def map_page(request: Request) -> Response:
        now = pages.services.now()
        query = asked(request.query_params, READ, now, choices={"span": SPANS})
        span = query.get("span") or "7d"
        frame = frame_of(span, query.get("since"), query.get("until"), now)
        found = queries.places(frame.since, frame.until)
        severities = queries.severities(frame.since, frame.until)
        rows = [row | {"severity": severities.get(row["place"], (None, 0))[0]} for row in found]
        spots, taken = spots_of(rows, severities, known, window)
        countries = [(one.name, of_country(one.name, one.label, taken)) for one in land if one.label]
        return pages.page(
            request,
            "map.html",
            now=now,
            unread=query.unread,
            span=span,
            spans=SPANS,
            frame=frame,
            land=land,
            window=window,
            width=WIDTH,
            spots=spots,
            countries=[(name, at) for name, at in countries if at],
            rows=rows,
            brush=_brush(frame, queries),
            brush_width=BRUSH_WIDTH,
            brush_height=BRUSH_HEIGHT,
            chosen=(frame.since, frame.until) != (frame.begin, frame.end),
        )

    return routes


def spots_of(
    rows: Iterable[Row], severities: dict[str, tuple[Severity, int]], known: dict[str, Place], window: Window
) -> tuple[list[Spot], list[Box]]:
    """The places to be drawn, the largest first so that small ones lie on top, and what they and their names cover.

    Whole countries are no spots.
    """
    drawn = [(row, known[row["place"]]) for row in rows if row["place"] in known]
    drawn = [(row, place) for row, place in drawn if place.kind != "country"][:MOST_SPOTS]
    most = max((row["articles"] for row, _ in drawn), default=1)
    boxes: dict[str, Box] = {}
    for row, place in drawn:
        x, y = window.place(place.longitude or 0.0, place.latitude or 0.0)
        boxes[place.name] = around(x, y, round(max(SMALLEST, LARGEST * (row["articles"] / most) ** 0.5), 1))
    spots, names = [], list[Box]()
    for row, place in sorted(drawn, key=lambda one: (one[0]["place"] not in severities, -one[0]["articles"])):
        own = boxes[place.name]
        found = beside(place.name, own, [*names, *(box for box in boxes.values() if box is not own)], WIDTH)
        if found:
            names.append(found[1])
        severity, number = severities.get(place.name, (None, 0))
        middle = ((own[0] + own[2]) / 2, (own[1] + own[3]) / 2, (own[2] - own[0]) / 2)
        spots.append(Spot(place.name, row["articles"], severity, number, *middle, found[0] if found else None))
    return sorted(spots, key=lambda spot: -spot.radius), [*boxes.values(), *names]


def _brush(frame: Frame, queries: MapQueries) -> dict[str, Any]:
    """The bars of the time: one for each hour or day, and what a script must know to choose by them."""
    hourly = frame.step < timedelta(days=1)
    counted = queries.arrivals(frame.begin, frame.end, "hour" if hourly else "day")
    form = "%Y-%m-%dT%H" if hourly else "%Y-%m-%d"
    starts = frame.starts
    drawn = bars([(f"{one:{form}}", counted.get(f"{one:{form}}", 0)) for one in starts], BRUSH_WIDTH, BRUSH_HEIGHT)
    width = BRUSH_WIDTH / len(starts)
    first, last = (frame.since - frame.begin) / frame.step, (frame.until - frame.begin) / frame.step
    days = [(round(place * width, 1), start) for place, start in enumerate(starts) if start.hour == 0]
    return {
        "bars": [(bar, start, frame.since <= start < frame.until) for bar, start in zip(drawn, starts, strict=True)],
        "data": {"starts": [_iso(start) for start in starts], "end": _iso(frame.end)},
        "ends": [_iso(start + frame.step) for start in starts],
        "days": days[:: ceil(len(days) / MOST_DAYS) or 1],
        "span": (round(first * width, 1), round((last - first) * width, 1)),
        "total": sum(counted.values()),
    }


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}Z"
