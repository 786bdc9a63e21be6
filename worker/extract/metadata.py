"""What a page says of itself to machines: JSON-LD (schema.org), Open Graph and other meta elements."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from worker.markup import plain_line
from worker.urls import canonical_url

_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|ClaimReview)$")
_WEB_PAGE = re.compile(r"^(?:WebPage|ItemPage)$")  # dates the article where nothing else does
_CDATA = re.compile(
    r"^\s*(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)\s*(?:\*/)?|(?://|/\*)?\s*(?:\]\]>|-->)\s*(?:\*/)?\s*;?\s*$"
)
_MAX_NODES = 400
_MAX_SCRIPT = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Metadata:
    """The raw strings, best source first; nothing here is believed yet."""

    headlines: tuple[str, ...] = ()  # JSON-LD, microdata
    titles: tuple[str, ...] = ()  # og:title, else its rivals
    description: str = ""
    body: str = ""  # JSON-LD, perhaps with markup
    published: tuple[tuple[str, str], ...] = ()  # (where it stands, the string)
    updated: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    language: str = ""
    canonical: str = ""


_TITLES = (
    "og:title",
    "twitter:title",
    "dc.title",
    "dcterms.title",
    "sailthru.title",
    "parsely-title",
    "mediator_title",
)
_PUBLISHED = (
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date.published",
    "article.published",
    "published-date",
    "publish-date",
    "publish_date",
    "publishdate",
    "pubdate",
    "publication_date",
    "published_time",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "mediator_published_time",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "citation_publication_date",
    "citation_date",
    "article_date_original",
    "originalpublicationdate",
    "article:created",
    "article.created",
    "datecreated",
    "og:pubdate",
    "ptime",
    "date",
)
_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "article:modified",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
    "dc.date.modified",
    "article.updated",
    "revision_date",
)
_AUTHORS = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
)
_SITES = ("og:site_name", "application-name", "publisher", "dc.publisher", "apple-mobile-web-app-title")


def metadata_of(tree: HtmlElement, url: str) -> Metadata:
    """Everything that the page's head and its JSON-LD say about the article at `url`."""
    metas = _metas(tree)
    described = list(_described(tree))
    pages = [node for node in described if _is_kind(node, _WEB_PAGE) and _is_about(node, url)]
    nodes = sorted((node for node in described if _is_kind(node, _ARTICLE)), key=lambda node: not _is_about(node, url))
    listed = [(f"meta {name}", value) for name in _PUBLISHED for value in metas.get(name, ())]
    changed = [(f"meta {name}", value) for name in _UPDATED for value in metas.get(name, ())]
    return Metadata(
        headlines=(
            *filter(None, (plain_line(_text(node.get("headline"))) for node in nodes)),
            *(plain_line(value) for value in metas.get("headline", ())),
        ),
        titles=tuple(plain_line(value) for name in _TITLES for value in metas.get(name, ())),
        description=plain_line(next(iter(metas.get("description", ())), "")),
        body=next(filter(None, (_text(node.get("articleBody")) for node in nodes)), ""),
        published=(
            *_dates(nodes, "datePublished", "dateCreated", "uploadDate"),
            *listed,
            *_dates(pages, "datePublished", source="JSON-LD WebPage"),
        ),
        updated=(*_dates(nodes, "dateModified"), *changed),
        authors=(
            *(name for node in nodes for name in _names(node.get("author") or node.get("creator"))),
            *(plain_line(value) for name in _AUTHORS for value in metas.get(name, ())),
        ),
        sites=(
            *(plain_line(value) for name in _SITES[:1] for value in metas.get(name, ())),
            *(name for node in nodes for name in _names(node.get("publisher"))),
            *(plain_line(value) for name in _SITES[1:] for value in metas.get(name, ())),
        ),
        language=_language(tree, metas),
        canonical=_canonical(tree, metas),
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content and name:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _described(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The JSON-LD nodes of the page, in its order."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield from _nodes(_loaded(script.text))


def _is_kind(node: dict[str, Any], kind: re.Pattern[str]) -> bool:
    kinds = node.get("@type")
    return any(kind.search(one) for one in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(one, str))


def _is_about(node: dict[str, Any], url: str) -> bool:
    """Whether the node says that it describes this very page; others describe what the page links to."""
    page = node.get("mainEntityOfPage")
    addresses = (node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return canonical_url(url) in {canonical_url(address) for address in addresses if isinstance(address, str)}


def _loaded(script: str) -> Any:
    text = _CDATA.sub("", script[:_MAX_SCRIPT]).strip().rstrip(";")
    for attempt in (text, html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(text)


# The values that matter, from JSON that is broken elsewhere (an unescaped quote in a description is common).
_PAIR = re.compile(r'"(headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\]|\\.){1,500})"')


def _salvaged(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, value in _PAIR.findall(text):
        pairs.setdefault(name, value.replace("\\/", "/").replace('\\"', '"'))
    return {"@type": "Article", **pairs} if pairs and _ARTICLE_TYPE.search(text) else {}


_ARTICLE_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"\w*(?:Article|Posting|Report|ClaimReview)"')


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    queue, seen = [value], 0
    while queue and seen < _MAX_NODES:
        current = queue.pop(0)
        seen += 1
        if isinstance(current, list):
            queue[:0] = current
        elif isinstance(current, dict):
            yield current
            queue[:0] = [
                current[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(current.get(key), list | dict)
            ]


def _dates(nodes: list[dict[str, Any]], *names: str, source: str = "JSON-LD") -> Iterator[tuple[str, str]]:
    for name in names:
        for node in nodes:
            if value := _text(node.get(name)):
                yield f"{source} {name}", value


def _names(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, list):
            yield from (plain_line(part) for part in name if isinstance(part, str))
        elif isinstance(name, str) and name.strip() and not name.startswith(("http:", "https:", "#")):
            yield plain_line(name)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value", "")
    return value.strip() if isinstance(value, str) else ""


def _language(tree: HtmlElement, metas: dict[str, list[str]]) -> str:
    declared = tree.get("lang") or tree.get("xml:lang") or next(iter(metas.get("og:locale", [])), "")
    found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", declared.strip())
    return found[1].lower() if found else ""


def _canonical(tree: HtmlElement, metas: dict[str, list[str]]) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href"))
    return next(iter(metas.get("og:url", [])), "")
