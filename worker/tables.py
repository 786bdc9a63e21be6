"""Every table, in SQLAlchemy Core, for SQLite and PostgreSQL alike.

The columns that make a stage repeatable are its unique keys: (feed, identity) for entries, the key for articles,
(article, number) for revisions, (rule, story) for alerts, (alert, alert revision, channel) for notifications.
Full-text search is not here: it is made by the migration, since the two databases do it differently.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` in PostgreSQL, UTC text in SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; a naive time is a mistake of ours and refused.

        Raises:
            ValueError: for a naive datetime.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: times are stored in UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware and in UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts its own row ids only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), **options)


feeds = Table(
    "feeds",
    metadata,
    _id(),
    # as configured
    Column("url", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("languages", Json, nullable=False),
    Column("country", String(2), nullable=False),
    Column("dedicated", Boolean, nullable=False),
    Column("full_text", String(8), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
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
    Column("next_poll_at", UtcDateTime, nullable=False, index=True),
    Column("schedule_reason", Text),  # why then: back-off, burst, Retry-After, …
    Column("lease_until", UtcDateTime),
    Column("rate", Json, nullable=False),
    Column("redirect_url", Text),
    Column("redirect_count", Integer, nullable=False, server_default="0"),
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
    _id(),
    _ref("feed_id", "feeds", nullable=False),
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
    _id(),
    _ref("feed_id", "feeds", nullable=False, unique=True),
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

captures = Table(
    "captures",
    metadata,
    _id(),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("headers", Json, nullable=False),
    Column("size", Integer, nullable=False),  # bytes, uncompressed
    Column("body", LargeBinary, nullable=False),  # zlib
)

stories = Table(
    "stories",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    _ref("feed_id", "feeds", nullable=False, index=True),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("publisher", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("published_at", UtcDateTime, index=True),
    Column("updated_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False),
    Column("machine_written", Boolean, nullable=False),
    Column("credit", Text, nullable=False),
    Column("labels", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("revised_at", UtcDateTime),
    _ref("capture_id", "captures"),
    # its page
    Column("page_due_at", UtcDateTime),
    Column("page_lease_until", UtcDateTime),
    Column("page_attempts", Integer, nullable=False, server_default="0"),
    Column("page_outcome", String(24)),  # None: not asked for yet
    _ref("same_as_id", "articles"),  # its page says that it is this earlier article
    _ref("page_capture_id", "captures"),
    # as judged
    Column("region", String(8)),
    Column("places", Json),
    Column("judgement", Json),
    Column("matched_at", UtcDateTime),
    Column("match_lease_until", UtcDateTime),
    _ref("story_id", "stories", index=True),
    Index(
        "ix_articles_page_due",
        "page_due_at",
        sqlite_where=text("page_due_at IS NOT NULL"),
        postgresql_where=text("page_due_at IS NOT NULL"),
    ),
    # The match stage asks for these few among millions, every few seconds.
    Index(
        "ix_articles_unmatched",
        "id",
        sqlite_where=text("matched_at IS NULL"),
        postgresql_where=text("matched_at IS NULL"),
    ),
)

entries = Table(
    "entries",
    metadata,
    _ref("feed_id", "feeds", primary_key=True),
    Column("identity", Text, primary_key=True),
    _ref("article_id", "articles", nullable=False, index=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    _id(),
    _ref("article_id", "articles", nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    _ref("capture_id", "captures"),
    UniqueConstraint("article_id", "number"),
)

matches = Table(
    "matches",
    metadata,
    _id(),
    _ref("article_id", "articles", nullable=False),
    Column("revision", Integer, nullable=False),
    Column("concept", String(32), nullable=False, index=True),
    Column("stance", String(16), nullable=False),
    Column("terms", Json, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("field", String(8), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("marks", Json, nullable=False),
    Column("cues", Json, nullable=False),
    Column("elsewhere", Text, nullable=False),  # the place outside the region that the sentence is about
    Index(None, "article_id", "revision"),
)

alerts = Table(
    "alerts",
    metadata,
    _id(),
    Column("rule_id", Text, nullable=False),
    _ref("story_id", "stories", nullable=False),
    _ref("article_id", "articles", nullable=False),
    Column("severity", String(8), nullable=False),
    Column("stance", String(16), nullable=False),
    Column("match", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("why", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False, index=True),
    Column("routed_revision", Integer, nullable=False, server_default="0"),
    UniqueConstraint("rule_id", "story_id"),
    Index(
        "ix_alerts_unrouted",
        "id",
        sqlite_where=text("routed_revision < revision"),
        postgresql_where=text("routed_revision < revision"),
    ),
)

alert_articles = Table(
    "alert_articles",
    metadata,
    _ref("alert_id", "alerts", primary_key=True),
    _ref("article_id", "articles", primary_key=True),
    Column("alert_revision", Integer, nullable=False),  # what it confirms: before the story turned, or after
    Column("added_at", UtcDateTime, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    _id(),
    _ref("alert_id", "alerts", nullable=False, index=True),
    Column("verdict", String(8), nullable=False),  # right | wrong
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    _id(),
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
    _id(),
    _ref("alert_id", "alerts", nullable=False),
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

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("queue", String(16), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Small things that all workers share and that belong to no row of another table (the schedule's price, say).
memory = Table(
    "memory",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
