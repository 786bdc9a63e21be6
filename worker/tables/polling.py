"""Feeds, their polls, and the hubs that push them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, false, text

from worker.tables.columns import Json, UtcDateTime, id_column, metadata, reference

feeds = Table(
    "feeds",
    metadata,
    id_column(),
    # as configured
    Column("url", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("languages", Json, nullable=False),
    Column("country", String(2), nullable=False),
    Column("side", String(16), nullable=False, server_default=""),  # whose voice: their state's, ""
    Column("dedicated", Boolean, nullable=False),
    Column("full_text", String(8), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    # `enabled` as somebody switched it, whatever the settings say; null: as configured
    Column("switched_at", UtcDateTime),
    Column("switched_by", Text, nullable=False, server_default=""),
    # as remembered
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_sha256", String(64)),
    Column("item_hashes", Text, nullable=False, server_default=""),  # separated by blanks
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("needs_person", Boolean, nullable=False, server_default=false()),  # 410 and the like: look at its address
    Column("last_outcome", String(24)),
    Column("last_error", Text),
    Column("last_polled_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("last_new_at", UtcDateTime),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("schedule_reason", Text),  # why then: back-off, burst, Retry-After, …
    Column("lease_until", UtcDateTime),
    Column("rate", Json, nullable=False),
    Column("redirect_url", Text),
    Column("redirect_count", Integer, nullable=False, server_default="0"),
    # Without those that are disabled, which stay overdue for ever.
    Index("ix_feeds_due", "next_poll_at", "id", sqlite_where=text("enabled = 1"), postgresql_where=text("enabled")),
    Index(
        "ix_feeds_leased",
        "lease_until",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
)

polls = Table(
    "polls",
    metadata,
    id_column(),
    reference("feed_id", "feeds", nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("duration_ms", Integer, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("status", Integer),
    Column("bytes", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("error", Text),
    Index(None, "feed_id", "started_at"),
)

# WebSub: at most one hub is asked for pushes of a feed.
subscriptions = Table(
    "subscriptions",
    metadata,
    id_column(),
    reference("feed_id", "feeds", nullable=False, unique=True),
    Column("hub_url", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(64), nullable=False, unique=True),  # the end of the callback's address
    Column("secret", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("callback_base", Text),  # TRUCEWIRE_PUBLIC_URL as the hub was last told it
    Column("requested_at", UtcDateTime),
    Column("verified_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("last_push_at", UtcDateTime),
    Column("pushes", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcDateTime, nullable=False, index=True),
    Column("error", Text),
)
