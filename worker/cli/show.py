"""One thing whole: an article with its judgement and revisions, an alert with its trace."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from worker.bootstrap import Log
from worker.cli.console import (
    JsonOption,
    UsageError,
    clock,
    console,
    duration,
    marked_text,
    opened,
    print_json,
    said,
    severity,
)
from worker.cli.stories import print_updates
from worker.cli.users import record
from worker.model.people import Deed

PANEL = "Look"
SHOWN_TEXT = 1500  # characters of an article's text, unless all is asked for


# Why an article's page was not read. What is not listed says it by its name.
PAGE_FAILURES = {
    "disallowed": "the site's robots.txt asks not to fetch it",
    "refused": "the site refused it (401, 403 or 451)",
    "rate_limited": "the site asked to be left alone (429), each time",
    "not_found": "the site has no such page (404)",
    "gone": "the site has taken it away (410)",
    "blocked_address": "its address is one that is never connected to",
    "too_large": "it is larger than any page that is read",
}


def article(
    article_id: Annotated[int, typer.Argument(metavar="ID")],
    revisions: Annotated[bool, typer.Option("--revisions", help="What changed from revision to revision.")] = False,
    full: Annotated[bool, typer.Option("--full", help="The whole text.")] = False,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """One article: its text, where it is from, and why it was judged as it was."""
    row = _article(article_id)
    if as_json:
        print_json(row)
        return
    _print_head(row)
    text = row["text"] or row["summary"]
    cut = text if full or len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]} … (--full shows the rest)"
    said(f"\n{cut}\n")
    for note in row["notes"]:
        console.print(Text(f"note: {note}", style="dim"))
    print_judgement(row["judgement"], row["matches"])
    if row["alert_ids"]:
        said(f"alerts: {', '.join(map(str, row['alert_ids']))}")
    if revisions:
        _print_revisions(row)
    elif row["revisions"]:
        said(f"revision {row['revision']}; --revisions shows what changed")


def _field(match: dict[str, Any]) -> str:
    """Where a match stands: a row has it beside the others, a stored judgement within the span."""
    return str(match["field"] if "field" in match else match["span"]["field"])


def _article(article_id: int) -> dict[str, Any]:
    with opened() as services:
        row = services.queries.article(article_id)
    if row is None:
        raise UsageError(f"there is no article {article_id}; see trucewire articles")
    return row


def _print_head(row: dict[str, Any]) -> None:
    console.print(Text(row["title"], style="bold"))
    said(row["url"] or "no address")
    said(f"{row['publisher'] or 'unknown publisher'} ({row['family']}), feed {row['feed_id']}: {row['feed']}")
    said(", by ".join(filter(None, (f"language {row['language'] or 'unknown'}", row["author"]))))
    said(
        f"published {clock(row['published_at'])}, updated {clock(row['updated_at'])}, "
        f"first seen {clock(row['first_seen_at'])} (UTC)"
    )
    if row["credit"]:
        said(f"credits {row['credit']}")
    if row["page_outcome"] and row["page_outcome"] != "new":
        console.print(Text(f"its page was not read: {_page_failure(row)}", style="yellow"))
    if row["same_as_id"]:
        said(f"its page says that it is article {row['same_as_id']}")
    if row["labels"]:
        said(f"its publisher calls it: {', '.join(row['labels'])}")
    if row["machine_written"]:
        console.print(Text("looks machine-written: never counts as an independent source", style="yellow"))


def _page_failure(row: dict[str, Any]) -> str:
    outcome = str(row["page_outcome"])
    return PAGE_FAILURES.get(outcome, outcome.replace("_", " "))


def print_judgement(judgement: dict[str, Any] | None, matches: Sequence[dict[str, Any]]) -> None:
    """The decision trace: region, matches, and what each rule made of them."""
    if judgement is None:
        said("not judged yet")
        return
    said(f"region: {judgement['region']}, {', '.join(judgement['places']) or 'no place named'}")
    for line in judgement["evidence"]:
        said(f"  {line}")
    said("matches:" if matches else "matches: none")
    for match in matches:
        head = Text(f"  {match['concept']}, {match['stance']} ({_field(match)}): ", style="bold")
        console.print(head + marked_text(match["sentence"], match.get("marks", ())))
        if match.get("cues"):
            said(f"    decided by: {', '.join(match['cues'])}")
        if match.get("speaker"):
            side = f" ({match['speaker_side']})" if match.get("speaker_side") else ""
            said(f"    said by: {match['speaker']}{side}")
        if match.get("elsewhere"):
            said(f"    about {match['elsewhere']}, outside the region")
    said("rules:")
    for trace in judgement["rules"]:
        console.print(Text(f"  {'✓' if trace['fired'] else '·'} {trace['rule_id']}: ", style="bold") + trace["reason"])
    if judgement.get("held"):
        console.print(Text(f"  held: {judgement['held']}", style="yellow"))


def _print_revisions(row: dict[str, Any]) -> None:
    versions = [*row["revisions"], row | {"number": row["revision"], "seen_at": row["revised_at"]}]
    for old, new in pairwise(versions):
        console.print(
            Text(f"\nrevision {old['number']} → {new['number']}, seen {clock(new['seen_at'])} UTC", style="bold")
        )
        for line in difflib.unified_diff(_lines(old), _lines(new), lineterm="", n=1):
            if not line.startswith(("---", "+++", "@@")):
                console.print(Text(line, style={"+": "green", "-": "red"}.get(line[:1], "dim")))


def _lines(version: dict[str, Any]) -> list[str]:
    return [version["title"], *version["summary"].splitlines(), *version["text"].splitlines()]


def alert(
    alert_id: Annotated[int, typer.Argument(metavar="ID")],
    wrong: Annotated[str | None, typer.Option("--wrong", metavar="REASON", help="Say that it should not be.")] = None,
    right: Annotated[bool, typer.Option("--right", help="Say that it is right.")] = False,
    ack: Annotated[bool, typer.Option("--ack", help="Take it on: it escalates no more.")] = False,
    snooze: Annotated[str | None, typer.Option("--snooze", help="Hold its updates: 2h, 1d, …")] = None,
    by: Annotated[str, typer.Option("--by", help="Your name, for --ack.")] = "",
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """One alert whole, who was told included; or your verdict on it, kept as labelled data; or taking it on."""
    with opened() as services:
        if ack or snooze:
            _react(services, alert_id, ack=ack, by=by, snooze=snooze)
            return
        if wrong is not None or right:
            _keep_verdict(services, alert_id, wrong, right=right)
            return
        row = services.queries.alert(alert_id)
    if row is None:
        raise UsageError(f"there is no alert {alert_id}; see trucewire alerts")
    if as_json:
        print_json(row)
        return
    head = severity(row["severity"]) + Text(f" {row['rule_id']}, {row['stance']}", style="bold")
    console.print(head + f" · {', '.join(row['places'][:5]) or 'place unknown'}")
    console.print(Text(row["title"], style="bold"))
    said(row["url"] or "no address")
    console.print(Text("  ") + marked_text(row["match"]["sentence"], row["match"]["marks"]))
    said(
        f"published {clock(row['published_at'])}, first seen {clock(row['first_seen_at'])}, "
        f"raised {clock(row['raised_at'])} (UTC)"
    )
    said(f"{_reported_by(row['families'])}; story {row['story_id']}")
    closed = f"; closed: {row['closed_reason']}" if row["closed_at"] else ""
    said(f"{row['confirmation'].replace('_', ' ')}{closed}")
    said("updates:")
    print_updates(row["updates"])
    said("why:")
    for line in row["why"]:
        said(f"  {line}")
    said("articles:")
    for one in row["articles"]:
        said(f"  {one['id']} {clock(one['published_at'])} {one['publisher']} [{one['language']}] {one['title']}")
    said("notifications:")
    for one in row["notifications"]:
        reason = one["reason"] or one["error"] or ""
        said(f"  {one['channel']}: {one['status']} {clock(one['sent_at'] or one['created_at'])} {reason}".rstrip())
    print_judgement(row["judgement"], row["judgement"]["matches"] if row["judgement"] else ())


def _reported_by(families: Sequence[str]) -> str:
    """A claim that only a side itself makes, such as a denial, has no publisher's voice behind it."""
    return f"reported by {len(families)}: {', '.join(families)}" if families else "no publisher's voice behind it yet"


def _react(services: Log, alert_id: int, *, ack: bool, by: str, snooze: str | None) -> None:
    until = services.now() + duration(snooze) if snooze else None
    store = services.store.alerts
    if (ack and not store.acknowledge(alert_id, by, services.now())) or (until and not store.snooze(alert_id, until)):
        raise UsageError(f"there is no alert {alert_id}; see trucewire alerts")
    if ack:
        record(services, Deed("alert.acknowledge", str(alert_id), {"by": by}))
        said(f"alert {alert_id} is acknowledged: of its updates, only escalations, turns and corrections are sent")
    if until:
        record(services, Deed("alert.snooze", str(alert_id), {"until": until.isoformat()}))
        said(f"alert {alert_id} is snoozed until {clock(until)} UTC: its updates wait, unless it becomes more urgent")


def _keep_verdict(services: Log, alert_id: int, wrong: str | None, *, right: bool) -> None:
    if right and wrong is not None:
        raise UsageError("an alert cannot be right and wrong; give one of --right and --wrong REASON")
    if not services.store.feedback.add(alert_id, right=right, reason=wrong or "", now=services.now()):
        raise UsageError(f"there is no alert {alert_id}; see trucewire alerts")
    record(services, Deed("alert.feedback", str(alert_id), {"right": right, "reason": wrong or ""}))
    said("kept; trucewire export feedback writes all verdicts, trucewire eval scores the rules by them")


def capture(
    article_id: Annotated[int, typer.Argument(metavar="ID")],
    page: Annotated[bool, typer.Option("--page", help="The article's own page, not the feed.")] = False,
    output: Annotated[str, typer.Option("--output", "-o", help="A file; - is standard output.")] = "-",
) -> None:
    """The bytes that brought an article, exactly as they were fetched."""
    with opened() as services:
        ask = services.queries.page_capture if page else services.queries.capture
        found = ask(article_id)
    if found is None and page:
        raise UsageError(f"no page is kept for article {article_id}: {_no_page(_article(article_id))}")
    if found is None:
        raise UsageError(f"nothing is kept for article {article_id}; see TRUCEWIRE_KEEP_CAPTURES_DAYS")
    if output == "-":
        sys.stdout.buffer.write(found.body)
        return
    try:
        Path(output).write_bytes(found.body)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}; give a file that can be written") from error
    said(f"{found.url}, fetched {clock(found.fetched_at)} UTC, SHA-256 {found.sha256}")


def _no_page(row: dict[str, Any]) -> str:
    """Why an article has no page, and what can be done about it."""
    if row["page_outcome"] is None:
        return 'it was not asked for; full_text = "always" of its feed asks for each'
    if row["page_outcome"] == "new":
        return "it was read, and is no longer kept; see TRUCEWIRE_KEEP_CAPTURES_DAYS"
    return _page_failure(row)


def why(
    article_id: Annotated[int, typer.Argument(metavar="ARTICLE")], as_json: Annotated[bool, JsonOption] = False
) -> None:
    """Why an article raised an alert, or none: places, terms, stance cues, and rule by rule what failed first."""
    row = _article(article_id)
    if as_json:
        print_json({key: row[key] for key in ("id", "title", "region", "places", "judgement", "alert_ids")})
        return
    console.print(Text(row["title"], style="bold"))
    judgement = row["judgement"]
    print_judgement(judgement, judgement["matches"] if judgement else ())
    said(f"alerts: {', '.join(map(str, row['alert_ids'])) or 'none'}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (article, alert, why, capture):
        app.command(rich_help_panel=PANEL)(command)
