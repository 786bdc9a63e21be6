"""Alerts and notices in; notifications stored."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.bootstrap import Services
from worker.model import Alert
from worker.model.delivery import Routing
from worker.routing import Situation, escalations_for, notice_plans, notifications_for, remembered

log = logging.getLogger("trucewire")

BATCH = 200
ESCALATES_FOR = timedelta(days=2)  # an older alert is nobody's emergency any more


def route(services: Services) -> list[str]:
    """Turn unrouted alerts and notices into notifications; the names of the channels that have something to send."""
    now = services.now()
    enabled = [channel.name for channel in services.settings.channels if channel.enabled]
    services.store.channels.sync(enabled, now)
    while alerts := services.store.alerts.unrouted(BATCH):
        plans = notifications_for(alerts, situation(services, alerts, now))
        services.store.alerts.apply_routes(alerts, plans, now)
        suppressed = sum(bool(plan.suppressed) for plan in plans)
        log.info("route alerts=%d notifications=%d suppressed=%d", len(alerts), len(plans), suppressed)
    _route_notices(services, now)
    _escalate(services, now)
    return services.store.notifications.due_channels(now)


def situation(services: Services, alerts: Sequence[Alert], now: datetime) -> Situation:
    """Everything that bears on the routing of `alerts`."""
    store, routing = services.store, services.settings.routing
    updated = [alert.alert_id for alert in alerts if alert.revision > 1]
    span = remembered(routing)
    return Situation(
        now=now,
        channels=services.settings.channels,
        routing=routing,
        silences=tuple(store.alerts.silences(now)),
        disabled=store.channels.disabled(),
        told=tuple(store.notifications.told(now - span)) if span else (),
        reached=store.notifications.reached(updated) if updated else frozenset(),
        company=tuple(store.alerts.company({alert.story_id for alert in alerts})) if routing.inhibitions else (),
    )


def _route_notices(services: Services, now: datetime) -> None:
    for notice in services.store.notices.unrouted(BATCH):
        plans = notice_plans(notice, situation(services, (), now))
        services.store.notices.apply_routes(notice, plans, now)
        names = ",".join(plan.channel for plan in plans)
        log.warning("notice kind=%s subject=%s channels=%s", notice.kind, notice.subject, names or "none")


def _escalate(services: Services, now: datetime) -> None:
    names = _escalating(services.settings.routing)
    if not names:
        return
    waiting = services.store.alerts.unacknowledged(names, now, now - ESCALATES_FOR)
    if plans := escalations_for(waiting, situation(services, (), now)):
        services.store.alerts.apply_routes((), plans, now)
        log.warning("escalate alerts=%d notifications=%d", len({plan.alert_id for plan in plans}), len(plans))


def _escalating(routing: Routing) -> list[str]:
    return [route.name for route in routing.routes if route.escalation is not None]
