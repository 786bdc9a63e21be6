"""Silences: muting alerts for a time, with a reason; and what one would have muted."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from worker.bootstrap import Log, utc_now
from worker.cli.console import UsageError, clock, duration, opened, said
from worker.cli.unknown import check_name
from worker.cli.users import record
from worker.model import Severity, Silence, Stance
from worker.model.people import Deed
from worker.routing import mutes

PREVIEWED = timedelta(days=7)
AT_MOST = 10_000  # alerts that a preview looks at

app = typer.Typer(help="Mute alerts for a time, with a reason.", no_args_is_help=True)

Rules = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be given several times.")]
Places = Annotated[list[str] | None, typer.Option("--place", help="Only this place.")]
Publishers = Annotated[list[str] | None, typer.Option("--publisher", help="Only this publisher, or this family.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="Only this language: en, ru, hy, …")]
Stances = Annotated[list[str] | None, typer.Option("--stance", help="Only this stance: agreed, violated, …")]
Most = Annotated[
    Severity, typer.Option("--maximum-severity", help="What is more urgent stays loud: info, warning, critical.")
]


@app.command("add")
def add(
    comment: Annotated[str, typer.Argument(help="Why: it is shown with everything it mutes.")],
    length: Annotated[str, typer.Option("--for", help="90m, 2h, 3d, 1w")],
    rule: Rules = None,
    place: Places = None,
    publisher: Publishers = None,
    language: Languages = None,
    stance: Stances = None,
    maximum_severity: Most = Severity.CRITICAL,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would have muted this week.")] = False,
) -> None:
    """Mute alerts. They are still raised and stored; their notifications end as suppressed, with this comment."""
    now = utc_now()
    silence = Silence(
        silence_id=0,
        comment=comment,
        starts_at=now,
        ends_at=now + duration(length),
        rules=tuple(rule or ()),
        places=tuple(place or ()),
        publishers=tuple(publisher or ()),
        languages=tuple(language or ()),
        stances=tuple(stance or ()),
        maximum_severity=maximum_severity,
    )
    with opened() as services:
        _check(services, silence)
        if preview:
            _preview(services, silence)
            return
        silence_id = services.store.alerts.add_silence(silence, now)
        detail = {"comment": comment, "until": silence.ends_at.isoformat()}
        record(services, Deed("silence.add", str(silence_id), detail))
    said(f"silence {silence_id} is in force until {clock(silence.ends_at)} UTC")


@app.command("end")
def end(silence_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """End a silence now."""
    with opened() as services:
        if not services.store.alerts.expire_silence(silence_id, utc_now()):
            raise UsageError(f"no silence {silence_id} is in force; see trucewire silences")
        record(services, Deed("silence.end", str(silence_id)))
    said(f"silence {silence_id} has ended")


def _check(services: Log, silence: Silence) -> None:
    settings = services.settings
    known: tuple[tuple[str, tuple[str, ...], set[str]], ...] = (
        ("rule", silence.rules, {one.rule_id for one in settings.rules}),
        ("place", silence.places, {one.label for one in settings.profile.places}),
        ("stance", silence.stances, {str(one) for one in Stance}),
        ("language", silence.languages, {code for feed in settings.feeds for code in feed.languages}),
    )
    for what, given, names in known:
        for name in given:
            check_name(what, name, names, "the silence would match nothing; see config/")


def _preview(services: Log, silence: Silence) -> None:
    alerts = services.store.alerts.raised_since(services.now() - PREVIEWED, AT_MOST)
    muted = [alert for alert in alerts if mutes(silence, alert)]
    said(f"of {len(alerts)} alerts of the last seven days, this would have silenced {len(muted)}")
    for alert in muted[-50:]:
        where = alert.places[0] if alert.places else "place unknown"
        title = alert.article.article.title
        said(f"  {alert.alert_id} {clock(alert.raised_at)} {alert.severity} {alert.rule_id} · {where} · {title}")


def register(to: typer.Typer) -> None:
    """Add the commands."""
    to.add_typer(app, name="silence", rich_help_panel="Change")
