"""Articles under a filter, a page at a time, newest first, however many there are.

The log is read by descending id, which is the order of arrival: a page is found by walking an index of the filter from
the last id seen, and nothing that arrives meanwhile moves it. SQLite's full-text index is in that order, too.

PostgreSQL's is in none: to show fifty hits, all would be fetched and sorted. So, there,

- where another condition lets few articles through, these are looked at one by one;
- else the newest articles are looked at one by one, and then ever wider ranges below by the index: words that are
  common are found in the first range, and what is rare has few hits in the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Connection

from worker.database.search import among, index_only, leading, looked_up, search_condition, searched_ids
from worker.queries.filters import ArticleFilter, Row
from worker.tables import article_facets, articles

# Polls write at most this long after they have read the clock, so ids may be out of the order of times by so much.
SKEW = timedelta(hours=1)
FEW = 2_000  # articles that are looked at one by one
FIRST_RANGE = 1_000  # ids that are looked at one by one; each further range is so many times as wide:
WIDER = 40
LAST_ID = 2**53


@dataclass(frozen=True, slots=True)
class _Range:
    """Ids: at least `low`, below `high`."""

    low: int
    high: int

    def of(self, column: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
        return (
            *((column >= self.low,) if self.low > 0 else ()),
            *((column < self.high,) if self.high < LAST_ID else ()),
        )


def article_statement(connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...]) -> Select[Any]:
    """A statement for the articles that a filter lets through, newest first.

    Raises:
        ValueError: a search with no word to look for.
    """
    statement = select(*columns).order_by(articles.c.id.desc())
    conditions = list(_conditions(connection, wanted, _range(connection, wanted)))
    if wanted.search:
        conditions.append(search_condition(wanted.search, connection.dialect))
    return statement.where(*conditions)


def article_page(
    connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...], limit: int, before_id: int | None = None
) -> list[Row]:
    """The newest `limit` articles that a filter lets through, of those below `before_id`.

    Raises:
        ValueError: a search with no word to look for.
    """
    within = _range(connection, wanted, before_id)
    if not wanted.search:
        page = select(*columns).where(*_conditions(connection, wanted, within))
        return _rows(connection, page.order_by(articles.c.id.desc()).limit(limit))
    if connection.dialect.name == "sqlite":
        hits, column = searched_ids(wanted.search)
        hits = hits.where(*within.of(column)).order_by(column.desc()).limit(limit)
        if conditions := list(_conditions(connection, wanted, _Range(0, LAST_ID))):
            hits = hits.join(articles, articles.c.id == column).where(*conditions)
        ids: list[int] = list(connection.scalars(hits))
    else:
        ids = _found(connection, wanted, within, limit)
    return _rows(connection, select(*columns).where(articles.c.id.in_(ids)).order_by(articles.c.id.desc()))


def _found(connection: Connection, wanted: ArticleFilter, within: _Range, limit: int) -> list[int]:
    """The ids of a page of a search in PostgreSQL."""
    condition = search_condition(wanted.search, connection.dialect)
    one_by_one = select(articles.c.id).where(looked_up(condition)).order_by(articles.c.id.desc())
    for lead in _leads(connection, wanted):
        few = list(connection.scalars(lead.where(*within.of(lead.selected_columns[0])).limit(FEW + 1)))
        if len(few) <= FEW:
            others = _conditions(connection, wanted, within)
            return list(connection.scalars(one_by_one.where(among(articles.c.id, few), *others).limit(limit)))
    top = min(within.high, int(connection.scalar(select(func.max(articles.c.id))) or 0) + 1)
    first = _Range(max(top - FIRST_RANGE, within.low), top)
    found = list(connection.scalars(one_by_one.where(*_conditions(connection, wanted, first)).limit(limit)))
    high, size = first.low, FIRST_RANGE * WIDER
    by_index = select(articles.c.id).where(*leading(wanted.search, connection)).order_by(articles.c.id.desc())
    while high > max(within.low, 1) and len(found) < limit:
        part = _Range(max(high - size, within.low), high)
        page = by_index.where(*_conditions(connection, wanted, part)).limit(limit - len(found))
        with index_only(connection):
            found += connection.scalars(page)
        high, size = part.low, size * WIDER
    return found


def _leads(connection: Connection, wanted: ArticleFilter) -> Iterator[Select[Any]]:
    """For each condition that an index leads to, the ids of its articles."""
    yield from map(_of_facet, _facets(wanted))
    for condition in _equalities(connection, wanted):
        yield select(articles.c.id).where(condition)


def _conditions(connection: Connection, wanted: ArticleFilter, within: _Range) -> Iterator[ColumnElement[bool]]:
    """All but the words that are searched for, within a range of ids."""
    yield from within.of(articles.c.id)
    yield from _equalities(connection, wanted)
    for facet in _facets(wanted):
        yield articles.c.id.in_(_of_facet(facet).where(*within.of(article_facets.c.article_id)))
    if wanted.since:
        yield articles.c.first_seen_at >= wanted.since
    if wanted.until:
        yield articles.c.first_seen_at < wanted.until


def _equalities(connection: Connection, wanted: ArticleFilter) -> Iterator[ColumnElement[bool]]:
    equals = {
        articles.c.story_id: wanted.story_id,
        articles.c.feed_id: wanted.feed_id,
        articles.c.language: wanted.language,
        articles.c.region: wanted.region,
    }
    if wanted.publisher:
        yield _of_publisher(connection, wanted.publisher)
    yield from (column == value for column, value in equals.items() if value not in ("", None))


def _of_publisher(connection: Connection, name: str) -> ColumnElement[bool]:
    """The name is a publisher's or a family's. Mostly only one of them: the other one's index need not be looked at."""
    either = (articles.c.publisher == name, articles.c.family == name)
    there = [one for one in either if connection.scalar(select(articles.c.id).where(one).limit(1)) is not None]
    return or_(*(there or either))


def _facets(wanted: ArticleFilter) -> Iterator[str]:
    if wanted.place:
        yield f"place:{wanted.place}"
    if wanted.rule:
        yield f"rule:{wanted.rule}"
    if wanted.concept and wanted.stance:
        yield f"report:{wanted.concept}:{wanted.stance}"
    elif wanted.concept:
        yield f"concept:{wanted.concept}"
    elif wanted.stance:
        yield f"stance:{wanted.stance}"


def _of_facet(facet: str) -> Select[Any]:
    return select(article_facets.c.article_id).where(article_facets.c.facet == facet)


def _range(connection: Connection, wanted: ArticleFilter, before_id: int | None = None) -> _Range:
    """Which ids the times allow."""
    low = _first_id(connection, wanted.since) if wanted.since else 0
    high = _end_id(connection, wanted.until) if wanted.until else LAST_ID
    return _Range(low, min(high, before_id or LAST_ID))


def _first_id(connection: Connection, since: datetime) -> int:
    """No article first seen since then has a smaller id."""
    seen = articles.c.first_seen_at
    first = connection.scalar(select(seen).where(seen >= since).order_by(seen).limit(1))
    if first is None:
        return LAST_ID
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
