"""Polls: what a poll found, and the feed's new state, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Engine, Update, bindparam, select, update
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.captures import keep_capture, keep_captures
from worker.database.rows import article_row, chunks, insert_new, stored_key
from worker.model import FeedState, KnownArticle, PollPlan
from worker.tables import articles, entries, feeds, polls, revisions

_EVERY_POLL = (
    "failures",
    "needs_person",
    "last_outcome",
    "last_error",
    "last_polled_at",
    "last_ok_at",
    "last_new_at",
    "next_poll_at",
    "schedule_reason",
    "lease_until",
    "rate",
    "redirect_url",
    "redirect_count",
)
_REVISED = (
    *("title", "summary", "text", "author", "language", "updated_at", "fingerprint"),
    *("machine_written", "credit", "labels", "notes"),
)
_EVERY_DOCUMENT = ("etag", "last_modified", "body_sha256", "item_hashes")


def _update_feed(columns: Iterable[str]) -> Update:
    return update(feeds).where(feeds.c.id == bindparam("feed_id")).values({name: bindparam(name) for name in columns})


_AFTER_POLL = _update_feed(_EVERY_POLL)
_AFTER_DOCUMENT = _update_feed(_EVERY_DOCUMENT)
_INSERT_POLL = polls.insert()
_KNOWN = (
    articles.c.id,
    articles.c.key,
    articles.c.feed_id,
    articles.c.fingerprint,
    articles.c.revision,
    articles.c.revised_at,
)


class PollStore:
    """Writes of the poll stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known_entries(self, feed_id: int, identities: Iterable[str]) -> dict[str, KnownArticle]:
        """The articles behind those of a feed's entries that were seen before, by entry identity."""
        by_stored = {stored_key(identity): identity for identity in identities}
        found: dict[str, KnownArticle] = {}
        with reading(self._engine) as connection:
            for part in chunks(list(by_stored)):
                statement = (
                    select(entries.c.identity, *_KNOWN)
                    .join_from(entries, articles)
                    .where(entries.c.feed_id == feed_id, entries.c.identity.in_(part))
                )
                for row in connection.execute(statement):
                    found[by_stored[row.identity]] = _known(row)
        return found

    def known_articles(self, keys: Iterable[str]) -> dict[str, KnownArticle]:
        """The articles in the log under these keys, by key."""
        by_stored = {stored_key(key): key for key in keys}
        found: dict[str, KnownArticle] = {}
        if not by_stored:
            return found
        with reading(self._engine) as connection:
            for part in chunks(list(by_stored)):
                for row in connection.execute(select(*_KNOWN).where(articles.c.key.in_(part))):
                    found[by_stored[row.key]] = _known(row)
        return found

    def apply_polls(self, plans: Sequence[PollPlan]) -> None:
        """Write what polls found together with their feeds' new states: all of it, or none."""
        with self._engine.begin() as connection:
            _insert_articles(connection, plans)
            # In the order in which the match stage locks articles: else each could wait for the other.
            changes = [(revised.known.article_id, plan, revised) for plan in plans for revised in plan.revised]
            for _, plan, revised in sorted(changes, key=itemgetter(0)):
                _revise(connection, plan, revised.known, article_row(revised.article, 0, None, plan.started_at))
            connection.execute(_AFTER_POLL, [_feed_row(plan) for plan in plans])
            # Nine polls of ten bring no document: what is remembered of the last one is wide, and stays as it is.
            if documents := [_document_row(plan.state) for plan in plans if plan.read]:
                connection.execute(_AFTER_DOCUMENT, documents)
            connection.execute(_INSERT_POLL, [_poll_row(plan) for plan in plans])


def _known(row: Any) -> KnownArticle:
    return KnownArticle(row.id, row.key, row.feed_id, row.fingerprint, row.revision, row.revised_at)


def _insert_articles(connection: Connection, plans: Sequence[PollPlan]) -> None:
    captures = keep_captures(connection, [plan.capture for plan in plans if plan.new and plan.capture])
    rows = [
        article_row(
            article, plan.state.feed_id, captures.get(plan.capture.sha256) if plan.capture else None, plan.started_at
        )
        for plan in plans
        for article in plan.new
    ]
    if rows:
        connection.execute(insert_new(connection, articles), rows)
    links = [
        (plan.state.feed_id, stored_key(identity), stored_key(key), plan.started_at)
        for plan in plans
        for identity, key in plan.seen
    ]
    if not links:
        return
    ids: dict[str, int] = {}
    for part in chunks(sorted({key for _, _, key, _ in links})):
        for row in connection.execute(select(articles.c.key, articles.c.id).where(articles.c.key.in_(part))):
            ids[row.key] = row.id
    connection.execute(
        insert_new(connection, entries),
        [
            {"feed_id": feed_id, "identity": identity, "article_id": ids[key], "first_seen_at": seen_at}
            for feed_id, identity, key, seen_at in links
        ],
    )


def _revise(connection: Connection, plan: PollPlan, known: KnownArticle, new: dict[str, Any]) -> None:
    """Keep what the article said so far as a revision, then let it say the new; once, however often it is tried."""
    old = connection.execute(
        select(articles).where(articles.c.id == known.article_id, articles.c.revision == known.revision)
    ).one_or_none()
    if old is None or old.fingerprint == new["fingerprint"]:
        return
    kept = {
        "article_id": old.id,
        "number": old.revision,
        "title": old.title,
        "summary": old.summary,
        "text": old.text,
        "updated_at": old.updated_at,
        "seen_at": old.revised_at or old.first_seen_at,
        "fingerprint": old.fingerprint,
        "capture_id": old.capture_id,
    }
    connection.execute(insert_new(connection, revisions), kept)
    changed = {name: new[name] for name in _REVISED} | {
        "revision": old.revision + 1,
        "revised_at": plan.started_at,
        "capture_id": keep_capture(connection, plan.capture),
        "matched_at": None,  # it is judged anew
        "match_lease_until": None,
        "page_due_at": None,  # … and so is whether its page is wanted
        "page_attempts": 0,
        "page_outcome": None,
    }
    connection.execute(update(articles).where(articles.c.id == old.id).values(changed))


def _feed_row(plan: PollPlan) -> dict[str, Any]:
    state = plan.state
    return {
        "feed_id": state.feed_id,
        "failures": state.failures,
        "needs_person": plan.needs_person,
        "last_outcome": plan.outcome.value,
        "last_error": plan.error or None,
        "last_polled_at": state.last_polled_at,
        "last_ok_at": state.last_ok_at,
        "last_new_at": state.last_new_at,
        "next_poll_at": state.next_poll_at,
        "schedule_reason": plan.schedule_reason,
        "lease_until": None,
        "rate": state.rate,
        "redirect_url": state.redirect_url,
        "redirect_count": state.redirect_count,
    }


def _document_row(state: FeedState) -> dict[str, Any]:
    return {
        "feed_id": state.feed_id,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_sha256": state.body_sha256,
        "item_hashes": " ".join(state.item_hashes),
    }


def _poll_row(plan: PollPlan) -> dict[str, Any]:
    return {
        "feed_id": plan.state.feed_id,
        "started_at": plan.started_at,
        "duration_ms": plan.duration_ms,
        "outcome": plan.outcome.value,
        "status": plan.status,
        "bytes": plan.size,
        "entries": plan.entries,
        "new": len(plan.new),
        "revised": len(plan.revised),
        "error": plan.error or None,
    }
