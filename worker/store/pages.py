"""Articles' own pages: due ones claimed, what they said stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Update, and_, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from worker.database.captures import keep_capture
from worker.database.rows import ARTICLE_COLUMNS, stored_articles, stored_key
from worker.headlines import alike
from worker.model import Article, Capture, Outcome, StoredArticle
from worker.tables import articles

# What a page may complete. The fingerprint is not among it: polls compare feeds with feeds.
COMPLETED = ("title", "text", "author", "language", "published_at", "updated_at", "machine_written", "credit")


class PageStore:
    """Writes and claims of the read stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lease_due(self, limit: int, now: datetime, until: datetime) -> list[StoredArticle]:
        """Claim up to `limit` articles whose page is to be fetched, longest due first. The attempt is counted."""
        longest_due = (
            select(articles.c.id)
            .where(_is_due(now))
            .order_by(articles.c.page_due_at, articles.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(articles)
            .where(articles.c.id.in_(longest_due))
            .values(page_lease_until=until, page_attempts=articles.c.page_attempts + 1)
            .returning(*ARTICLE_COLUMNS)
        )
        with self._engine.begin() as connection:
            return stored_articles(connection, connection.execute(claim).all())

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


def _is_due(now: datetime) -> ColumnElement[bool]:
    """The one place that says which pages are *due*."""
    return and_(
        articles.c.page_due_at <= now,
        or_(articles.c.page_lease_until.is_(None), articles.c.page_lease_until <= now),
    )
