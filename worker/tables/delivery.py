"""What is sent to whom, and what is not."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, text

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
    Column("languages", Json, nullable=False, server_default="[]"),
    Column("stances", Json, nullable=False, server_default="[]"),
    Column("maximum_severity", String(8), nullable=False, server_default="critical"),
)

# What is no news and must be told all the same: a channel that is disabled, a source that is quiet.
notices = Table(
    "notices",
    metadata,
    id_column(),
    Column("kind", String(32), nullable=False),
    Column("subject", Text, nullable=False),  # what it is about: a channel's name, a feed's address
    Column("severity", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", Json, nullable=False, server_default="{}"),  # what it says it of, to be said in other languages
    Column("raised_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("routed_at", UtcDateTime),
    Index(
        "uq_notices_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_notices_unrouted",
        "id",
        sqlite_where=text("routed_at IS NULL"),
        postgresql_where=text("routed_at IS NULL"),
    ),
)

# What a channel was, or will be, handed at once. Its notifications and its key are fixed when it is first leased, so a
# repeat after a crash is the same message.
messages = Table(
    "messages",
    metadata,
    id_column(),
    Column("channel", Text, nullable=False),
    Column("key", String(64), nullable=False, unique=True),  # idempotency key
    Column("form", String(12), nullable=False),  # alert | group | digest | notice
    Column("created_at", UtcDateTime, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    id_column(),
    reference("alert_id", "alerts"),  # this, or …
    reference("notice_id", "notices"),
    Column("alert_revision", Integer, nullable=False, server_default="0"),
    Column("purpose", String(12), nullable=False, server_default="alert"),  # alert | escalation | notice
    Column("channel", Text, nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("status", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("route", Text, nullable=False, server_default=""),  # the route that led here; "" = the channel itself
    Column("bundle", Text, nullable=False, server_default=""),  # what it is sent together with; "" = alone
    Column("severity_rank", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("error", Text),
    reference("message_id", "messages"),
    UniqueConstraint("alert_id", "alert_revision", "channel", "purpose"),
    UniqueConstraint("notice_id", "channel"),
    Index(None, "status", "channel", "next_attempt_at"),
    Index(None, "message_id"),
    Index(None, "channel", "created_at"),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("enabled_since", UtcDateTime),  # what was raised since then owes it a notification; null = not configured
    Column("disabled_at", UtcDateTime),
    Column("disabled_reason", Text),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("paused_until", UtcDateTime),  # it asked for a pause, has failed too often, or has sent its minute's worth
    Column("paid_until", UtcDateTime),  # how far ahead of its rate it is
)
