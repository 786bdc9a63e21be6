"""`trucewire check`: every mistake in the settings, or what they say, the routes in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import typer
from rich.text import Text

from worker import __version__
from worker.bootstrap import settings_of_environment
from worker.cli.console import notices, said
from worker.model import Channel, Rule
from worker.model.delivery import Conditions, Names, Route, Routing
from worker.routing import leading
from worker.settings import Settings, complaints

PANEL = "Run"
_CONDITIONS = ("rules", "concepts", "stances", "confirmations", "places", "languages", "countries", "sides", "families")


def check() -> None:
    """Check every settings file and variable: one line per mistake, with its remedy."""
    if mistakes := complaints(os.environ, __version__):
        for mistake in mistakes:
            notices.print(Text(str(mistake)))
        raise typer.Exit(1)
    settings = settings_of_environment()
    families = {feed.family for feed in settings.feeds}
    languages = sorted({language for feed in settings.feeds for language in feed.languages})
    said(f"{settings.config}: no mistake found")
    said(f"  feeds.toml     {len(settings.feeds)} feeds of {len(families)} families in {', '.join(languages)}")
    said(f"  region.toml    {settings.profile.name}: {len(settings.profile.places)} places, actors and institutions")
    said(f"  rules.toml     {', '.join(rule.rule_id for rule in settings.rules if rule.enabled)}")
    said(f"  channels.toml  {', '.join(f'{one.name} ({one.kind})' for one in settings.channels if one.enabled)}")
    for number, line in enumerate(lines(settings.routing)):
        said(f"  {'routes.toml' if number == 0 else '':13}  {line}")
    for line in unreached(settings):
        notices.print(Text(f"  {line}", style="yellow"))


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


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=PANEL)(check)
