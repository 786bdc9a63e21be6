"""Articles under a filter, a page at a time, newest first, however many there are.

The log is read by descending id, which is the order of arrival: a page is found by walking an index of the filter from
the last id seen, and nothing that arrives meanwhile moves it. SQLite's full-text index is in that order, too;
PostgreSQL's is in none, so `walk` reads it in pieces.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection

from worker.database.search import planned_each_time, search_condition, searched_ids
from worker.queries import walk
from worker.queries.conditions import LAST_ID, Conditions, Range, conditions_of, in_indexes
from worker.queries.filters import ArticleFilter, Row
from worker.tables import articles


def article_statement(connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...]) -> Select[Any]:
    """A statement for the articles that a filter lets through, newest first.

    Raises:
        ValueError: a search with no word to look for.
    """
    statement = select(*columns).order_by(articles.c.id.desc())
    conditions = conditions_of(connection, wanted)
    found = list(conditions.all_of(conditions.within))
    if wanted.search:
        found.append(search_condition(wanted.search, connection.dialect))
    return statement.where(*found)


def article_page(
    connection: Connection, wanted: ArticleFilter, columns: tuple[Any, ...], limit: int, before_id: int | None = None
) -> list[Row]:
    """The newest `limit` articles that a filter lets through, of those below `before_id`.

    Raises:
        ValueError: a search with no word to look for.
    """
    if connection.dialect.name == "postgresql":
        planned_each_time(connection)
    conditions = conditions_of(connection, wanted, before_id)
    if not wanted.search and conditions.facets and connection.dialect.name == "postgresql":
        found = in_indexes(conditions, conditions.within)
        column = found.selected_columns[0]
        if conditions.times:
            seen = select(articles.c.id).where(*conditions.within.of(articles.c.id), *conditions.times)
            found = found.where(column.in_(seen.correlate(None)))
        ids = list(connection.scalars(found.order_by(column.desc()).limit(limit)))
        return _rows(connection, select(*columns).where(articles.c.id.in_(ids)).order_by(articles.c.id.desc()))
    if not wanted.search:
        page = select(*columns).where(*conditions.all_of(conditions.within))
        return _rows(connection, page.order_by(articles.c.id.desc()).limit(limit))
    if connection.dialect.name == "sqlite":
        ids = _in_sqlite(connection, wanted.search, conditions, limit)
    else:
        ids = walk.page(connection, wanted.search, conditions, limit)
    return _rows(connection, select(*columns).where(articles.c.id.in_(ids)).order_by(articles.c.id.desc()))


def ids_within(connection: Connection, wanted: ArticleFilter, piece: Range) -> list[int]:
    """The ids, in their order, of all articles of a piece of the log that a filter lets through.

    Raises:
        ValueError: a search with no word to look for.
    """
    if connection.dialect.name == "postgresql":
        planned_each_time(connection)
    conditions = replace(conditions_of(connection, wanted), within=piece)
    if not wanted.search:
        found = select(articles.c.id).where(*conditions.all_of(piece))
        return list(connection.scalars(found.order_by(articles.c.id)))
    if connection.dialect.name == "sqlite":
        return _in_sqlite(connection, wanted.search, conditions, piece.high - piece.low)[::-1]
    return walk.all_within(connection, wanted.search, conditions)[::-1]


def _in_sqlite(connection: Connection, search: str, conditions: Conditions, limit: int) -> list[int]:
    hits, column = searched_ids(search)
    hits = hits.where(*conditions.within.of(column)).order_by(column.desc()).limit(limit)
    if others := list(conditions.all_of(Range(0, LAST_ID))):
        hits = hits.join(articles, articles.c.id == column).where(*others)
    return list(connection.scalars(hits))


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]
