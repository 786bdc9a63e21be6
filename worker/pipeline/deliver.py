"""Alerts in; notifications stored, sent, and what came of them recorded."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from worker.bootstrap import Services
from worker.errors import DeliveryError
from worker.model import Channel, Notification
from worker.render import channel_disabled_message, message_for
from worker.routing import notifications_for

log = logging.getLogger("trucewire")

ROUTE_BATCH = 200
BATCH = 10
LEASE = timedelta(minutes=5)
SEND_AT_MOST = timedelta(minutes=2)  # what one send may take, by the channels' own time-outs
FOR_S = 60.0
MAX_ATTEMPTS = 15  # with the back-off below: given up after about twelve hours
BACK_OFF_S = 5.0
BACK_OFF_CAP_S = 2 * 3600.0


def route(services: Services) -> list[str]:
    """Turn unrouted alerts into notifications; the names of the channels that now have something to send."""
    now = services.now()
    while alerts := services.store.alerts.unrouted(ROUTE_BATCH):
        silences = services.store.alerts.silences(now)
        disabled = services.store.notifications.disabled_channels()
        plans = [
            plan
            for alert in alerts
            for plan in notifications_for(alert, services.settings.channels, silences, disabled)
        ]
        services.store.alerts.apply_routes(alerts, plans, now)
        log.info(
            "route alerts=%d notifications=%d suppressed=%d",
            len(alerts),
            len(plans),
            sum(bool(plan.suppressed) for plan in plans),
        )
    return services.store.notifications.due_channels(now)


def deliver(services: Services, channel_name: str) -> int:
    """Send what waits for one channel, for a minute at most; the number sent."""
    stopwatch, sent = time.monotonic(), 0
    while time.monotonic() - stopwatch < FOR_S:
        now = services.now()
        leased = services.store.notifications.lease(channel_name, BATCH, now, now + LEASE)
        if not leased:
            break
        for notification in leased:
            if services.now() + SEND_AT_MOST > now + LEASE:
                break  # somebody else may hold the rest by the time it would be sent, and have sent it
            accepted = _deliver_one(services, notification)
            sent += accepted
            if not accepted and channel_name in services.store.notifications.disabled_channels():
                return sent  # the rest has failed with it
    return sent


def _deliver_one(services: Services, notification: Notification) -> bool:
    """Send one notification and record what came of it; whether the channel accepted it."""
    channel = next((one for one in services.settings.channels if one.name == notification.channel), None)
    record = services.store.notifications
    if channel is None or not channel.enabled:
        record.record_failed(notification.notification_id, "channel is no longer configured")
        return False
    try:
        services.send(channel, message_for(notification), services.now())
    except DeliveryError as error:
        _record_error(services, channel, notification, error)
        return False
    except Exception as error:
        log.exception("deliver channel=%s notification=%d", channel.name, notification.notification_id)
        _record_error(services, channel, notification, DeliveryError(f"{type(error).__name__}: {error}"))
        return False
    record.record_sent(notification.notification_id, services.now())
    log.info("deliver channel=%s alert=%d outcome=sent", channel.name, notification.alert.alert_id)
    return True


def _record_error(services: Services, channel: Channel, notification: Notification, error: DeliveryError) -> None:
    record, now = services.store.notifications, services.now()
    fields: dict[str, Any] = {"channel": channel.name, "alert": notification.alert.alert_id, "error": str(error)}
    if error.permanent:
        record.record_failed(notification.notification_id, f"channel disabled: {error}")
        log.error("deliver channel=%(channel)s alert=%(alert)d outcome=channel_disabled error=%(error)r", fields)
        if record.disable_channel(channel.name, str(error), now):
            _announce(services, channel, str(error))
    elif notification.attempts >= MAX_ATTEMPTS:
        record.record_failed(notification.notification_id, f"given up after {notification.attempts} attempts: {error}")
        log.error("deliver channel=%(channel)s alert=%(alert)d outcome=failed error=%(error)r", fields)
    else:
        wait_s = max(back_off_s(notification.attempts, services.chance()), error.retry_after_s or 0.0)
        record.record_retry(notification.notification_id, str(error), now + timedelta(seconds=wait_s))
        log.warning("deliver channel=%(channel)s alert=%(alert)d outcome=retry error=%(error)r", fields)


def back_off_s(attempts: int, chance: float) -> float:
    """Seconds until the next attempt: doubled each time, capped, and a fifth of chance so that they do not clump."""
    return min(BACK_OFF_S * 2.0 ** min(attempts - 1, 30), BACK_OFF_CAP_S) * (1 + 0.2 * chance)


def _announce(services: Services, broken: Channel, reason: str) -> None:
    """Tell the other channels that one is disabled: whoever relied on it must learn so."""
    now = services.now()
    message = channel_disabled_message(broken, reason, now)
    disabled = services.store.notifications.disabled_channels()
    for channel in services.settings.channels:
        if channel.enabled and channel.name not in disabled:
            try:
                services.send(channel, message, now)
            except Exception:
                log.warning("announce channel=%s about=%s outcome=failed", channel.name, broken.name, exc_info=True)
