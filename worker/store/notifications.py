"""Notifications: leased as messages, sent by others, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from worker.database import make_lasting, reading, repeatable
from worker.database.told import alerts_as_told
from worker.model import Alert, NotificationStatus, Severity
from worker.model.delivery import Form, Notice, Outgoing, Purpose, Told
from worker.routing import bundle_key
from worker.store.notices import notice_of
from worker.tables import alerts, channels, messages, notices, notifications

AT_ONCE = 100  # notifications in one message; what is more makes a second one
_SEVERITIES = sorted(Severity, key=lambda severity: severity.rank)
SUPERSEDED = "superseded by revision "  # how the reason begins of what a later revision says as well

# The statements are made once: making one costs more than running it.
_NOW: ColumnElement[datetime] = bindparam("now", type_=notifications.c.next_attempt_at.type)
# Written out, not bound: a plan that is kept for any value could not use the index of what is pending.
_PENDING = notifications.c.status == literal_column("'pending'")
_WAITS = and_(_PENDING, notifications.c.message_id.is_(None))
# The one place that says what a *due* notification is.
_IS_DUE = and_(
    _PENDING,
    notifications.c.next_attempt_at <= _NOW,
    or_(notifications.c.lease_until.is_(None), notifications.c.lease_until <= _NOW),
)
_OF_CHANNEL = notifications.c.channel == bindparam("channel")
_LATER = notifications.alias("later")
# A later revision of the same alert, sent through the channel or about to be. What was said before it is no news.
_SUPERSEDED_BY = (
    select(func.max(_LATER.c.alert_revision))
    .where(
        _LATER.c.alert_id == notifications.c.alert_id,
        _LATER.c.alert_revision > notifications.c.alert_revision,
        _LATER.c.channel == notifications.c.channel,
        _LATER.c.purpose == notifications.c.purpose,
        or_(_LATER.c.status == "sent", and_(_LATER.c.status == "pending", _LATER.c.next_attempt_at <= _NOW)),
    )
    .correlate(notifications)
    .scalar_subquery()
)
_MOST_URGENT_FIRST = select(notifications, _SUPERSEDED_BY.label("superseded_by")).order_by(
    notifications.c.severity_rank.desc(), notifications.c.next_attempt_at, notifications.c.id
)
_DUE_CHANNELS = (
    select(notifications.c.channel)
    .where(_IS_DUE, notifications.c.channel.not_in(select(channels.c.name).where(channels.c.paused_until > _NOW)))
    .distinct()
)
_FREE_UNTIL = and_(
    _PENDING,
    notifications.c.next_attempt_at <= bindparam("until", type_=notifications.c.next_attempt_at.type),
    or_(notifications.c.lease_until.is_(None), notifications.c.lease_until <= _NOW),
)
_DUE_NEXT = (
    select(notifications.c.next_attempt_at)
    .where(_OF_CHANNEL, _FREE_UNTIL)
    .order_by(notifications.c.next_attempt_at)
    .limit(1)
)
_UPCOMING = (
    select(
        notifications.c.channel,
        func.min(notifications.c.next_attempt_at).label("at"),
        func.min(channels.c.paused_until).label("paused_until"),
    )
    .join_from(notifications, channels, channels.c.name == notifications.c.channel, isouter=True)
    .where(_FREE_UNTIL)
    .group_by(notifications.c.channel)
)
_NEXT = _MOST_URGENT_FIRST.where(_OF_CHANNEL, _IS_DUE).limit(1).with_for_update(skip_locked=True)
_OF_MESSAGE = _MOST_URGENT_FIRST.where(
    notifications.c.message_id == bindparam("message_id"), _PENDING
).with_for_update()
_OF_BUNDLE = (
    _MOST_URGENT_FIRST.where(_OF_CHANNEL, notifications.c.bundle == bindparam("bundle"), _WAITS)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_MESSAGE = select(messages).where(messages.c.id == bindparam("message_id"))
_NEW_MESSAGE = messages.insert().returning(messages)
_CLAIM = (
    update(notifications)
    .where(notifications.c.id.in_(bindparam("ids", expanding=True)))
    .values(message_id=bindparam("message"), lease_until=bindparam("until"), attempts=notifications.c.attempts + 1)
)
_SUPERSEDED = (
    update(notifications)
    .where(notifications.c.id == bindparam("superseded"))
    .values(status=str(NotificationStatus.SUPPRESSED), reason=bindparam("why"), lease_until=None)
)
_FINISHED = (
    update(notifications)
    .where(notifications.c.message_id == bindparam("message"), _PENDING)
    .values(status=bindparam("new_status"), lease_until=None)
)
_SENT = _FINISHED.values(sent_at=bindparam("at"), error=None)
_FAILED = _FINISHED.values(reason=bindparam("why"), error=bindparam("why"))
_RETRY = _FINISHED.values(error=bindparam("why"), next_attempt_at=bindparam("at"))
_APART = (
    update(notifications)
    .where(notifications.c.id == bindparam("notification"), _PENDING)
    .values(message_id=None, lease_until=None, error=bindparam("why"))
)
_PUT_OFF = _APART.values(next_attempt_at=bindparam("at"))
_GIVEN_UP = _APART.values(status=str(NotificationStatus.FAILED), reason=bindparam("why"))
_NOTICE = select(notices).where(notices.c.id == bindparam("notice_id"))
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # of a row that makes no noun


class NotificationStore:
    """Writes and claims of notifications."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due_channels(self, now: datetime) -> list[str]:
        """Channels that have notifications to send and are not pausing."""
        with reading(self._engine) as connection:
            return list(connection.scalars(_DUE_CHANNELS, {"now": now}))

    def upcoming(self, now: datetime, until: datetime) -> dict[str, datetime]:
        """Channels that are going to have something to send after `now`, and when: those of `until` and before."""
        with reading(self._engine) as connection:
            rows = connection.execute(_UPCOMING, {"now": now, "until": until}).all()
        times = {row.channel: max(row.at, row.paused_until or row.at) for row in rows}
        return {name: at for name, at in times.items() if now < at <= until}

    def due_next(self, channel: str, now: datetime, until: datetime) -> datetime | None:
        """When a channel is next to be sent something: in the past where it is due; None where not until `until`."""
        with reading(self._engine) as connection:
            return connection.scalar(_DUE_NEXT, {"channel": channel, "now": now, "until": until})

    def lease(self, channel: str, now: datetime, until: datetime, sent: int | None = None) -> Outgoing | None:
        """Claim a channel's next message, the most urgent first; None where nothing is due.

        What waits in the same bundle goes along, whenever it was due itself; what a later revision says as well is
        dropped, unless it has been tried as a part of a bundle. At the first claim the message gets its
        members and its key for good, so that a repeat after a crash is the same message. The attempt is counted with
        the claim, so that one which kills its worker is not tried for ever.

        Args:
            channel: its name.
            now: the time.
            until: when the claim lapses.
            sent: the message that the channel has just accepted; it is recorded in the same transaction.
        """
        with repeatable(self._engine) as connection:
            if sent is not None:
                _finish(connection, _SENT, sent, NotificationStatus.SENT, at=now)
            members = _next_members(connection, channel, now)
            if not members:
                return None
            first = members[0]
            if first.message_id is None and len(members) > 1:
                make_lasting(connection)  # who belongs together is decided once; of one alone, the key is its own
            message = (
                connection.execute(_NEW_MESSAGE, _message_row(channel, members, now))
                if first.message_id is None
                else connection.execute(_MESSAGE, {"message_id": first.message_id})
            ).one()
            ids = [row.id for row in members]
            connection.execute(_CLAIM, {"ids": ids, "message": message.id, "until": until})
            return _outgoing(connection, message, members)

    def record_sent(self, message_id: int, now: datetime) -> None:
        """The channel has accepted it."""
        with repeatable(self._engine) as connection:
            _finish(connection, _SENT, message_id, NotificationStatus.SENT, at=now)

    def record_failed(self, message_id: int, error: str) -> None:
        """It will not be tried again."""
        with repeatable(self._engine) as connection:
            _finish(connection, _FAILED, message_id, NotificationStatus.FAILED, why=error)

    def record_retry(self, message_id: int, error: str, next_attempt_at: datetime) -> None:
        """It will be tried again at `next_attempt_at`."""
        with repeatable(self._engine) as connection:
            _finish(connection, _RETRY, message_id, NotificationStatus.PENDING, why=error, at=next_attempt_at)

    def record_unreadable(self, notification_id: int, error: str, next_attempt_at: datetime | None) -> None:
        """What a notification is to tell cannot be read: looked at again alone, at `next_attempt_at`; None: never."""
        values = {"notification": notification_id, "why": error}
        with repeatable(self._engine) as connection:
            if next_attempt_at is None:
                connection.execute(_GIVEN_UP, values)
            else:
                connection.execute(_PUT_OFF, values | {"at": next_attempt_at})

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
                _PENDING,
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


def _finish(
    connection: Connection, statement: Any, message_id: int, status: NotificationStatus, **values: object
) -> None:
    connection.execute(statement, {"message": message_id, "new_status": str(status), **values})


def _next_members(connection: Connection, channel: str, now: datetime) -> list[Any]:
    """What goes into a channel's next message, the most urgent first; empty where nothing is due."""
    while True:
        first = connection.execute(_NEXT, {"channel": channel, "now": now}).one_or_none()
        if first is None:
            return []
        members = _members(connection, first, now)
        if first.message_id is not None and len(members) > 1:
            return members  # it was tried as it is, and is tried again as it was
        old = [row for row in members if row.superseded_by is not None]
        for row in old:
            reason = f"{SUPERSEDED}{row.superseded_by}"
            connection.execute(_SUPERSEDED, {"superseded": row.id, "why": reason})
        if len(old) < len(members):
            return [row for row in members if row not in old]


def _members(connection: Connection, first: Any, now: datetime) -> list[Any]:
    """What goes into one message with `first`: what did before, or else what waits in its bundle."""
    if first.message_id is not None:
        return list(connection.execute(_OF_MESSAGE, {"message_id": first.message_id, "now": now}).all())
    if first.bundle:
        values = {"channel": first.channel, "bundle": first.bundle, "now": now}
        return list(connection.execute(_OF_BUNDLE, values).all())
    return [first]


def _message_row(channel: str, members: Sequence[Any], now: datetime) -> dict[str, Any]:
    first = members[0]
    if first.notice_id is not None:
        form = Form.NOTICE
    elif first.bundle and not first.bundle.startswith("group:"):
        form = Form.DIGEST
    else:
        form = Form.GROUP if len(members) > 1 else Form.ALERT
    key = bundle_key([row.key for row in members])
    return {"channel": channel, "key": key, "form": str(form), "created_at": now}


def _outgoing(connection: Connection, message: Any, members: Sequence[Any]) -> Outgoing:
    revisions: dict[int, int] = {}
    for row in members:
        if row.alert_id is not None:
            revisions[row.alert_id] = max(row.alert_revision, revisions.get(row.alert_id, 0))
    told, wrong = _alerts(connection, revisions)
    notice, fault = _notice(connection, members[0].notice_id)
    faults = {row.id: fault if row.alert_id is None else wrong.get(row.alert_id, "") for row in members}
    return Outgoing(
        message_id=message.id,
        channel=message.channel,
        key=message.key,
        form=Form(message.form),
        created_at=message.created_at,
        attempts=max(row.attempts for row in members) + 1,
        alerts=tuple(told[alert_id] for alert_id in revisions if alert_id in told),
        escalates=all(row.purpose == str(Purpose.ESCALATION) for row in members),
        notice=notice,
        unreadable={row_id: why for row_id, why in faults.items() if why},
    )


def _alerts(connection: Connection, revisions: dict[int, int]) -> tuple[dict[int, Alert], dict[int, str]]:
    """Alerts as told, by id; and of those that cannot be read, why: one of them must not keep the others back."""
    try:
        told = {one.alert_id: one for one in alerts_as_told(connection, revisions)}
        return told, dict.fromkeys(revisions.keys() - told.keys(), "is not in the database")
    except _UNREADABLE as error:
        if len(revisions) == 1:
            return {}, dict.fromkeys(revisions, _fault(error))
    alone = [_alerts(connection, {alert_id: revision}) for alert_id, revision in revisions.items()]
    return {k: v for told, _ in alone for k, v in told.items()}, {k: v for _, wrong in alone for k, v in wrong.items()}


def _notice(connection: Connection, notice_id: int | None) -> tuple[Notice | None, str]:
    if notice_id is None:
        return None, ""
    try:
        return notice_of(connection.execute(_NOTICE, {"notice_id": notice_id}).one()), ""
    except _UNREADABLE as error:
        return None, _fault(error)


def _fault(error: Exception) -> str:
    return f"cannot be read: {type(error).__name__}: {error}"
