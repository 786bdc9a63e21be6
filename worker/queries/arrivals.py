"""What the live log asks: the articles that came after one, and those of some that have been judged since."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Engine, select

from worker.database import reading
from worker.queries.filters import ARTICLE_LIST, Row
from worker.tables import articles, matches


class ArrivalQueries:
    """The questions. Rows as those of a list of articles, `concepts` among them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, article_id: int, limit: int) -> list[Row]:
        """The newest articles that came after that one, newest first."""
        return self._rows(articles.c.id > article_id, limit)

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
