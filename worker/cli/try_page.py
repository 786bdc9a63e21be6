"""`trucewire try page`: what is made of article pages. Stores nothing.

Others rely on the shape that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from worker import __version__
from worker.bootstrap import utc_now
from worker.cli.console import JsonOption, UsageError, clock, console, print_json, read_input, said
from worker.cli.items import Item, items_of
from worker.extract import extract
from worker.fetch import Fetcher
from worker.model import FetchRequest
from worker.settings import fetch_limits


def try_page(
    source: Annotated[str, typer.Argument(metavar="LIST.jsonl|FILE|URL", help="- is standard input.")],
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Read article pages: a list of {name, file, url} gives JSON lines, one page is shown to a person."""
    if source.endswith(".jsonl") or source == "-":
        for item in items_of(source):
            print_json({"name": item.plain("name"), **_listed(source, item)})
        return
    if source.startswith(("http://", "https://")):
        response = Fetcher(fetch_limits(os.environ, __version__), utc_now).get(FetchRequest(source))
        report = _page_report(response.body, response.url, response.headers.get("content-type", ""))
    else:
        report = _page_report(_read(source), "")
    print_json(report) if as_json else _print_page(report)


def _listed(source: str, item: Item) -> dict[str, Any]:
    """The page that a line of a list names; its file lies beside the list."""
    name = item.text("file")
    if not name:
        raise item.mistake("file", "missing", "name the page's file")
    try:
        body = _read(name if source == "-" else str(Path(source).parent / name))
    except UsageError as error:
        raise UsageError(f"{item.where}: file: {error}") from error
    return _page_report(body, item.text("url"))


def _read(name: str) -> bytes:
    """The bytes of a page's file, which may be a gzip file."""
    body = read_input(name)
    if not body.strip():
        raise UsageError(f"{name}: an empty file; give one with a page in it")
    try:
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{name}: a damaged gzip file: {error}; give one that can be unpacked") from error


def _page_report(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    page = extract(body, url, content_type, now=utc_now())
    return {
        "url": url or page.canonical_url,
        "title": page.title,
        "text": page.text,
        "author": page.author,
        "published_at": page.published_at,
        "modified_at": page.updated_at,
        "language": page.language,
        "site": page.site,
        "machine_written": page.machine_written,
        "notes": list(page.notes),
    }


def _print_page(report: dict[str, Any]) -> None:
    console.print(Text(report["title"] or "no title found", style="bold"))
    said(f"{report['site'] or 'unknown site'}, {report['author'] or 'no author'}, language {report['language'] or '?'}")
    said(f"published {clock(report['published_at'])}, updated {clock(report['modified_at'])}")
    if report["machine_written"]:
        console.print(Text("looks machine-written", style="yellow"))
    said(f"\n{report['text'] or 'no article found'}\n")
    for note in report["notes"]:
        console.print(Text(note, style="dim"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("page")(try_page)
