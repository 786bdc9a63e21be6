"""What is sent to whom, and what is not."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from worker.tables.columns import Json, UtcDateTime, id_column, metadata, reference

silences = Table(
    "silences",
    metadata,
    id_column(),
    Column("comment", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("rules", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("publishers", Json, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    id_column(),
    reference("alert_id", "alerts", nullable=False),
    Column("alert_revision", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("status", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("error", Text),
    UniqueConstraint("alert_id", "alert_revision", "channel"),
    Index(None, "status", "channel", "next_attempt_at"),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("disabled_at", UtcDateTime),
    Column("disabled_reason", Text),
)
