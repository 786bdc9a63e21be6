"""Feeds: configured ones in, due ones claimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Engine, and_, bindparam, func, or_, select, update
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.rows import chunks, feed_state, upsert
from worker.model import Feed, FeedState
from worker.tables import feeds

CONFIGURED = (
    *("name", "publisher", "family", "languages", "country", "side", "dedicated", "full_text", "enabled", "origin"),
)
IMPORTED = "opml"  # the origin of feeds that stand in the database only
# What is told to people: no poll needs it, and reading dates is dear.
_TOLD_ONLY = (
    *("added_at", "needs_person", "last_error", "schedule_reason", "lease_until", "switched_at", "switched_by"),
)
_AS_CONFIGURED: dict[str, Any] = {"switched_at": None, "switched_by": ""}


@dataclass(frozen=True, slots=True)
class SyncCounts:
    """What bringing the table in line with the settings did."""

    added: int
    kept: int
    disabled: int  # no longer configured: kept with their history, no longer polled


class DueFeed(NamedTuple):
    """A feed that waits to be polled."""

    feed_id: int
    url: str
    since: datetime  # when it became due


class FeedStore:
    """Writes and claims of feeds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sync(self, configured: Sequence[Feed], now: datetime, origin: str = "config") -> SyncCounts:
        """Make the feeds of `origin` those of the settings: new ones are due at once, vanished ones are disabled.

        One that somebody has switched stays as it was switched, until it leaves the settings.
        """
        with self._engine.begin() as connection:
            before = set(connection.scalars(select(feeds.c.url)))
            _write(connection, configured, now)
            urls = {feed.url for feed in configured}
            vanished = [
                url
                for url in connection.scalars(select(feeds.c.url).where(feeds.c.origin == origin, feeds.c.enabled))
                if url not in urls
            ]
            for part in chunks(vanished):
                connection.execute(
                    update(feeds).where(feeds.c.url.in_(part)).values({"enabled": False} | _AS_CONFIGURED)
                )
        return SyncCounts(len(urls - before), len(urls & before), len(vanished))

    def add(self, new: Sequence[Feed], now: datetime) -> int:
        """Add feeds that are not there yet, due at once; the number added."""
        with self._engine.begin() as connection:
            before = set(connection.scalars(select(feeds.c.url)))
            added = [feed for feed in new if feed.url not in before]
            _write(connection, added, now)
        return len(added)

    def due_feeds(self, now: datetime, limit: int) -> list[DueFeed]:
        """The feeds that are due and not being polled, longest due first."""
        with reading(self._engine) as connection:
            rows = connection.execute(_DUE, {"now": now, "limit": limit})
            return [DueFeed(row.id, row.url, row.next_poll_at) for row in rows]

    def leased_urls(self, now: datetime) -> list[str]:
        """URLs of the feeds that are being polled right now."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(feeds.c.url).where(feeds.c.lease_until > now)))

    def lease(self, feed_ids: Sequence[int], now: datetime, until: datetime) -> list[FeedState]:
        """Claim those of `feed_ids` that are still due and that nobody else holds.

        The claim ends by itself at `until`: a crashed worker's feeds come back.
        """
        with self._engine.begin() as connection:
            rows = connection.execute(_LEASE, {"feed_ids": list(feed_ids), "now": now, "until": until}).all()
        return [feed_state(row) for row in rows]

    def give_back(self, feed_ids: Sequence[int], until: datetime) -> None:
        """End the claims that were to last `until`: these feeds have not been polled, and are due as they were."""
        ours = update(feeds).where(feeds.c.id.in_(feed_ids), feeds.c.lease_until == until)
        with self._engine.begin() as connection:
            connection.execute(ours.values(lease_until=None))

    def demands(self, at_most: int, chance: float) -> list[dict[str, float | None]]:
        """What the price of a poll is made of: `demand` and `excess` of each enabled feed; None where unknown.

        Args:
            at_most: feeds, about; of more, every second, third, … is taken.
            chance: a random number in [0, 1), by which it is others each time.
        """
        remembered = (feeds.c.rate[name].as_float().label(name) for name in ("demand", "excess"))
        with reading(self._engine) as connection:
            count = connection.scalar(select(func.count()).select_from(feeds).where(feeds.c.enabled)) or 0
            every = 1 + count // at_most
            taken = feeds.c.enabled & (feeds.c.id % every == int(chance * every))
            return [
                {"demand": demand, "excess": excess}
                for demand, excess in connection.execute(select(*remembered).where(taken))
            ]

    def make_due(self, feed_ids: Sequence[int], now: datetime) -> int:
        """Have these feeds polled at the next tick; how many of them there are."""
        with self._engine.begin() as connection:
            return connection.execute(update(feeds).where(feeds.c.id.in_(feed_ids)).values(next_poll_at=now)).rowcount

    def switch(self, feed_id: int, *, enabled: bool, by: str, now: datetime) -> bool:
        """Have a feed polled, at once, or no longer, whatever the settings say; False where there is no such feed."""
        values = {"enabled": enabled, "switched_at": now, "switched_by": by}
        return self._change(feed_id, values | ({"next_poll_at": now} if enabled else {}))

    def as_configured(self, feed_id: int, configured: Sequence[Feed], now: datetime) -> bool:
        """Have a feed go by the settings again; False where there is no such feed.

        Args:
            feed_id: the feed.
            configured: those of the settings; of others, those that were imported are polled.
            now: the time of this run.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(feeds.c.url, feeds.c.origin).where(feeds.c.id == feed_id)).one_or_none()
        if row is None:
            return False
        enabled = next((feed.enabled for feed in configured if feed.url == row.url), row.origin == IMPORTED)
        return self._change(feed_id, {"enabled": enabled, "next_poll_at": now} | _AS_CONFIGURED)

    def _change(self, feed_id: int, values: dict[str, Any]) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values)).rowcount == 1


def _is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The one place that says what *due* means."""
    return and_(
        feeds.c.enabled,
        feeds.c.next_poll_at <= now,
        or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now),
    )


# Made once: making a statement costs more than running it.
_DUE = (
    select(feeds.c.id, feeds.c.url, feeds.c.next_poll_at)
    .where(_is_due(bindparam("now")))
    .order_by(feeds.c.next_poll_at, feeds.c.id)
    .limit(bindparam("limit"))
)
_REMEMBERED = [column for column in feeds.c if column.name not in _TOLD_ONLY]
_LEASE = (
    update(feeds)
    .where(feeds.c.id.in_(bindparam("feed_ids", expanding=True)), _is_due(bindparam("now")))
    .values(lease_until=bindparam("until"))
    .returning(*_REMEMBERED)
)


def _write(connection: Connection, new: Iterable[Feed], now: datetime) -> None:
    switched = select(feeds.c.url, feeds.c.enabled).where(feeds.c.switched_at.is_not(None))
    as_said = {row.url: row.enabled for row in connection.execute(switched)}
    beside = {"added_at": now, "next_poll_at": now, "rate": {}}
    rows = [
        asdict(feed) | {"languages": list(feed.languages), "enabled": as_said.get(feed.url, feed.enabled)} | beside
        for feed in new
    ]
    if rows:
        connection.execute(upsert(connection, feeds, "url", CONFIGURED), rows)
