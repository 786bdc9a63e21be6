"""Alerts and notices in; notifications stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from worker.bootstrap import Services
from worker.model import Alert
from worker.model.delivery import Notice, Routing
from worker.pipeline.deliver import SOON
from worker.routing import Situation, escalations_for, notice_plans, notifications_for, remembered

log = logging.getLogger("trucewire")

BATCH = 200
ESCALATES_FOR = timedelta(days=2)  # an older alert is nobody's emergency any more


Nudge = Callable[[str, datetime], object]  # the name of a channel, and when it has something to send


def route(services: Services, nudge: Nudge = lambda channel, at: None) -> list[str]:
    """Turn unrouted alerts and notices into notifications; the names of the channels that have something to send.

    `nudge` is called with those names, where many alerts wait after each batch already, so that sending begins at once;
    and with the names of those that will have something soon, so that what is held goes out when its time has come.
    """
    now = services.now()
    more = True
    while more:
        with services.store.gathering():
            disabled = _disabled(services, now)
            alerts = services.store.alerts.unrouted(BATCH)
            notices = services.store.notices.unrouted(BATCH)
            where = situation(services, alerts, now, disabled)
        more = len(alerts) == BATCH
        if alerts:
            _route_alerts(services, alerts, where)
        if notices:
            _route_notices(services, notices, where)
        if more:
            _nudge_due(services, nudge, now)
    _escalate(services, now, disabled)
    for name, at in services.store.notifications.upcoming(now, now + SOON).items():
        nudge(name, at)
    return _nudge_due(services, nudge, now)


def _disabled(services: Services, now: datetime) -> dict[str, str]:
    enabled = [channel.name for channel in services.settings.channels if channel.enabled]
    return services.store.channels.sync(enabled, now)


def _nudge_due(services: Services, nudge: Nudge, now: datetime) -> list[str]:
    names = services.store.notifications.due_channels(now)
    for name in names:
        nudge(name, now)
    return names


def _route_alerts(services: Services, alerts: Sequence[Alert], where: Situation) -> None:
    plans = notifications_for(alerts, where)
    services.store.alerts.apply_routes(alerts, plans, where.now)
    suppressed = sum(bool(plan.suppressed) for plan in plans)
    log.info("route alerts=%d notifications=%d suppressed=%d", len(alerts), len(plans), suppressed)


def situation(services: Services, alerts: Sequence[Alert], now: datetime, disabled: Mapping[str, str]) -> Situation:
    """Everything that bears on the routing of `alerts`; `disabled` are the channels that are, with the reason."""
    store, routing = services.store, services.settings.routing
    updated = [alert.alert_id for alert in alerts if alert.revision > 1]
    span = remembered(routing)
    return Situation(
        now=now,
        channels=services.settings.channels,
        routing=routing,
        silences=tuple(store.alerts.silences(now)),
        disabled=disabled,
        told=tuple(store.notifications.told(now - span)) if span else (),
        reached=store.notifications.reached(updated) if updated else frozenset(),
        company=tuple(store.alerts.company({alert.story_id for alert in alerts})) if routing.inhibitions else (),
    )


def _route_notices(services: Services, notices: Sequence[Notice], where: Situation) -> None:
    for notice in notices:
        plans = notice_plans(notice, where)
        services.store.notices.apply_routes(notice, plans, where.now)
        names = ",".join(plan.channel for plan in plans)
        log.warning("notice kind=%s subject=%s channels=%s", notice.kind, notice.subject, names or "none")


def _escalate(services: Services, now: datetime, disabled: Mapping[str, str]) -> None:
    names = _escalating(services.settings.routing)
    if not names:
        return
    waiting = services.store.alerts.unacknowledged(names, now, now - ESCALATES_FOR)
    if plans := escalations_for(waiting, situation(services, (), now, disabled)):
        services.store.alerts.apply_routes((), plans, now)
        log.warning("escalate alerts=%d notifications=%d", len({plan.alert_id for plan in plans}), len(plans))


def _escalating(routing: Routing) -> list[str]:
    return [route.name for route in routing.routes if route.escalation is not None]
