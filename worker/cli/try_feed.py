"""`trucewire try feed`: what is made of feed documents. Stores nothing.

Others rely on the shape that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from worker import __version__
from worker.bootstrap import utc_now
from worker.cli.console import JsonOption, UsageError, clock, console, print_json, read_input, said
from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model import Feed, FetchRequest, ParsedFeed
from worker.normalise import identities, identity_reason, normalise
from worker.parse import parse
from worker.settings import fetch_limits

FeedArgument = typer.Argument(metavar="FILE|URL…", help="Feed documents; - is standard input.")


def try_feed(sources: Annotated[list[str], FeedArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Read feeds: their entries, and what identity and times are decided on, with reasons.

    Exit status 1 if one of them could not be fetched or read; a document that is no feed is told to be none.
    """
    fetcher: Fetcher | None = None
    failed = False
    for source in sources:
        try:
            if source.startswith(("http://", "https://")):
                fetcher = fetcher or Fetcher(fetch_limits(os.environ, __version__), utc_now)
                response = fetcher.get(FetchRequest(source))
                report = _feed_report(source, response.url, response.body, response.headers.get("content-type", ""))
            else:
                report = _feed_report(source, "", read_input(source), "")
        except FetchError as error:
            report, failed = _no_feed(source, error.outcome, str(error)), True
        except UsageError as error:
            report, failed = _no_feed(source, "unreadable", str(error)), True
        print_json(report) if as_json else _print_feed(report)
    if failed:
        raise typer.Exit(1)


def _feed_report(source: str, url: str, body: bytes, content_type: str) -> dict[str, Any]:
    parsed = parse(body, url, content_type)
    feed = Feed(url or source, source, parsed.title, "")
    return {
        "file": source,
        "outcome": str(parsed.outcome),
        "version": parsed.version,
        "encoding": parsed.encoding,
        "title": parsed.title,
        "url": parsed.url,
        "language": parsed.language,
        "entries": list(_entries(parsed, feed)),
        "problems": list(parsed.problems),
    }


def _entries(parsed: ParsedFeed, feed: Feed) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for entry, identity in zip(parsed.entries, identities(parsed.entries, feed, parsed.repeated), strict=True):
        article = normalise(entry, feed, parsed, now, identity)
        yield {
            "guid": entry.guid,
            "url": entry.url,
            "title": article.title,
            "summary": article.summary,
            "text": article.text,
            "author": article.author,
            "published_at": article.published_at,
            "updated_at": article.updated_at,
            "language": article.language,
            "publisher": article.publisher,
            "key": article.key,
            "identity": article.identity,
            "identity_reason": identity_reason(entry, identity),
            "published": entry.published,
            "updated": entry.updated,
            "labels": list(article.labels),
            "credit": article.credit,
            "notes": list(article.notes),
        }


def _no_feed(source: str, outcome: str, problem: str) -> dict[str, Any]:
    empty = {"version": "", "encoding": "", "title": "", "url": "", "language": "", "entries": []}
    return {"file": source, "outcome": str(outcome), **empty, "problems": [problem]}


def _print_feed(report: dict[str, Any]) -> None:
    form = " ".join(filter(None, (report["version"], report["encoding"])))
    console.print(Text(f"{report['file']}: {report['outcome']}", style="bold") + (f" ({form})" if form else ""))
    for problem in report["problems"]:
        console.print(Text(f"  problem: {problem}", style="yellow"))
    for entry in report["entries"]:
        said(f"  {clock(entry['published_at'])} [{entry['language'] or '?'}] {entry['title']}")
        said(f"    {entry['url'] or 'no address'}")
        console.print(Text(f"    identity: {entry['identity']} ({entry['identity_reason']})", style="dim"))
        for name in ("published", "updated"):
            if entry[name]:
                read = clock(entry[f"{name}_at"])
                console.print(Text(f"    {name}: {entry[name]!r} is {read} UTC", style="dim"))
        for note in entry["notes"]:
            console.print(Text(f"    {note}", style="dim"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("feed")(try_feed)
