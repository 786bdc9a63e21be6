"""What the live log asks: the articles that came after one, and those of some that have been judged since."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Engine, func, select

from worker.database import reading
from worker.queries.filters import ARTICLE_LIST, Row
from worker.tables import articles, matches


class ArrivalQueries:
    """The questions. Rows as those of a list of articles, `concepts` among them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> int:
        """The id of the newest article, 0 where there is none."""
        with reading(self._engine) as connection:
            return int(connection.scalar(select(func.max(articles.c.id))) or 0)

    def arrived(self, after: int, gaps: Collection[int], limit: int) -> list[int]:
        """The ids of the newest articles that came after that one or fill a gap before it, newest first.

        PostgreSQL gives a transaction its ids before it commits: a lower id may come after a higher one.
        """
        statement = select(articles.c.id).order_by(articles.c.id.desc()).limit(limit)
        later = articles.c.id > after
        with reading(self._engine) as connection:
            found = list(connection.scalars(statement.where(later)))
            if gaps:
                found += connection.scalars(statement.where(articles.c.id.in_(list(gaps))))
        return found

    def rows(self, article_ids: Collection[int]) -> list[Row]:
        """Those articles, newest first."""
        return self._rows(articles.c.id.in_(list(article_ids)), len(article_ids))

    def judged(self, article_ids: Collection[int]) -> list[Row]:
        """Those of them that have been judged, newest first."""
        return self._rows(articles.c.id.in_(list(article_ids)) & articles.c.matched_at.is_not(None), len(article_ids))

    def _rows(self, condition: ColumnElement[bool], limit: int) -> list[Row]:
        statement = (
            select(*ARTICLE_LIST, articles.c.matched_at).where(condition).order_by(articles.c.id.desc()).limit(limit)
        )
        with reading(self._engine) as connection:
            found = {row["id"]: dict(row) | {"concepts": []} for row in connection.execute(statement).mappings()}
            said = (
                select(matches.c.article_id, matches.c.concept, matches.c.stance)
                .join_from(matches, articles)
                .where(matches.c.article_id.in_(list(found)), matches.c.revision == articles.c.revision)
                .order_by(matches.c.id)
            )
            for row in connection.execute(said):
                name = f"{row.concept}:{row.stance}"
                if name not in found[row.article_id]["concepts"]:
                    found[row.article_id]["concepts"].append(name)
        return list(found.values())
