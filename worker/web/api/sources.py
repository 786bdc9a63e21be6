"""`/api/v1/feeds` and `polls`: what is watched, how it fares, and what each poll brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from worker.bootstrap import Services
from worker.web import deeds
from worker.web.access import Admin
from worker.web.api.alerts import Done
from worker.web.api.articles import next_of
from worker.web.api.cursors import MOST_ID, last_seen
from worker.web.api.parameters import Cursor, Id, Limit, Moment, Word
from worker.web.problems import ProblemError

POLLS = "polls"


class FeedItem(BaseModel):
    """A feed and how it fares."""

    id: int
    url: str
    name: str
    publisher: str
    family: str
    languages: list[str]
    country: str
    side: str = ""
    dedicated: bool
    enabled: bool
    switched_at: datetime | None = Field(description="when somebody switched it on or off; null: as configured")
    switched_by: str
    origin: str
    added_at: datetime
    failures: int
    needs_person: bool
    last_outcome: str | None
    last_error: str | None
    last_polled_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime
    schedule_reason: str | None
    articles: int
    hub_url: str | None
    hub_state: str | None


class FeedList(BaseModel):
    """All feeds, by country and name."""

    items: list[FeedItem]


class PollItem(BaseModel):
    """One poll of a feed."""

    id: int
    feed_id: int
    name: str
    started_at: datetime
    duration_ms: int
    outcome: str
    status: int | None
    bytes: int
    entries: int
    new: int
    revised: int
    error: str | None


class PollPage(BaseModel):
    """Polls, newest first."""

    items: list[PollItem]
    next: str | None


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["feeds"])

    @routes.get("/feeds")
    def list_feeds(failing: bool = False, language: Word = "", country: Word = "") -> FeedList:
        """All feeds with their state."""
        rows = services.queries.feeds(failing=failing, language=language, country=country)
        return FeedList(items=[FeedItem(**row) for row in rows])

    @routes.get("/feeds/{feed_id}")
    def get_feed(feed_id: Id) -> FeedItem:
        """One feed with its state."""
        rows = services.queries.feeds(feed_id=feed_id)
        if not rows:
            raise ProblemError(404, "There is no such feed.")
        return FeedItem(**rows[0])

    _add_switches(routes, services)
    _add_polls(routes, services)
    return routes


def _add_switches(routes: APIRouter, services: Services) -> None:
    @routes.post("/feeds/{feed_id}/enable")
    def enable_feed(feed_id: Id, visitor: Admin) -> Done:
        """Have a feed polled, whatever config/feeds.toml says."""
        deeds.switch_feed(services, visitor, feed_id, enabled=True)
        return Done(id=feed_id)

    @routes.post("/feeds/{feed_id}/disable")
    def disable_feed(feed_id: Id, visitor: Admin) -> Done:
        """Have a feed polled no longer, whatever config/feeds.toml says."""
        deeds.switch_feed(services, visitor, feed_id, enabled=False)
        return Done(id=feed_id)

    @routes.post("/feeds/{feed_id}/reset")
    def reset_feed(feed_id: Id, visitor: Admin) -> Done:
        """Have a feed go by config/feeds.toml again."""
        deeds.reset_feed(services, visitor, feed_id)
        return Done(id=feed_id)

    @routes.post("/feeds/{feed_id}/poll")
    def poll_feed(feed_id: Id, visitor: Admin) -> Done:
        """Have a feed polled at the next tick."""
        deeds.poll_feed(services, visitor, feed_id)
        return Done(id=feed_id)


def _add_polls(routes: APIRouter, services: Services) -> None:
    @routes.get("/polls")
    def list_polls(
        feed: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
        outcome: Word = "",
        since: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> PollPage:
        """What each poll brought, newest first."""
        before_id = last_seen(POLLS, cursor)
        rows = services.queries.polls(feed_id=feed, outcome=outcome, since=since, limit=limit + 1, before_id=before_id)
        return PollPage(items=[PollItem(**row) for row in rows[:limit]], next=next_of(POLLS, rows, limit))
