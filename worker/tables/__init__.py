"""Every table, in SQLAlchemy Core, for SQLite and PostgreSQL alike.

The columns that make a stage repeatable are its unique keys: (feed, identity) for entries, the key for articles,
(article, number) for revisions, (rule, story) for alerts, (alert, alert revision, channel) for notifications.
Full-text search is not here: it is made by the migration, since the two databases do it differently.
"""

from __future__ import annotations

from worker.tables.alerts import alert_articles, alert_updates, alerts, feedback
from worker.tables.articles import (
    article_facets,
    articles,
    captures,
    claims,
    entries,
    matches,
    revisions,
    signatures,
    stories,
)
from worker.tables.columns import Id, Json, UtcDateTime, metadata
from worker.tables.delivery import channels, messages, notices, notifications, silences
from worker.tables.people import audit, sessions, tokens, users
from worker.tables.polling import feeds, polls, subscriptions
from worker.tables.service import heartbeats, memory

__all__ = [
    "Id",
    "Json",
    "UtcDateTime",
    "alert_articles",
    "alert_updates",
    "alerts",
    "article_facets",
    "articles",
    "audit",
    "captures",
    "channels",
    "claims",
    "entries",
    "feedback",
    "feeds",
    "heartbeats",
    "matches",
    "memory",
    "messages",
    "metadata",
    "notices",
    "notifications",
    "polls",
    "revisions",
    "sessions",
    "signatures",
    "silences",
    "stories",
    "subscriptions",
    "tokens",
    "users",
]
