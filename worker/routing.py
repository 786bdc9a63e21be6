"""Alerts, channels and silences in, notifications out.

Every alert × enabled channel gets one notification, to be sent or with the reason why not. Never drops a pair, never
reads the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from worker.model import Alert, Channel, NotificationPlan, Silence


def notifications_for(
    alert: Alert, channels: Sequence[Channel], silences: Sequence[Silence], disabled: Mapping[str, str]
) -> tuple[NotificationPlan, ...]:
    """One plan for each enabled channel.

    Args:
        alert: the alert, at its newest revision.
        channels: as configured.
        silences: those in force.
        disabled: name and reason of the channels that were disabled after a permanent error.
    """
    return tuple(
        NotificationPlan(
            alert_id=alert.alert_id,
            alert_revision=alert.revision,
            channel=channel.name,
            key=idempotency_key(alert, channel.name),
            suppressed=_suppressed(alert, channel, silences, disabled),
        )
        for channel in channels
        if channel.enabled
    )


def idempotency_key(alert: Alert, channel: str) -> str:
    """The same at every attempt, and no other's in any database: a receiver drops repeats by it."""
    parts = (
        alert.rule_id,
        alert.article.article.key,
        alert.raised_at.isoformat(),
        str(alert.alert_id),
        str(alert.revision),
        channel,
    )
    return "msg_" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _suppressed(alert: Alert, channel: Channel, silences: Sequence[Silence], disabled: Mapping[str, str]) -> str:
    """The first reason not to send, "" where there is none."""
    if channel.rules and alert.rule_id not in channel.rules:
        return f"channel takes only {', '.join(channel.rules)}"
    if alert.severity.rank < channel.minimum_severity.rank:
        return f"{alert.severity} is below the channel's {channel.minimum_severity}"
    for silence in silences:
        if _silenced(alert, silence):
            return f"silence {silence.silence_id} until {silence.ends_at:%Y-%m-%d %H:%M} UTC: {silence.comment}"
    if channel.name in disabled:
        return f"channel disabled: {disabled[channel.name]}"
    return ""


def _silenced(alert: Alert, silence: Silence) -> bool:
    return (
        (not silence.rules or alert.rule_id in silence.rules)
        and (not silence.places or bool(set(silence.places) & set(alert.places)))
        and (not silence.publishers or alert.article.article.publisher in silence.publishers)
    )
