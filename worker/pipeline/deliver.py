"""Notifications in; messages sent, and what came of them recorded.

A channel is one worker's at a time, so one that hangs holds up one worker and no other channel. Channels that have
failed three times in a row, or have hung once, share one further turn: however many are down, they occupy one worker
between them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from worker.bootstrap import Services
from worker.errors import DeliveryError
from worker.model import Channel, Message, Severity
from worker.model.delivery import NoticeKind, Outgoing
from worker.pipeline.reactions import links_for
from worker.render import message_for, notice_words

log = logging.getLogger("trucewire")

SEND_AT_MOST = timedelta(minutes=2)  # what one send may take, by the channels' own time-outs
LEASE = SEND_AT_MOST + timedelta(seconds=30)  # of one message
FOR_S = 60.0
SLOW_S = 5.0  # a failure that took longer counts for all of FAILURES_IN_A_ROW: the next one would take as long
MAX_ATTEMPTS = 15  # with the back-off below: given up after about nine hours
BACK_OFF_S = 5.0
BACK_OFF_CAP_S = 2 * 3600.0
FAILURES_IN_A_ROW = 3  # … then the channel itself is taken to be down, and pauses
PAUSE_CAP_S = 300.0
SOON = timedelta(seconds=10)  # what is due later is left to the next sweep
UNWELL = "unwell"  # the turn that channels share which are down


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run did."""

    sent: int = 0
    noticed: bool = False  # there is something to tell the other channels
    again_at: datetime | None = None  # when there is more to send, if that is soon; in the past: at once


def deliver(services: Services, channel_name: str) -> Delivered:
    """Send what waits for one channel, for a minute at most."""
    stopwatch, sent, noticed, again_at = time.monotonic(), 0, False, None
    while time.monotonic() - stopwatch < FOR_S:
        state, now = services.store.channels.state(channel_name), services.now()
        if state.pauses(now):
            again_at = state.paused_until
            break
        with ExitStack() as stack:
            down = state.failures >= FAILURES_IN_A_ROW
            turns = [channel_name, *([UNWELL] if down else [])]
            if not all(stack.enter_context(services.store.channels.turn(name)) for name in turns):
                break
            # One that is down is tried with one message: if it takes it, it gives the shared turn back at once.
            run = _Run(services, channel_name, stopwatch, unwell=state.unwell).send(at_most=1 if down else None)
        sent, noticed = sent + run.sent, noticed or run.noticed
        # Whoever was turned away a moment ago may have been told of more than this run saw.
        now = services.now()
        again_at = services.store.notifications.due_next(channel_name, now, now + SOON)
        if run.noticed or again_at is None or again_at > now:
            break
    return Delivered(sent, noticed, again_at if again_at and again_at <= now + SOON else None)


class _Run:
    """Messages sent one after the other, while it is this worker's turn."""

    def __init__(self, services: Services, channel_name: str, stopwatch: float, *, unwell: bool) -> None:
        self._services = services
        self._name = channel_name
        self._ends_at = stopwatch + FOR_S
        self._unwell = unwell  # it has failed, or paused, and not been recorded as well since

    def send(self, at_most: int | None) -> Delivered:
        """Send what is due, the most urgent first, until nothing is, or it fails in a way that asks for a pause."""
        accepted: int | None = None  # the message that the channel took last: recorded as the next one is claimed
        services, record, sent = self._services, self._services.store.notifications, 0
        try:
            while time.monotonic() < self._ends_at and sent != at_most:
                now = services.now()
                outgoing = record.lease(self._name, now, now + LEASE, sent=accepted)
                accepted = None
                if outgoing is None:
                    break
                outcome = _deliver_one(services, outgoing)
                if outcome is None:  # there is nothing in it that can be told, which is not its channel's fault
                    continue
                if outcome.sent:
                    sent, accepted = sent + 1, outgoing.message_id
                    self._works()
                    if _has_sent_enough(services, self._name):
                        break
                else:
                    self._unwell = True
                    if outcome.noticed or _pauses(services, self._name):
                        return Delivered(sent, outcome.noticed)
        finally:  # whatever else fails, what was accepted is not sent again
            if accepted is not None:
                record.record_sent(accepted, services.now())
        return Delivered(sent)

    def _works(self) -> None:
        if self._unwell and self._services.store.channels.record_well(self._name):
            self._services.store.notices.close_notice(NoticeKind.DELIVERY_FAILED, self._name, self._services.now())
        self._unwell = False


def _configured(services: Services, name: str) -> Channel | None:
    return next((channel for channel in services.settings.channels if channel.name == name), None)


def _has_sent_enough(services: Services, channel_name: str) -> bool:
    """Whether the channel must rest before it takes more, by its service's rate."""
    channel = _configured(services, channel_name)
    if channel is None or not channel.per_minute:
        return False
    return services.store.channels.record_pace(channel_name, channel.per_minute, services.now()) is not None


def _pauses(services: Services, channel_name: str) -> bool:
    state = services.store.channels.state(channel_name)
    return bool(state.disabled) or state.pauses(services.now())


def _deliver_one(services: Services, outgoing: Outgoing) -> Delivered | None:
    """Send one message and record what went wrong; that it was accepted is the caller's to record.

    Returns:
        None where it cannot be put into words: then it was put off, or given up, and nothing was sent.
    """
    channel = _configured(services, outgoing.channel)
    if channel is None or not channel.enabled:
        services.store.notifications.record_failed(outgoing.message_id, "channel is no longer configured")
        return Delivered()
    for notification_id, fault in outgoing.unreadable.items():
        _put_apart(services, outgoing, notification_id, fault)
    if not (outgoing.alerts or outgoing.notice):
        return None
    try:
        message = message_for(outgoing, channel.language, links_for(services, outgoing.alerts))
    except Exception as error:  # whatever is odd about one message must not stop its channel
        log.exception("deliver channel=%s message=%s", channel.name, outgoing.key)
        _try_later(services, channel, outgoing, DeliveryError(f"cannot be told: {type(error).__name__}: {error}"))
        return None
    return _send(services, channel, outgoing, message)


def _send(services: Services, channel: Channel, outgoing: Outgoing, message: Message) -> Delivered:
    began = time.monotonic()
    try:
        services.send(channel, message, services.now())
    except Exception as error:
        if not isinstance(error, DeliveryError):
            log.exception("deliver channel=%s message=%s", channel.name, outgoing.key)
            error = DeliveryError(f"{type(error).__name__}: {error}")
        return _record_error(services, channel, outgoing, error, slow=time.monotonic() - began > SLOW_S)
    log.info("deliver channel=%s %s outcome=sent", channel.name, _names(outgoing))
    return Delivered(sent=1)


def _record_error(
    services: Services, channel: Channel, outgoing: Outgoing, error: DeliveryError, *, slow: bool
) -> Delivered:
    store, now = services.store, services.now()
    fields: dict[str, Any] = {"channel": channel.name, "what": _names(outgoing), "error": str(error)}
    if error.permanent:
        store.notifications.record_failed(outgoing.message_id, f"channel disabled: {error}")
        log.error("deliver channel=%(channel)s %(what)s outcome=channel_disabled error=%(error)r", fields)
        newly = store.channels.disable(channel.name, str(error), now)
        return Delivered(noticed=newly and _notice_disabled(services, channel, str(error), now))
    _pause(services, channel, error, now, slow=slow)
    return _try_later(services, channel, outgoing, error)


def _try_later(services: Services, channel: Channel, outgoing: Outgoing, error: DeliveryError) -> Delivered:
    store, now = services.store.notifications, services.now()
    fields: dict[str, Any] = {"channel": channel.name, "what": _names(outgoing), "error": str(error)}
    if outgoing.attempts >= MAX_ATTEMPTS:
        store.record_failed(outgoing.message_id, f"given up after {outgoing.attempts} attempts: {error}")
        log.error("deliver channel=%(channel)s %(what)s outcome=failed error=%(error)r", fields)
        return Delivered(noticed=_notice_failed(services, channel, outgoing, str(error), now))
    wait_s = max(back_off_s(outgoing.attempts, services.chance()), error.retry_after_s or 0.0)
    store.record_retry(outgoing.message_id, str(error), now + timedelta(seconds=wait_s))
    log.warning("deliver channel=%(channel)s %(what)s outcome=retry error=%(error)r", fields)
    return Delivered()


def _put_apart(services: Services, outgoing: Outgoing, notification_id: int, fault: str) -> None:
    """What cannot be read is looked at again alone, by a later version perhaps; what it was to go with goes without."""
    given_up = outgoing.attempts >= MAX_ATTEMPTS
    wait = timedelta(seconds=back_off_s(outgoing.attempts, services.chance()))
    again_at = None if given_up else services.now() + wait
    services.store.notifications.record_unreadable(notification_id, fault, again_at)
    fields = (outgoing.channel, notification_id, "failed" if given_up else "retry", fault)
    log.error("deliver channel=%s notification=%d outcome=%s error=%r", *fields)


def back_off_s(attempts: int, chance: float) -> float:
    """Seconds until the next attempt: doubled each time, capped, and a fifth of chance so that they do not clump."""
    return min(BACK_OFF_S * 2.0 ** min(attempts - 1, 30), BACK_OFF_CAP_S) * (1 + 0.2 * chance)


def _pause(services: Services, channel: Channel, error: DeliveryError, now: datetime, *, slow: bool) -> None:
    """Have the whole channel wait where it asks for it, or has failed so that it is likely to be down."""
    weight = FAILURES_IN_A_ROW if slow else 1
    failures = services.store.channels.state(channel.name).failures + weight
    wait_s = error.retry_after_s or 0.0
    if failures >= FAILURES_IN_A_ROW:
        wait_s = max(wait_s, min(back_off_s(failures - FAILURES_IN_A_ROW + 1, services.chance()), PAUSE_CAP_S))
    services.store.channels.record_failure(channel.name, now + timedelta(seconds=wait_s) if wait_s else None, weight)


def _notice_disabled(services: Services, channel: Channel, reason: str, now: datetime) -> bool:
    """Whoever relied on the channel must learn that it is off."""
    facts = {"channel": channel.name, "error": reason}
    return _raise(services, NoticeKind.CHANNEL_DISABLED, channel.name, facts, now)


def _notice_failed(services: Services, channel: Channel, outgoing: Outgoing, error: str, now: datetime) -> bool:
    """Whoever relied on the channel must learn what it has not told them."""
    lost = [alert.article.article.title for alert in outgoing.alerts]
    lost += [outgoing.notice.title] if outgoing.notice else []
    facts = {"channel": channel.name, "attempts": outgoing.attempts, "error": error, "lost": lost}
    return _raise(services, NoticeKind.DELIVERY_FAILED, channel.name, facts, now)


def _raise(services: Services, kind: NoticeKind, subject: str, facts: Mapping[str, Any], now: datetime) -> bool:
    title, text = notice_words(kind, facts)
    notices = services.store.notices
    return notices.raise_notice(kind, subject, Severity.CRITICAL, title, text, now, facts) is not None


def _names(outgoing: Outgoing) -> str:
    if outgoing.notice is not None:
        return f"notice={outgoing.notice.notice_id}"
    return f"alert={','.join(str(alert.alert_id) for alert in outgoing.alerts)}"
