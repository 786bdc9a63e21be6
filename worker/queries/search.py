"""Articles under a filter, a page at a time, newest first, however many there are.

The log is read by descending id, which is the order of arrival: a page is found by walking an index of the filter from
the last id seen, and nothing that arrives meanwhile moves it. Full-text search walks SQLite's index, which is in that
order, too. PostgreSQL's is in none: all hits would be fetched and sorted to show fifty of them. So the newest articles
are looked through first, then ever wider ranges below: common words are found in the first, rare ones have few hits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Connection

from worker.database.search import search_condition
from worker.queries.filters import ArticleFilter, Row
from worker.tables import article_facets, articles

# Polls write at most this long after they have read the clock, so ids may be out of the order of times by so much.
SKEW = timedelta(hours=1)
FIRST_RANGE = 2_000  # ids; each further range is as many times as large as there are ids to it
WIDER = 30


def article_statement(connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...]) -> Select[Any]:
    """A statement for the articles that a filter lets through, newest first.

    Raises:
        ValueError: a search with no word to look for.
    """
    statement = select(*columns).order_by(articles.c.id.desc())
    for condition in _conditions(connection, wanted):
        statement = statement.where(condition)
    return statement


def article_page(
    connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...], limit: int, before_id: int | None = None
) -> list[Row]:
    """The newest `limit` articles that a filter lets through, of those below `before_id`.

    Raises:
        ValueError: a search with no word to look for.
    """
    statement = article_statement(connection, wanted, columns)
    if not wanted.search or connection.dialect.name == "sqlite":
        below = statement if before_id is None else statement.where(articles.c.id < before_id)
        return _rows(connection, below.limit(limit))
    found: list[Row] = []
    for low, high in _ranges(connection, before_id):
        within = statement.where(articles.c.id < high, articles.c.id >= low)
        found += _rows(connection, within.limit(limit - len(found)))
        if len(found) >= limit:
            break
    return found


def _ranges(connection: Connection, before_id: int | None) -> Iterator[tuple[int, int]]:
    high = before_id or int(connection.scalar(select(func.max(articles.c.id))) or 0) + 1
    size = FIRST_RANGE
    while high > 1:
        low = max(high - size, 1)
        yield low, high
        high, size = low, size * WIDER


def _conditions(connection: Connection, wanted: ArticleFilter) -> Iterator[ColumnElement[bool]]:
    equals = {
        articles.c.region: wanted.region,
        articles.c.language: wanted.language,
        articles.c.feed_id: wanted.feed_id,
        articles.c.story_id: wanted.story_id,
    }
    yield from (column == value for column, value in equals.items() if value not in ("", None))
    if wanted.search:
        yield search_condition(wanted.search, connection.dialect)
    if wanted.publisher:
        yield or_(articles.c.publisher == wanted.publisher, articles.c.family == wanted.publisher)
    yield from (_has(kind, name) for kind, name in _facets(wanted))
    if wanted.since:
        yield articles.c.first_seen_at >= wanted.since
        yield articles.c.id >= _first_id(connection, wanted.since)
    if wanted.until:
        yield articles.c.first_seen_at < wanted.until
        yield articles.c.id < _end_id(connection, wanted.until)


def _facets(wanted: ArticleFilter) -> Iterator[tuple[str, str]]:
    if wanted.place:
        yield "place", wanted.place
    if wanted.rule:
        yield "rule", wanted.rule
    if wanted.concept and wanted.stance:
        yield "report", f"{wanted.concept}:{wanted.stance}"
    elif wanted.concept:
        yield "concept", wanted.concept
    elif wanted.stance:
        yield "stance", wanted.stance


def _has(kind: str, name: str) -> ColumnElement[bool]:
    of = (article_facets.c.kind == kind) & (article_facets.c.name == name)
    return articles.c.id.in_(select(article_facets.c.article_id).where(of))


def _first_id(connection: Connection, since: datetime) -> int:
    """No article first seen since then has a smaller id."""
    seen = articles.c.first_seen_at
    first = connection.scalar(select(seen).where(seen >= since).order_by(seen).limit(1))
    if first is None:
        return 0
    near = select(func.min(articles.c.id)).where(seen >= first, seen <= first + SKEW)
    return int(connection.scalar(near) or 0)


def _end_id(connection: Connection, until: datetime) -> int:
    """Every article first seen before then has a smaller id."""
    seen = articles.c.first_seen_at
    last = connection.scalar(select(seen).where(seen < until).order_by(seen.desc()).limit(1))
    if last is None:
        return 0
    near = select(func.max(articles.c.id)).where(seen >= last - SKEW, seen <= last)
    return int(connection.scalar(near) or 0) + 1


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]
