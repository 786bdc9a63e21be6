"""Alerts, and how they reach people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from worker.model.articles import StoredArticle
from worker.model.judgement import Match, Severity, Stance


class Confirmation(StrEnum):
    """How many independent voices report what an alert says. Copies and one side's media count as one voice."""

    SINGLE_SOURCE = "single_source"
    ONE_SIDE = "one_side"  # several publishers, all of one side of the conflict
    BOTH_SIDES = "both_sides"  # both sides say so
    INDEPENDENT = "independent"  # publishers of no side confirm it


class UpdateReason(StrEnum):
    """Why an alert got a new revision."""

    RAISED = "raised"  # revision 1
    CONFIRMED = "confirmed"  # independent confirmation
    ESCALATED = "escalated"  # a higher severity
    TURNED = "turned"  # the opposite stance: denied, violated, ended
    NUMBERS = "numbers"  # the numbers reported changed materially
    CORRECTED = "corrected"  # the article that raised it was corrected
    RETRACTED = "retracted"  # … or withdrawn


@dataclass(frozen=True, slots=True)
class AlertUpdate:
    """One revision of an alert: what changed, and which article changed it."""

    revision: int
    reason: UpdateReason
    detail: str  # one line for people
    article_id: int
    severity: Severity
    stance: Stance
    at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One event as one rule sees it: (rule, story) is its natural key."""

    alert_id: int
    rule_id: str
    story_id: int
    revision: int  # 1 = the first alert; later evidence updates it
    severity: Severity
    stance: Stance
    raised_at: datetime
    article: StoredArticle  # the one that raised it
    match: Match
    places: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()  # families that report it so far
    confirmation: Confirmation = Confirmation.SINGLE_SOURCE
    independent: int = 0  # voices of no party that say so; one side's media, or copies, are one voice
    reason: UpdateReason = UpdateReason.RAISED  # of the newest revision
    detail: str = ""
    updated_at: datetime | None = None  # when it got its newest revision
    closed_at: datetime | None = None  # when it went quiet
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes what it matches, for a time and with a reason. Empty conditions match everything."""

    silence_id: int
    comment: str
    starts_at: datetime
    ends_at: datetime
    rules: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()  # names or families
    languages: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    maximum_severity: Severity = Severity.CRITICAL  # what is more urgent stays loud


class NotificationStatus(StrEnum):
    """Where a notification stands. Every alert × channel ends as sent, suppressed or failed."""

    PENDING = "pending"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered alert: what every kind of channel builds its own form from."""

    key: str  # idempotency key
    subject: str  # one line, no control characters
    text: str  # plain
    html: str  # escaped
    payload: dict[str, Any]  # the webhook's JSON
    severity: Severity = Severity.INFO
    created_at: datetime | None = None
    body: str = ""  # the text without what the subject says as well; "" = all of it is wanted below the subject, too


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it is configured; secrets are already resolved."""

    name: str
    kind: str  # console | email | webhook | apprise
    options: dict[str, Any] = field(default_factory=dict)
    minimum_severity: Severity = Severity.INFO
    rules: tuple[str, ...] = ()  # empty = all
    enabled: bool = True
    language: str = "en"  # of what Trucewire says; a sentence stays in its own
    per_minute: int = 0  # messages that the service takes in a minute; 0 = as many as there are
    fallback: str = ""  # the channel that learns when this one fails; "" = any other that works
