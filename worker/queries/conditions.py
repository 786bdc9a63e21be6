"""What a filter asks for beside words, as conditions on `articles`.

They are worked out once for a question, and then asked of any range of ids. Nothing is read but what tells times from
ids, and publishers from families.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Connection

from worker.queries.filters import ArticleFilter
from worker.tables import article_facets, articles

# Polls write at most this long after they have read the clock, so ids may be out of the order of times by so much.
SKEW = timedelta(hours=1)
LAST_ID = 2**53


@dataclass(frozen=True, slots=True)
class Range:
    """Ids: at least `low`, below `high`."""

    low: int
    high: int

    def of(self, column: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
        """That `column` is within it."""
        return (
            *((column >= self.low,) if self.low > 0 else ()),
            *((column < self.high,) if self.high < LAST_ID else ()),
        )


@dataclass(frozen=True, slots=True)
class Conditions:
    """What articles must fulfil."""

    within: Range  # what the times allow, and the place in the log
    equal: tuple[ColumnElement[bool], ...]  # each with an index of its own, in the order of ids
    facets: tuple[str, ...]
    times: tuple[ColumnElement[bool], ...]

    def of_columns(self, within: Range) -> Iterator[ColumnElement[bool]]:
        """What the row of an article within a range must fulfil."""
        yield from within.of(articles.c.id)
        yield from self.equal
        yield from self.times

    def of_facets(self, within: Range) -> Iterator[ColumnElement[bool]]:
        """What else it must be about."""
        for facet in self.facets:
            yield articles.c.id.in_(_of_facet(facet).where(*within.of(article_facets.c.article_id)))

    def all_of(self, within: Range) -> Iterator[ColumnElement[bool]]:
        """Both."""
        yield from self.of_columns(within)
        yield from self.of_facets(within)

    def leads(self) -> Iterator[Select[Any]]:
        """For each condition that an index leads to, the ids of its articles."""
        yield from map(_of_facet, self.facets)
        for condition in self.equal:
            yield select(articles.c.id).where(condition)


def in_indexes(conditions: Conditions, within: Range) -> Select[Any]:
    """The ids that all conditions which an index leads to let through, each asked of its own index alone.

    To read the rows of all that one of them lets through, only to find that another does not, takes thrice as long.
    """
    first, *others = conditions.leads()
    found = first.where(*within.of(first.selected_columns[0]))
    for other in others:
        ids = other.where(*within.of(other.selected_columns[0])).correlate(None)
        found = found.where(first.selected_columns[0].in_(ids))
    return found


def conditions_of(connection: Connection, wanted: ArticleFilter, before_id: int | None = None) -> Conditions:
    """The conditions of a filter, for articles below `before_id`."""
    seen = articles.c.first_seen_at
    times = (
        *((seen >= wanted.since,) if wanted.since else ()),
        *((seen < wanted.until,) if wanted.until else ()),
    )
    low = _first_id(connection, wanted.since) if wanted.since else 0
    high = _end_id(connection, wanted.until) if wanted.until else LAST_ID
    within = Range(low, min(high, before_id or LAST_ID))
    return Conditions(within, tuple(_equalities(connection, wanted)), tuple(_facets(wanted)), times)


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
