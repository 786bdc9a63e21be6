"""Alerts and everything that bears on them in; one notification for each alert and channel, decided, out.

Each pair gets one, to be sent (now or later) or with the reason why not. Never drops a pair, never reads the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from worker.model import Alert, Channel, NotificationPlan, Severity, Silence
from worker.model.delivery import GroupBy, Notice, NoticeKind, Purpose, Route, Routing, Told
from worker.routing.reach import (
    held_by_acknowledgement,
    inhibited,
    leading,
    no_route,
    raises,
    refused,
    silenced,
    unmet,
)
from worker.routing.timing import Timing, memory, timing

# How a channel is served that no route names: each alert by itself, at once.
DIRECT = Route(name="", group_by=GroupBy.NONE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What bears on routing beside the alerts themselves."""

    now: datetime
    channels: tuple[Channel, ...]
    routing: Routing = field(default_factory=Routing)
    silences: tuple[Silence, ...] = ()  # in force
    disabled: Mapping[str, str] = field(default_factory=dict)  # channels, with the reason
    told: tuple[Told, ...] = ()  # within `remembered(routing)`
    reached: frozenset[tuple[int, str]] = frozenset()  # (alert, channel) that an earlier revision was meant for
    company: tuple[Alert, ...] = ()  # other alerts of the same stories, where `routing` has inhibitions


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """A critical alert that a channel has got and nobody has acknowledged."""

    alert: Alert
    route: str
    sent_at: datetime


def remembered(routing: Routing) -> timedelta:
    """How far back routing must know what channels were told."""
    return max((memory(route) for route in routing.routes), default=timedelta(0))


def notifications_for(alerts: Sequence[Alert], situation: Situation) -> tuple[NotificationPlan, ...]:
    """One plan for each alert, at its newest revision, and each enabled channel.

    The more urgent alerts are decided first, so that lesser ones of the same batch stand back for them.
    """
    plans: list[NotificationPlan] = []
    told = {
        channel.name: [one for one in situation.told if one.channel == channel.name] for channel in situation.channels
    }
    company = {one.alert_id: one for one in (*situation.company, *alerts)}
    situation = replace(situation, company=tuple(company.values()))
    for alert in sorted(alerts, key=lambda one: (-one.severity.rank, one.alert_id)):
        for channel in situation.channels:
            if channel.enabled:
                plan = _plan(alert, channel, situation, told[channel.name])
                plans.append(plan)
                if not plan.suppressed:
                    told[channel.name].append(_as_told(plan, alert.severity, situation.now))
    return tuple(plans)


def escalations_for(waiting: Sequence[Unacknowledged], situation: Situation) -> tuple[NotificationPlan, ...]:
    """Plans for the channels that are told because nobody has acknowledged an alert in time."""
    routes = {route.name: route for route in situation.routing.routes}
    channels = {channel.name: channel for channel in situation.channels if channel.enabled}
    plans = {}
    for one in waiting:
        escalation = routes[one.route].escalation if one.route in routes else None
        if escalation is None or situation.now < one.sent_at + escalation.after:
            continue
        for name in escalation.channels:
            if name in channels:
                plan = NotificationPlan(
                    alert_id=one.alert.alert_id,
                    alert_revision=one.alert.revision,
                    channel=name,
                    key=idempotency_key(one.alert, name, Purpose.ESCALATION),
                    suppressed=_always(one.alert, channels[name], situation),
                    route=one.route,
                    severity_rank=one.alert.severity.rank,
                    escalates=True,
                )
                plans[plan.key] = plan
    return tuple(plans.values())


def notice_plans(notice: Notice, situation: Situation) -> tuple[NotificationPlan, ...]:
    """Plans for the channels that learn of a notice: never only the one that it is about.

    Routes that ask for notices say which; where none does, every channel that takes warnings. A failing channel's own
    `fallback` learns of the failure in any case, and where that leaves nobody, every channel that works.
    """
    working = [one for one in situation.channels if one.enabled and one.name not in situation.disabled]
    about_channel = notice.kind in (NoticeKind.CHANNEL_DISABLED, NoticeKind.DELIVERY_FAILED)
    broken = notice.subject if about_channel else ""
    candidates = [one for one in working if one.name != broken]
    routes = [route for route in situation.routing.routes if route.notices]
    if routes:
        chosen = [one for one in candidates if leading(one, routes)]
    else:
        chosen = [one for one in candidates if _takes_warnings(one, notice.severity)]
    fallback = next((one.fallback for one in situation.channels if one.name == broken), "")
    if fallback:
        chosen = [one for one in candidates if one.name == fallback] or chosen
    return tuple(
        NotificationPlan(
            alert_id=0,
            alert_revision=0,
            channel=channel.name,
            key=_notice_key(notice, channel.name),
            severity_rank=notice.severity.rank,
        )
        for channel in chosen or candidates
    )


def idempotency_key(alert: Alert, channel: str, purpose: Purpose = Purpose.ALERT) -> str:
    """The same at every attempt, and no other's in any database: a receiver drops repeats by it."""
    parts = (
        alert.rule_id,
        alert.article.article.key,
        alert.raised_at.isoformat(),
        str(alert.alert_id),
        str(alert.revision),
        channel,
        *(() if purpose is Purpose.ALERT else (str(purpose),)),
    )
    return _key(*parts)


def bundle_key(keys: Sequence[str]) -> str:
    """The idempotency key of what carries several notifications at once: made of theirs, that of one is its own."""
    return keys[0] if len(keys) == 1 else _key(*sorted(keys))


def _notice_key(notice: Notice, channel: str) -> str:
    return _key("notice", notice.kind, notice.subject, notice.raised_at.isoformat(), str(notice.notice_id), channel)


def _key(*parts: str) -> str:
    return "msg_" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _takes_warnings(channel: Channel, severity: Severity) -> bool:
    """Whether a channel wants notices by its own settings: one that takes critical alerts only wants critical ones."""
    return channel.minimum_severity.rank <= max(Severity.WARNING.rank, severity.rank)


def _plan(alert: Alert, channel: Channel, situation: Situation, told: Sequence[Told]) -> NotificationPlan:
    plan = NotificationPlan(
        alert_id=alert.alert_id,
        alert_revision=alert.revision,
        channel=channel.name,
        key=idempotency_key(alert, channel.name),
        severity_rank=alert.severity.rank,
    )
    routes = leading(channel, situation.routing.routes)
    reached = (alert.alert_id, channel.name) in situation.reached
    taking = [route for route in routes if not unmet(alert, route.conditions)]
    reason = _withheld(alert, channel, routes, situation, taken=bool(taking) or not routes, reached=reached)
    if reason:
        return replace(plan, suppressed=reason)
    chosen, route = _soonest(alert, taking or routes[:1] or [DIRECT], told, situation.now)
    if alert.snoozed_until is not None and alert.snoozed_until > chosen.due_at and not raises(alert):
        chosen = Timing(alert.snoozed_until, chosen.bundle, "snoozed")
    return replace(
        plan,
        due_at=chosen.due_at,
        held=f"held until {chosen.due_at:%Y-%m-%d %H:%M} UTC: {chosen.held}" if chosen.held else "",
        route=route.name,
        bundle=chosen.bundle,
        supersedes=reached,
    )


def _withheld(
    alert: Alert, channel: Channel, routes: Sequence[Route], situation: Situation, *, taken: bool, reached: bool
) -> str:
    """Why the channel gets nothing, "" where it does. What it was told of once, it is told how it goes on."""
    if not reached:
        reason = refused(alert, channel) or ("" if taken else no_route(alert, routes))
        if reason:
            return reason
    elif reason := held_by_acknowledgement(alert):
        return reason
    if not (reached and raises(alert)) and (
        reason := inhibited(alert, channel, routes, situation.routing.inhibitions, situation.company)
    ):
        return reason
    return _always(alert, channel, situation)


def _always(alert: Alert, channel: Channel, situation: Situation) -> str:
    """What keeps even a raise or an escalation from a channel."""
    if reason := silenced(alert, situation.silences):
        return reason
    if channel.name in situation.disabled:
        return f"channel disabled: {situation.disabled[channel.name]}"
    return ""


def _soonest(alert: Alert, routes: Sequence[Route], told: Sequence[Told], now: datetime) -> tuple[Timing, Route]:
    """The route by which `alert` goes out first; the first in the file where several do."""
    timings = [(timing(alert, route, told, now), route) for route in routes]
    return min(timings, key=lambda pair: pair[0].due_at)


def _as_told(plan: NotificationPlan, severity: Severity, now: datetime) -> Told:
    due = plan.due_at or now
    return Told(plan.channel, plan.alert_id, plan.route, plan.bundle, severity, due, waits=True)
