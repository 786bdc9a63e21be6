"""Feeds for other readers: `/alerts.atom`, `/alerts.json`, and `/log.atom`, `/log.json` of any search.

Atom (RFC 4287) and JSON Feed 1.1 of the same items. What identifies an item never changes, neither with a revision nor
with the address that the service is reached by: a tag URI (RFC 4151) of this installation's database. Texts are
escaped; no HTML of a publisher is passed on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from worker.bootstrap import Services
from worker.web.api.parameters import Alerts, Articles, reads_all, searching

MOST = 100  # items
ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 has no way to write; headlines of broken feeds have brought all of these.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item, in either form."""

    kind: str  # alert | article
    number: int
    title: str
    url: str  # of its page here
    source_url: str  # … and of the publisher's
    author: str
    text: str
    at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()
    language: str = ""

    @property
    def identity(self) -> str:
        """What it is known by, for ever."""
        return f"tag:trucewire,2026:{self.kind}:{self.number}"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, in either form."""

    title: str
    address: str  # its own
    page: str  # what it is a feed of
    entries: tuple[FeedEntry, ...]

    @property
    def updated_at(self) -> datetime:
        """When anything of it last changed."""
        return max((entry.updated_at for entry in self.entries), default=datetime(2026, 1, 1, tzinfo=UTC))


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(reads_all("token"))])

    def of_alerts(wanted: Alerts, request: Request) -> Feed:
        base = _base(services, request)
        rows = services.queries.alerts(wanted, MOST)
        return Feed("Trucewire: alerts", *_addresses(request, base, "/"), tuple(_of_alert(row, base) for row in rows))

    def of_articles(wanted: Articles, request: Request) -> Feed:
        base = _base(services, request)
        with searching():
            rows = services.queries.articles(wanted, MOST)
        title = f"Trucewire: {wanted.search}" if wanted.search else "Trucewire: the log"
        entries = tuple(_of_article(row, base) for row in rows)
        return Feed(title, *_addresses(request, base, "/log"), entries)

    @routes.get("/alerts.atom")
    def alerts_atom(wanted: Alerts, request: Request) -> Response:
        return _atom(of_alerts(wanted, request))

    @routes.get("/alerts.json")
    def alerts_json(wanted: Alerts, request: Request) -> Response:
        return _json(of_alerts(wanted, request))

    @routes.get("/log.atom")
    def log_atom(wanted: Articles, request: Request) -> Response:
        return _atom(of_articles(wanted, request))

    @routes.get("/log.json")
    def log_json(wanted: Articles, request: Request) -> Response:
        return _json(of_articles(wanted, request))

    return routes


def _base(services: Services, request: Request) -> str:
    """The address that this service is reached by."""
    return services.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"


def _addresses(request: Request, base: str, page: str) -> tuple[str, str]:
    """The feed's own address, and its page's: without the token, which readers store and share."""
    query = urlencode([pair for pair in parse_qsl(request.url.query, max_num_fields=100) if pair[0] != "token"])
    query = f"?{query}" if query else ""
    return f"{base}{request.url.path}{query}", f"{base}{page}{query if page != '/' else ''}"


def _of_alert(row: dict[str, Any], base: str) -> FeedEntry:
    match = row["match"] or {}
    facts = [row["severity"], row["stance"], *row["places"]]
    said = [match.get("sentence", ""), row.get("detail", ""), f"Reported by {', '.join(row['families'])}."]
    return FeedEntry(
        kind="alert",
        number=row["id"],
        title=f"{row['rule_id']}: {row['title']}",
        url=f"{base}/alerts/{row['id']}",
        source_url=row["url"],
        author=row["publisher"],
        text="\n\n".join(filter(None, said)),
        at=row["raised_at"],
        updated_at=row.get("updated_at") or row["raised_at"],
        tags=tuple(fact for fact in facts if fact),
        language=row["language"],
    )


def _of_article(row: dict[str, Any], base: str) -> FeedEntry:
    return FeedEntry(
        kind="article",
        number=row["id"],
        title=row["title"],
        url=f"{base}/articles/{row['id']}",
        source_url=row["url"],
        author=row["publisher"],
        text=row["title"],
        at=row["published_at"] or row["first_seen_at"],
        updated_at=row["first_seen_at"],
        tags=tuple(dict.fromkeys([*(row["places"] or []), *row["concepts"]])),
        language=row["language"],
    )


def _atom(feed: Feed) -> Response:
    ET.register_namespace("", ATOM)
    root = _element(None, "feed")
    _element(root, "title", feed.title)
    _element(root, "id", feed.page)
    _element(root, "updated", feed.updated_at.isoformat())
    _element(root, "link", rel="self", href=feed.address, type="application/atom+xml")
    _element(root, "link", rel="alternate", href=feed.page, type="text/html")
    _element(_element(root, "author"), "name", "Trucewire")
    for entry in feed.entries:
        _add_entry(root, entry)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml")


def _add_entry(root: ET.Element, entry: FeedEntry) -> None:
    one = _element(root, "entry")
    if entry.language:
        one.set("{http://www.w3.org/XML/1998/namespace}lang", entry.language)
    _element(one, "id", entry.identity)
    _element(one, "title", entry.title)
    _element(one, "published", entry.at.isoformat())
    _element(one, "updated", entry.updated_at.isoformat())
    _element(one, "link", rel="alternate", href=entry.url)
    if _is_web(entry.source_url):
        _element(one, "link", rel="via", href=entry.source_url)
    _element(_element(one, "author"), "name", entry.author or "unknown")
    for tag in entry.tags:
        _element(one, "category", term=tag)
    _element(one, "content", entry.text, type="text")


def _element(parent: ET.Element | None, name: str, text: str = "", **attributes: str) -> ET.Element:
    clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    tag = f"{{{ATOM}}}{name}"
    made = ET.Element(tag, clean) if parent is None else ET.SubElement(parent, tag, clean)
    made.text = _NOT_XML.sub("", text) or None
    return made


def _json(feed: Feed) -> Response:
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return JSONResponse(content, media_type="application/feed+json")


def _json_item(entry: FeedEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.identity,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": entry.at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "authors": [{"name": entry.author or "unknown"}],
        "tags": list(entry.tags),
    }
    if _is_web(entry.source_url):
        item["external_url"] = entry.source_url
    if entry.language:
        item["language"] = entry.language
    return item


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
