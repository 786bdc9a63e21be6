"""Articles: unmatched ones claimed for judgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Engine, bindparam, or_, select, update

from worker.database import repeatable
from worker.database.rows import ARTICLE_COLUMNS, stored_articles
from worker.model import StoredArticle
from worker.tables import UtcDateTime, articles

# Made once: making a statement costs more than running it.
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime)
_OLDEST = (
    select(articles.c.id)
    # The one place that says what *unmatched* means.
    .where(
        articles.c.matched_at.is_(None),
        or_(articles.c.match_lease_until.is_(None), articles.c.match_lease_until <= _NOW),
    )
    .order_by(articles.c.id)
    .limit(bindparam("limit"))
    # PostgreSQL: two workers take different ones, and polls may refer to them meanwhile; SQLite has one writer.
    .with_for_update(skip_locked=True, key_share=True)
)
_LEASE = (
    update(articles)
    .where(articles.c.id.in_(_OLDEST))
    .values(match_lease_until=bindparam("until"))
    .returning(*ARTICLE_COLUMNS)
)


class ArticleStore:
    """Claims of articles."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lease_unmatched(self, limit: int, now: datetime, until: datetime) -> list[StoredArticle]:
        """Claim up to `limit` articles that no match worker has judged yet, oldest first."""
        with repeatable(self._engine) as connection:
            rows = connection.execute(_LEASE, {"limit": limit, "now": now, "until": until}).all()
            if not rows:
                return []
            claimed = stored_articles(connection, rows)
        return sorted(claimed, key=lambda article: article.article_id)

    def rematch(self, article_ids: Sequence[int]) -> None:
        """Have these articles judged anew."""
        values = {"matched_at": None, "match_lease_until": None}
        with self._engine.begin() as connection:
            connection.execute(update(articles).where(articles.c.id.in_(article_ids)).values(values))
