"""What the page Map asks: how often a place was named, what alerts it has, and when articles came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from worker.database import reading
from worker.model import Severity
from worker.queries.calendar import arrived
from worker.queries.filters import Row
from worker.tables import alerts, article_facets, articles

PLACE = "place:"  # as the facets of a place begin
MOST_ALERTS = 5_000


class MapQueries:
    """The questions. Times are half-open: since ≤ first seen < until."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def places(self, since: datetime, until: datetime) -> list[Row]:
        """`place` and the number of `articles` that name it, the most named first; none that is about elsewhere."""
        statement = (
            select(article_facets.c.facet, func.count().label("articles"))
            .join_from(articles, article_facets, article_facets.c.article_id == articles.c.id)
            .where(articles.c.first_seen_at >= since, articles.c.first_seen_at < until, articles.c.region != "no")
            .where(func.substr(article_facets.c.facet, 1, len(PLACE)) == PLACE)
            .group_by(article_facets.c.facet)
            .order_by(func.count().desc(), article_facets.c.facet)
        )
        with reading(self._engine) as connection:
            found = connection.execute(statement).all()
        return [{"place": row.facet.removeprefix(PLACE), "articles": row.articles} for row in found]

    def severities(self, since: datetime, until: datetime) -> dict[str, tuple[Severity, int]]:
        """The highest severity of the alerts raised at each place, and how many there are."""
        statement = (
            select(alerts.c.places, alerts.c.severity)
            .where(alerts.c.raised_at >= since, alerts.c.raised_at < until, alerts.c.merged_into_id.is_(None))
            .order_by(alerts.c.id.desc())
            .limit(MOST_ALERTS)
        )
        found: dict[str, tuple[Severity, int]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(statement):
                severity = Severity(row.severity)
                for place in row.places or ():
                    known, number = found.get(place, (severity, 0))
                    found[place] = (max(known, severity, key=lambda one: one.rank), number + 1)
        return found

    def arrivals(self, since: datetime, until: datetime, step: str) -> dict[str, int]:
        """How many articles came in each `hour` or `day`."""
        with reading(self._engine) as connection:
            return {name: number for name, (number, _) in arrived(connection, since, until, step).items()}
