"""`/feeds`: how every feed is doing, and what is quiet; `/feeds/{id}`: one of them, and what its schedule learned."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from worker.model import Outcome
from worker.queries import ArticleFilter, Row
from worker.queries.outcomes import OutcomeQueries
from worker.web.pages.charts import Bar, bars
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

SPARK = 40  # polls
LATELY = timedelta(hours=24)
FeedId = Annotated[int, Path(ge=1, le=2**62)]


def tone_of(outcome: str) -> str:
    """Whether a poll brought something, was read, or failed: the end of a class."""
    try:
        known = Outcome(outcome)
    except ValueError:
        return "bad"
    return "new" if known is Outcome.NEW else "ok" if known.ok else "bad"


def state_of(feed: Row) -> tuple[str, str, str]:
    """How a feed is doing: an icon, a word, a tone."""
    if not feed["enabled"]:
        return "stop", "off", "quiet"
    if feed["needs_person"]:
        return "diamond", "look at it", "warning"
    if feed["failures"]:
        return "cross", "failing", "broken"
    return ("check", "well", "holds") if feed["last_outcome"] else ("dots", "not read yet", "quiet")


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    queries = OutcomeQueries(pages.services.store.engine)

    @routes.get("/feeds")
    def feeds_page(request: Request) -> Response:
        now = pages.services.now()
        found = queries.feeds()
        polled = queries.latest_polls(now - LATELY, SPARK)
        return pages.page(
            request,
            "feeds.html",
            now=now,
            feeds=[feed | {"state": state_of(feed), "spark": _spark(polled.get(feed["id"], []))} for feed in found],
            notices=queries.open_notices(),
            well=sum(state_of(feed)[1] == "well" for feed in found),
            watched=sum(feed["enabled"] for feed in found),
        )

    @routes.get("/feeds/{feed_id}")
    def feed_page(request: Request, feed_id: FeedId) -> Response:
        feed = queries.feed(feed_id)
        if feed is None:
            raise ProblemError(404, "There is no such feed.")
        return pages.page(
            request,
            "feed.html",
            feed=feed,
            state=state_of(feed),
            polls=[
                poll | {"tone": tone_of(poll["outcome"])}
                for poll in pages.services.queries.polls(feed_id=feed_id, limit=50)
            ],
            hours=_habit(feed["rate"]),
            articles=pages.services.queries.articles(ArticleFilter(feed_id=feed_id), 12),
            notices=[one for one in queries.open_notices() if one["subject"] in {feed["url"], f"feed {feed_id}"}],
        )

    return routes


def _spark(polled: list[Row]) -> list[tuple[int, str, int]]:
    """Bars of a feed's latest polls: position, tone, height of 10."""
    shift = SPARK - len(polled)
    return [
        (shift + place, tone_of(poll["outcome"]), 10 if poll["new"] else 5 if tone_of(poll["outcome"]) == "ok" else 8)
        for place, poll in enumerate(polled)
    ]


def _habit(rate: dict[str, Any]) -> list[Bar]:
    """How often something new comes at each hour of the day, as the schedule has learned it; [] where it has not."""
    hours = rate.get("hours")
    if not isinstance(hours, list) or len(hours) != 24 or not sum(hours):
        return []
    share = [float(hour) / sum(hours) for hour in hours]
    return bars([(f"{hour:02d}:00", value) for hour, value in enumerate(share)], 720, 90)
