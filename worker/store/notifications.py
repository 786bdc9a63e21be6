"""Notifications: leased as messages, sent by others, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, or_, select, update

from worker.database import reading
from worker.database.rows import load_alerts
from worker.model import NotificationStatus, Severity
from worker.model.delivery import Form, Outgoing, Purpose, Told
from worker.routing import bundle_key
from worker.store.notices import notice_of
from worker.tables import alerts, channels, messages, notices, notifications

AT_ONCE = 100  # notifications in one message; what is more makes a second one
_SEVERITIES = sorted(Severity, key=lambda severity: severity.rank)
SUPERSEDED = "superseded by revision "  # how the reason begins of what a later revision says as well
_MOST_URGENT_FIRST = (notifications.c.severity_rank.desc(), notifications.c.next_attempt_at, notifications.c.id)
_WAITS = and_(notifications.c.status == "pending", notifications.c.message_id.is_(None))


class NotificationStore:
    """Writes and claims of notifications."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due_channels(self, now: datetime) -> list[str]:
        """Channels that have notifications to send and are not pausing."""
        paused = select(channels.c.name).where(channels.c.paused_until > now)
        statement = select(notifications.c.channel).where(_is_due(now), notifications.c.channel.not_in(paused))
        with reading(self._engine) as connection:
            return list(connection.scalars(statement.distinct()))

    def is_due(self, channel: str, now: datetime) -> bool:
        """Whether a channel has something to send."""
        statement = select(notifications.c.id).where(notifications.c.channel == channel, _is_due(now)).limit(1)
        with reading(self._engine) as connection:
            return connection.scalar(statement) is not None

    def lease(self, channel: str, now: datetime, until: datetime) -> Outgoing | None:
        """Claim a channel's next message, the most urgent first; None where nothing is due.

        What waits in the same bundle goes along, whenever it was due itself. At the first claim the message gets its
        members and its key for good, so that a repeat after a crash is the same message. The attempt is counted with
        the claim, so that one which kills its worker is not tried for ever.
        """
        with self._engine.begin() as connection:
            first = connection.execute(_next(channel, now)).one_or_none()
            if first is None:
                return None
            members = _members(connection, first)
            known = select(messages).where(messages.c.id == first.message_id)
            message = (
                connection.execute(known).one()
                if first.message_id is not None
                else connection.execute(_new_message(channel, members, now)).one()
            )
            connection.execute(
                update(notifications)
                .where(notifications.c.id.in_([row.id for row in members]))
                .values(message_id=message.id, lease_until=until, attempts=notifications.c.attempts + 1)
            )
            return _outgoing(connection, message, members)

    def record_sent(self, message_id: int, now: datetime) -> bool:
        """The channel has accepted it; whether it had failed before."""
        of_message = select(messages.c.channel).where(messages.c.id == message_id).scalar_subquery()
        unwell = or_(channels.c.failures > 0, channels.c.paused_until.is_not(None))
        well = update(channels).where(channels.c.name == of_message, unwell).values(failures=0, paused_until=None)
        sent = _finished(message_id, NotificationStatus.SENT, sent_at=now, error=None)
        with self._engine.begin() as connection:
            connection.execute(sent)
            return connection.execute(well).rowcount > 0

    def record_failed(self, message_id: int, error: str) -> None:
        """It will not be tried again."""
        self._finish(message_id, NotificationStatus.FAILED, reason=error, error=error)

    def record_retry(self, message_id: int, error: str, next_attempt_at: datetime) -> None:
        """It will be tried again at `next_attempt_at`."""
        self._finish(message_id, NotificationStatus.PENDING, error=error, next_attempt_at=next_attempt_at)

    def _finish(self, message_id: int, status: NotificationStatus, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(_finished(message_id, status, **values))

    def told(self, since: datetime) -> list[Told]:
        """What channels have been told since then, and what they are going to be."""
        at = func.coalesce(notifications.c.sent_at, notifications.c.next_attempt_at)
        statement = select(
            notifications.c.channel,
            notifications.c.alert_id,
            notifications.c.route,
            notifications.c.bundle,
            notifications.c.severity_rank,
            at.label("at"),
            case((_WAITS, 1), else_=0).label("waits"),
        ).where(
            notifications.c.purpose == str(Purpose.ALERT),
            or_(
                notifications.c.status == "pending",
                and_(notifications.c.status == "sent", notifications.c.sent_at >= since),
            ),
        )
        with reading(self._engine) as connection:
            return [
                Told(
                    row.channel,
                    row.alert_id,
                    row.route,
                    row.bundle,
                    _SEVERITIES[row.severity_rank],
                    row.at,
                    bool(row.waits),
                )
                for row in connection.execute(statement)
            ]

    def reached(self, alert_ids: Sequence[int]) -> frozenset[tuple[int, str]]:
        """(alert, channel) of those of these alerts that a channel was told of, or is going to be.

        Whoever was told of an alert that became part of another one was told of that.
        """
        superseded = notifications.c.reason.startswith(SUPERSEDED)
        whole = func.coalesce(alerts.c.merged_into_id, alerts.c.id).label("alert_id")
        statement = (
            select(whole, notifications.c.channel)
            .join_from(notifications, alerts)
            .where(
                or_(alerts.c.id.in_(alert_ids), alerts.c.merged_into_id.in_(alert_ids)),
                or_(notifications.c.status != "suppressed", superseded),
            )
        )
        with reading(self._engine) as connection:
            return frozenset((row.alert_id, row.channel) for row in connection.execute(statement))

    def count_by_status(self) -> dict[str, int]:
        """How many notifications stand where."""
        statement = select(notifications.c.status, func.count().label("n")).group_by(notifications.c.status)
        with reading(self._engine) as connection:
            return {row.status: row.n for row in connection.execute(statement)}


def _finished(message_id: int, status: NotificationStatus, **values: object) -> Any:
    return (
        update(notifications)
        .where(notifications.c.message_id == message_id, notifications.c.status == "pending")
        .values(status=str(status), lease_until=None, **values)
    )


def _next(channel: str, now: datetime) -> Any:
    return (
        select(notifications)
        .where(notifications.c.channel == channel, _is_due(now))
        .order_by(*_MOST_URGENT_FIRST)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _members(connection: Connection, first: Any) -> list[Any]:
    """What goes into one message with `first`: what did before, or else what waits in its bundle."""
    members = select(notifications).order_by(*_MOST_URGENT_FIRST)
    if first.message_id is not None:
        same = and_(notifications.c.message_id == first.message_id, notifications.c.status == "pending")
        return list(connection.execute(members.where(same).with_for_update()).all())
    if first.bundle:
        same = and_(notifications.c.channel == first.channel, notifications.c.bundle == first.bundle, _WAITS)
        some = members.where(same).limit(AT_ONCE).with_for_update(skip_locked=True)
        return list(connection.execute(some).all())
    return [first]


def _new_message(channel: str, members: Sequence[Any], now: datetime) -> Any:
    first = members[0]
    if first.notice_id is not None:
        form = Form.NOTICE
    elif first.bundle and not first.bundle.startswith("group:"):
        form = Form.DIGEST
    else:
        form = Form.GROUP if len(members) > 1 else Form.ALERT
    key = bundle_key([row.key for row in members])
    return messages.insert().values(channel=channel, key=key, form=str(form), created_at=now).returning(messages)


def _outgoing(connection: Connection, message: Any, members: Sequence[Any]) -> Outgoing:
    ids = dict.fromkeys(row.alert_id for row in members if row.alert_id is not None)
    by_id = {one.alert_id: one for one in load_alerts(connection, alerts.c.id.in_(ids), len(ids))} if ids else {}
    notice_id = members[0].notice_id
    found = connection.execute(select(notices).where(notices.c.id == notice_id)).one() if notice_id else None
    return Outgoing(
        message_id=message.id,
        channel=message.channel,
        key=message.key,
        form=Form(message.form),
        created_at=message.created_at,
        attempts=max(row.attempts for row in members) + 1,
        alerts=tuple(by_id[alert_id] for alert_id in ids),
        escalates=all(row.purpose == str(Purpose.ESCALATION) for row in members),
        notice=notice_of(found) if found is not None else None,
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """The one place that says what a *due* notification is."""
    return and_(
        notifications.c.status == "pending",
        notifications.c.next_attempt_at <= now,
        or_(notifications.c.lease_until.is_(None), notifications.c.lease_until <= now),
    )
