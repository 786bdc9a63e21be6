"""Lists: articles, alerts, feeds, polls, notifications, silences, channels."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from worker.bootstrap import utc_now
from worker.cli.console import (
    OUTCOME_STYLE,
    JsonOption,
    LimitOption,
    SinceOption,
    UntilOption,
    UsageError,
    ago,
    clock,
    console,
    moment,
    opened,
    print_rows,
    said,
    severity,
)
from worker.cli.unknown import name_unknown
from worker.model import Outcome, Region, Severity, Stance
from worker.model.delivery import Audit
from worker.queries import AlertFilter, ArticleFilter

PANEL = "Look"
NO_FEEDS = "No feed is watched yet: trucewire up takes over those of config/feeds.toml, trucewire migrate too."
SILENCED_BY = ("rules", "places", "publishers", "languages", "stances")


def articles(
    search: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD…]", help="""Words, by their beginning; '"a phrase" -without' in one pair of quotes."""
        ),
    ] = None,
    region: Annotated[Region | None, typer.Option(help="Whether it is about the region.")] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="en, ru, hy, az, tr, ka, …")] = "",
    publisher: Annotated[str, typer.Option(help="A publisher, or a family of publishers.")] = "",
    place: Annotated[str, typer.Option(help="A place by its name in the gazetteer.")] = "",
    rule: Annotated[str, typer.Option(help="The id of a rule that fired.")] = "",
    concept: Annotated[str, typer.Option(help="ceasefire, shelling, …")] = "",
    stance: Annotated[Stance | None, typer.Option(help="How it is reported.")] = None,
    feed: Annotated[int | None, typer.Option(help="A feed's id.")] = None,
    story: Annotated[int | None, typer.Option(help="A story's id.")] = None,
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
    limit: Annotated[int, LimitOption] = 50,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """The article log, searched and filtered."""
    wanted = ArticleFilter(
        search=" ".join(search or ()),
        region=region or "",
        language=language,
        publisher=publisher,
        place=place,
        rule=rule,
        concept=concept,
        stance=stance or "",
        feed_id=feed,
        story_id=story,
        since=moment(since),
        until=moment(until),
    )
    with opened() as services:
        try:
            rows = services.queries.articles(wanted, limit)
        except ValueError as error:
            raise UsageError(str(error)) from error
        if not rows:
            name_unknown(services, rule=rule, place=place, concept=concept, feed=feed, story=story)
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            ago(row["published_at"] or row["first_seen_at"], now),
            row["language"] or "?",
            row["publisher"],
            _region(row["region"]),
            ", ".join(row["concepts"]),
            row["title"],
        )
        for row in rows
    )
    columns = ("id", "published", "in", "publisher", "region", "matches", "title")
    print_rows(rows, columns, cells, as_json=as_json, empty="No article in the log is like that.")


def alerts(
    rule: Annotated[str, typer.Option(help="A rule's id.")] = "",
    severity_is: Annotated[Severity | None, typer.Option("--severity", help="How urgent.")] = None,
    stance: Annotated[Stance | None, typer.Option(help="How it is reported.")] = None,
    story: Annotated[int | None, typer.Option(help="A story's id.")] = None,
    only_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only those that are open, or over.")
    ] = None,
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
    limit: Annotated[int, LimitOption] = 50,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """The alerts raised, one per rule and story."""
    wanted = AlertFilter(
        rule=rule,
        severity=severity_is or "",
        stance=stance or "",
        story_id=story,
        open=only_open,
        since=moment(since),
        until=moment(until),
    )
    with opened() as services:
        rows = services.queries.alerts(wanted, limit)
        if not rows:
            name_unknown(services, rule=rule, story=story)
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            ago(row["raised_at"], now),
            severity(row["severity"]),
            row["rule_id"],
            row["stance"],
            (row["places"] or ["–"])[0],
            f"{len(row['families'])}",
            row["language"],
            row["title"],
        )
        for row in rows
    )
    columns = ("id", "raised", "severity", "rule", "stance", "where", "voices", "in", "title")
    print_rows(rows, columns, cells, as_json=as_json, empty="No alert has been raised that is like that.")


def feeds(
    failing: Annotated[bool, typer.Option("--failing", help="Only those whose last poll failed.")] = False,
    language: Annotated[str, typer.Option("--language", "-l")] = "",
    country: Annotated[str, typer.Option(help="AM, AZ, GE, …")] = "",
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Every feed with its state."""
    with opened() as services:
        rows = services.queries.feeds(failing=failing, language=language, country=country)
        watched = bool(rows) or any(row["enabled"] for row in services.queries.feeds())
    empty = "No feed is like that." if language or country else "No feed failed at its last poll."
    print_feeds(rows, as_json=as_json, empty=empty if watched else NO_FEEDS)


def print_feeds(rows: list[dict[str, Any]], *, as_json: bool = False, empty: str = NO_FEEDS) -> None:
    """Feeds with their states."""
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            row["country"] or "–",
            ", ".join(row["languages"]),
            row["name"],
            _feed_state(row),
            ago(row["last_polled_at"], now),
            ago(row["next_poll_at"], now) if row["enabled"] else "–",
            str(row["failures"] or ""),
            str(row["articles"]),
            row["last_error"] or row["url"],
        )
        for row in rows
    )
    columns = ("id", "of", "in", "feed", "state", "polled", "next", "failures", "articles", "error or address")
    print_rows(rows, columns, cells, as_json=as_json, empty=empty)


def print_first_round(rows: list[dict[str, Any]]) -> None:
    """What a start says of each feed: no more than fits a terminal of 80 characters."""
    cells = (
        (row["country"] or "–", ", ".join(row["languages"]), _feed_state(row), str(row["articles"]), row["name"])
        for row in rows
    )
    print_rows(rows, ("of", "in", "state", "articles", "feed"), cells, as_json=False, empty="There are no feeds.")


def polls(
    feed: Annotated[int | None, typer.Option(help="A feed's id.")] = None,
    outcome: Annotated[str, typer.Option(help="new, unchanged, timed_out, …")] = "",
    since: Annotated[str | None, SinceOption] = None,
    limit: Annotated[int, LimitOption] = 50,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Every attempt to read a feed, with its outcome."""
    with opened() as services:
        rows = services.queries.polls(feed_id=feed, outcome=outcome, since=moment(since), limit=limit)
        if not rows:
            name_unknown(services, feed=feed)
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            ago(row["started_at"], now),
            row["name"],
            _outcome(row["outcome"]),
            str(row["status"] or ""),
            str(row["entries"]),
            str(row["new"]),
            str(row["revised"]),
            str(row["duration_ms"]),
            row["error"] or "",
        )
        for row in rows
    )
    columns = ("id", "started", "feed", "outcome", "status", "entries", "new", "revised", "ms", "error")
    print_rows(rows, columns, cells, as_json=as_json, empty="No poll is like that.")


def notifications(
    status: Annotated[str, typer.Option(help="pending, sent, suppressed or failed.")] = "",
    channel: Annotated[str, typer.Option(help="A channel's name.")] = "",
    alert: Annotated[int | None, typer.Option(help="An alert's id.")] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Prove that none is missing; exit 1 if one is.")] = False,
    limit: Annotated[int, LimitOption] = 50,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """What became of every alert on every channel, with the reason."""
    with opened() as services:
        if audit:
            raise typer.Exit(0 if print_audit(services.queries.delivery.audit()) else 1)
        rows = services.queries.notifications(status=status, channel=channel, alert_id=alert, limit=limit)
        if not rows:
            name_unknown(services, channel=channel, alert=alert)
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            f"{row['alert_id']} r{row['alert_revision']}" if row["alert_id"] else "notice",
            row["rule_id"] or "–",
            row["channel"],
            row["status"],
            str(row["attempts"]),
            ago(row["sent_at"] or row["created_at"], now),
            row["reason"] or row["error"] or "",
        )
        for row in rows
    )
    columns = ("id", "alert", "rule", "channel", "status", "attempts", "when", "reason")
    print_rows(rows, columns, cells, as_json=as_json, empty="No notification is like that.")


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


def silences(as_json: Annotated[bool, JsonOption] = False) -> None:
    """Silences, in force and ended."""
    with opened() as services:
        rows = services.queries.silences()
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            "in force" if row["starts_at"] <= now < row["ends_at"] else "ended" if row["ends_at"] <= now else "to come",
            clock(row["ends_at"]),
            _muted(row),
            row["comment"],
        )
        for row in rows
    )
    print_rows(
        rows, ("id", "state", "until (UTC)", "what", "comment"), cells, as_json=as_json, empty="There are no silences."
    )


def _muted(row: dict[str, Any]) -> str:
    """What a silence matches."""
    conditions = "; ".join(f"{key}: {', '.join(row[key])}" for key in SILENCED_BY if row[key]) or "all"
    loud = row["maximum_severity"] != Severity.CRITICAL
    return f"{conditions}, up to {row['maximum_severity']}" if loud else conditions


def channels(as_json: Annotated[bool, JsonOption] = False) -> None:
    """The channels of config/channels.toml, and which of them an error has disabled."""
    with opened() as services:
        disabled = {row["name"]: row for row in services.queries.disabled_channels()}
        rows = [
            {
                "name": channel.name,
                "kind": channel.kind,
                "minimum_severity": str(channel.minimum_severity),
                "rules": list(channel.rules),
                "enabled": channel.enabled and channel.name not in disabled,
                "reason": disabled.get(channel.name, {}).get("disabled_reason", ""),
            }
            for channel in services.settings.channels
        ]
    cells = (
        (
            row["name"],
            row["kind"],
            row["minimum_severity"],
            ", ".join(row["rules"]) or "all",
            Text("on", style="green") if row["enabled"] else Text("off", style="red"),
            row["reason"],
        )
        for row in rows
    )
    columns = ("name", "kind", "from severity", "rules", "state", "reason")
    print_rows(rows, columns, cells, as_json=as_json, empty="No channel is configured; see config/channels.toml.")


def _feed_state(row: dict[str, Any]) -> Text:
    switched = Text(f" · switched by {row['switched_by']} {clock(row['switched_at'])}") if row["switched_at"] else ""
    if not row["enabled"]:
        return Text("disabled", style="dim") + switched
    look = Text(" · look at it", style="bold red") if row["needs_person"] else ""
    return _outcome(row["last_outcome"]) + look + switched


def _region(region: str | None) -> Text:
    styles = {"yes": "green", "unknown": "yellow", "no": "dim"}
    return Text(region or "…", style=styles.get(region or "", "dim"))


def _outcome(outcome: str | None) -> Text:
    style = OUTCOME_STYLE[Outcome(outcome).ok if outcome else None]
    return Text(outcome or "not polled yet", style=style)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (articles, alerts, feeds, polls, notifications, silences, channels):
        app.command(rich_help_panel=PANEL)(command)
