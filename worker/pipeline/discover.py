"""A site's address in; the feeds found there, each fetched and parsed, out. Stores nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from worker.discovery import (
    Candidate,
    Source,
    linked_feeds,
    named_feeds,
    sitemaps_in,
    sitemaps_named,
    usual_feeds,
)
from worker.errors import FetchError
from worker.markup import plain_line
from worker.model import Article, Feed, FetchRequest, FetchResponse, Outcome
from worker.normalise import articles_of
from worker.parse import parse

Fetch = Callable[[FetchRequest], FetchResponse]

FETCHES_AT_ONCE = 4
MAX_SITEMAPS = 5  # news come first; a site may have thousands
MAX_LISTS = 3  # pages of the site that list its feeds
LANGUAGE_SHARE = 0.15  # of a feed's articles; what is rarer is a guess gone wrong
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that answers and parses."""

    url: str
    source: Source
    title: str
    version: str
    languages: tuple[str, ...]  # ISO 639-1, most frequent first
    entries: int
    newest_at: datetime | None
    articles: frozenset[str]  # keys


@dataclass(frozen=True, slots=True)
class _Document:
    candidate: Candidate
    response: FetchResponse

    @property
    def content_type(self) -> str:
        return self.response.headers.get("content-type", "")


def discover(fetch: Fetch, url: str, now: datetime) -> list[FoundFeed]:
    """The feeds of the page at `url`, as far as they work; feeds with the same articles are one.

    A feed's own address finds itself. Usual places are tried only where nothing is named, or where the site shows the
    page to people only; a news sitemap is looked for always.

    Raises:
        FetchError: the page itself cannot be fetched, and no feed is found without it.
    """
    try:
        response = fetch(FetchRequest(url, accept=ACCEPT_PAGE))
    except FetchError as error:
        if error.status is None:
            raise
        if found := _unlike([*_tried(fetch, usual_feeds(url), now)[0], *_news_sitemaps(fetch, url, now)]):
            return found
        raise
    page = _Document(Candidate(url, Source.ADDRESS), response)
    if itself := _found(page, now):
        return [itself]
    places = _named_on(page)
    found, others = _tried(fetch, places, now)
    # A page that lists the feeds is one click away: "RSS" at the foot of the front page.
    listed = [place for list_page in others[:MAX_LISTS] for place in _named_on(list_page)]
    found += _tried(fetch, _unseen(listed, places), now)[0]
    if not found:
        found += _tried(fetch, _unseen(usual_feeds(response.url), [*places, *listed]), now)[0]
    return _unlike([*found, *_news_sitemaps(fetch, response.url, now)])


def _named_on(page: _Document) -> list[Candidate]:
    arguments = (page.response.body, page.response.url, page.content_type)
    return _unseen([*named_feeds(*arguments), *linked_feeds(*arguments)], [])


def _unseen(candidates: Iterable[Candidate], seen: Iterable[Candidate]) -> list[Candidate]:
    urls = {one.url for one in seen}
    first = {one.url: one for one in reversed(list(candidates))}
    return [one for one in reversed(first.values()) if one.url not in urls]


def _tried(fetch: Fetch, candidates: Sequence[Candidate], now: datetime) -> tuple[list[FoundFeed], list[_Document]]:
    """The feeds behind `candidates`, and the documents that are none but may lead to one."""
    found, others = [], []
    for document in _fetched(fetch, candidates):
        if feed := _found(document, now):
            found.append(feed)
        else:
            others.append(document)
    return found, others


def _fetched(fetch: Fetch, candidates: Sequence[Candidate]) -> Iterator[_Document]:
    """What stands at the addresses, in their order; those that do not answer are left out."""

    def one(candidate: Candidate) -> _Document | None:
        try:
            return _Document(candidate, fetch(FetchRequest(candidate.url)))
        except FetchError:
            return None

    with ThreadPoolExecutor(FETCHES_AT_ONCE, "discover") as pool:
        yield from filter(None, pool.map(one, candidates))


def _found(document: _Document, now: datetime) -> FoundFeed | None:
    response, candidate = document.response, document.candidate
    parsed = parse(response.body, response.url, document.content_type)
    is_sitemap = parsed.version == "news_sitemap"
    if not parsed.outcome.ok or (is_sitemap and parsed.outcome is Outcome.EMPTY):
        return None  # an ordinary sitemap has no news in it
    url = response.permanent_url or candidate.url
    articles = articles_of(parsed, Feed(url, url, "", ""), now)
    return FoundFeed(
        url=url,
        source=candidate.source,
        title=plain_line(parsed.title) or candidate.title,
        version=parsed.version,
        languages=_languages(articles, parsed.language),
        entries=len(parsed.entries),
        newest_at=max((article.published_at for article in articles if article.published_at), default=None),
        articles=frozenset(article.key for article in articles),
    )


def _languages(articles: Sequence[Article], declared: str) -> tuple[str, ...]:
    counts = Counter(article.language for article in articles if article.language)
    known = counts.total()
    if not known:
        code = declared[:2].lower()
        return (code,) if code.isalpha() and len(code) == 2 else ()
    return tuple(language for language, count in counts.most_common() if count >= LANGUAGE_SHARE * known)


def _news_sitemaps(fetch: Fetch, url: str, now: datetime) -> list[FoundFeed]:
    robots = next(_fetched(fetch, [Candidate(urljoin(url, "/robots.txt"), Source.SITEMAP)]), None)
    places = sitemaps_named(robots.response.body if robots else b"", url)[:MAX_SITEMAPS]
    found, others = _tried(fetch, places, now)
    inside = [place for index in others for place in sitemaps_in(index.response.body, index.response.url)]
    return found + _tried(fetch, _unseen(inside, places)[:MAX_SITEMAPS], now)[0]


def _unlike(found: Iterable[FoundFeed]) -> list[FoundFeed]:
    """Without those that are at another's address, or bring exactly another's articles."""
    kept: list[FoundFeed] = []
    for feed in found:
        if not any(feed.url == one.url or (feed.articles and feed.articles == one.articles) for one in kept):
            kept.append(feed)
    return kept
