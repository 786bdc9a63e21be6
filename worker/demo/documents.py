"""An outlet and what it carries in, a feed document or a page out: RSS 2.0, Atom 1.0, JSON Feed 1.1, HTML. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from lxml import etree

from worker.demo.news import Outlet
from worker.demo.replay import Release

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def feed_document(outlet: Outlet, releases: Sequence[Release]) -> bytes:
    """The outlet's feed in its own format, in UTF-8."""
    match outlet.format:
        case "rss":
            return _rss(outlet, releases)
        case "atom":
            return _atom(outlet, releases)
        case _:
            return _json(outlet, releases)


def article_page(outlet: Outlet, release: Release, others: Sequence[Release]) -> bytes:
    """The article as a web page, with links to `others` below it, as outlets have them."""
    article = release.item
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in _paragraphs(release))
    more = "".join(f'<li><a href="{escape(other.url)}">{escape(other.item.title)}</a></li>' for other in others)
    return f"""<!DOCTYPE html>
<html lang="{outlet.language}">
<head>
<meta charset="utf-8">
<title>{escape(article.title)} – {escape(outlet.name)}</title>
<link rel="canonical" href="{escape(release.url)}">
<meta property="og:title" content="{escape(article.title)}">
<meta property="article:published_time" content="{release.published_at.isoformat()}">
</head>
<body>
<header><a href="{escape(outlet.site)}">{escape(outlet.name)}</a></header>
<main><article>
<h1>{escape(article.title)}</h1>
<time datetime="{release.published_at.isoformat()}">{release.published_at:%Y-%m-%d %H:%M}</time>
{paragraphs}
</article></main>
<aside><ul>{more}</ul></aside>
</body>
</html>
""".encode()


def _rss(outlet: Outlet, releases: Sequence[Release]) -> bytes:
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"content": _CONTENT, "dc": _DC})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", outlet.site)
    _add(channel, "description", outlet.name)
    _add(channel, "language", outlet.language)
    for release in releases:
        item = etree.SubElement(channel, "item")
        _add(item, "title", release.item.title)
        _add(item, "link", release.url)
        _add(item, "guid", release.url)
        _add(item, "pubDate", format_datetime(_seconds(release.published_at)))
        _add(item, "description", release.item.summary)
        _add(item, f"{{{_DC}}}creator", release.item.author)
        _add(item, f"{{{_CONTENT}}}encoded", _html(release))
    return _bytes(root)


def _atom(outlet: Outlet, releases: Sequence[Release]) -> bytes:
    root = etree.Element(f"{{{_ATOM}}}feed", {_XML_LANG: outlet.language}, nsmap={None: _ATOM})
    _add(root, f"{{{_ATOM}}}id", f"{outlet.site}/")
    _add(root, f"{{{_ATOM}}}title", outlet.name)
    etree.SubElement(root, f"{{{_ATOM}}}link", {"href": outlet.site})
    if releases:
        _add(root, f"{{{_ATOM}}}updated", max(_touched(release) for release in releases).isoformat())
    _add(etree.SubElement(root, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", outlet.publisher)
    for release in releases:
        entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, f"{{{_ATOM}}}id", release.url)
        etree.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": release.url})
        _add(entry, f"{{{_ATOM}}}title", release.item.title)
        _add(entry, f"{{{_ATOM}}}published", _seconds(release.published_at).isoformat())
        _add(entry, f"{{{_ATOM}}}updated", _touched(release).isoformat())
        _add(entry, f"{{{_ATOM}}}summary", release.item.summary)
        _add(entry, f"{{{_ATOM}}}content", _html(release), type="html")
    return _bytes(root)


def _json(outlet: Outlet, releases: Sequence[Release]) -> bytes:
    items = []
    for release in releases:
        item = {
            "id": release.url,
            "url": release.url,
            "title": release.item.title,
            "summary": release.item.summary,
            "content_html": _html(release) or f"<p>{escape(release.item.summary)}</p>",
            "date_published": _seconds(release.published_at).isoformat(),
            "language": outlet.language,
        }
        if release.updated_at:
            item["date_modified"] = _touched(release).isoformat()
        items.append(item | ({"authors": [{"name": release.item.author}]} if release.item.author else {}))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": outlet.site,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _html(release: Release) -> str:
    """The full text as HTML, "" where the outlet gives none."""
    return "".join(f"<p>{escape(part)}</p>" for part in _paragraphs(release)) if release.item.text else ""


def _paragraphs(release: Release) -> list[str]:
    return [" ".join(part.split()) for part in (release.item.text or release.item.summary).split("\n\n")]


def _touched(release: Release) -> datetime:
    return _seconds(release.updated_at or release.published_at)


def _seconds(at: datetime) -> datetime:
    """Whole seconds, rounded down: a feed never carries news from the future."""
    return at.replace(microsecond=0)


def _add(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        etree.SubElement(parent, tag, attributes).text = text


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))
