"""A page of a search in PostgreSQL, whose full-text index is in no order: to show fifty hits, all would be fetched.

So the log is walked down from where the page begins, piece by piece:

- the newest articles are looked at one by one, which tells how often the words occur;
- then come pieces as wide as it should take to fill the page. The index can be asked for a piece alone, as it knows of
  each article which thousands of ids it belongs to; of common words it then reads no more than that piece;
- wherever another condition lets few articles of a piece through, these are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.engine import Connection

from worker.database.search import (
    Lookup,
    among,
    index_only,
    looked_up,
    lookup_of,
    search_condition,
    whole_chunks,
)
from worker.queries.conditions import Conditions, Range, in_indexes
from worker.tables import articles

FEW = 2_000  # articles that are looked at one by one
FIRST = 1_000  # ids that are looked at one by one
SPARE = 1.5  # a piece is so many times as wide as it should take
UNSEEN = 0.5  # hits that are reckoned with where none was found


# Of looking up an article by its id, or by the index, and of reading its text (microseconds).
BY_ID, BY_INDEX, TEXT = 2.0, 2.0, 6.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for."""

    words: ColumnElement[bool]
    conditions: Conditions
    lead: Select[Any] | None  # the ids that the conditions let through which an index leads to; None without any


@dataclass(frozen=True, slots=True)
class _Few:
    """What another condition than the words lets through; counted here, and read where it is stored."""

    lead: Select[Any]  # their ids
    count: int
    low: int  # down to here these are all


def page(connection: Connection, search: str, conditions: Conditions, limit: int) -> list[int]:
    """The ids of the newest `limit` articles that a search and its conditions let through.

    Raises:
        ValueError: a search with no word to look for.
    """
    asked = _asked(search, connection, conditions)
    within = conditions.within
    few = _few(connection, asked, within)
    if few is not None and few.low == within.low:
        return _one_by_one(connection, asked, within, limit, few)
    top = min(within.high, int(connection.scalar(select(func.max(articles.c.id))) or 0) + 1)
    bottom = max(within.low, 1)
    high = max(top - FIRST, bottom)
    found = _one_by_one(connection, asked, Range(high, top), limit)
    if high == bottom or len(found) == limit:
        return found
    lookup = lookup_of(search, connection)
    while high > bottom and len(found) < limit:
        missing = limit - len(found)
        width = ceil(SPARE * missing * (top - high) / max(len(found), UNSEEN))
        piece = Range(whole_chunks(high - width, bottom), high)
        few = _few(connection, asked, piece)
        if few is not None and _is_quicker(few, piece, lookup):
            piece = Range(few.low, high)
            found += _one_by_one(connection, asked, piece, missing, few) if few.count else []
        else:
            found += _by_index(connection, asked, lookup, piece, missing)
        high = piece.low
    return found


def all_within(connection: Connection, search: str, conditions: Conditions) -> list[int]:
    """The ids of all articles that a search and its conditions let through, newest first; within a piece of the log.

    Raises:
        ValueError: a search with no word to look for.
    """
    asked = _asked(search, connection, conditions)
    piece = conditions.within
    few = _few(connection, asked, piece)
    if few is not None and few.low == piece.low:
        return _one_by_one(connection, asked, piece, few.count, few) if few.count else []
    return _by_index(connection, asked, lookup_of(search, connection), piece, piece.high - piece.low)


def _asked(search: str, connection: Connection, conditions: Conditions) -> _Asked:
    lead = in_indexes(conditions, conditions.within) if next(conditions.leads(), None) is not None else None
    return _Asked(search_condition(search, connection.dialect), conditions, lead)


def _is_quicker(few: _Few, piece: Range, lookup: Lookup) -> bool:
    """Whether to look at few articles one by one brings us down the log faster than to have the index lead."""
    by_index = lookup.share * (BY_INDEX + (TEXT if lookup.reads_texts else 0))
    one_by_one = few.count / (piece.high - few.low) * (BY_ID + TEXT)
    return few.low == piece.low or one_by_one < by_index


def _few(connection: Connection, asked: _Asked, within: Range) -> _Few | None:
    """The newest ids that the other conditions let through; None where there is none but the words."""
    if asked.lead is None:
        return None
    column = asked.lead.selected_columns[0]
    newest = asked.lead.where(*within.of(column)).order_by(column.desc()).limit(FEW + 1).subquery()
    count, last = connection.execute(select(func.count(), func.min(newest.c[0])).select_from(newest)).one()
    return _Few(asked.lead, count, within.low) if count <= FEW else _Few(asked.lead, FEW, last + 1)


def _one_by_one(connection: Connection, asked: _Asked, within: Range, limit: int, few: _Few | None = None) -> list[int]:
    """Of those few, or else of all within a range, the newest that fulfil everything."""
    statement = select(articles.c.id).where(looked_up(asked.words), *asked.conditions.all_of(within))
    if few is not None:
        statement = statement.where(among(articles.c.id, few.lead.where(*within.of(few.lead.selected_columns[0]))))
    return list(connection.scalars(statement.order_by(articles.c.id.desc()).limit(limit)))


def _by_index(connection: Connection, asked: _Asked, lookup: Lookup, piece: Range, limit: int) -> list[int]:
    """The same within a piece, led by its words in the index; all else is looked up in the rows that this leads to."""
    conditions = asked.conditions
    ids = map(looked_up, (*piece.of(articles.c.id), *conditions.times))  # the index has told the piece
    statement = select(articles.c.id).where(*lookup.within(piece.low, piece.high), *ids, *conditions.equal)
    statement = statement.where(*conditions.of_facets(piece)).order_by(articles.c.id.desc()).limit(limit)
    with index_only(connection):
        return list(connection.scalars(statement))
