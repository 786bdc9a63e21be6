"""What the pages Feeds and Rules ask: the latest polls of every feed, open notices, what each rule has raised."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select, true
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.queries.filters import Row
from worker.tables import alerts, articles, feedback, feeds, notices, polls


class OutcomeQueries:
    """The questions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def feeds(self) -> list[Row]:
        """Every feed with its state, the worst off first."""
        worst = (feeds.c.enabled.desc(), feeds.c.needs_person.desc(), (feeds.c.failures > 0).desc())
        statement = select(feeds).order_by(*worst, feeds.c.country, feeds.c.name, feeds.c.id)
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def feed(self, feed_id: int) -> Row | None:
        """One feed with its state, and the number of its `articles`."""
        counted = select(func.count()).where(articles.c.feed_id == feed_id).scalar_subquery().label("articles")
        with reading(self._engine) as connection:
            row = connection.execute(select(*feeds.c, counted).where(feeds.c.id == feed_id)).mappings().one_or_none()
            return dict(row) if row else None

    def latest_polls(self, since: datetime, each: int) -> dict[int, list[tuple[str, int]]]:
        """The outcome and number of new articles of every feed's latest polls, at most `each`, oldest first."""
        found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        with reading(self._engine) as connection:
            for feed_id, outcome, new in connection.execute(_latest_polls(connection, since, each)):
                found[feed_id].append((outcome, new))
        return found

    def open_notices(self) -> list[Row]:
        """Notices that are open, newest first."""
        statement = select(notices).where(notices.c.closed_at.is_(None)).order_by(notices.c.raised_at.desc())
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def rules(self, since: datetime) -> dict[str, Row]:
        """What each rule has raised: `alerts`, of these `lately`, `last_at`; how many were called `right`, `wrong`."""
        raised = select(
            alerts.c.rule_id,
            func.count().label("alerts"),
            func.count().filter(alerts.c.raised_at >= since).label("lately"),
            func.max(alerts.c.raised_at).label("last_at"),
        ).group_by(alerts.c.rule_id)
        said = (
            select(alerts.c.rule_id, feedback.c.verdict, func.count(feedback.c.alert_id.distinct()).label("n"))
            .join_from(feedback, alerts)
            .group_by(alerts.c.rule_id, feedback.c.verdict)
        )
        with reading(self._engine) as connection:
            found = {
                row["rule_id"]: dict(row) | {"right": 0, "wrong": 0} for row in connection.execute(raised).mappings()
            }
            for row in connection.execute(said):
                found[row.rule_id][row.verdict] = row.n
        return found


def _latest_polls(connection: Connection, since: datetime, each: int) -> Select[Any]:
    """Looked up feed by feed: to number all polls of a day is to read through them all."""
    one = polls.alias("one")
    latest = select(one.c.id).where(one.c.feed_id == feeds.c.id, one.c.started_at >= since)
    latest = latest.order_by(one.c.started_at.desc(), one.c.id.desc()).limit(each)
    wanted = select(polls.c.feed_id, polls.c.outcome, polls.c.new).select_from(feeds).order_by(polls.c.id)
    if connection.dialect.name == "sqlite":  # which has no LATERAL
        return wanted.join(polls, polls.c.id.in_(latest.correlate(feeds)))
    found = latest.lateral()
    return wanted.join(found, true()).join(polls, polls.c.id == found.c.id)
