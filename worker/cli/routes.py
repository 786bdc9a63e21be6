"""Routes explained: where an alert goes and why, what each route does, and whether every alert has become something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer
from rich.text import Text

from worker.cli.console import JsonOption, UsageError, clock, console, opened, print_json, said
from worker.model import Channel, NotificationPlan, Rule
from worker.model.delivery import Audit, Conditions, Names, Route, Routing
from worker.pipeline.route import situation
from worker.routing import leading, notifications_for, unmet
from worker.settings import Settings

_CONDITIONS = ("rules", "concepts", "stances", "confirmations", "places", "languages", "countries", "sides", "families")


def route(
    alert_id: Annotated[int, typer.Argument(metavar="ID")],
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Where an alert would go if it were routed now, by which route, when, and why not. Sends nothing."""
    with opened() as services:
        alert = services.store.alerts.alert(alert_id)
        if alert is None:
            raise UsageError(f"there is no alert {alert_id}; see trucewire alerts")
        disabled = services.store.channels.disabled()
        plans = notifications_for([alert], situation(services, [alert], services.now(), disabled))
        routes = services.settings.routing.routes
        named = {one.name: leading(one, routes) for one in services.settings.channels}
    if as_json:
        for plan in plans:
            print_json(plan)
        return
    said(f"alert {alert_id}: {alert.severity} {alert.rule_id}, {alert.stance}, {alert.confirmation}")
    for plan in plans:
        _print_plan(plan)
        for one in named[plan.channel]:
            said(f"    route {one.name}: {unmet(alert, one.conditions) or 'takes it'}")


def _print_plan(plan: NotificationPlan) -> None:
    if plan.suppressed:
        console.print(Text(f"  {plan.channel}: not sent: {plan.suppressed}", style="yellow"))
        return
    by = f"by route {plan.route}" if plan.route else "by no route, as the channel is"
    together = f", together with {plan.bundle}" if plan.bundle else ""
    when = f", {plan.held}" if plan.held else f", due {clock(plan.due_at)} UTC"
    console.print(Text(f"  {plan.channel}: sent {by}{together}{when}", style="green"))


def lines(routing: Routing) -> Iterator[str]:
    """What `trucewire check` says of the routes: a line each, in words."""
    for one in routing.routes:
        yield f"{one.name}: {_takes(one.conditions)} → {', '.join(one.channels) or 'every channel'}{_manner(one)}"
    for inhibition in routing.inhibitions:
        yield (
            f"{inhibition.name}: {_takes(inhibition.source)} inhibits up to {inhibition.target_maximum} "
            f"of the same story within {_span(inhibition.within)}"
        )


def unreached(settings: Settings) -> Iterator[str]:
    """Rules whose alerts no channel takes, as long as they have the rule's own severity."""
    channels = [channel for channel in settings.channels if channel.enabled]
    for rule in settings.rules:
        if rule.enabled and not any(_may_take(channel, settings.routing, rule) for channel in channels):
            yield f"rule {rule.rule_id} ({rule.severity}) reaches no channel: no route takes it, or the channels do not"


def _may_take(channel: Channel, routing: Routing, rule: Rule) -> bool:
    """By rule, severity and concept; what depends on the article may always be met."""
    if rule.severity.rank < channel.minimum_severity.rank or (channel.rules and rule.rule_id not in channel.rules):
        return False
    routes = leading(channel, routing.routes)
    return not routes or any(
        rule.severity.rank >= one.conditions.minimum_severity.rank
        and one.conditions.rules.let(rule.rule_id)
        and (not rule.concepts or any(one.conditions.concepts.let(concept) for concept in rule.concepts))
        for one in routes
    )


def _takes(conditions: Conditions) -> str:
    parts = [f"{conditions.minimum_severity} and above"] if conditions.minimum_severity.rank else []
    for name in _CONDITIONS:
        names: Names = getattr(conditions, name)
        parts += [f"{name} {', '.join(sorted(names.only))}"] if names.only else []
        parts += [f"{name} but {', '.join(sorted(names.never))}"] if names.never else []
    return "; ".join(parts) or "every alert"


def _manner(one: Route) -> str:
    parts = [f"grouped by {one.group_by}"] if one.group_by != "none" else []
    parts += [f"after {_span(one.group_wait)}"] if one.group_wait else []
    parts += [f"every {_span(one.group_interval)} at most"] if one.group_interval else []
    parts += [f"{one.throttle.messages} per {_span(one.throttle.period)}"] if one.throttle else []
    parts += [f"quiet {hours.start:%H:%M}-{hours.end:%H:%M} {one.zone}" for hours in one.quiet_hours]
    if one.digest is not None:
        parts.append("hourly digest" if one.digest.at is None else f"daily digest {one.digest.at:%H:%M} {one.zone}")
    if one.escalation is not None:
        to = ", ".join(one.escalation.channels)
        parts.append(f"unacknowledged for {_span(one.escalation.after)} → {to}")
    parts += ["notices, too"] if one.notices else []
    return f" ({', '.join(parts)})" if parts else ""


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def print_audit(found: Audit) -> bool:
    """Say what an audit has found; whether nothing is missing."""
    counted = ", ".join(f"{n} {status}" for status, n in found.by_status.items()) or "none"
    said(f"{found.pairs} pairs of alert and channel: {counted}, {len(found.gaps)} missing")
    if found.unrouted:
        said(f"{found.unrouted} alerts wait for routing")
    if found.unexplained:
        said(f"{found.unexplained} suppressed or failed without a reason")
    for gap in found.gaps:
        console.print(Text(f"missing: alert {gap.alert_id}, revision {gap.revision}, channel {gap.channel}", "red"))
    return not found.gaps and not found.unexplained


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route", rich_help_panel="Look")(route)
