"""What is known of sources: the feeds that are watched, and when each brought something new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, select

from worker.database import reading
from worker.queries.filters import Row
from worker.sources import Watched
from worker.tables import articles, feeds

_BATCH = 5000


class SourceQueries:
    """Read-only questions of the watch over sources."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publishers(self) -> list[Row]:
        """Each `publisher` with its `family` and its feeds' `languages`, by name; of feeds that are off, too."""
        columns = (feeds.c.publisher, feeds.c.family, feeds.c.languages)
        found: dict[tuple[str, str], set[str]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(select(*columns).order_by(feeds.c.publisher, feeds.c.family)):
                found.setdefault((row.publisher, row.family), set()).update(row.languages)
        return [
            {"publisher": publisher, "family": family, "languages": sorted(languages)}
            for (publisher, family), languages in found.items()
        ]

    def watched(self) -> list[Watched]:
        """Every enabled feed."""
        statement = select(feeds).where(feeds.c.enabled).order_by(feeds.c.id)
        with reading(self._engine) as connection:
            return [
                Watched(
                    feed_id=row.id,
                    name=row.name,
                    url=row.url,
                    family=row.family,
                    country=row.country,
                    failures=row.failures,
                    needs_person=row.needs_person,
                    error=row.last_error or "",
                    since=row.added_at,
                    last_ok_at=row.last_ok_at,
                    last_new_at=row.last_new_at,
                )
                for row in connection.execute(statement)
            ]

    def arrivals(self, since: datetime) -> Iterator[tuple[datetime, int]]:
        """When a feed brought something new, and the feed's id, in the order of time."""
        statement = (
            select(articles.c.first_seen_at, articles.c.feed_id)
            .where(articles.c.first_seen_at >= since)
            .distinct()  # what one poll brought came at once
            .order_by(articles.c.first_seen_at)
        )
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=_BATCH).execute(statement):
                yield row.first_seen_at, row.feed_id
