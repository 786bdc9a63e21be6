"""Which reader a document belongs to."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from worker.encoding import decoded
from worker.model import Outcome, ParsedFeed
from worker.parse.json_feed import looks_like_json, read_json_feed
from worker.parse.news_sitemap import looks_like_sitemap, read_news_sitemap
from worker.parse.xml_feed import read_xml_feed


def parse(body: bytes, url: str, content_type: str = "", known: Container[str] = frozenset()) -> ParsedFeed:
    """The feed document `body` that was fetched from `url`.

    Args:
        body: as received, decompressed.
        url: the address it came from, after redirects; relative links are resolved against it.
        content_type: the HTTP header, of which only the charset counts, and less than the bytes themselves.
        known: hashes of items, as an earlier document's `item_hashes` named them, that need not be read again.
    """
    try:
        text, encoding, problems = decoded(body, content_type)
        if looks_like_json(text):
            parsed = read_json_feed(text, url)
        elif looks_like_sitemap(text):
            parsed = read_news_sitemap(text, url)
        else:
            parsed = read_xml_feed(text, url, known)
    except Exception as error:  # noqa: BLE001 - the promise to a stranger's bytes: a named outcome, whatever they do to the readers
        return ParsedFeed(Outcome.NOT_A_FEED, problems=(f"unreadable: {type(error).__name__}: {error}"[:200],))
    return replace(parsed, encoding=encoding, problems=(*problems, *parsed.problems))
