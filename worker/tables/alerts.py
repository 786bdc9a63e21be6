"""Alerts, their revisions, and what people say of them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from worker.tables.columns import Json, UtcDateTime, id_column, metadata, reference

alerts = Table(
    "alerts",
    metadata,
    id_column(),
    Column("rule_id", Text, nullable=False),
    reference("story_id", "stories", nullable=False),
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
    Column("reason", String(12), nullable=False, server_default="raised"),  # of the newest revision
    Column("detail", Text, nullable=False, server_default=""),
    Column("updated_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("snoozed_until", UtcDateTime),
    UniqueConstraint("rule_id", "story_id"),
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
)

alert_articles = Table(
    "alert_articles",
    metadata,
    reference("alert_id", "alerts", primary_key=True),
    reference("article_id", "articles", primary_key=True),
    Column("alert_revision", Integer, nullable=False),  # what it confirms: before the story turned, or after
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
