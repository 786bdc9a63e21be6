"""Articles and what stands beside them: captures, entries, revisions, matches; the stories they tell."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from worker.tables.columns import Id, Json, UtcDateTime, id_column, metadata, reference

# No foreign key leads here: checking it costs an article as much as its row, and a capture that is dropped a walk
# through all articles.
captures = Table(
    "captures",
    metadata,
    id_column(),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("headers", Json, nullable=False),
    Column("size", Integer, nullable=False),  # bytes, uncompressed
    Column("body", LargeBinary, nullable=False),  # zstd
)

stories = Table(
    "stories",
    metadata,
    id_column(),
    Column("title", Text, nullable=False),  # of its most telling article
    Column("language", String(8), nullable=False, server_default=""),  # … and that article's; "" unknown
    Column("titled_by_id", Id),  # … which references itself back: no foreign key
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("closed_at", UtcDateTime),  # when it went quiet
    Column("confirmation", String(16), nullable=False, server_default="single_source"),
    reference("merged_into_id", "stories"),  # shown to be the same event as that one
    Index(
        "ix_stories_merged_into_id",
        "merged_into_id",
        sqlite_where=text("merged_into_id IS NOT NULL"),
        postgresql_where=text("merged_into_id IS NOT NULL"),
    ),
    Index(
        "ix_stories_open",
        "last_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# What is compared to place other articles beside one of the last days, and what it is found by; narrow, since many are
# read for each article. No foreign keys: checking them would cost PostgreSQL more than the row, and neither articles
# nor stories are ever dropped.
signatures = Table(
    "signatures",
    metadata,
    Column("article_id", Id, primary_key=True, autoincrement=False),
    Column("story_id", Id, nullable=False),  # as in `articles`
    # Rises from one article that is placed, or judged anew, to the next, under the lock of those who place: whoever has
    # read up to a number has missed nothing below it.
    Column("placed", BigInteger, nullable=False, unique=True),
    Column("minute", Integer, nullable=False),  # of its publication, since 1970
    Column("keys", LargeBinary, nullable=False),  # what it is found by (`stories.keys`); empty: it is in no story now
    Column("signature", LargeBinary, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    id_column(),
    Column("key", Text, nullable=False, unique=True),
    reference("feed_id", "feeds", nullable=False, index=True),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("publisher", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("machine_written", Boolean, nullable=False),
    Column("credit", Text, nullable=False),
    Column("labels", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("revised_at", UtcDateTime),
    Column("capture_id", Id),  # of `captures`
    # its page
    Column("page_due_at", UtcDateTime),
    Column("page_lease_until", UtcDateTime),
    Column("page_attempts", Integer, nullable=False, server_default="0"),
    Column("page_outcome", String(24)),  # None: not asked for yet
    reference("same_as_id", "articles"),  # its page says that it is this earlier article
    Column("page_capture_id", Id),
    # as judged
    Column("region", String(8)),
    Column("places", Json),
    Column("judgement", Json),
    Column("matched_at", UtcDateTime),
    Column("match_lease_until", UtcDateTime),
    reference("story_id", "stories"),
    reference("copy_of_id", "articles"),  # the earlier article that this one repeats
    Index(None, "first_seen_at", "region"),  # all that the charts count
    # What the log is filtered by, in the order it is read in.
    Index(None, "language", "id"),
    Index(None, "publisher", "id"),
    Index(None, "family", "id"),
    # What only a judgement knows is indexed with it: an index more is dear where articles are written most, in polls.
    Index(
        None,
        "region",
        "id",
        sqlite_where=text("region IS NOT NULL"),
        postgresql_where=text("region IS NOT NULL"),
    ),
    Index(
        None,
        "story_id",
        sqlite_where=text("story_id IS NOT NULL"),
        postgresql_where=text("story_id IS NOT NULL"),
    ),
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

# What an article's present revision is about, to be looked up by: places, rules that fired, concepts and stances.
article_facets = Table(
    "article_facets",
    metadata,
    # place:… rule:… concept:… stance:… report:concept:stance; one column, so that PostgreSQL counts how common each is
    Column("facet", Text, primary_key=True),
    reference("article_id", "articles", primary_key=True, index=True),
    sqlite_with_rowid=False,  # its primary key is all there is
)

# No foreign keys: each entry is made of its article's row, and neither feeds nor articles are ever dropped.
entries = Table(
    "entries",
    metadata,
    Column("feed_id", Id, primary_key=True, autoincrement=False),
    Column("identity", Text, primary_key=True),
    Column("article_id", Id, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,  # its primary key is all that is ever asked
)

revisions = Table(
    "revisions",
    metadata,
    id_column(),
    reference("article_id", "articles", nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("capture_id", Id),
    UniqueConstraint("article_id", "number"),
)

matches = Table(
    "matches",
    metadata,
    id_column(),
    reference("article_id", "articles", nullable=False),
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
    Column("speaker", Text, nullable=False, server_default=""),  # who says so, as in the sentence; "" unknown
    Column("speaker_side", String(16), nullable=False, server_default=""),  # whose voice that is; "" unknown
    Index(None, "article_id", "revision"),
)

# Who says what in a story: one row for each report of a concept in an article.
claims = Table(
    "claims",
    metadata,
    id_column(),
    reference("story_id", "stories", nullable=False, index=True),
    reference("article_id", "articles", nullable=False, index=True),
    Column("concept", String(32), nullable=False),
    Column("stance", String(16), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("speaker", Text, nullable=False),  # as in the sentence, "" unknown
    Column("side", String(16), nullable=False),  # whose voice it is: of the speaker, else of the publisher; "" none
    Column("family", Text, nullable=False),  # publisher family
    Column("numbers", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "concept", "stance"),
)
