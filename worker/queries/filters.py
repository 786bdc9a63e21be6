"""What may be asked for, and which columns an answer has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.tables import alerts, articles

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; empty conditions match all."""

    search: str = ""
    region: str = ""
    language: str = ""
    publisher: str = ""  # name or family
    place: str = ""
    rule: str = ""  # one that fired
    concept: str = ""
    stance: str = ""
    feed_id: int | None = None
    story_id: int | None = None
    since: datetime | None = None  # by first_seen_at
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; empty conditions match all."""

    rule: str = ""
    severity: str = ""
    stance: str = ""
    story_id: int | None = None
    open: bool | None = None  # neither closed nor part of another one
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Signs of progress."""

    overdue_since: datetime | None  # the oldest due time of a feed that nobody has polled yet
    unmatched_since: datetime | None  # … first-seen time of an article that nobody has judged yet
    unsent_since: datetime | None  # … attempt time of a notification that is due
    heartbeats: dict[str, datetime]  # by queue


ARTICLE_LIST = (
    articles.c.id,
    articles.c.title,
    articles.c.url,
    articles.c.publisher,
    articles.c.family,
    articles.c.language,
    articles.c.published_at,
    articles.c.first_seen_at,
    articles.c.region,
    articles.c.places,
    articles.c.revision,
    articles.c.story_id,
    articles.c.feed_id,
    articles.c.machine_written,
    articles.c.credit,
    articles.c.labels,
)
FULL_ARTICLE = (
    *ARTICLE_LIST,
    articles.c.summary,
    articles.c.text,
    articles.c.author,
    articles.c.updated_at,
    articles.c.revised_at,
    articles.c.fingerprint,
    articles.c.identity,
    articles.c.notes,
    articles.c.judgement,
    articles.c.matched_at,
    articles.c.page_outcome,
    articles.c.same_as_id,
)
ALERT_LIST = (
    *(column for column in alerts.c if column.name != "routed_revision"),
    articles.c.title,
    articles.c.url,
    articles.c.publisher,
    articles.c.family,
    articles.c.language,
    articles.c.published_at,
    articles.c.first_seen_at,
)
