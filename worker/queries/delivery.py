"""Whether each alert has become something on each channel: the proof that delivery loses nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, and_, func, not_, or_, select, true

from worker.database import reading
from worker.model.delivery import Audit, Gap, Purpose
from worker.tables import alerts, channels, notifications

GAPS = 1000  # as many are named


class DeliveryQueries:
    """Questions about notifications."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def audit(self) -> Audit:
        """Every routed alert × every channel that was enabled when it got its newest revision, and what became of it.

        What must be there is taken from alerts and channels alone, never from notifications, which could be missing.
        What a channel got although it was known later only (alerts of the first seconds) is counted, too.
        """
        pairs = _pairs().subquery()
        by_status = select(pairs.c.status, func.count().label("n")).group_by(pairs.c.status)
        gaps = select(pairs).where(pairs.c.status.is_(None)).order_by(pairs.c.alert_id, pairs.c.channel).limit(GAPS)
        unrouted = select(func.count()).where(alerts.c.routed_revision < alerts.c.revision)
        unexplained = select(func.count()).where(
            notifications.c.status.in_(("suppressed", "failed")), notifications.c.reason == ""
        )
        with reading(self._engine) as connection:
            counts: dict[str | None, int] = {row[0]: row[1] for row in connection.execute(by_status)}
            return Audit(
                pairs=sum(counts.values()),
                by_status={status: n for status, n in counts.items() if status is not None},
                unrouted=int(connection.scalar(unrouted) or 0),
                unexplained=int(connection.scalar(unexplained) or 0),
                gaps=tuple(Gap(row.alert_id, row.revision, row.channel) for row in connection.execute(gaps)),
            )


def _pairs() -> Any:
    owed = channels.c.enabled_since <= func.coalesce(alerts.c.updated_at, alerts.c.raised_at)
    made = and_(
        notifications.c.alert_id == alerts.c.id,
        notifications.c.alert_revision == alerts.c.revision,
        notifications.c.channel == channels.c.name,
        notifications.c.purpose == str(Purpose.ALERT),
    )
    # What became part of another alert before anybody was told of it is told by that one.
    told_by_another = and_(alerts.c.merged_into_id.is_not(None), notifications.c.status.is_(None))
    return (
        select(
            alerts.c.id.label("alert_id"),
            alerts.c.revision,
            channels.c.name.label("channel"),
            notifications.c.status,
        )
        .select_from(alerts.join(channels, true()).join(notifications, made, isouter=True))
        .where(alerts.c.routed_revision == alerts.c.revision, not_(told_by_another))
        .where(or_(owed, notifications.c.status.is_not(None)))
    )
