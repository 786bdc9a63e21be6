"""RSS, RDF and Atom: what is plain by `plain_items`, all else by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Container
from dataclasses import replace
from typing import Any

import feedparser

from worker.model import Entry, Outcome, ParsedFeed
from worker.parse.elements import NotPlainError
from worker.parse.items import Items, is_too_large, items_of
from worker.parse.plain_head import read_plain_head
from worker.parse.plain_items import PLACE, read_plain_items
from worker.urls import clean_url

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>", re.IGNORECASE)
_ROOT = re.compile(r"<(?:\?xml|!DOCTYPE|rss|feed|rdf:RDF|(?:\w+:)?(?:RDF|feed|rss)|channel)[\s>]", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
# https://www.rssboard.org/skip-hours-days; feedparser keeps the last one only.
_SKIPPED = re.compile(rb"<skip(?:Hours|Days)\s*>(.{0,2000}?)</skip", re.IGNORECASE | re.DOTALL)
_SKIPPED_ONE = re.compile(rb"<(?:hour|day)\s*>\s*(\w{1,9})\s*<", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_TTL = 60 * 24 * 366  # minutes; what is longer, negative or no number is no hint
MAX_JUNK = 20_000  # characters before the document that may be a server's warnings


def trimmed(text: str) -> tuple[bytes, tuple[str, ...]]:
    """`text` in UTF-8 from where the document begins, with a declaration that says so; and what was cut off, in words.

    The other functions of this module take such documents.
    """
    problems: tuple[str, ...] = ()
    start = _ROOT.search(text, 0, MAX_JUNK)
    if start and (junk := text[: start.start()]).strip("\ufeff \t\r\n"):
        problems = (f"{len(junk)} characters before the document were skipped",)
    body = text[start.start() :] if start else text
    document = '<?xml version="1.0" encoding="utf-8"?>\n' + _DECLARATION.sub("", body, count=1)
    return document.encode("utf-8", "replace"), problems


def read_plain_feed(document: bytes, url: str, known: Container[str]) -> ParsedFeed | None:
    """The feed `document` if its items are known or plain; None where more than a look is needed.

    Raises:
        UnicodeDecodeError: it is no UTF-8, though its declaration says so.
    """
    items = items_of(document)
    return None if items.problems else _plain_feed(items, url, known)


def read_xml_feed(document: bytes, url: str, known: Container[str]) -> ParsedFeed:
    """The feed `document`; `NOT_A_FEED` where feedparser sees no version, which says more than its `bozo`."""
    items = items_of(document)
    if (plain := _plain_feed(items, url, known)) is not None:
        return plain
    unknown = items.without(known)
    if is_too_large(unknown):
        return ParsedFeed(Outcome.NOT_A_FEED, problems=(*items.problems, "more elements than any feed has"))
    result = _feedparsed(unknown, url)
    if not result.get("version"):
        return ParsedFeed(Outcome.NOT_A_FEED, problems=("no feed: neither RSS, Atom, RDF nor JSON Feed",))
    entries = tuple(_entry(raw, url) for raw in result["entries"])
    feed = replace(_head(result, unknown, url), entries=entries, item_hashes=items.hashes, repeated=items.repeated())
    if not entries and not items.hashes:
        feed = replace(feed, outcome=Outcome.EMPTY)
    if result.get("bozo"):
        complaint = f"not well-formed: {result.get('bozo_exception')}"[:200]
        return replace(feed, problems=(*items.problems, complaint))
    return replace(feed, problems=items.problems)


def _plain_feed(items: Items, url: str, known: Container[str]) -> ParsedFeed | None:
    """The feed whose items are known or plain; None where feedparser must read it."""
    if not items.spans:
        return None
    unknown = items.unknown(known)
    if not unknown:
        # Read before, all of it but what it says of itself, which costs most and is heard at its next news.
        return ParsedFeed(Outcome.NEW, item_hashes=items.hashes, problems=items.problems)
    if is_too_large(items.document):
        return None
    around = items.around(PLACE)
    try:
        plain = read_plain_items(around, unknown, url)
    except NotPlainError:
        return None
    head = read_plain_head(plain)
    if head is None:
        head = _feedparsed(items.around(b""), url)
        if head["entries"] or not head.get("version") or head.get("bozo"):
            return None
    return replace(
        _head(head, around, url),
        entries=plain.entries,
        item_hashes=items.hashes,
        # Where all items were read, the elements have told already; where some are known, only the bytes can.
        repeated=items.repeated() if plain.shares_addresses or len(unknown) < len(items.spans) else frozenset(),
        problems=items.problems,
    )


def _head(result: Any, document: bytes, url: str) -> ParsedFeed:
    """What the document says of its feed."""
    feed, skipped = result["feed"], _skipped(document)
    return ParsedFeed(
        outcome=Outcome.NEW,
        version=str(result["version"]),
        title=_text(feed, "title"),
        url=clean_url(_text(feed, "link"), url),
        language=_text(feed, "language"),
        ttl_s=_ttl_s(feed),
        skip_hours=frozenset(int(one) % 24 for one in skipped if one.isdecimal()),  # midnight was 24 once
        skip_days=frozenset(_DAYS.index(one) for one in skipped if one in _DAYS),
        hub_url=_link(feed, "hub"),
        self_url=_link(feed, "self"),
    )


def _feedparsed(document: bytes, url: str) -> Any:
    # A stream, since feedparser takes a string for a file's name. Its sanitiser and its resolving of links inside
    # HTML are off: they cost half the time, and `markup` lets nothing active through.
    return feedparser.parse(
        io.BytesIO(document),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _entry(raw: Any, base: str) -> Entry:
    source = dict.get(raw, "source")
    source = source if isinstance(source, dict) else {}
    contents = dict.get(raw, "content")
    return Entry(
        guid=_text(raw, "id"),
        url=clean_url(_text(raw, "feedburner_origlink") or _text(raw, "link"), base),
        title=_text(raw, "title"),
        summary=_text(raw, "summary"),
        content=_content(contents if isinstance(contents, list) else []),
        author=_text(raw, "author"),
        published=_text(raw, "published"),
        updated=_text(raw, "updated") or _text(raw, "created"),
        language=_language(raw),
        source_name=_text(source, "title"),
        source_url=clean_url(_text(source, "href") or _text(source, "link"), base),
        permalink=bool(dict.get(raw, "guidislink", True)),
        categories=_categories(raw),
    )


def _content(contents: list[Any]) -> str:
    """The longest of the contents that are text."""
    texts = [_text(content, "value") for content in contents if isinstance(content, dict)]
    return max(texts, key=len, default="")


def _language(raw: Any) -> str:
    details = (dict.get(raw, f"{name}_detail") for name in ("title", "summary"))
    return next((found for detail in details if isinstance(detail, dict) and (found := _text(detail, "language"))), "")


def _categories(raw: Any) -> tuple[str, ...]:
    tags = dict.get(raw, "tags") or []
    return tuple(term for tag in tags if isinstance(tag, dict) and (term := _text(tag, "term")))


def _ttl_s(feed: Any) -> float | None:
    try:
        if minutes := _text(feed, "ttl"):
            return float(minutes) * 60 if 0 < float(minutes) < _LONGEST_TTL else None
        period = _PERIODS.get(_text(feed, "sy_updateperiod").lower())
        return period / max(1.0, float(_text(feed, "sy_updatefrequency") or 1)) if period else None
    except ValueError:
        return None


def _skipped(document: bytes) -> set[str]:
    if b"<skip" not in document:
        return set()
    listed = (found[1] for found in _SKIPPED.finditer(document))
    return {one.decode().lower() for part in listed for one in _SKIPPED_ONE.findall(part)}


def _link(feed: Any, rel: str) -> str:
    links = dict.get(feed, "links") or []
    return next((_text(link, "href") for link in links if isinstance(link, dict) and link.get("rel") == rel), "")


def _text(mapping: Any, key: str) -> str:
    # dict.get: FeedParserDict's own lookup answers `published` for a missing `updated`, with a warning.
    value = dict.get(mapping, key)
    return value.strip() if isinstance(value, str) else ""
