"""`trucewire route`: where an alert goes, and why not elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from worker.cli.console import JsonOption, UsageError, at_work, clock, console, print_json, said
from worker.model import NotificationPlan
from worker.pipeline.route import situation
from worker.routing import leading, notifications_for, unmet


def route(
    alert_id: Annotated[int, typer.Argument(metavar="ID")],
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Where an alert would go if it were routed now, by which route, when, and why not. Sends nothing."""
    with at_work() as services:
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route", rich_help_panel="Look")(route)
