"""`/api/v1/flow`, `notices`, `map` and `trends`: whether news flows, what is wrong, where and when things happen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from worker.bootstrap import Services
from worker.queries.map import MapQueries
from worker.queries.now import NowQueries
from worker.queries.outcomes import OutcomeQueries
from worker.queries.trends import TrendQueries
from worker.web.api.parameters import Moment
from worker.web.problems import ProblemError

USUAL, LONGEST = timedelta(days=7), timedelta(days=366)


class Flow(BaseModel):
    """Whether news flows."""

    feeds: int = Field(description="that are enabled")
    asked: int = Field(description="of these in the last ten minutes")
    answered: int = Field(description="of these without a failure")
    articles_today: int = Field(description="in the last 24 hours")
    waiting: int = Field(description="articles that nobody has judged yet")
    notices: int = Field(description="open ones")
    last_article_at: datetime | None
    last_alert_at: datetime | None


class NoticeItem(BaseModel):
    """Something about Trucewire itself."""

    id: int
    kind: str
    subject: str
    severity: str
    title: str
    text: str
    raised_at: datetime


class NoticeList(BaseModel):
    """Open notices, newest first."""

    items: list[NoticeItem]


class MapItem(BaseModel):
    """A place that articles named."""

    place: str
    latitude: float | None
    longitude: float | None
    articles: int
    alerts: int
    severity: str | None = Field(description="the highest of its alerts")


class Map(BaseModel):
    """Places, the most named first."""

    since: datetime
    until: datetime
    items: list[MapItem]


class DayItem(BaseModel):
    """Articles of a day."""

    day: str
    articles: int
    of_region: int


class EventDay(BaseModel):
    """Stories that report a concept on a day."""

    day: str
    concept: str
    stories: int


class ReportDay(BaseModel):
    """Articles in which the voices of a side claim something."""

    day: str
    side: str = Field(description="empty: nobody's")
    articles: int


class TollDay(BaseModel):
    """Casualties that a side's voices report: of each story the highest number, added up."""

    day: str
    side: str
    kind: str
    number: int


class Trends(BaseModel):
    """What was reported, day by day (UTC); days without any are left out."""

    since: datetime
    articles: list[DayItem]
    events: list[EventDay]
    reports: list[ReportDay]
    tolls: list[TollDay]


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["overview"])
    engine = services.store.engine

    @routes.get("/flow")
    def get_flow() -> Flow:
        """Whether news flows: feeds that answer, articles that wait."""
        return Flow(**asdict(NowQueries(engine).flow(services.now())))

    @routes.get("/notices")
    def list_notices() -> NoticeList:
        """What is wrong with feeds and channels, as long as it is."""
        return NoticeList(items=[NoticeItem(**row) for row in OutcomeQueries(engine).open_notices()])

    _add_map(routes, services)
    _add_trends(routes, services)
    return routes


def _add_map(routes: APIRouter, services: Services) -> None:
    places = MapQueries(services.store.engine)
    known = {place.name: place for place in services.settings.profile.places}

    @routes.get("/map")
    def get_map(since: Moment | None = None, until: Moment | None = None) -> Map:
        """Places that articles named, of the last week unless a time is given; at most a year."""
        last = until or services.now()
        first = since or last - USUAL
        if not timedelta(0) < last - first <= LONGEST:
            raise ProblemError(422, "A time of at most a year, which begins before it ends.", ["since", "until"])
        severities = places.severities(first, last)
        items = []
        for row in places.places(first, last):
            place, (severity, alerts) = known.get(row["place"]), severities.get(row["place"], (None, 0))
            items.append(
                MapItem(
                    **row,
                    latitude=place.latitude if place else None,
                    longitude=place.longitude if place else None,
                    alerts=alerts,
                    severity=severity,
                )
            )
        return Map(since=first, until=last, items=items)


def _add_trends(routes: APIRouter, services: Services) -> None:
    trends = TrendQueries(services.store.engine)

    @routes.get("/trends")
    def get_trends(days: Annotated[int, Query(ge=1, le=366, description="of which today is the last")] = 30) -> Trends:
        """Articles, events, reports and casualties day by day."""
        since = services.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
        return Trends(
            since=since,
            articles=[DayItem(**row) for row in trends.articles_by_day(since)],
            events=[EventDay(**row) for row in trends.events_by_day(since)],
            reports=[ReportDay(**row) for row in trends.reports_by_day(since)],
            tolls=[TollDay(**asdict(toll)) for toll in trends.tolls_by_day(since)],
        )
