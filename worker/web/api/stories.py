"""`/api/v1/stories`: events as several publishers report them; one whole, with who claims what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from worker.bootstrap import Services
from worker.queries.stories import StoryFilter, StoryQueries
from worker.web.api.alerts import AlertItem, UpdateItem, alert_item
from worker.web.api.articles import ArticleItem
from worker.web.api.cursors import place, place_of
from worker.web.api.parameters import Cursor, Id, Limit, Moment, Word
from worker.web.problems import ProblemError

LIST = "stories"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class StoryAlert(BaseModel):
    """An alert of a story, in short."""

    id: int
    rule_id: str
    severity: str
    stance: str
    confirmation: str
    open: bool


class StoryBase(BaseModel):
    """What lists and pages of stories share."""

    id: int
    title: str
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    open: bool
    confirmation: str
    families: int = Field(description="publisher families that report it")
    languages: list[str]
    sides: list[str] = Field(description="whose state media are among them")
    places: list[str]
    concepts: list[str] = Field(description="what is claimed, as `concept:stance`, the most frequent first")
    copies: int = Field(description="articles that repeat an earlier one of the story")
    merged_into_id: int | None


class StoryItem(StoryBase):
    """A story as it stands in a list."""

    articles: int
    alerts: list[StoryAlert]


class StoryPage(BaseModel):
    """Stories, the one with the newest article first."""

    items: list[StoryItem]
    next: str | None


class ClaimItem(BaseModel):
    """Who says what."""

    article_id: int
    concept: str
    stance: str
    sentence: str
    speaker: str
    side: str
    family: str
    numbers: dict[str, Any] | list[Any] | None
    at: datetime
    report: str


class VoiceItem(BaseModel):
    """A voice of a story: copies, and the media of one side, are one."""

    voice: str
    side: str
    independent: bool
    articles: list[dict[str, Any]]


class ReportItem(BaseModel):
    """What is claimed, and how sure that is."""

    report: str
    concept: str
    says: str
    confirmation: str
    claims: int
    voices: list[VoiceItem]


class EventItem(BaseModel):
    """What happened when."""

    at: datetime
    kind: str
    text: str
    article_id: int | None = None
    alert_id: int | None = None


class StoryArticle(ArticleItem):
    """An article of a story."""

    copy_of_id: int | None = Field(description="the earlier article that it repeats")


class StoryAlertWhole(AlertItem):
    """An alert of a story with its updates."""

    updates: list[UpdateItem]


class Story(StoryBase):
    """A story whole."""

    articles: list[StoryArticle]
    alerts: list[StoryAlertWhole]
    merged: list[int]
    timeline: list[EventItem]
    claims: list[ClaimItem]
    reports: list[ReportItem]
    sources: list[VoiceItem]


def story_filter(
    open: Annotated[bool | None, Query(description="true: not closed; false: closed")] = None,  # noqa: A002
    alerted: Annotated[bool | None, Query(description="with an alert, or without")] = None,
    confirmation: Word = "",
    concept: Word = "",
    language: Word = "",
    place: Word = "",
    rule: Word = "",
    since: Annotated[Moment | None, Query(description="whose newest article came then or later")] = None,
    until: Moment | None = None,
) -> StoryFilter:
    """Which stories are asked for."""
    return StoryFilter(
        open=open,
        alerted=alerted,
        confirmation=confirmation,
        concept=concept,
        language=language,
        place=place,
        rule=rule,
        since=since,
        until=until,
    )


Stories = Annotated[StoryFilter, Depends(story_filter)]


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/stories", tags=["stories"])
    queries = StoryQueries(services.store.engine, services.settings.profile.opposed)

    @routes.get("")
    def list_stories(wanted: Stories, cursor: Cursor = "", limit: Limit = 50) -> StoryPage:
        """Stories under a filter."""
        rows = queries.stories(wanted, limit + 1, before_of(cursor))
        return StoryPage(items=[StoryItem(**row) for row in rows[:limit]], next=next_story(rows, limit))

    @routes.get("/{story_id}")
    def get_story(story_id: Id) -> Story:
        """One story with its timeline, claims, sources, articles and alerts."""
        row = queries.story(story_id)
        if row is None:
            raise ProblemError(404, "There is no such story.")
        return Story(**row | {"alerts": [alert_item(alert) for alert in row["alerts"]]})

    return routes


def before_of(cursor: str) -> tuple[datetime, int] | None:
    """Where the next page of stories begins; None without a cursor.

    Raises:
        ProblemError: it is not one of this list.
    """
    numbers = place_of(LIST, cursor, 2)
    return (_EPOCH + numbers[0] * _MICROSECOND, numbers[1]) if numbers else None


def next_story(rows: list[dict[str, Any]], limit: int) -> str | None:
    """The cursor behind the first `limit` stories of `rows`, which are one more where there is a next page."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return place(LIST, (last["last_at"] - _EPOCH) // _MICROSECOND, last["id"])
