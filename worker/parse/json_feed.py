"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
import json
from typing import Any

from worker.model import Entry, Outcome, ParsedFeed
from worker.urls import clean_url


def looks_like_json(text: str) -> bool:
    """Whether the document is a JSON object rather than XML or HTML."""
    return text[:100].lstrip("\ufeff \t\r\n").startswith("{")


def read_json_feed(text: str, url: str) -> ParsedFeed:
    """The JSON Feed `text`; `NOT_A_FEED` for other JSON."""
    try:
        document = json.loads(text.strip("\ufeff \t\r\n\0"), strict=False)
    except (ValueError, RecursionError) as error:
        return ParsedFeed(Outcome.NOT_A_FEED, problems=(f"not JSON: {error}"[:200],))
    version = _text(document, "version")
    items = document.get("items")
    if not isinstance(items, list) or not ("jsonfeed.org" in version or "title" in document):
        return ParsedFeed(Outcome.NOT_A_FEED, problems=("JSON, but no JSON Feed",))
    entries = tuple(_entry(item, url) for item in items if isinstance(item, dict))
    return ParsedFeed(
        outcome=Outcome.NEW if entries else Outcome.EMPTY,
        version="json11" if version.rstrip("/").endswith("1.1") else "json1",
        title=_text(document, "title"),
        url=clean_url(_text(document, "home_page_url"), url),
        language=_text(document, "language"),
        entries=entries,
        hub_url=next((_text(hub, "url") for hub in _dicts(document, "hubs") if _is_websub(hub)), ""),
        self_url=clean_url(_text(document, "feed_url"), url),
    )


def _is_websub(hub: dict[str, Any]) -> bool:
    return _text(hub, "type").lower() in ("websub", "pubsubhubbub")  # rssCloud is another protocol


def _entry(item: dict[str, Any], base: str) -> Entry:
    content = _text(item, "content_html") or html.escape(_text(item, "content_text"), quote=False)
    return Entry(
        guid=_text(item, "id"),
        url=clean_url(_text(item, "url") or _text(item, "external_url"), base),
        title=html.escape(_text(item, "title"), quote=False),
        summary=html.escape(_text(item, "summary"), quote=False),
        content=content,
        author=", ".join(filter(None, (_text(author, "name") for author in _authors(item)))),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        language=_text(item, "language"),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
    )


def _authors(item: dict[str, Any]) -> list[dict[str, Any]]:
    author = item.get("author")  # version 1.0 had one
    return _dicts(item, "authors") or ([author] if isinstance(author, dict) else [])


def _dicts(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [value for value in _list(item, key) if isinstance(value, dict)]


def _list(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
