"""Polls: what a poll found, and the feed's new state, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Engine, bindparam, select, text, update
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.bulk import Bulk, Row, inserting, one_of, texts_for, updating
from worker.database.captures import keep_capture, keep_captures
from worker.database.rows import NEW_ARTICLE, article_row, insert_new, new_article, stored_key
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
_POLL = (*("feed_id", "started_at", "duration_ms", "outcome", "status", "bytes", "entries", "new", "revised", "error"),)

# Made once: making a statement costs more than running it.
_AFTER_POLL = updating(feeds, _EVERY_POLL)
_AFTER_DOCUMENT = updating(feeds, (*_EVERY_DOCUMENT, *_EVERY_POLL))
_INSERT_POLLS = inserting(polls, _POLL)

_KNOWN = (
    articles.c.id,
    articles.c.key,
    articles.c.feed_id,
    articles.c.fingerprint,
    articles.c.revision,
    articles.c.revised_at,
)
_KNOWN_ARTICLES = {dialect: select(*_KNOWN).where(given) for dialect, given in one_of(articles.c.key).items()}
_KNOWN_ENTRIES = {
    dialect: select(entries.c.identity, *_KNOWN)
    .join_from(entries, articles, articles.c.id == entries.c.article_id)
    .where(entries.c.feed_id == bindparam("feed_id"), given)
    for dialect, given in one_of(entries.c.identity).items()
}

# The entry of a new article is made of the article itself. PostgreSQL writes both at once; in SQLite, which has one
# writer, new articles are those above the last id.
_ENTRY = "INSERT INTO entries (feed_id, identity, article_id, first_seen_at)"
_OF_ARTICLE = "SELECT feed_id, identity, id, first_seen_at FROM"
_articles = inserting(articles, NEW_ARTICLE)
_INSERT_ARTICLES = Bulk(
    _articles.columns,
    _articles.sqlite,
    f"WITH fresh AS ({_articles.postgresql} RETURNING feed_id, identity, id, first_seen_at) "
    f"{_ENTRY} {_OF_ARTICLE} fresh ON CONFLICT DO NOTHING",
)
_LAST_ARTICLE = text("SELECT coalesce(max(id), 0) FROM articles")
_ENTRIES_OF_NEW = text(f"{_ENTRY} {_OF_ARTICLE} articles WHERE id > :last ON CONFLICT DO NOTHING")
_INSERT_ENTRIES = Bulk(
    [entries.c.feed_id, entries.c.identity, entries.c.first_seen_at, articles.c.key],
    f"{_ENTRY} SELECT ?1, ?2, id, ?3 FROM articles WHERE key = ?4 ON CONFLICT DO NOTHING",  # noqa: S608  constants
    f"{_ENTRY} SELECT rows.feed_id, rows.identity, articles.id, rows.first_seen_at "  # noqa: S608
    "FROM {rows} JOIN articles ON articles.key = rows.key ON CONFLICT DO NOTHING",
)


class PollStore:
    """Writes of the poll stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known_entries(self, identities: Mapping[int, Iterable[str]]) -> dict[int, dict[str, KnownArticle]]:
        """The articles behind those of each feed's entries that were seen before, by feed and entry identity."""
        found: dict[int, dict[str, KnownArticle]] = {}
        if not identities:
            return found
        with reading(self._engine) as connection:
            statement = _KNOWN_ENTRIES[connection.dialect.name]
            for feed_id, of_feed in identities.items():
                by_stored = {stored_key(identity): identity for identity in of_feed}
                given = {"feed_id": feed_id, "names": texts_for(connection, list(by_stored))}
                rows = connection.execute(statement, given)
                found[feed_id] = {by_stored[identity]: KnownArticle(*known) for identity, *known in rows}
        return found

    def known_articles(self, keys: Iterable[str]) -> dict[str, KnownArticle]:
        """The articles in the log under these keys, by key."""
        by_stored = {stored_key(key): key for key in keys}
        if not by_stored:
            return {}
        with reading(self._engine) as connection:
            given = {"names": texts_for(connection, list(by_stored))}
            rows = connection.execute(_KNOWN_ARTICLES[connection.dialect.name], given)
            return {by_stored[row.key]: KnownArticle(*row) for row in rows}

    def apply_polls(self, plans: Sequence[PollPlan]) -> None:
        """Write what polls found together with their feeds' new states: all of it, or none."""
        with self._engine.begin() as connection:
            _insert_articles(connection, plans)
            # In the order in which the match stage locks articles: else each could wait for the other.
            changes = [(revised.known.article_id, plan, revised) for plan in plans for revised in plan.revised]
            for _, plan, revised in sorted(changes, key=itemgetter(0)):
                _revise(connection, plan, revised.known, article_row(revised.article, 0, None, plan.started_at))
            # Nine polls of ten bring no document: what is remembered of the last one is wide, and stays as it is.
            _AFTER_POLL.run(connection, [(*_feed_row(plan), plan.state.feed_id) for plan in plans if not plan.read])
            _AFTER_DOCUMENT.run(
                connection,
                [(*_document_row(plan.state), *_feed_row(plan), plan.state.feed_id) for plan in plans if plan.read],
            )
            _INSERT_POLLS.run(connection, [_poll_row(plan) for plan in plans])


def _insert_articles(connection: Connection, plans: Sequence[PollPlan]) -> None:
    captures = keep_captures(connection, [plan.capture for plan in plans if plan.new and plan.capture])
    rows = [
        new_article(
            article, plan.state.feed_id, captures.get(plan.capture.sha256) if plan.capture else None, plan.started_at
        )
        for plan in plans
        for article in plan.new
    ]
    links = [
        (plan.state.feed_id, stored_key(identity), plan.started_at, stored_key(key))
        for plan in plans
        for identity, key in plan.seen
    ]
    if rows and _insert_with_entries(connection, rows) == len(rows):
        linked = {(feed_id, identity, key) for key, feed_id, identity, *_ in rows}
        links = [link for link in links if (link[0], link[1], link[3]) not in linked]
    _INSERT_ENTRIES.run(connection, links)


def _insert_with_entries(connection: Connection, rows: Sequence[Row]) -> int:
    """Insert the articles that are not there yet, each with the entry that brought it; how many entries are new."""
    if connection.dialect.name != "sqlite":
        return _INSERT_ARTICLES.run(connection, rows)
    last = connection.scalar(_LAST_ARTICLE)
    _INSERT_ARTICLES.run(connection, rows)
    return connection.execute(_ENTRIES_OF_NEW, {"last": last}).rowcount


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


def _feed_row(plan: PollPlan) -> Row:
    state = plan.state
    return (
        state.failures,
        plan.needs_person,
        plan.outcome.value,
        plan.error or None,
        state.last_polled_at,
        state.last_ok_at,
        state.last_new_at,
        state.next_poll_at,
        plan.schedule_reason,
        None,
        state.rate,
        state.redirect_url,
        state.redirect_count,
    )


def _document_row(state: FeedState) -> Row:
    return state.etag, state.last_modified, state.body_sha256, " ".join(state.item_hashes)


def _poll_row(plan: PollPlan) -> Row:
    return (
        plan.state.feed_id,
        plan.started_at,
        plan.duration_ms,
        plan.outcome.value,
        plan.status,
        plan.size,
        plan.entries,
        len(plan.new),
        len(plan.revised),
        plan.error or None,
    )
