"""Alerts, their revisions, and what people say of them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from worker.tables.columns import Json, UtcDateTime, id_column, metadata, reference

alerts = Table(
    "alerts",
    metadata,
    id_column(),
    Column("rule_id", Text, nullable=False),
    reference("story_id", "stories", nullable=False, index=True),
    reference("article_id", "articles", nullable=False),
    Column("severity", String(8), nullable=False),
    Column("stance", String(16), nullable=False),
    Column("match", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("why", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False, index=True),
    Column("routed_revision", Integer, nullable=False, server_default="0"),
    Column("confirmation", String(16), nullable=False, server_default="single_source"),
    Column("independent", Integer, nullable=False, server_default="0"),  # voices of no party that say so
    Column("reason", String(12), nullable=False, server_default="raised"),  # of the newest revision
    Column("detail", Text, nullable=False, server_default=""),
    Column("numbers", Json),  # the highest toll told so far: {"killed": 3}
    Column("updated_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("closed_reason", Text, nullable=False, server_default=""),
    reference("merged_into_id", "alerts"),  # its story was shown to be the same event as that alert's
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("snoozed_until", UtcDateTime),
    Index(
        "uq_alerts_rule_id_story_id",
        "rule_id",
        "story_id",
        unique=True,
        sqlite_where=text("merged_into_id IS NULL"),
        postgresql_where=text("merged_into_id IS NULL"),
    ),
    Index(
        "ix_alerts_merged_into_id",
        "merged_into_id",
        sqlite_where=text("merged_into_id IS NOT NULL"),
        postgresql_where=text("merged_into_id IS NOT NULL"),
    ),
    Index(
        "ix_alerts_unrouted",
        "id",
        sqlite_where=text("routed_revision < revision"),
        postgresql_where=text("routed_revision < revision"),
    ),
)

alert_updates = Table(
    "alert_updates",
    metadata,
    reference("alert_id", "alerts", primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("reason", String(12), nullable=False),
    Column("detail", Text, nullable=False),
    reference("article_id", "articles", nullable=False),
    Column("severity", String(8), nullable=False),
    Column("stance", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What the alert said beside that, to be told of this revision whatever became of it since.
    reference("quoted_id", "articles"),
    Column("quoted_revision", Integer),  # of that article
    Column("match", Json),
    Column("places", Json),
    Column("why", Json),
    Column("confirmation", String(16)),
    Column("independent", Integer),
)

alert_articles = Table(
    "alert_articles",
    metadata,
    reference("alert_id", "alerts", primary_key=True),
    reference("article_id", "articles", primary_key=True, index=True),
    Column("article_revision", Integer, nullable=False),  # of the article, when it last said so
    Column("stance", String(16), nullable=False),  # what it says: of what held before the story turned, or after
    Column("added_at", UtcDateTime, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    id_column(),
    reference("alert_id", "alerts", nullable=False, index=True),
    Column("verdict", String(8), nullable=False),  # right | wrong
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
