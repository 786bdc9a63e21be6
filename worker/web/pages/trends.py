"""`/trends`: articles, events by concept, reports and casualties by the side that reports them, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from fastapi import APIRouter, Request, Response

from worker.model import CONCEPTS
from worker.queries.trends import TrendQueries
from worker.web.pages.asking import asked
from worker.web.pages.charts import bars, stacked, ticks
from worker.web.pages.rendering import Pages

SPANS = {"7d": 7, "30d": 30, "90d": 90}
MOST_DAYS = 8  # that are written below the bars
READ = ("days",)
WIDTH, HEIGHT, LOW = 960.0, 180.0, 64.0


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    queries = TrendQueries(pages.services.store.engine)

    @routes.get("/trends")
    def trends_page(request: Request) -> Response:
        now = pages.services.now()
        query = asked(request.query_params, READ, now, choices={"days": SPANS})
        days = query.get("days")
        span = days or "30d"
        axis, since = _days(now, SPANS[span]), _begin(now, SPANS[span])
        by_day = {row["day"]: row for row in queries.articles_by_day(since)}
        if not days and by_day and min(by_day) >= axis[-SPANS["7d"]]:  # a month with three weeks of nothing
            span, axis, since = "7d", axis[-SPANS["7d"] :], _begin(now, SPANS["7d"])
        return pages.page(
            request,
            "trends.html",
            now=now,
            unread=query.unread,
            span=span,
            spans=SPANS,
            axis=axis,
            ends=(_name(axis[0]), _name(axis[-1])),
            articles=_articles(axis, by_day),
            events=_events(axis, queries, since),
            reports=_reports(axis, queries, since),
            tolls=_tolls(axis, queries, since),
            width=WIDTH,
            height=HEIGHT,
            low=LOW,
        )

    return routes


def _days(now: datetime, number: int) -> list[str]:
    return [f"{now - timedelta(days=back):%Y-%m-%d}" for back in reversed(range(number))]


def _begin(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date(), datetime.min.time(), now.tzinfo) - timedelta(days=days - 1)


def _articles(axis: list[str], by_day: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rows = []
    for day in axis:
        found = by_day.get(day, {"articles": 0, "of_region": 0})
        rows.append((day, (found["of_region"], found["articles"] - found["of_region"])))
    highest = max(sum(values) for _, values in rows)
    every = ceil(len(axis) / MOST_DAYS)
    return {
        "rows": rows,
        "series": stacked(rows, WIDTH, HEIGHT),
        "ticks": [(value, round(HEIGHT - HEIGHT * value / highest, 2)) for value in ticks(highest)],
        "days": [(round(place * WIDTH / len(axis), 1), _name(axis[place])) for place in range(0, len(axis), every)],
        "highest": highest,
    }


def _name(day: str) -> str:
    at = datetime.fromisoformat(day)
    return f"{at.day} {at:%b}"


def _events(axis: list[str], queries: TrendQueries, since: datetime) -> list[dict[str, Any]]:
    """One small chart for each concept that is reported, in the order of the model."""
    counted: dict[str, dict[str, int]] = {}
    for row in queries.events_by_day(since):
        counted.setdefault(row["concept"], {})[row["day"]] = row["stories"]
    highest = max((number for days in counted.values() for number in days.values()), default=0)
    known = [*CONCEPTS, *sorted(set(counted) - set(CONCEPTS))]
    return [
        {
            "concept": concept,
            "total": sum(counted[concept].values()),
            "days": counted[concept],
            "bars": bars([(day, counted[concept].get(day, 0)) for day in axis], WIDTH / 2, LOW, highest),
        }
        for concept in known
        if concept in counted
    ]


def _reports(axis: list[str], queries: TrendQueries, since: datetime) -> list[dict[str, Any]]:
    """One small chart for each side, nobody's last."""
    counted: dict[str, dict[str, int]] = {}
    for row in queries.reports_by_day(since):
        counted.setdefault(row["side"], {})[row["day"]] = row["articles"]
    highest = max((number for days in counted.values() for number in days.values()), default=0)
    return [
        {
            "side": side,
            "total": sum(days.values()),
            "days": days,
            "bars": bars([(day, days.get(day, 0)) for day in axis], WIDTH / 2, LOW, highest),
        }
        for side, days in sorted(counted.items(), key=lambda item: (item[0] == "", item[0]))
    ]


def _tolls(axis: list[str], queries: TrendQueries, since: datetime) -> list[dict[str, Any]]:
    """One small chart for each side and kind."""
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for toll in queries.tolls_by_day(since):
        counted.setdefault((toll.side, toll.kind), {})[toll.day] = toll.number
    highest = max((number for days in counted.values() for number in days.values()), default=0)
    return [
        {
            "side": side,
            "kind": kind,
            "total": sum(days.values()),
            "days": days,
            "bars": bars([(day, days.get(day, 0)) for day in axis], WIDTH / 2, LOW, highest),
        }
        for (side, kind), days in sorted(counted.items(), key=lambda item: (item[0][0] == "", item[0]))
    ]
