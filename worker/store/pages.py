"""Articles' own pages: due ones claimed, what they said stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Update, and_, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from worker.database import lock_pages, reading
from worker.database.captures import keep_capture
from worker.database.rows import ARTICLE_COLUMNS, stored_articles, stored_key
from worker.headlines import alike
from worker.model import Article, Capture, Outcome, StoredArticle
from worker.tables import articles, feeds
from worker.urls import host_of

# What a page may complete. The fingerprint is not among it: polls compare feeds with feeds.
COMPLETED = ("title", "text", "author", "language", "published_at", "updated_at", "machine_written", "credit")

_LOOK_AHEAD = 16  # pages looked at for each that is claimed, so that a host's many hold up no others


class PageStore:
    """Writes and claims of the read stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lease_due(
        self, limit: int, now: datetime, until: datetime, is_own: Callable[[str], bool]
    ) -> list[StoredArticle]:
        """Claim up to `limit` articles whose page is to be fetched, longest due first. The attempt is counted.

        A host is asked by one worker at a time, who spaces its requests: pages wait while others of their host, or its
        feeds, are under way.

        Args:
            limit: how many.
            now: the time.
            until: when the claim ends by itself.
            is_own: whether a host is the operator's own: nobody there asks for spacing.
        """
        longest_due = (
            select(articles.c.id, articles.c.url)
            .where(_is_due(now))
            .order_by(articles.c.page_due_at, articles.c.id)
            .limit(limit * _LOOK_AHEAD)
        )
        with self._engine.begin() as connection:
            lock_pages(connection)
            busy = _busy_hosts(connection, now)
            hosts = ((row.id, host_of(row.url)) for row in connection.execute(longest_due))
            free = [article_id for article_id, host in hosts if host not in busy or is_own(host)]
            claim = (
                update(articles)
                .where(articles.c.id.in_(free[:limit]))
                .values(page_lease_until=until, page_attempts=articles.c.page_attempts + 1)
                .returning(*ARTICLE_COLUMNS)
            )
            return stored_articles(connection, connection.execute(claim).all()) if free else []

    def leased_urls(self, now: datetime) -> list[str]:
        """URLs of the pages that are being fetched right now."""
        with reading(self._engine) as connection:
            return list(connection.scalars(_under_way(now)))

    def apply_page(self, stored: StoredArticle, completed: Article, capture: Capture) -> None:
        """Complete an article by what its page says; it is judged anew. Nothing happens if it was revised meanwhile.

        A page may name another address as its own (`completed.key`): the article goes by that from now on, unless an
        earlier one does already. Then both are the same, and this one joins the other's story.
        """
        values = {name: getattr(completed, name) for name in COMPLETED} | {
            "labels": list(completed.labels),
            "notes": list(completed.notes),
            "page_due_at": None,
            "page_lease_until": None,
            "page_outcome": str(Outcome.NEW),
            "matched_at": None,
            "match_lease_until": None,
        }
        try:
            self._complete(stored, completed, capture, values)
        except IntegrityError:
            # Another page took the same address while this one looked whether it was free: now it is seen.
            self._complete(stored, completed, capture, values)

    def _complete(self, stored: StoredArticle, completed: Article, capture: Capture, values: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            page = {"page_capture_id": keep_capture(connection, capture)}
            identity = _identity(connection, stored, stored_key(completed.key))
            connection.execute(_this_revision(stored).values({**values, **page, **identity}))

    def record_failure(self, stored: StoredArticle, outcome: Outcome, retry_at: datetime | None) -> None:
        """The page could not be read: it is tried again at `retry_at`; None gives it up, with `outcome`."""
        values = {
            "page_due_at": retry_at,
            "page_lease_until": None,
            "page_outcome": None if retry_at else str(outcome),
        }
        with self._engine.begin() as connection:
            connection.execute(_this_revision(stored).values(values))


def _identity(connection: Connection, stored: StoredArticle, key: str) -> dict[str, Any]:
    """What changes of an article's identity when its page goes by `key`."""
    if key == stored_key(stored.article.key):
        return {}
    under_key = select(articles.c.id, articles.c.title, articles.c.story_id).where(articles.c.key == key)
    other = connection.execute(under_key).one_or_none()
    if other is None:
        return {"key": key}
    if not alike(other.title, stored.article.title):
        return {}  # an address that articles of different headlines share names none of them
    story = {} if other.story_id is None else {"story_id": other.story_id}
    return {"same_as_id": other.id, **story}


def _this_revision(stored: StoredArticle) -> Update:
    return update(articles).where(articles.c.id == stored.article_id, articles.c.revision == stored.revision)


def _busy_hosts(connection: Connection, now: datetime) -> set[str]:
    polled = select(feeds.c.url).where(feeds.c.lease_until > now)
    return {host_of(url) for statement in (_under_way(now), polled) for url in connection.scalars(statement)}


def _under_way(now: datetime) -> Select[tuple[str]]:
    return select(articles.c.url).where(articles.c.page_due_at <= now, articles.c.page_lease_until > now)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """The one place that says which pages are *due*."""
    return and_(
        articles.c.page_due_at <= now,
        or_(articles.c.page_lease_until.is_(None), articles.c.page_lease_until <= now),
    )
