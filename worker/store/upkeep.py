"""What keeps the house: heartbeats, shared memory, and the end of what is kept only for a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, update

from worker.database import reading
from worker.database.rows import insert_new, upsert
from worker.tables import articles, captures, feeds, heartbeats, memory, notifications, polls, revisions

LATELY = timedelta(seconds=30)


class UpkeepStore:
    """Heartbeats, memory, pruning."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lately: dict[str, tuple[datetime, Any]] = {}

    def beat(self, queue: str, now: datetime) -> None:
        """A canary has come out at the far end of `queue`."""
        with self._engine.begin() as connection:
            connection.execute(upsert(connection, heartbeats, "queue", ("at",)), {"queue": queue, "at": now})

    def remember(self, name: str, value: Any, now: datetime) -> None:
        """Keep a small value that all workers share."""
        row = {"name": name, "value": value, "at": now}
        self._lately.pop(name, None)
        with self._engine.begin() as connection:
            connection.execute(upsert(connection, memory, "name", ("value", "at")), row)

    def remember_first(self, name: str, value: Any, now: datetime) -> Any:
        """Keep a small value that all workers share, unless there is one already; the one there is."""
        with self._engine.begin() as connection:
            connection.execute(insert_new(connection, memory), {"name": name, "value": value, "at": now})
            return connection.scalar(select(memory.c.value).where(memory.c.name == name))

    def recall(self, name: str) -> Any:
        """What `remember` kept, None where nothing was."""
        with reading(self._engine) as connection:
            return connection.scalar(select(memory.c.value).where(memory.c.name == name))

    def recall_lately(self, name: str, now: datetime) -> Any:
        """What `recall` says, or said at most `LATELY` ago: for what is asked with every batch."""
        asked_at, value = self._lately.get(name, (None, None))
        if asked_at is None or value is None or not asked_at <= now < asked_at + LATELY:
            value = self.recall(name)
            self._lately[name] = (now, value)
        return value

    def release_leases(self) -> None:
        """End every lease: a start that knows itself alone takes up at once what a killed process held."""
        held = (
            (feeds, "lease_until"),
            (articles, "match_lease_until"),
            (articles, "page_lease_until"),
            (notifications, "lease_until"),
        )
        with self._engine.begin() as connection:
            for table, name in held:
                connection.execute(update(table).where(table.c[name].is_not(None)).values({name: None}))

    def prune_polls(self, before: datetime) -> int:
        """Drop the record of polls that started before `before`; how many. Articles and alerts are never dropped."""
        with self._engine.begin() as connection:
            return connection.execute(delete(polls).where(polls.c.started_at < before)).rowcount

    def prune_captures(self, before: datetime) -> int:
        """Drop the bytes of documents fetched before `before`; how many. What was read out of them stays."""
        old = select(captures.c.id).where(captures.c.fetched_at < before)
        with self._engine.begin() as connection:
            for column in (articles.c.capture_id, articles.c.page_capture_id, revisions.c.capture_id):
                forget = update(column.table).where(column.in_(old)).values({column.name: None})
                connection.execute(forget)
            return connection.execute(delete(captures).where(captures.c.fetched_at < before)).rowcount
