"""A page's bytes in, the addresses at which it may have feeds out: where to look, never whether something is there.

Not `trafilatura.feeds`: it knows `rel="alternate"` to the letter only, takes the REST and oEmbed links of WordPress for
feeds, ignores `<base>`, drops the links' titles, and decides by similar domains what a page may name.

Never fetches, never raises. Whether an address has a feed is told by fetching and parsing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from lxml import etree, html
from protego import Protego

from worker.encoding import decoded
from worker.markup import plain_line
from worker.urls import clean_url, same_site

MAX_CANDIDATES = 60  # of one page; some list a feed for each tag
MAX_CHARACTERS = 3_000_000

_FEED_TYPES = frozenset(
    f"{kind}/{name}{suffix}"
    for kind in ("application", "text")
    for name in ("rss", "atom", "rdf", "x.atom", "x-atom", "x-rss")
    for suffix in ("", "+xml")
) | {"application/feed+json"}
_VAGUE_TYPES = frozenset({"application/xml", "text/xml", "application/json", "text/json", ""})
_FEED_PATH = re.compile(
    r"\.(?:rss|atom|rdf)$|(?:^|/)(?:rss|atom|rdf|feeds?)(?:[./]|$)|(?:rss|feed|atom)\d*(?:\.(?:xml|php|aspx?|json))?/?$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|output|type)=(?:rss2?|atom|feed|json|100)(?:&|$)", re.IGNORECASE)
_FEED_HOST = re.compile(r"^(?:feeds?\d?|rss)\.", re.IGNORECASE)
_FEED_WORD = re.compile(r"\b(?:rss|atom|xml[ -]feed)\b", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"(?:^|/)comments?(?:[/.]|$)", re.IGNORECASE)
_TITLE_OF_COMMENTS = re.compile(
    r"\b(?:comment|kommentar|commentaire|comentari|коммент|комент|yorum|şərh|մեկնաբան|კომენტარ)", re.IGNORECASE
)
_OF_NEWS = re.compile(r"news", re.IGNORECASE)
_USUAL_PATHS = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "rss/", "index.xml", "feed.json")
_USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
_LANGUAGE = re.compile(r"^/([a-z]{2}|[a-z]{2}-[a-z]{2}|eng|rus|arm|aze|geo|tur)(?:/|$)", re.IGNORECASE)


class Source(StrEnum):
    """What led to a candidate."""

    ADDRESS = "address"  # it was given
    LINK = "link"  # <link rel="alternate">: the page says so itself
    ANCHOR = "anchor"  # a link that looks like one to a feed
    PATH = "path"  # where feeds usually are
    SITEMAP = "sitemap"  # robots.txt, or where sitemaps usually are


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may have a feed."""

    url: str
    source: Source
    title: str = ""  # as the page calls it


def named_feeds(body: bytes, url: str, content_type: str = "") -> tuple[Candidate, ...]:
    """The feeds that the page `body` declares in `<link>`s, in its order; feeds of comments are left out.

    What lies below the page's own address comes last: under an article, WordPress has a feed of what is said about it.

    Args:
        body: any bytes at all.
        url: where they came from; relative links are resolved against it, or against the page's `<base>`.
        content_type: the HTTP header.
    """
    root = _tree(body, content_type)
    if root is None:
        return ()
    base = _base(root, url)
    below = url.partition("?")[0].rstrip("/") + "/" if urlsplit(url).path.strip("/") else " "  # which none begins with
    found = [one for link in root.iter("link") if (one := _declared(link, base))]
    return _distinct(url, sorted(found, key=lambda one: one.url.startswith(below)))


def where_the_feed_is(body: bytes, url: str, content_type: str = "") -> str:
    """One line for whoever configured the address of a page in place of its feed's; "" where the page names none."""
    named = named_feeds(body, url, content_type)
    return f"not a feed; the page names {named[0].url}" if named else ""


def linked_feeds(body: bytes, url: str, content_type: str = "") -> tuple[Candidate, ...]:
    """The links of the page `body` that look as if they led to feeds of the same site, or to a page that lists them."""
    root = _tree(body, content_type)
    if root is None:
        return ()
    base = _base(root, url)
    return _distinct(url, (one for anchor in root.iter("a", "area") if (one := _anchored(anchor, base, url))))


def usual_feeds(url: str) -> tuple[Candidate, ...]:
    """Where a site whose pages name no feed may still have one: below its language's path first."""
    language = _LANGUAGE.match(urlsplit(url).path)
    bases = [urljoin(url, f"/{language[1]}/"), urljoin(url, "/")] if language else [urljoin(url, "/")]
    paths = [urljoin(base, path) for base in bases for path in _USUAL_PATHS]
    return tuple(Candidate(path, Source.PATH) for path in dict.fromkeys(paths))


def sitemaps_named(robots: bytes, url: str) -> tuple[Candidate, ...]:
    """The sitemaps that the robots.txt `robots` names, those of news first; the usual places where it names none."""
    try:
        named = list(Protego.parse(robots[: 2**19].decode("utf-8", "replace")).sitemaps)
    except (ValueError, RecursionError):  # stranger's bytes
        named = []
    found = [clean for one in named if (clean := clean_url(one, url))]
    urls = sorted(dict.fromkeys(found), key=_is_not_of_news) or [urljoin(url, path) for path in _USUAL_SITEMAPS]
    return tuple(Candidate(one, Source.SITEMAP) for one in urls[:MAX_CANDIDATES])


def sitemaps_in(body: bytes, url: str) -> tuple[Candidate, ...]:
    """The sitemaps of news that the sitemap index `body` lists; () where it is no index, or lists none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    if root is None or not isinstance(root.tag, str) or etree.QName(root).localname != "sitemapindex":
        return ()
    places = (place.text or "" for place in root.iter("{*}loc"))
    found = (clean for place in places if (clean := clean_url(place, url)) and not _is_not_of_news(clean))
    return tuple(Candidate(one, Source.SITEMAP) for one in list(dict.fromkeys(found))[:MAX_CANDIDATES])


def _is_not_of_news(url: str) -> bool:
    return not _OF_NEWS.search(urlsplit(url).path)


def _tree(body: bytes, content_type: str) -> html.HtmlElement | None:
    """The page, where the bytes are one."""
    text, _, _ = decoded(body, content_type)
    parser = html.HTMLParser(encoding="utf-8", recover=True, no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(text[:MAX_CHARACTERS].encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _base(root: html.HtmlElement, url: str) -> str:
    hrefs = (element.get("href", "") for element in root.iter("base"))
    return next((clean for href in hrefs if (clean := clean_url(href, url))), url)


def _declared(link: html.HtmlElement, base: str) -> Candidate | None:
    relations = link.get("rel", "").lower().split()
    kind = link.get("type", "").partition(";")[0].strip().lower()
    if not {"alternate", "feed"} & set(relations) or "stylesheet" in relations:
        return None
    href = link.get("href", "")
    is_feed = kind in _FEED_TYPES or (kind in _VAGUE_TYPES and (_looks_like_feed(href) or "feed" in relations))
    return _candidate(href, base, Source.LINK, link.get("title", "")) if is_feed else None


def _anchored(anchor: html.HtmlElement, base: str, page: str) -> Candidate | None:
    href = anchor.get("href", "")
    words = " ".join((*anchor.itertext(), anchor.get("title", ""), anchor.get("class", ""), anchor.get("type", "")))
    if not (_looks_like_feed(href) or _FEED_WORD.search(words[:500])):
        return None
    candidate = _candidate(href, base, Source.ANCHOR, " ".join(anchor.itertext()))
    if candidate is None:
        return None
    return candidate if same_site(candidate.url, page) or _FEED_HOST.match(urlsplit(candidate.url).netloc) else None


def _looks_like_feed(href: str) -> bool:
    path, _, query = href.partition("#")[0].partition("?")
    return bool(_FEED_PATH.search(path.strip()) or _FEED_QUERY.search(query.strip()))


def _candidate(href: str, base: str, source: Source, title: str) -> Candidate | None:
    # As it stands, where it is an address: what only tracks in an article's may be what makes a feed's.
    try:
        url = urljoin(base, href.strip()).partition("#")[0]
    except ValueError:
        return None
    if not clean_url(url) or not url.isprintable() or _OF_COMMENTS.search(urlsplit(url).path):
        return None
    name = plain_line(title)[:200]
    return None if _TITLE_OF_COMMENTS.search(name) else Candidate(url, source, name)


def _distinct(page: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(_first_of_each(page, candidates))[:MAX_CANDIDATES]


def _first_of_each(page: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    seen = {page.partition("#")[0]}
    for candidate in candidates:
        if candidate.url not in seen:
            seen.add(candidate.url)
            yield candidate
