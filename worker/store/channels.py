"""Channels: since when they are configured, whether they work, and whose turn it is to send through them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, bindparam, or_, select, update

from worker.database import reading
from worker.database.rows import insert_new
from worker.database.turns import turn
from worker.model.delivery import NoticeKind
from worker.routing.pace import paced
from worker.tables import channels, notices, notifications

DISABLED = "channel disabled:"  # how the reason begins of what failed, or was suppressed, for it

# Made once: making a statement costs more than running it.
_STATES = select(channels)
_STATE = _STATES.where(channels.c.name == bindparam("channel"))
_WELL = (
    update(channels)
    .where(channels.c.name == bindparam("channel"), or_(channels.c.failures > 0, channels.c.paused_until.is_not(None)))
    .values(failures=0, paused_until=None)
)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel fares."""

    failures: int = 0  # in a row
    paused_until: datetime | None = None
    disabled: str = ""  # the reason; "" = it is not

    @property
    def unwell(self) -> bool:
        """Whether it has failed, or paused, since it last took something."""
        return self.failures > 0 or self.paused_until is not None

    def pauses(self, now: datetime) -> bool:
        """Whether nothing is sent through it at `now`."""
        return self.paused_until is not None and self.paused_until > now


class ChannelStore:
    """Writes of channels' states."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Whether nobody else sends through `name` just now; nobody does while the block lasts."""
        with turn(self._engine, f"channel {name}") as mine:
            yield mine

    def state(self, name: str) -> ChannelState:
        """How a channel fares; well where nothing is known of it."""
        with reading(self._engine) as connection:
            row = connection.execute(_STATE, {"channel": name}).one_or_none()
        if row is None:
            return ChannelState()
        reason = (row.disabled_reason or "no reason is known") if row.disabled_at else ""
        return ChannelState(row.failures, row.paused_until, reason)

    def sync(self, enabled: Collection[str], now: datetime) -> dict[str, str]:
        """Remember since when which channels are enabled in the settings; name and reason of each disabled one.

        Each alert raised since then owes them a notification, if only one with the reason why it is not sent.
        """
        with reading(self._engine) as connection:
            rows = connection.execute(_STATES).all()
        disabled = {row.name: row.disabled_reason for row in rows if row.disabled_at is not None}
        known = {row.name: row.enabled_since for row in rows}
        appeared = [name for name in enabled if known.get(name) is None]
        gone = [name for name, since in known.items() if since is not None and name not in enabled]
        if not appeared and not gone:
            return disabled
        with self._engine.begin() as connection:
            for name in appeared:
                connection.execute(insert_new(connection, channels), {"name": name})
                absent = (channels.c.name == name) & channels.c.enabled_since.is_(None)
                connection.execute(update(channels).where(absent).values(enabled_since=now))
            connection.execute(update(channels).where(channels.c.name.in_(gone)).values(enabled_since=None))
        return disabled

    def record_well(self, name: str) -> bool:
        """It has accepted something; whether it had failed or paused before."""
        with self._engine.begin() as connection:
            return connection.execute(_WELL, {"channel": name}).rowcount > 0

    def record_failure(self, name: str, pause: datetime | None, weight: int = 1) -> int:
        """It has failed, which counts `weight` times; until `pause`, nothing is tried. Its failures in a row."""
        failed = (
            update(channels)
            .where(channels.c.name == name)
            .values(failures=channels.c.failures + weight, paused_until=pause)
            .returning(channels.c.failures)
        )
        with self._engine.begin() as connection:
            connection.execute(insert_new(connection, channels), {"name": name})
            return int(connection.execute(failed).scalar_one())

    def record_pace(self, name: str, per_minute: int, now: datetime) -> datetime | None:
        """It has sent one more message, and takes so many in a minute; until when it rests, None where it need not."""
        with self._engine.begin() as connection:
            connection.execute(insert_new(connection, channels), {"name": name})
            mine = channels.c.name == name
            paid_until = connection.scalar(select(channels.c.paid_until).where(mine))
            paid_until, rest_until = paced(paid_until, per_minute, now)
            values = {"paid_until": paid_until} | ({"paused_until": rest_until} if rest_until else {})
            connection.execute(update(channels).where(mine).values(values))
        return rest_until

    def disable(self, name: str, reason: str, now: datetime) -> bool:
        """Stop sending to a channel; what waits for it fails with the reason. False where it was disabled already."""
        row = {"name": name, "disabled_at": now, "disabled_reason": reason}
        waiting = (
            update(notifications)
            .where(notifications.c.channel == name, notifications.c.status == "pending")
            .values(status="failed", reason=f"{DISABLED} {reason}", lease_until=None)
        )
        with self._engine.begin() as connection:
            connection.execute(insert_new(connection, channels), {"name": name})
            still_enabled = (channels.c.name == name) & channels.c.disabled_at.is_(None)
            newly = connection.execute(update(channels).where(still_enabled).values(row)).rowcount == 1
            connection.execute(waiting)
        return newly

    def enable(self, name: str, now: datetime, since: datetime) -> int:
        """Send to a channel again, what failed since `since` for its being disabled first; how many those are.

        The notice of its being disabled is closed, so that the next time is news again.
        """
        waiting = (
            update(notifications)
            .where(
                notifications.c.channel == name,
                notifications.c.status != "sent",
                notifications.c.reason.startswith(DISABLED),
                notifications.c.created_at >= since,
            )
            .values(status="pending", reason="", next_attempt_at=now, attempts=0)
        )
        told = (notices.c.kind == str(NoticeKind.CHANNEL_DISABLED)) & (notices.c.subject == name)
        over = update(notices).where(told, notices.c.closed_at.is_(None)).values(closed_at=now)
        values = {"disabled_at": None, "disabled_reason": None, "failures": 0, "paused_until": None}
        with self._engine.begin() as connection:
            connection.execute(over)
            connection.execute(update(channels).where(channels.c.name == name).values(values))
            return connection.execute(waiting).rowcount

    def disabled(self) -> dict[str, str]:
        """Name and reason of each disabled channel."""
        statement = select(channels.c.name, channels.c.disabled_reason).where(channels.c.disabled_at.is_not(None))
        with reading(self._engine) as connection:
            return {row.name: row.disabled_reason for row in connection.execute(statement)}
