"""What stands beside an article: the copies of it, the one it repeats, and the alerts that rest on it."""

from __future__ import annotations

from sqlalchemy import Engine, and_, or_, select

from worker.database import reading
from worker.queries.filters import ALERT_LIST, ARTICLE_LIST, Row
from worker.tables import alert_articles, alerts, articles

MOST = 50


class CopyQueries:
    """The questions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beside(self, article_id: int) -> list[Row]:
        """The articles that repeat this one or that it repeats, oldest first.

        Each has `relation`: `original` (this one repeats it), `copy` (it repeats this one), `same` (the same article
        under another address).
        """
        with reading(self._engine) as connection:
            own = connection.execute(
                select(articles.c.copy_of_id, articles.c.same_as_id, articles.c.story_id).where(
                    articles.c.id == article_id
                )
            ).one_or_none()
            if own is None:
                return []
            above = [one for one in (own.copy_of_id, own.same_as_id) if one is not None]
            # Whatever repeats it is in its story, whose articles an index finds.
            repeats = and_(
                articles.c.story_id == own.story_id,
                or_(articles.c.copy_of_id == article_id, articles.c.same_as_id == article_id),
            )
            statement = (
                select(*ARTICLE_LIST, articles.c.copy_of_id, articles.c.same_as_id)
                .where(or_(repeats, articles.c.id.in_(above)), articles.c.id != article_id)
                .order_by(articles.c.id)
                .limit(MOST)
            )
            rows = [dict(row) for row in connection.execute(statement).mappings()]
        return [row | {"relation": _relation(row, article_id, own.same_as_id)} for row in rows]

    def alerts_with(self, article_id: int) -> list[Row]:
        """The alerts that an article raised or added its voice to, newest first."""
        voices = select(alert_articles.c.alert_id).where(alert_articles.c.article_id == article_id)
        statement = (
            select(*ALERT_LIST)
            .join_from(alerts, articles, alerts.c.article_id == articles.c.id)
            .where(or_(alerts.c.id.in_(voices), alerts.c.article_id == article_id))
            .order_by(alerts.c.id.desc())
        )
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


def _relation(row: Row, article_id: int, same_as_id: int | None) -> str:
    if row["same_as_id"] == article_id or row["id"] == same_as_id:
        return "same"
    return "copy" if row["copy_of_id"] == article_id else "original"
