"""Alerts: those that wait for routing, and what people do with them; and silences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, or_, select, update

from worker.database import reading, repeatable
from worker.database.rows import alerts_where, insert_new, load_alerts
from worker.model import Alert, NotificationPlan, Severity, Silence
from worker.model.delivery import Purpose
from worker.routing import Unacknowledged
from worker.store.notifications import SUPERSEDED
from worker.tables import alerts, notifications, silences

COMPANY = 200  # other alerts of the same stories that are looked at for inhibition

# Made once: making a statement costs more than running it.
_UNROUTED = alerts_where(alerts.c.routed_revision < alerts.c.revision)
_ONE = alerts_where(alerts.c.id == bindparam("alert_id"))
_SINCE = alerts_where(alerts.c.raised_at >= bindparam("since"))
_THESE = alerts_where(alerts.c.id.in_(bindparam("ids", expanding=True)))
_OF_STORIES = alerts_where(alerts.c.story_id.in_(bindparam("story_ids", expanding=True)))
_IN_FORCE = select(silences).where(silences.c.starts_at <= bindparam("now"), silences.c.ends_at > bindparam("now"))
_ROUTED = (
    update(alerts)
    .where(alerts.c.id.in_(bindparam("ids", expanding=True)), alerts.c.routed_revision < bindparam("routed"))
    .values(routed_revision=bindparam("routed"))
)


class AlertStore:
    """Writes and claims of alerts and silences."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unrouted(self, limit: int) -> list[Alert]:
        """Alerts whose newest revision has not been routed, oldest first."""
        with reading(self._engine) as connection:
            return load_alerts(connection, _UNROUTED, {"limit": limit})

    def alert(self, alert_id: int) -> Alert | None:
        """One alert."""
        with reading(self._engine) as connection:
            return next(iter(load_alerts(connection, _ONE, {"alert_id": alert_id, "limit": 1})), None)

    def raised_since(self, since: datetime, limit: int) -> list[Alert]:
        """Alerts raised since then, oldest first."""
        with reading(self._engine) as connection:
            return load_alerts(connection, _SINCE, {"since": since, "limit": limit})

    def company(self, story_ids: Collection[int]) -> list[Alert]:
        """The alerts of these stories."""
        with reading(self._engine) as connection:
            return load_alerts(connection, _OF_STORIES, {"story_ids": list(story_ids), "limit": COMPANY})

    def apply_routes(self, routed: Sequence[Alert], plans: Sequence[NotificationPlan], now: datetime) -> None:
        """Write the notifications of `routed`, and that these revisions are routed: all of it, or nothing."""
        rows = [_row(plan, now) for plan in plans]
        with repeatable(self._engine) as connection:
            for plan in plans:
                if plan.supersedes and not plan.suppressed:
                    _supersede(connection, plan, now)
            if rows:
                connection.execute(insert_new(connection, notifications), rows)
            for revision in {one.revision for one in routed}:
                ids = [one.alert_id for one in routed if one.revision == revision]
                connection.execute(_ROUTED, {"ids": ids, "routed": revision})

    def unacknowledged(self, routes: Collection[str], now: datetime, since: datetime) -> list[Unacknowledged]:
        """Critical alerts raised since then that were sent by one of `routes` and that nobody has reacted to."""
        waiting = (
            alerts.c.severity == str(Severity.CRITICAL),
            alerts.c.raised_at >= since,
            alerts.c.acknowledged_at.is_(None),
            alerts.c.closed_at.is_(None),
            or_(alerts.c.snoozed_until.is_(None), alerts.c.snoozed_until <= now),
        )
        told = select(notifications.c.alert_id).where(
            notifications.c.alert_id.is_not(None), notifications.c.purpose == str(Purpose.ESCALATION)
        )
        statement = (
            select(notifications.c.alert_id, notifications.c.route, notifications.c.sent_at)
            .join_from(notifications, alerts)
            .where(
                *waiting,
                notifications.c.status == "sent",
                notifications.c.purpose == str(Purpose.ALERT),
                notifications.c.route.in_(routes),
                alerts.c.id.not_in(told),
            )
            .order_by(notifications.c.sent_at)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
            ids = list({row.alert_id for row in rows})
            by_id = {one.alert_id: one for one in load_alerts(connection, _THESE, {"ids": ids, "limit": len(ids)})}
        return [Unacknowledged(by_id[row.alert_id], row.route, row.sent_at) for row in rows]

    def acknowledge(self, alert_id: int, who: str, now: datetime) -> bool:
        """Somebody takes an alert on; False where there is no such alert. The first one's name stays."""
        fresh = (alerts.c.id == alert_id) & alerts.c.acknowledged_at.is_(None)
        taken = update(alerts).where(fresh).values(acknowledged_at=now, acknowledged_by=who)
        with self._engine.begin() as connection:
            connection.execute(taken)
            return connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id)) is not None

    def snooze(self, alert_id: int, until: datetime) -> bool:
        """Hold an alert's updates until then, but for escalations and turns; False where there is no such alert."""
        held = update(alerts).where(alerts.c.id == alert_id).values(snoozed_until=until)
        with self._engine.begin() as connection:
            return connection.execute(held).rowcount == 1

    def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""
        with reading(self._engine) as connection:
            return [_silence(row) for row in connection.execute(_IN_FORCE, {"now": now})]

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
            "languages": list(silence.languages),
            "stances": list(silence.stances),
            "maximum_severity": str(silence.maximum_severity),
        }
        with self._engine.begin() as connection:
            silence_id: int = connection.execute(silences.insert().returning(silences.c.id), row).scalar_one()
        return silence_id

    def expire_silence(self, silence_id: int, now: datetime) -> bool:
        """End a silence now; False where none of this id is in force."""
        statement = update(silences).where(silences.c.id == silence_id, silences.c.ends_at > now).values(ends_at=now)
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1


def _row(plan: NotificationPlan, now: datetime) -> dict[str, Any]:
    return {
        "alert_id": plan.alert_id,
        "alert_revision": plan.alert_revision,
        "purpose": str(Purpose.ESCALATION if plan.escalates else Purpose.ALERT),
        "channel": plan.channel,
        "key": plan.key,
        "status": "suppressed" if plan.suppressed else "pending",
        "reason": plan.suppressed or plan.held,
        "route": plan.route,
        "bundle": plan.bundle,
        "severity_rank": plan.severity_rank,
        "created_at": now,
        "next_attempt_at": plan.due_at or now,
    }


def _supersede(connection: Connection, plan: NotificationPlan, now: datetime) -> None:
    """Drop what earlier revisions still had to say, unless this one says it later; never what may be under way."""
    earlier = (
        notifications.c.alert_id == plan.alert_id,
        notifications.c.channel == plan.channel,
        notifications.c.purpose == str(Purpose.ALERT),
        notifications.c.alert_revision < plan.alert_revision,
        notifications.c.status == "pending",
        notifications.c.message_id.is_(None),
        notifications.c.next_attempt_at >= (plan.due_at or now),
    )
    reason = f"{SUPERSEDED}{plan.alert_revision}"
    connection.execute(update(notifications).where(*earlier).values(status="suppressed", reason=reason))


def _silence(row: Any) -> Silence:
    return Silence(
        silence_id=row.id,
        comment=row.comment,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rules=tuple(row.rules),
        places=tuple(row.places),
        publishers=tuple(row.publishers),
        languages=tuple(row.languages),
        stances=tuple(row.stances),
        maximum_severity=Severity(row.maximum_severity),
    )
