"""Stories: a list of them, and one whole with its timeline, its claims and its sources."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from worker.bootstrap import Log, utc_now
from worker.claims import worded
from worker.cli.console import (
    SEVERITY_STYLE,
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
    print_json,
    print_rows,
    said,
    severity,
)
from worker.cli.unknown import name_unknown
from worker.model import Confirmation, Severity, Stance
from worker.queries.stories import StoryFilter, StoryQueries

PANEL = "Look"
CONFIRMATION_STYLE = {"single_source": "yellow", "one_side": "yellow", "both_sides": "green", "independent": "green"}
KIND_STYLE = {"article": "", "copy": "dim", "revision": "dim", "closed": "dim", "merged": "dim"}
_SHOWN_COPIES = 3  # articles of one voice that are named; the others are counted


def stories(
    only_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only those with news of the last two days, or without.")
    ] = None,
    alerted: Annotated[bool | None, typer.Option("--alerted/--no-alert", help="Only those with an alert.")] = None,
    confirmation: Annotated[Confirmation | None, typer.Option(help="How sure it is.")] = None,
    concept: Annotated[str, typer.Option(help="ceasefire, shelling, …")] = "",
    rule: Annotated[str, typer.Option(help="The id of a rule that raised an alert.")] = "",
    place: Annotated[str, typer.Option(help="A place as trucewire article names it.")] = "",
    language: Annotated[str, typer.Option("--language", "-l", help="en, ru, hy, az, tr, ka, …")] = "",
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
    limit: Annotated[int, LimitOption] = 50,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Events, each with all its articles in whatever language, the latest news first."""
    wanted = StoryFilter(
        open=only_open,
        alerted=alerted,
        confirmation=confirmation or "",
        concept=concept,
        language=language,
        place=place,
        rule=rule,
        since=moment(since),
        until=moment(until),
    )
    with opened() as services:
        rows = _queries(services).stories(wanted, limit)
        if not rows:
            name_unknown(services, rule=rule, place=place, concept=concept)
    now = utc_now()
    cells = (
        (
            str(row["id"]),
            ago(row["last_at"], now),
            "open" if row["open"] else Text("closed", style="dim"),
            _confirmation(row["confirmation"]),
            str(row["articles"]),
            str(row["families"]),
            ", ".join(row["languages"]),
            _alerts(row["alerts"]),
            (row["places"] or ["–"])[0],
            row["title"],
        )
        for row in rows
    )
    columns = ("id", "latest", "state", "confirmed", "articles", "families", "in", "alerts", "where", "title")
    print_rows(rows, columns, cells, as_json=as_json, empty="No story is like that.")


def story(story_id: Annotated[int, typer.Argument(metavar="ID")], as_json: Annotated[bool, JsonOption] = False) -> None:
    """One story: what happened when, who claims what and who denies it, and which sources are independent."""
    with opened() as services:
        row = _queries(services).story(story_id)
    if row is None:
        raise UsageError(f"there is no story {story_id}; see trucewire stories")
    if as_json:
        print_json(row)
        return
    _print_head(row)
    if row["merged_into_id"]:
        return
    _print_alerts(row["alerts"])
    _print_claims(row)
    _print_sources(row["sources"])
    said("timeline (UTC):")
    for event in row["timeline"]:
        kind = Text(f"{event['kind']:<10}", style=KIND_STYLE.get(event["kind"], "bold"))
        console.print(Text(f"  {clock(event['at'])} ") + kind + Text(f" {event['text']}"))


def print_updates(updates: list[dict[str, Any]], indent: int = 2) -> None:
    """The revisions of an alert: when, why, and which article made them."""
    for update in updates:
        line = Text(f"{' ' * indent}{update['revision']}. {clock(update['at'])} UTC ") + Text(
            update["reason"], style="bold"
        )
        console.print(line + Text(f": {update['detail']} (article {update['article_id']})"))


def _queries(services: Log) -> StoryQueries:
    return StoryQueries(services.engine, services.settings.profile.opposed)


def _confirmation(state: str) -> Text:
    return Text(state.replace("_", " "), style=CONFIRMATION_STYLE.get(state, ""))


def _alerts(rows: list[dict[str, Any]]) -> Text:
    """The rules that alerted, in the colour of the most severe one that is open."""
    of_open = [row["severity"] for row in rows if row["open"]]
    style = SEVERITY_STYLE[max(of_open, key=lambda name: Severity(name).rank)] if of_open else "dim"
    return Text(", ".join(dict.fromkeys(row["rule_id"] for row in rows)) or "–", style=style)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _print_head(row: dict[str, Any]) -> None:
    console.print(Text(row["title"], style="bold"))
    if row["merged_into_id"]:
        said(f"the same event as story {row['merged_into_id']}; see trucewire story {row['merged_into_id']}")
        return
    state = "open" if row["open"] else f"closed {clock(row['closed_at'])}"
    console.print(Text(f"{state}, ") + _confirmation(row["confirmation"]))
    said(f"since {clock(row['opened_at'])}, latest {clock(row['last_at'])} (UTC)")
    said(
        f"{_counted(len(row['articles']), 'article', 'articles')} by "
        f"{_counted(row['families'], 'publisher family', 'publisher families')} in {', '.join(row['languages'])}; "
        f"{', '.join(row['places']) or 'no place named'}"
    )


def _print_alerts(rows: list[dict[str, Any]]) -> None:
    said("alerts:" if rows else "alerts: none")
    for row in rows:
        says = worded(row["match"]["concept"], Stance(row["stance"]))
        head = Text(f"  alert {row['id']} ") + severity(row["severity"]) + Text(f" {row['rule_id']}, {says}, ")
        state = "" if row["open"] else f", closed: {row['closed_reason']}"
        console.print(head + _confirmation(row["confirmation"]) + Text(state, style="dim"))
        print_updates(row["updates"], indent=4)


def _print_claims(row: dict[str, Any]) -> None:
    said("claims:" if row["reports"] else "claims: none")
    for report in row["reports"]:
        head = Text(f"  {report['concept']}: {report['says'].replace('_', ' ')}, ", style="bold")
        console.print(head + _confirmation(report["confirmation"]))
        for claim in row["claims"]:
            if claim["report"] == report["report"]:
                who = ", ".join(filter(None, (claim["speaker"], claim["side"] and f"side {claim['side']}")))
                source = f"{claim['publisher'] or claim['family']} [{claim['language']}]"
                toll = "".join(f", {number} {kind}" for kind, number in claim["numbers"])
                copy = f", copy of article {claim['copy_of_id']}" if claim["copy_of_id"] else ""
                says = worded(claim["concept"], Stance(claim["stance"]))
                said(f"    {clock(claim['at'])} {says} · {source}{f' · {who}' if who else ''}{toll}{copy}")
                said(f"      {claim['sentence']}")
                said(f"      {claim['url']} (article {claim['article_id']})")


def _print_sources(voices: list[dict[str, Any]]) -> None:
    said(f"sources: {_counted(len(voices), 'voice', 'voices')}")
    for voice in voices:
        of = f"side {voice['side']}" if voice["side"] else "independent" if voice["independent"] else "no known origin"
        console.print(Text(f"  {voice['voice']}", style="bold") + Text(f" ({of})"))
        for one in voice["articles"][:_SHOWN_COPIES]:
            why = f": {one['reason']}" if one["reason"] else ""
            said(f"    {one['publisher'] or one['family']}, article {one['article_id']}{why}")
        if len(voice["articles"]) > _SHOWN_COPIES:
            said(f"    and {len(voice['articles']) - _SHOWN_COPIES} more")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (stories, story):
        app.command(rich_help_panel=PANEL)(command)
