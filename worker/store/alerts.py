"""Alerts: those that wait for routing; and silences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select, update

from worker.database import reading
from worker.database.rows import insert_new, load_alerts
from worker.model import Alert, NotificationPlan, Silence
from worker.tables import alerts, notifications, silences


class AlertStore:
    """Writes and claims of alerts and silences."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unrouted(self, limit: int) -> list[Alert]:
        """Alerts whose newest revision has not been routed, oldest first."""
        with reading(self._engine) as connection:
            return load_alerts(connection, alerts.c.routed_revision < alerts.c.revision, limit)

    def apply_routes(self, routed: Sequence[Alert], plans: Sequence[NotificationPlan], now: datetime) -> None:
        """Write the notifications of `routed`, and that these revisions are routed."""
        rows = [
            {
                "alert_id": plan.alert_id,
                "alert_revision": plan.alert_revision,
                "channel": plan.channel,
                "key": plan.key,
                "status": "suppressed" if plan.suppressed else "pending",
                "reason": plan.suppressed,
                "created_at": now,
                "next_attempt_at": now,
            }
            for plan in plans
        ]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert_new(connection, notifications), rows)
            for one in routed:
                connection.execute(
                    update(alerts)
                    .where(alerts.c.id == one.alert_id, alerts.c.routed_revision < one.revision)
                    .values(routed_revision=one.revision)
                )

    def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""
        statement = select(silences).where(silences.c.starts_at <= now, silences.c.ends_at > now)
        with reading(self._engine) as connection:
            return [
                Silence(
                    silence_id=row.id,
                    comment=row.comment,
                    starts_at=row.starts_at,
                    ends_at=row.ends_at,
                    rules=tuple(row.rules),
                    places=tuple(row.places),
                    publishers=tuple(row.publishers),
                )
                for row in connection.execute(statement)
            ]

    def add_silence(self, silence: Silence, now: datetime) -> int:
        """Store a silence (its own id is ignored); the id it gets."""
        row = {
            "comment": silence.comment,
            "created_at": now,
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
            "rules": list(silence.rules),
            "places": list(silence.places),
            "publishers": list(silence.publishers),
        }
        with self._engine.begin() as connection:
            silence_id: int = connection.execute(silences.insert().returning(silences.c.id), row).scalar_one()
        return silence_id

    def expire_silence(self, silence_id: int, now: datetime) -> bool:
        """End a silence now; False where none of this id is in force."""
        statement = update(silences).where(silences.c.id == silence_id, silences.c.ends_at > now).values(ends_at=now)
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1
