"""News sitemaps (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap)."""

from __future__ import annotations

import re

from lxml import etree

from worker.model import Entry, Outcome, ParsedFeed
from worker.urls import clean_url

_ROOT = re.compile(r"<(?:\w+:)?(urlset|sitemapindex)[\s>]")


def looks_like_sitemap(text: str) -> bool:
    """Whether the document's root is a sitemap's."""
    return bool(_ROOT.search(text[:4000]))


def read_news_sitemap(text: str, url: str) -> ParsedFeed:
    """The sitemap `text`: the pages in it that say what their news is."""
    # recover: half a sitemap is still news. No network, no entities, no DTD.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace"), parser)
    if root is None or not isinstance(root.tag, str) or _local(root) != "urlset":
        return ParsedFeed(Outcome.NOT_A_FEED, problems=("a sitemap index, or no readable sitemap",))
    entries = tuple(entry for element in root if (entry := _entry(element, url)) is not None)
    return ParsedFeed(Outcome.NEW if entries else Outcome.EMPTY, version="news_sitemap", entries=entries)


def _entry(element: etree._Element, base: str) -> Entry | None:
    values: dict[str, str] = {}
    is_news = False
    for child in element.iter():
        if isinstance(child.tag, str):
            name = _local(child)
            is_news = is_news or name == "news"
            values.setdefault(name if name != "name" else "publication_name", (child.text or "").strip())
    if not is_news or not values.get("loc"):
        return None
    return Entry(
        guid=values["loc"],
        url=clean_url(values["loc"], base),
        title=values.get("title", ""),
        published=values.get("publication_date", ""),
        updated=values.get("lastmod", ""),
        language=values.get("language", ""),
        categories=tuple(word.strip() for word in values.get("keywords", "").split(",") if word.strip()),
    )


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
