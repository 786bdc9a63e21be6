"""All articles under a filter, oldest first, however long the log and however rare the words: piece by piece.

Ids are walked up in pieces of equal width, and each piece is a question of its own, with a time limit of its own. One
that takes too long is asked again in halves, so that only a log which cannot answer for a thousand ids fails. What a
piece lets through is first found, as ids, and then read a few at a time: a piece may be full of long texts.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, func, select

from worker.database import reading
from worker.database.search import search_condition
from worker.errors import TooSlowError
from worker.queries.conditions import Range, conditions_of
from worker.queries.filters import FULL_ARTICLE, ArticleFilter, Row
from worker.queries.search import ids_within
from worker.tables import articles

WIDEST, NARROWEST = 1 << 16, 1 << 10  # ids of a piece
AT_ONCE = 500  # rows that are read at once


def whole(engine: Engine, wanted: ArticleFilter, at_once: int = AT_ONCE) -> Iterator[Row]:
    """The articles that are there when it begins, with their texts.

    Raises:
        ValueError: a search with no word to look for; at once, before anything is read.
        TooSlowError: not even a small piece was answered in time.
    """
    if wanted.search:
        search_condition(wanted.search, engine.dialect)
    return _rows(engine, wanted, at_once)


def _rows(engine: Engine, wanted: ArticleFilter, at_once: int) -> Iterator[Row]:
    with reading(engine) as connection:
        within = conditions_of(connection, wanted).within
        last = int(connection.scalar(select(func.max(articles.c.id))) or 0)
    low, end, width = within.low, min(within.high, last + 1), WIDEST
    while low < end:
        piece = Range(low, min(low + width, end))
        try:
            with reading(engine) as connection:
                ids = ids_within(connection, wanted, piece)
        except TooSlowError:
            if width <= NARROWEST:
                raise
            width //= 2
            continue
        for start in range(0, len(ids), at_once):
            few = ids[start : start + at_once]
            with reading(engine) as connection:
                statement = select(*FULL_ARTICLE).where(articles.c.id.in_(few)).order_by(articles.c.id)
                rows = [dict(row) for row in connection.execute(statement).mappings()]
            yield from rows
        low = piece.high
