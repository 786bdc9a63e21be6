"""Which reader a document belongs to, and what happens when that reader gives up."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace

from worker.encoding import decoded, is_said_to_be_utf8
from worker.model import Entry, Outcome, ParsedFeed
from worker.parse.items import single_items
from worker.parse.json_feed import looks_like_json, read_json_feed
from worker.parse.news_sitemap import looks_like_sitemap, read_news_sitemap
from worker.parse.xml_feed import read_plain_feed, read_xml_feed, trimmed

_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_PLAIN_START = re.compile(rb"(?:\xef\xbb\xbf)?<(?:\?xml|rss|feed)[\s>]")


def parse(body: bytes, url: str, content_type: str = "", known: Container[str] = frozenset()) -> ParsedFeed:
    """The feed document `body` that was fetched from `url`.

    Args:
        body: as received, decompressed.
        url: the address it came from, after redirects; relative links are resolved against it.
        content_type: the HTTP header, of which only the charset counts, and less than the bytes themselves.
        known: hashes of items, as an earlier document's `item_hashes` named them, that need not be read again.
    """
    try:
        if _PLAIN_START.match(body) and is_said_to_be_utf8(body, content_type):
            plain = _read_plain(body, url, known)
            if plain is not None:
                return plain
        text, encoding, problems = decoded(body, content_type)
        text = _REFERENCE.sub(_possible, text)
        if looks_like_json(text):
            parsed = read_json_feed(text, url)
        elif looks_like_sitemap(text):
            parsed = read_news_sitemap(text, url)
        else:
            parsed = _read_xml(text, url, known)
    except Exception as error:  # noqa: BLE001 - a stranger's bytes end in a named outcome, whatever they do to the readers
        return ParsedFeed(Outcome.NOT_A_FEED, problems=(_complaint(error),))
    return replace(parsed, encoding=encoding, problems=(*problems, *parsed.problems))


def _read_plain(body: bytes, url: str, known: Container[str]) -> ParsedFeed | None:
    """The feed, read from the bytes as they came: most documents are nothing but what they seem."""
    try:
        feed = read_plain_feed(body, url, known)
    except UnicodeDecodeError:
        return None
    return None if feed is None else replace(feed, encoding="utf-8")


def _read_xml(text: str, url: str, known: Container[str]) -> ParsedFeed:
    """The feed, item by item where feedparser fails on the whole: one poisoned item must not hide the others."""
    whole, skipped = trimmed(text)
    try:
        read = read_xml_feed(whole, url, known)
        return replace(read, problems=(*skipped, *read.problems))
    except Exception as error:  # noqa: BLE001 - feedparser raises anything on markup it did not foresee
        problem = _complaint(error)
    entries: list[Entry] = []
    feed: ParsedFeed | None = None
    for document in single_items(whole):
        try:
            feed = read_xml_feed(document, url, frozenset())
        except Exception:  # noqa: BLE001, S112 - this is the poisoned one
            continue
        entries += feed.entries
    if feed is None:
        return ParsedFeed(Outcome.NOT_A_FEED, problems=(problem,))
    outcome = Outcome.NEW if entries else Outcome.EMPTY
    return replace(
        feed, outcome=outcome, entries=tuple(entries), item_hashes=(), problems=(problem, "read item by item")
    )


def _possible(reference: re.Match[str]) -> str:
    """A reference to a character that exists, or nothing: feedparser fails on surrogates and beyond Unicode."""
    digits = reference[1] or reference[2]
    number = int(digits, 16 if reference[1] else 10) if len(digits) <= 10 else 0
    exists = (
        number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
    )
    return reference.group() if exists else ""


def _complaint(error: Exception) -> str:
    return f"unreadable: {type(error).__name__}: {error}"[:200]
