"""What the page Trends asks: articles, events and reported casualties, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from worker.database import reading
from worker.queries.calendar import arrived, step_of
from worker.queries.filters import Row
from worker.tables import articles, claims

MOST_CLAIMS = 20_000


@dataclass(frozen=True, slots=True)
class Toll:
    """Casualties that one side's voices report on one day: of each story the highest number, added up."""

    day: str  # 2026-03-14
    side: str  # "" nobody's
    kind: str  # killed, wounded, …
    number: int


class TrendQueries:
    """The questions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def articles_by_day(self, since: datetime) -> list[Row]:
        """`day`, `articles` and of these `of_region`."""
        with reading(self._engine) as connection:
            newest = connection.scalar(select(func.max(articles.c.first_seen_at)))
            if newest is None:
                return []
            found = arrived(connection, since, newest + timedelta(microseconds=1), "day")
        return [{"day": day, "articles": number, "of_region": part} for day, (number, part) in found.items()]

    def events_by_day(self, since: datetime) -> list[Row]:
        """`day`, `concept` and `stories` that report it as news."""
        with reading(self._engine) as connection:
            day = step_of(connection, claims.c.at, "day").label("day")
            stories = func.count(claims.c.story_id.distinct()).label("stories")
            statement = select(day, claims.c.concept, stories)
            statement = statement.where(claims.c.at >= since).group_by(day, claims.c.concept).order_by(day)
            return [dict(row) for row in connection.execute(statement).mappings()]

    def reports_by_day(self, since: datetime) -> list[Row]:
        """`day`, `side` ("" nobody's) and the `articles` in which its voices claim something."""
        with reading(self._engine) as connection:
            day = step_of(connection, claims.c.at, "day").label("day")
            reports = func.count(claims.c.article_id.distinct()).label("articles")
            statement = select(day, claims.c.side, reports)
            statement = statement.where(claims.c.at >= since).group_by(day, claims.c.side).order_by(day, claims.c.side)
            return [dict(row) for row in connection.execute(statement).mappings()]

    def tolls_by_day(self, since: datetime) -> list[Toll]:
        """What each side's voices report of casualties, day by day."""
        highest: dict[tuple[str, str, str, int], int] = {}
        with reading(self._engine) as connection:
            day = step_of(connection, claims.c.at, "day").label("day")
            statement = (
                select(day, claims.c.side, claims.c.story_id, claims.c.numbers)
                .where(claims.c.at >= since, claims.c.concept == "casualties", claims.c.stance != "denied")
                .order_by(claims.c.at)
                .limit(MOST_CLAIMS)
            )
            for row in connection.execute(statement):
                for kind, number in row.numbers or ():
                    key = (row.day, row.side, kind, row.story_id)
                    highest[key] = max(int(number), highest.get(key, 0))
        summed: dict[tuple[str, str, str], int] = {}
        for (of_day, side, kind, _), number in highest.items():
            summed[of_day, side, kind] = summed.get((of_day, side, kind), 0) + number
        return [Toll(*key, number) for key, number in sorted(summed.items())]
