"""What the page Now asks: the alerts that are open, whether news flows, and what has changed of late.

Rows as everywhere in `worker.queries`. The page is read by many and often: each answer is a few indexed look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, or_, select
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.rows import families_of
from worker.queries.filters import ALERT_LIST, Row
from worker.tables import alert_updates, alerts, articles, feeds, notices

LATELY = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flow:
    """Whether news flows."""

    feeds: int  # that are enabled
    asked: int  # … of these in the last ten minutes
    answered: int  # … and read without a failure
    articles_today: int
    waiting: int  # articles that nobody has judged yet
    notices: int  # open ones
    last_article_at: datetime | None
    last_alert_at: datetime | None


class NowQueries:
    """The questions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_alerts(self, limit: int) -> list[Row]:
        """Alerts that are open, the most urgent and newest first, each with its families and its updates.

        Those that somebody acknowledged or snoozed are among them, after all others.
        """
        urgency = case({"critical": 0, "warning": 1}, value=alerts.c.severity, else_=2)
        newest = func.coalesce(alerts.c.updated_at, alerts.c.raised_at).desc()
        statement = _alerts(_open()).order_by(
            alerts.c.acknowledged_at.is_not(None), urgency, newest, alerts.c.id.desc()
        )
        with reading(self._engine) as connection:
            return _whole(connection, statement.limit(limit))

    def alerts_of_stories(self, story_ids: Iterable[int]) -> list[Row]:
        """Open alerts of some stories, as `open_alerts` has them."""
        statement = _alerts(_open()).where(alerts.c.story_id.in_(list(story_ids))).order_by(alerts.c.id.desc())
        with reading(self._engine) as connection:
            return _whole(connection, statement)

    def flow(self, now: datetime) -> Flow:
        """Whether news flows."""
        lately, enabled = now - LATELY, feeds.c.enabled
        asked = and_(enabled, feeds.c.last_polled_at >= lately)
        of_feeds = select(
            func.count().filter(enabled).label("feeds"),
            func.count().filter(asked).label("asked"),
            func.count().filter(and_(asked, feeds.c.failures == 0)).label("answered"),
        ).select_from(feeds)
        with reading(self._engine) as connection:
            counted = connection.execute(of_feeds).one()
            return Flow(
                feeds=counted.feeds,
                asked=counted.asked,
                answered=counted.answered,
                articles_today=_count(connection, articles.c.first_seen_at >= now - DAY),
                waiting=_count(connection, articles.c.matched_at.is_(None)),
                notices=int(connection.scalar(_open_notices) or 0),
                last_article_at=connection.scalar(select(func.max(articles.c.first_seen_at))),
                last_alert_at=connection.scalar(select(func.max(alerts.c.raised_at))),
            )

    def changed_alerts(self, since: datetime, now: datetime) -> list[Row]:
        """What tells one state of an alert from another, of those that were raised, updated or handled since then.

        `changed_at` is when; None where an alert is snoozed, which leaves no time behind.
        """
        moments = (alerts.c.raised_at, alerts.c.updated_at, alerts.c.acknowledged_at, alerts.c.closed_at)
        lately = [moment >= since for moment in moments]
        statement = select(
            alerts.c.id,
            alerts.c.story_id,
            alerts.c.revision,
            alerts.c.confirmation,
            alerts.c.acknowledged_at,
            alerts.c.snoozed_until,
            alerts.c.closed_at,
            alerts.c.merged_into_id,
            *moments[:2],
        ).where(or_(*lately, alerts.c.snoozed_until >= now))
        with reading(self._engine) as connection:
            found = [dict(row) for row in connection.execute(statement).mappings()]
        for row in found:
            known = [row[moment.name] for moment in moments if row[moment.name] and row[moment.name] >= since]
            row["changed_at"] = max(known, default=None)
        return found


_open_notices = select(func.count()).select_from(notices).where(notices.c.closed_at.is_(None))


def _open() -> ColumnElement[bool]:
    return and_(alerts.c.closed_at.is_(None), alerts.c.merged_into_id.is_(None))


def _alerts(condition: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return select(*ALERT_LIST).join_from(alerts, articles, alerts.c.article_id == articles.c.id).where(condition)


def _whole(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Row]:
    found = [dict(row) for row in connection.execute(statement).mappings()]
    ids = [row["id"] for row in found]
    families, updates = families_of(connection, ids), _updates(connection, ids)
    return [
        row | {"families": list(families.get(row["id"], ())), "updates": updates.get(row["id"], [])} for row in found
    ]


def _updates(connection: Connection, alert_ids: list[int]) -> dict[int, list[Row]]:
    """What became of each alert after it was raised, oldest first."""
    statement = (
        select(alert_updates)
        .where(alert_updates.c.alert_id.in_(alert_ids), alert_updates.c.revision > 1)
        .order_by(alert_updates.c.alert_id, alert_updates.c.revision)
    )
    found: dict[int, list[Row]] = {}
    for row in connection.execute(statement).mappings():
        found.setdefault(row["alert_id"], []).append(dict(row))
    return found


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return int(connection.scalar(select(func.count()).select_from(articles).where(condition)) or 0)
