"""Rows to nouns and back: the only place that knows how a dataclass lies in its table."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Insert, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from worker.claims import says
from worker.judge import match_from_json
from worker.model import (
    Alert,
    Article,
    Confirmation,
    Feed,
    FeedState,
    FullText,
    Match,
    Outcome,
    Severity,
    Stance,
    StoredArticle,
    UpdateReason,
)
from worker.tables import alert_articles, alerts, articles, feeds

T = TypeVar("T")

KEY_BYTES = 500  # PostgreSQL indexes at most 2,704 bytes a row; an Armenian URL of 2,048 characters has more
CHUNK = 500  # names in one IN (…)

ARTICLE_COLUMNS = (
    articles.c.id,
    articles.c.feed_id,
    articles.c.key,
    articles.c.identity,
    articles.c.url,
    articles.c.title,
    articles.c.summary,
    articles.c.text,
    articles.c.author,
    articles.c.language,
    articles.c.publisher,
    articles.c.family,
    articles.c.published_at,
    articles.c.updated_at,
    articles.c.first_seen_at,
    articles.c.fingerprint,
    articles.c.machine_written,
    articles.c.credit,
    articles.c.labels,
    articles.c.notes,
    articles.c.revision,
    articles.c.story_id,
    articles.c.page_outcome,
    articles.c.page_attempts,
)

NEW_ARTICLE = (
    *("key", "feed_id", "identity", "url", "title", "summary", "text", "author", "language", "publisher", "family"),
    *("published_at", "updated_at", "first_seen_at", "fingerprint", "machine_written", "credit", "labels", "notes"),
    *("revision", "capture_id"),
)

# Made once: making a statement costs more than running it.
_THESE: BindParameter[int] = bindparam("ids", expanding=True)
_ARTICLES = select(*ARTICLE_COLUMNS).where(articles.c.id.in_(_THESE))
_FEEDS = select(feeds.c.id, feeds.c.dedicated, feeds.c.full_text, feeds.c.country, feeds.c.side).where(
    feeds.c.id.in_(_THESE)
)
_FAMILIES = (
    select(alert_articles.c.alert_id, articles.c.family, alert_articles.c.stance, alerts.c.stance.label("now"))
    .join_from(alert_articles, articles)
    .join(alerts, alerts.c.id == alert_articles.c.alert_id)
    .where(alert_articles.c.alert_id.in_(_THESE))
    .order_by(alert_articles.c.added_at, alert_articles.c.article_id)
)


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves a row be which already stands under one of the table's unique keys."""
    return _insert_new(connection.dialect.name, table)


@functools.cache  # making a statement costs more than running it
def _insert_new(dialect: str, table: Table) -> Insert:
    own: Any = postgresql if dialect == "postgresql" else sqlite
    return own.insert(table).on_conflict_do_nothing()  # type: ignore[no-any-return]


def upsert(connection: Connection, table: Table, key: str, changing: Sequence[str]) -> Insert:
    """An INSERT that updates `changing` where the row stands already under `key`."""
    statement: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[key], set_={name: statement.excluded[name] for name in changing}
    )


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """`items` in pieces that a statement can carry."""
    return (items[start : start + size] for start in range(0, len(items), size))


def stored_key(key: str) -> str:
    """`key` itself, or its beginning and its digest where an index could not carry it."""
    if 4 * len(key) <= KEY_BYTES:  # a character has at most four
        return key
    data = key.encode()
    if len(data) <= KEY_BYTES:
        return key
    return f"{data[: KEY_BYTES - 72].decode(errors='ignore')}#sha256={hashlib.sha256(data).hexdigest()}"


def feed_state(row: Any) -> FeedState:
    """A row of `feeds`, as `FeedStore.lease` reads it, as a state."""
    feed = Feed(
        url=row.url,
        name=row.name,
        publisher=row.publisher,
        family=row.family,
        languages=tuple(row.languages),
        country=row.country,
        side=row.side,
        dedicated=row.dedicated,
        full_text=FullText(row.full_text),
        enabled=row.enabled,
        origin=row.origin,
    )
    return FeedState(
        feed_id=row.id,
        feed=feed,
        etag=row.etag,
        last_modified=row.last_modified,
        body_sha256=row.body_sha256,
        item_hashes=tuple(row.item_hashes.split()),
        failures=row.failures,
        last_outcome=Outcome(row.last_outcome) if row.last_outcome else None,
        last_polled_at=row.last_polled_at,
        last_ok_at=row.last_ok_at,
        last_new_at=row.last_new_at,
        next_poll_at=row.next_poll_at,
        rate=row.rate,
        redirect_url=row.redirect_url,
        redirect_count=row.redirect_count,
    )


def new_article(article: Article, feed_id: int, capture_id: int | None, now: datetime) -> tuple[Any, ...]:
    """An article as first stored: the values of `NEW_ARTICLE`."""
    return (
        stored_key(article.key),
        feed_id,
        stored_key(article.identity),
        article.url,
        article.title,
        article.summary,
        article.text,
        article.author,
        article.language,
        article.publisher,
        article.family,
        article.published_at,
        article.updated_at,
        now,
        article.fingerprint,
        article.machine_written,
        article.credit,
        article.labels,
        article.notes,
        1,
        capture_id,
    )


def article_row(article: Article, feed_id: int, capture_id: int | None, now: datetime) -> dict[str, Any]:
    """The same by the names of the columns."""
    return dict(zip(NEW_ARTICLE, new_article(article, feed_id, capture_id, now), strict=True))


def stored_article(row: Any, feed: Any = None) -> StoredArticle:
    """A row with `ARTICLE_COLUMNS` as a stored article; `feed` is the row of its feed, where that matters."""
    article = Article(
        key=row.key,
        identity=row.identity,
        url=row.url,
        title=row.title,
        summary=row.summary,
        text=row.text,
        author=row.author,
        language=row.language,
        publisher=row.publisher,
        family=row.family,
        published_at=row.published_at,
        updated_at=row.updated_at,
        first_seen_at=row.first_seen_at,
        fingerprint=row.fingerprint,
        machine_written=row.machine_written,
        credit=row.credit,
        labels=tuple(row.labels),
        notes=tuple(row.notes),
    )
    return StoredArticle(
        article_id=row.id,
        feed_id=row.feed_id,
        revision=row.revision,
        article=article,
        dedicated=bool(feed and feed.dedicated),
        full_text=FullText(feed.full_text) if feed else FullText.NEVER,
        country=feed.country if feed else "",
        side=feed.side if feed else "",
        page_asked=row.page_outcome is not None,
        page_attempts=row.page_attempts,
        story_id=row.story_id,
    )


def stored_articles(connection: Connection, rows: Sequence[Any]) -> list[StoredArticle]:
    """Rows with `ARTICLE_COLUMNS` as stored articles that know their feeds."""
    by_id = {feed.id: feed for feed in connection.execute(_FEEDS, {"ids": list({row.feed_id for row in rows})})}
    return [stored_article(row, by_id[row.feed_id]) for row in rows]


def match_json(match: Match) -> dict[str, Any]:
    """A match as JSON."""
    return asdict(match)


def alert_of(row: Any, article: StoredArticle, families: tuple[str, ...]) -> Alert:
    """A row of `alerts`, its article and the families that report it as an alert."""
    return Alert(
        alert_id=row.id,
        rule_id=row.rule_id,
        story_id=row.story_id,
        revision=row.revision,
        severity=Severity(row.severity),
        stance=Stance(row.stance),
        raised_at=row.raised_at,
        article=article,
        match=match_from_json(row.match),
        places=tuple(row.places),
        why=tuple(row.why),
        publishers=families,
        confirmation=Confirmation(row.confirmation),
        independent=row.independent,
        reason=UpdateReason(row.reason),
        detail=row.detail,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        snoozed_until=row.snoozed_until,
    )


def articles_of(connection: Connection, article_ids: Sequence[int]) -> dict[int, StoredArticle]:
    """Articles by their ids."""
    rows = connection.execute(_ARTICLES, {"ids": article_ids}).all() if article_ids else []
    return {one.article_id: one for one in stored_articles(connection, rows)} if rows else {}


def alerts_where(condition: ColumnElement[bool]) -> Select[Any]:
    """The statement that finds `limit` alerts under `condition`, oldest first: made once, run by `load_alerts`."""
    return select(alerts).where(condition).order_by(alerts.c.id).limit(bindparam("limit"))


def load_alerts(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[Alert]:
    """The alerts that a statement of `alerts_where` finds, with the article and the families that report each."""
    rows = connection.execute(statement, values).all()
    if not rows:
        return []
    raisers = articles_of(connection, [row.article_id for row in rows])
    families = families_of(connection, [row.id for row in rows])
    return [alert_of(row, raisers[row.article_id], families.get(row.id, ())) for row in rows]


def families_of(connection: Connection, alert_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The publisher families that report what each alert says now, in the order they did."""
    found: dict[int, dict[str, None]] = {}
    for row in connection.execute(_FAMILIES, {"ids": list(alert_ids)}):
        if says(Stance(row.stance)) == says(Stance(row.now)):
            found.setdefault(row.alert_id, {})[row.family] = None
    return {alert_id: tuple(families) for alert_id, families in found.items()}
