"""`/api/v1/alerts`, `notifications` and `silences`: what was raised, who was told, and what people do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from worker.bootstrap import Services
from worker.model import Severity, Silence, Stance
from worker.web import deeds
from worker.web.access import Analyst
from worker.web.api.articles import ArticleItem, next_of
from worker.web.api.cursors import MOST_ID, last_seen
from worker.web.api.parameters import STRICT, Alerts, Cursor, Id, Limit, Word
from worker.web.problems import ProblemError

LIST, NOTIFICATIONS = "alerts", "notifications"


class AlertItem(BaseModel):
    """An alert as it stands in a list."""

    id: int
    rule_id: str
    story_id: int
    article_id: int
    severity: str
    stance: str
    places: list[str]
    why: list[str]
    revision: int
    raised_at: datetime
    confirmation: str = Field("", description="single_source, one_side, both_sides or independent")
    reason: str = Field("", description="of the newest revision: raised, confirmed, escalated, turned, numbers, …")
    detail: str = ""
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    closed_reason: str = ""
    merged_into_id: int | None = None
    numbers: dict[str, Any] | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    snoozed_until: datetime | None = None
    sentence: str = Field("", description="the one that raised it")
    speaker: str = ""
    families: list[str] = Field(description="publisher families that report what it says now")
    title: str
    url: str
    publisher: str
    language: str
    published_at: datetime | None
    first_seen_at: datetime


class AlertPage(BaseModel):
    """Alerts, newest first."""

    items: list[AlertItem]
    next: str | None


class UpdateItem(BaseModel):
    """One revision of an alert."""

    revision: int
    reason: str
    detail: str
    article_id: int
    severity: str
    stance: str
    at: datetime


class NotificationItem(BaseModel):
    """What became of an alert, or a notice, on one channel."""

    model_config = ConfigDict(extra="ignore")

    id: int
    alert_id: int | None
    alert_revision: int
    channel: str
    status: str
    reason: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    error: str | None
    purpose: str = ""
    route: str = ""


class NotificationPage(BaseModel):
    """Notifications, newest first."""

    items: list[NotificationItem]
    next: str | None


class Alert(AlertItem):
    """An alert whole."""

    articles: list[ArticleItem]
    updates: list[UpdateItem]
    notifications: list[NotificationItem]


class SnoozeRequest(BaseModel):
    """For how long."""

    model_config = STRICT

    hours: float = Field(2, gt=0, le=168)


class FeedbackRequest(BaseModel):
    """Whether an alert was right."""

    model_config = STRICT

    right: bool
    reason: str = Field("", max_length=1000)


Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]


class SilenceRequest(BaseModel):
    """What is muted, for how long, and why. Empty conditions match everything."""

    model_config = STRICT

    comment: str = Field(min_length=1, max_length=500)
    hours: float = Field(gt=0, le=24 * 90)
    rules: Names = []
    places: Names = []
    publishers: Names = []
    languages: Names = []
    stances: list[Stance] = []
    maximum_severity: Severity = Field(Severity.CRITICAL, description="nothing more severe than this is muted")


class SilenceItem(BaseModel):
    """A silence."""

    id: int
    comment: str
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    rules: list[str]
    places: list[str]
    publishers: list[str]
    languages: list[str] = []
    stances: list[str] = []
    maximum_severity: str = ""


class SilenceList(BaseModel):
    """Silences, newest first, ended ones included."""

    items: list[SilenceItem]


class Done(BaseModel):
    """What was done."""

    done: Literal[True] = True
    id: int | None = None
    until: datetime | None = None


def alert_item(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an alert as its item's fields."""
    match = row.get("match") or {}
    return row | {"sentence": match.get("sentence", ""), "speaker": match.get("speaker", "")}


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    queries = services.queries

    @routes.get("/alerts", tags=["alerts"])
    def list_alerts(wanted: Alerts, cursor: Cursor = "", limit: Limit = 50) -> AlertPage:
        """Alerts under a filter, newest first."""
        rows = queries.alerts(wanted, limit + 1, last_seen(LIST, cursor))
        items = [AlertItem(**alert_item(row)) for row in rows[:limit]]
        return AlertPage(items=items, next=next_of(LIST, rows, limit))

    @routes.get("/alerts/{alert_id}", tags=["alerts"])
    def get_alert(alert_id: Id) -> Alert:
        """One alert with its articles, updates and notifications."""
        row = queries.alert(alert_id)
        if row is None:
            raise ProblemError(404, "There is no such alert.")
        return Alert(**alert_item(row))

    @routes.get("/notifications", tags=["alerts"])
    def list_notifications(
        status: Word = "",
        channel: Word = "",
        alert: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> NotificationPage:
        """Who was told what, who was not, and why; newest first."""
        before_id = last_seen(NOTIFICATIONS, cursor)
        rows = queries.notifications(
            status=status, channel=channel, alert_id=alert, limit=limit + 1, before_id=before_id
        )
        items = [NotificationItem(**row) for row in rows[:limit]]
        return NotificationPage(items=items, next=next_of(NOTIFICATIONS, rows, limit))

    _add_actions(routes, services)
    _add_silences(routes, services)
    return routes


def _add_actions(routes: APIRouter, services: Services) -> None:
    @routes.post("/alerts/{alert_id}/acknowledge", tags=["alerts"])
    def acknowledge(alert_id: Id, visitor: Analyst) -> Done:
        """Take an alert on. The first one's name stays."""
        deeds.acknowledge(services, visitor, alert_id)
        return Done(id=alert_id)

    @routes.post("/alerts/{alert_id}/snooze", tags=["alerts"])
    def snooze(alert_id: Id, wanted: SnoozeRequest, visitor: Analyst) -> Done:
        """Hold an alert's updates, but for escalations and turns."""
        until = deeds.snooze(services, visitor, alert_id, timedelta(hours=wanted.hours))
        return Done(id=alert_id, until=until)

    @routes.post("/alerts/{alert_id}/feedback", tags=["alerts"])
    def give_feedback(alert_id: Id, wanted: FeedbackRequest, visitor: Analyst) -> Done:
        """Say whether an alert was right: it is kept as labelled data."""
        deeds.give_feedback(services, visitor, alert_id, right=wanted.right, reason=wanted.reason.replace("\0", ""))
        return Done(id=alert_id)


def _add_silences(routes: APIRouter, services: Services) -> None:
    @routes.get("/silences", tags=["silences"])
    def list_silences() -> SilenceList:
        """All silences, newest first."""
        return SilenceList(items=[SilenceItem(**row) for row in services.queries.silences()])

    @routes.post("/silences", tags=["silences"], status_code=201)
    def add_silence(wanted: SilenceRequest, visitor: Analyst) -> Done:
        """Mute alerts. They are still raised and stored; their notifications end as suppressed."""
        silence = silence_of(wanted, services.now())
        deeds.check_silence(services, silence)
        return Done(id=deeds.add_silence(services, visitor, silence), until=silence.ends_at)

    @routes.delete("/silences/{silence_id}", tags=["silences"])
    def end_silence(silence_id: Id, visitor: Analyst) -> Done:
        """End a silence now."""
        deeds.end_silence(services, visitor, silence_id)
        return Done(id=silence_id)


def silence_of(wanted: SilenceRequest, now: datetime) -> Silence:
    """The silence that is asked for, from now on."""

    def clean(names: list[str]) -> tuple[str, ...]:
        return tuple(name.replace("\0", "") for name in names)

    return Silence(
        silence_id=0,
        comment=wanted.comment.replace("\0", ""),
        starts_at=now,
        ends_at=now + timedelta(hours=wanted.hours),
        rules=clean(wanted.rules),
        places=clean(wanted.places),
        publishers=clean(wanted.publishers),
        languages=clean(wanted.languages),
        stances=tuple(str(stance) for stance in wanted.stances),
        maximum_severity=wanted.maximum_severity,
    )
