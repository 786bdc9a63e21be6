"""Notifications: leased, sent by others, recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, update

from worker.database import reading
from worker.database.rows import insert_new, load_alerts
from worker.model import Notification, NotificationStatus
from worker.tables import alerts, channels, notifications


class NotificationStore:
    """Writes and claims of notifications, and which channels are disabled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due_channels(self, now: datetime) -> list[str]:
        """Channels that have notifications to send."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(notifications.c.channel).where(_is_due(now)).distinct()))

    def lease(self, channel: str, limit: int, now: datetime, until: datetime) -> list[Notification]:
        """Claim up to `limit` of a channel's notifications, oldest first.

        The attempt is counted with the claim, so that one which kills its worker is not tried for ever.
        """
        oldest = (
            select(notifications.c.id)
            .where(notifications.c.channel == channel, _is_due(now))
            .order_by(notifications.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(notifications)
            .where(notifications.c.id.in_(oldest))
            .values(lease_until=until, attempts=notifications.c.attempts + 1)
            .returning(notifications)
        )
        with self._engine.begin() as connection:
            rows = sorted(connection.execute(claim).all(), key=lambda row: row.id)
            ids = [row.alert_id for row in rows]
            by_id = {alert.alert_id: alert for alert in load_alerts(connection, alerts.c.id.in_(ids), len(ids))}
        return [Notification(row.id, by_id[row.alert_id], row.channel, row.key, row.attempts) for row in rows]

    def record_sent(self, notification_id: int, now: datetime) -> None:
        """The channel has accepted it."""
        self._finish(notification_id, NotificationStatus.SENT, sent_at=now, error=None)

    def record_failed(self, notification_id: int, error: str) -> None:
        """It will not be tried again."""
        self._finish(notification_id, NotificationStatus.FAILED, reason=error, error=error)

    def record_retry(self, notification_id: int, error: str, next_attempt_at: datetime) -> None:
        """It will be tried again at `next_attempt_at`."""
        self._finish(notification_id, NotificationStatus.PENDING, error=error, next_attempt_at=next_attempt_at)

    def _finish(self, notification_id: int, status: NotificationStatus, **values: object) -> None:
        statement = (
            update(notifications)
            .where(notifications.c.id == notification_id, notifications.c.status == "pending")
            .values(status=str(status), lease_until=None, **values)
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def disable_channel(self, name: str, reason: str, now: datetime) -> bool:
        """Stop sending to a channel; what waits for it fails with the reason. False where it was disabled already."""
        row = {"name": name, "disabled_at": now, "disabled_reason": reason}
        waiting = (
            update(notifications)
            .where(notifications.c.channel == name, notifications.c.status == "pending")
            .values(status="failed", reason=f"channel disabled: {reason}", lease_until=None)
        )
        with self._engine.begin() as connection:
            connection.execute(insert_new(connection, channels), {"name": name})
            still_enabled = (channels.c.name == name) & channels.c.disabled_at.is_(None)
            newly = connection.execute(update(channels).where(still_enabled).values(row)).rowcount == 1
            connection.execute(waiting)
        return newly

    def enable_channel(self, name: str, now: datetime, since: datetime) -> int:
        """Send to a channel again, what failed since `since` for its being disabled first; how many those are."""
        waiting = (
            update(notifications)
            .where(
                notifications.c.channel == name,
                notifications.c.status != "sent",
                notifications.c.reason.startswith("channel disabled:"),
                notifications.c.created_at >= since,
            )
            .values(status="pending", reason="", next_attempt_at=now, attempts=0)
        )
        values = {"disabled_at": None, "disabled_reason": None}
        with self._engine.begin() as connection:
            connection.execute(update(channels).where(channels.c.name == name).values(values))
            return connection.execute(waiting).rowcount

    def disabled_channels(self) -> dict[str, str]:
        """Name and reason of each disabled channel."""
        statement = select(channels.c.name, channels.c.disabled_reason).where(channels.c.disabled_at.is_not(None))
        with reading(self._engine) as connection:
            return {row.name: row.disabled_reason for row in connection.execute(statement)}

    def count_by_status(self) -> dict[str, int]:
        """How many notifications stand where."""
        statement = select(notifications.c.status, func.count().label("n")).group_by(notifications.c.status)
        with reading(self._engine) as connection:
            return {row.status: row.n for row in connection.execute(statement)}


def _is_due(now: datetime) -> ColumnElement[bool]:
    """The one place that says what a *due* notification is."""
    return and_(
        notifications.c.status == "pending",
        notifications.c.next_attempt_at <= now,
        or_(notifications.c.lease_until.is_(None), notifications.c.lease_until <= now),
    )
