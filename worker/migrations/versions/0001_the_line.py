"""The line: feeds, polls, articles and their revisions, judgements, alerts, notifications; full-text search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from worker.tables import Id, Json, UtcDateTime

revision = "0001"
down_revision = None

# An article is indexed when it is first judged: until then it waits in the match stage's queue, and polls, which write
# most, are spared the dearest part of a row. From then on the index follows every change at once.

# SQLite: an index beside the table, which holds no text of its own and is kept true by triggers.
SQLITE_SEARCH = (
    """
    CREATE VIRTUAL TABLE article_search USING fts5(
        title, summary, text, content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER articles_search_first AFTER UPDATE OF matched_at ON articles
    WHEN new.matched_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM article_search_docsize WHERE id = new.id) BEGIN
        INSERT INTO article_search(rowid, title, summary, text) VALUES (new.id, new.title, new.summary, new.text);
    END
    """,
    """
    CREATE TRIGGER articles_search_delete AFTER DELETE ON articles
    WHEN EXISTS (SELECT 1 FROM article_search_docsize WHERE id = old.id) BEGIN
        INSERT INTO article_search(article_search, rowid, title, summary, text)
        VALUES ('delete', old.id, old.title, old.summary, old.text);
    END
    """,
    """
    CREATE TRIGGER articles_search_update AFTER UPDATE OF title, summary, text ON articles
    WHEN EXISTS (SELECT 1 FROM article_search_docsize WHERE id = old.id) BEGIN
        INSERT INTO article_search(article_search, rowid, title, summary, text)
        VALUES ('delete', old.id, old.title, old.summary, old.text);
        INSERT INTO article_search(rowid, title, summary, text) VALUES (new.id, new.title, new.summary, new.text);
    END
    """,
)
UNPLANNED = ("identity", "url", "title", "summary", "text", "author", "fingerprint", "credit", "notes", "judgement")
# PostgreSQL: a column, written together with the judgement, as each update of a row writes its index anew. A tsvector
# holds 1 MB at most, hence the cut. Its last word, which nobody can search for, says where in the log the article
# stands: so the index can be asked for a piece of the log (`worker.database.search`).
POSTGRESQL_SEARCH = (
    "ALTER TABLE articles ADD COLUMN search tsvector",
    """
    CREATE FUNCTION articles_search() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF old.search IS NULL OR (old.title, old.summary, old.text) <> (new.title, new.summary, new.text) THEN
            new.search = to_tsvector('simple', new.title || ' ' || new.summary || ' ' || left(new.text, 100000))
                || array_to_tsvector(ARRAY['#' || (new.id >> 14)]);
        END IF;
        RETURN new;
    END $$
    """,
    """
    CREATE TRIGGER articles_search BEFORE UPDATE OF matched_at, title, summary, text ON articles FOR EACH ROW
    WHEN (new.matched_at IS NOT NULL OR old.search IS NOT NULL) EXECUTE FUNCTION articles_search()
    """,
    # Without those that wait to be judged: they would be noted as having no words.
    "CREATE INDEX ix_articles_search ON articles USING gin (search) WHERE search IS NOT NULL",
    # Half of what an ANALYZE takes is to sort texts by which nothing is ever planned.
    f"ALTER TABLE articles {', '.join(f'ALTER {name} SET STATISTICS 0' for name in UNPLANNED)}",
)


def make_search() -> None:
    statements = SQLITE_SEARCH if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_SEARCH
    for statement in statements:
        op.execute(statement)


def drop_search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_search")
    else:
        op.execute("DROP FUNCTION articles_search CASCADE")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_action_at"), "audit", ["action", "at"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "captures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("sha256", name=op.f("uq_captures_sha256")),
    )
    op.create_table(
        "channels",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled_since", UtcDateTime, nullable=True),
        sa.Column("disabled_at", UtcDateTime, nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", UtcDateTime, nullable=True),
        sa.Column("paid_until", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )
    op.create_table(
        "entries",
        sa.Column("feed_id", Id, autoincrement=False, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "identity", name=op.f("pk_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feeds",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("languages", Json, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("side", sa.String(length=16), server_default="", nullable=False),
        sa.Column("dedicated", sa.Boolean(), nullable=False),
        sa.Column("full_text", sa.String(length=8), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("switched_at", UtcDateTime, nullable=True),
        sa.Column("switched_by", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=True),
        sa.Column("item_hashes", sa.Text(), server_default="", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("needs_person", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_outcome", sa.String(length=24), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_polled_at", UtcDateTime, nullable=True),
        sa.Column("last_ok_at", UtcDateTime, nullable=True),
        sa.Column("last_new_at", UtcDateTime, nullable=True),
        sa.Column("next_poll_at", UtcDateTime, nullable=False),
        sa.Column("schedule_reason", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("rate", Json, nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("redirect_count", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
    )
    op.create_index(
        "ix_feeds_due",
        "feeds",
        ["next_poll_at", "id"],
        unique=False,
        sqlite_where=sa.text("enabled = 1"),
        postgresql_where=sa.text("enabled"),
    )
    op.create_index(
        "ix_feeds_leased",
        "feeds",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "memory",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_memory")),
    )
    op.create_table(
        "messages",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_table(
        "notices",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", Json, server_default="{}", nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("routed_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(
        "ix_notices_unrouted",
        "notices",
        ["id"],
        unique=False,
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.create_index(
        "uq_notices_open",
        "notices",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "signatures",
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("placed", name=op.f("uq_signatures_placed")),
    )
    op.create_table(
        "silences",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("places", Json, nullable=False),
        sa.Column("publishers", Json, nullable=False),
        sa.Column("languages", Json, server_default="[]", nullable=False),
        sa.Column("stances", Json, server_default="[]", nullable=False),
        sa.Column("maximum_severity", sa.String(length=8), server_default="critical", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_table(
        "stories",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("titled_by_id", Id, nullable=True),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("confirmation", sa.String(length=16), server_default="single_source", nullable=False),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["merged_into_id"], ["stories.id"], name=op.f("fk_stories_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    op.create_index(op.f("ix_stories_last_at"), "stories", ["last_at"], unique=False)
    op.create_index(
        "ix_stories_merged_into_id",
        "stories",
        ["merged_into_id"],
        unique=False,
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_stories_open",
        "stories",
        ["last_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("name", name=op.f("uq_tokens_name")),
        sa.UniqueConstraint("sha256", name=op.f("uq_tokens_sha256")),
    )
    op.create_table(
        "users",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("last_login_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "articles",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=True),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("machine_written", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("notes", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("revised_at", UtcDateTime, nullable=True),
        sa.Column("capture_id", Id, nullable=True),
        sa.Column("page_due_at", UtcDateTime, nullable=True),
        sa.Column("page_lease_until", UtcDateTime, nullable=True),
        sa.Column("page_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page_outcome", sa.String(length=24), nullable=True),
        sa.Column("same_as_id", Id, nullable=True),
        sa.Column("page_capture_id", Id, nullable=True),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("places", Json, nullable=True),
        sa.Column("judgement", Json, nullable=True),
        sa.Column("matched_at", UtcDateTime, nullable=True),
        sa.Column("match_lease_until", UtcDateTime, nullable=True),
        sa.Column("story_id", Id, nullable=True),
        sa.Column("copy_of_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["copy_of_id"], ["articles.id"], name=op.f("fk_articles_copy_of_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_articles_feed_id")),
        sa.ForeignKeyConstraint(["same_as_id"], ["articles.id"], name=op.f("fk_articles_same_as_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_articles_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("key", name=op.f("uq_articles_key")),
    )
    op.create_index(op.f("ix_articles_family_id"), "articles", ["family", "id"], unique=False)
    op.create_index(op.f("ix_articles_feed_id"), "articles", ["feed_id"], unique=False)
    op.create_index(op.f("ix_articles_first_seen_at_region"), "articles", ["first_seen_at", "region"], unique=False)
    op.create_index(op.f("ix_articles_language_id"), "articles", ["language", "id"], unique=False)
    op.create_index(
        "ix_articles_page_due",
        "articles",
        ["page_due_at"],
        unique=False,
        sqlite_where=sa.text("page_due_at IS NOT NULL"),
        postgresql_where=sa.text("page_due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_articles_publisher_id"), "articles", ["publisher", "id"], unique=False)
    op.create_index(
        op.f("ix_articles_region_id"),
        "articles",
        ["region", "id"],
        unique=False,
        sqlite_where=sa.text("region IS NOT NULL"),
        postgresql_where=sa.text("region IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_articles_story_id"),
        "articles",
        ["story_id"],
        unique=False,
        sqlite_where=sa.text("story_id IS NOT NULL"),
        postgresql_where=sa.text("story_id IS NOT NULL"),
    )
    op.create_index(
        "ix_articles_unmatched",
        "articles",
        ["id"],
        unique=False,
        sqlite_where=sa.text("matched_at IS NULL"),
        postgresql_where=sa.text("matched_at IS NULL"),
    )
    op.create_table(
        "polls",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_polls_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index(op.f("ix_polls_feed_id_started_at"), "polls", ["feed_id", "started_at"], unique=False)
    op.create_index(op.f("ix_polls_started_at"), "polls", ["started_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("renewed_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("sha256", name=op.f("uq_sessions_sha256")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("hub_url", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("callback_base", sa.Text(), nullable=True),
        sa.Column("requested_at", UtcDateTime, nullable=True),
        sa.Column("verified_at", UtcDateTime, nullable=True),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("last_push_at", UtcDateTime, nullable=True),
        sa.Column("pushes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_subscriptions_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("feed_id", name=op.f("uq_subscriptions_feed_id")),
        sa.UniqueConstraint("token", name=op.f("uq_subscriptions_token")),
    )
    op.create_index(op.f("ix_subscriptions_next_attempt_at"), "subscriptions", ["next_attempt_at"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("match", Json, nullable=False),
        sa.Column("places", Json, nullable=False),
        sa.Column("why", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("routed_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmation", sa.String(length=16), server_default="single_source", nullable=False),
        sa.Column("independent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=12), server_default="raised", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("numbers", Json, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=True),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("acknowledged_at", UtcDateTime, nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("snoozed_until", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alerts_article_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["alerts.id"], name=op.f("fk_alerts_merged_into_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_alerts_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "ix_alerts_merged_into_id",
        "alerts",
        ["merged_into_id"],
        unique=False,
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_alerts_raised_at"), "alerts", ["raised_at"], unique=False)
    op.create_index(op.f("ix_alerts_story_id"), "alerts", ["story_id"], unique=False)
    op.create_index(
        "ix_alerts_unrouted",
        "alerts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("routed_revision < revision"),
        postgresql_where=sa.text("routed_revision < revision"),
    )
    op.create_index(
        "uq_alerts_rule_id_story_id",
        "alerts",
        ["rule_id", "story_id"],
        unique=True,
        sqlite_where=sa.text("merged_into_id IS NULL"),
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.create_table(
        "article_facets",
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_facets_article_id")),
        sa.PrimaryKeyConstraint("facet", "article_id", name=op.f("pk_article_facets")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_article_facets_article_id"), "article_facets", ["article_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("concept", sa.String(length=32), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_claims_article_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_claims_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("article_id", "concept", "stance", name=op.f("uq_claims_article_id_concept_stance")),
    )
    op.create_index(op.f("ix_claims_article_id"), "claims", ["article_id"], unique=False)
    op.create_index(op.f("ix_claims_story_id"), "claims", ["story_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("concept", sa.String(length=32), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("cues", Json, nullable=False),
        sa.Column("elsewhere", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), server_default="", nullable=False),
        sa.Column("speaker_side", sa.String(length=16), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_matches_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_article_id_revision"), "matches", ["article_id", "revision"], unique=False)
    op.create_index(op.f("ix_matches_concept"), "matches", ["concept"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=True),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("capture_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revisions_article_id_number")),
    )
    op.create_table(
        "alert_articles",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("article_revision", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_articles_alert_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alert_articles_article_id")),
        sa.PrimaryKeyConstraint("alert_id", "article_id", name=op.f("pk_alert_articles")),
    )
    op.create_index(op.f("ix_alert_articles_article_id"), "alert_articles", ["article_id"], unique=False)
    op.create_table(
        "alert_updates",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("quoted_id", Id, nullable=True),
        sa.Column("quoted_revision", sa.Integer(), nullable=True),
        sa.Column("match", Json, nullable=True),
        sa.Column("places", Json, nullable=True),
        sa.Column("why", Json, nullable=True),
        sa.Column("confirmation", sa.String(length=16), nullable=True),
        sa.Column("independent", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_updates_alert_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alert_updates_article_id")),
        sa.ForeignKeyConstraint(["quoted_id"], ["articles.id"], name=op.f("fk_alert_updates_quoted_id")),
        sa.PrimaryKeyConstraint("alert_id", "revision", name=op.f("pk_alert_updates")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_feedback_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_alert_id"), "feedback", ["alert_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("alert_id", Id, nullable=True),
        sa.Column("notice_id", Id, nullable=True),
        sa.Column("alert_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("purpose", sa.String(length=12), server_default="alert", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), server_default="", nullable=False),
        sa.Column("bundle", sa.Text(), server_default="", nullable=False),
        sa.Column("severity_rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.Column("lease_until", UtcDateTime, nullable=True),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_notifications_alert_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_notifications_message_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notifications_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "alert_id",
            "alert_revision",
            "channel",
            "purpose",
            name=op.f("uq_notifications_alert_id_alert_revision_channel_purpose"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_notifications_key")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_notifications_notice_id_channel")),
    )
    op.create_index(
        op.f("ix_notifications_channel_created_at"), "notifications", ["channel", "created_at"], unique=False
    )
    op.create_index(op.f("ix_notifications_message_id"), "notifications", ["message_id"], unique=False)
    op.create_index(
        op.f("ix_notifications_status_channel_next_attempt_at"),
        "notifications",
        ["status", "channel", "next_attempt_at"],
        unique=False,
    )
    make_search()


def downgrade() -> None:
    drop_search()
    op.drop_index(op.f("ix_notifications_status_channel_next_attempt_at"), table_name="notifications")
    op.drop_index(op.f("ix_notifications_message_id"), table_name="notifications")
    op.drop_index(op.f("ix_notifications_channel_created_at"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_index(op.f("ix_feedback_alert_id"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_table("alert_updates")
    op.drop_index(op.f("ix_alert_articles_article_id"), table_name="alert_articles")
    op.drop_table("alert_articles")
    op.drop_table("revisions")
    op.drop_index(op.f("ix_matches_concept"), table_name="matches")
    op.drop_index(op.f("ix_matches_article_id_revision"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_claims_story_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_article_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_article_facets_article_id"), table_name="article_facets")
    op.drop_table("article_facets")
    op.drop_index(
        "uq_alerts_rule_id_story_id",
        table_name="alerts",
        sqlite_where=sa.text("merged_into_id IS NULL"),
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_alerts_unrouted",
        table_name="alerts",
        sqlite_where=sa.text("routed_revision < revision"),
        postgresql_where=sa.text("routed_revision < revision"),
    )
    op.drop_index(op.f("ix_alerts_story_id"), table_name="alerts")
    op.drop_index(op.f("ix_alerts_raised_at"), table_name="alerts")
    op.drop_index(
        "ix_alerts_merged_into_id",
        table_name="alerts",
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.drop_table("alerts")
    op.drop_index(op.f("ix_subscriptions_next_attempt_at"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_polls_started_at"), table_name="polls")
    op.drop_index(op.f("ix_polls_feed_id_started_at"), table_name="polls")
    op.drop_table("polls")
    op.drop_index(
        "ix_articles_unmatched",
        table_name="articles",
        sqlite_where=sa.text("matched_at IS NULL"),
        postgresql_where=sa.text("matched_at IS NULL"),
    )
    op.drop_index(
        op.f("ix_articles_story_id"),
        table_name="articles",
        sqlite_where=sa.text("story_id IS NOT NULL"),
        postgresql_where=sa.text("story_id IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_articles_region_id"),
        table_name="articles",
        sqlite_where=sa.text("region IS NOT NULL"),
        postgresql_where=sa.text("region IS NOT NULL"),
    )
    op.drop_index(op.f("ix_articles_publisher_id"), table_name="articles")
    op.drop_index(
        "ix_articles_page_due",
        table_name="articles",
        sqlite_where=sa.text("page_due_at IS NOT NULL"),
        postgresql_where=sa.text("page_due_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_articles_language_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_first_seen_at_region"), table_name="articles")
    op.drop_index(op.f("ix_articles_feed_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_family_id"), table_name="articles")
    op.drop_table("articles")
    op.drop_table("users")
    op.drop_table("tokens")
    op.drop_index(
        "ix_stories_open",
        table_name="stories",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_stories_merged_into_id",
        table_name="stories",
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_stories_last_at"), table_name="stories")
    op.drop_table("stories")
    op.drop_table("silences")
    op.drop_table("signatures")
    op.drop_index(
        "uq_notices_open",
        table_name="notices",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_notices_unrouted",
        table_name="notices",
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.drop_table("notices")
    op.drop_table("messages")
    op.drop_table("memory")
    op.drop_table("heartbeats")
    op.drop_index(
        "ix_feeds_leased",
        table_name="feeds",
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.drop_index(
        "ix_feeds_due", table_name="feeds", sqlite_where=sa.text("enabled = 1"), postgresql_where=sa.text("enabled")
    )
    op.drop_table("feeds")
    op.drop_table("entries")
    op.drop_table("channels")
    op.drop_table("captures")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_action_at"), table_name="audit")
    op.drop_table("audit")
