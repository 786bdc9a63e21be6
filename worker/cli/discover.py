"""`trucewire discover`: the feeds of a site, and lines for config/feeds.toml."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.text import Text

from worker import __version__
from worker.bootstrap import utc_now
from worker.cli.console import JsonOption, UsageError, ago, notices, print_rows, said
from worker.errors import TrucewireError
from worker.fetch import Fetcher
from worker.pipeline.discover import FoundFeed, discover
from worker.settings import fetch_limits
from worker.urls import clean_url, host_of

PANEL = "Workbench"


def discover_feeds(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site's page, such as its front page.")],
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Find the feeds of a site's page: each is fetched and read. Stores nothing."""
    address = url if "://" in url else f"https://{url}"
    if not clean_url(address):
        raise UsageError(f"{url!r} is no web address; give one such as https://outlet.example/")
    fetcher, now = Fetcher(fetch_limits(os.environ, __version__), utc_now), utc_now()
    try:
        with notices.status(f"Looking at {escape(address)} …"):
            found = discover(fetcher.get, address, now)
    finally:
        fetcher.close()
    if not found:
        raise TrucewireError(f"{address}: no feed found, neither named by the page nor in the usual places")
    columns = ("entries", "newest", "languages", "format", "found by", "address", "title")
    cells = [
        (
            str(feed.entries),
            ago(feed.newest_at, now),
            "/".join(feed.languages) or "?",
            feed.version,
            feed.source.value,
            feed.url,
            feed.title,
        )
        for feed in found
    ]
    print_rows([_row(feed) for feed in found], columns, cells, as_json=as_json, empty="no feed found")
    if not as_json:
        said("")
        notices.print(Text("For config/feeds.toml; family, country and dedicated are yours to add:", style="dim"))
        for line in settings_lines(address, found):
            typer.echo(line)  # not wrapped: it is to be pasted


def _row(feed: FoundFeed) -> dict[str, Any]:
    row = asdict(feed)
    del row["articles"]
    return row


def settings_lines(url: str, found: Sequence[FoundFeed]) -> Iterator[str]:
    """A `[[publisher]]` of feeds.toml with these feeds. A language that is not known is left to be filled in."""
    publisher = next((feed.title for feed in found if feed.title), "") or host_of(url)
    yield "[[publisher]]"
    yield f"name = {_quoted(publisher)}"
    yield "feeds = ["
    languages = Counter(feed.languages for feed in found)
    titles = Counter(feed.title for feed in found)
    for feed in found:
        codes = ", ".join(_quoted(code) for code in feed.languages)
        line = f"url = {_quoted(feed.url)}, languages = [{codes}]"
        if languages[feed.languages] > 1:  # feeds are called by their language where nothing else is said
            own = feed.title if feed.title and titles[feed.title] == 1 else f"{publisher} {_place(feed.url)}"
            line += f", name = {_quoted(own)}"
        yield f"  {{ {line} }},"
    yield "]"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _quoted(text: str) -> str:
    return json.dumps(text[:200], ensure_ascii=False).replace("\x7f", "")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("discover", rich_help_panel=PANEL)(discover_feeds)
