"""Feeds, and what a poll of one brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How one poll of one feed ended. Every attempt has exactly one."""

    NEW = "new"  # at least one article was new or revised
    NOTHING_NEW = "nothing_new"  # a changed body, every entry known
    SAME_BODY = "same_body"  # 200, byte for byte the last body
    UNCHANGED = "unchanged"  # 304
    EMPTY = "empty"  # a feed without entries
    NOT_A_FEED = "not_a_feed"  # 200, but a challenge page, an error page, garbage
    NOT_FOUND = "not_found"  # 404
    GONE = "gone"  # 410: a person decides
    REFUSED = "refused"  # 401, 403, 451
    DISALLOWED = "disallowed"  # robots.txt asks not to fetch this page
    RATE_LIMITED = "rate_limited"  # 429
    CLIENT_ERROR = "client_error"  # any other 4xx
    SERVER_ERROR = "server_error"  # 5xx
    UNREACHABLE = "unreachable"  # name resolution or connection failed
    TLS_ERROR = "tls_error"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"  # body, decompressed body, or headers
    BAD_REDIRECT = "bad_redirect"  # too many, a loop, or to nowhere
    BAD_RESPONSE = "bad_response"  # not HTTP, a broken encoding, a torn body
    BLOCKED_ADDRESS = "blocked_address"  # not http(s), or an address that is never connected to
    INTERNAL_ERROR = "internal_error"  # our own fault; the feed stays due

    @property
    def ok(self) -> bool:
        """Whether the feed was read, or is known to be as it was."""
        return self in _READ


_READ = {Outcome.NEW, Outcome.NOTHING_NEW, Outcome.SAME_BODY, Outcome.UNCHANGED, Outcome.EMPTY}


class FullText(StrEnum):
    """When the page of a feed's article is fetched."""

    ALWAYS = "always"
    RELEVANT = "relevant"  # the feed carries a teaser only, and the article may be about the region
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is configured. `url` is its natural key."""

    url: str
    name: str
    publisher: str
    family: str  # publishers of one family count as one voice
    languages: tuple[str, ...] = ()  # ISO 639-1, most frequent first
    country: str = ""  # ISO 3166-1 alpha-2, "" = international
    side: str = ""  # whose voice it is: of state media their state, "" = nobody's but its own
    dedicated: bool = False  # everything in it is about the region
    full_text: FullText = FullText.RELEVANT
    enabled: bool = True
    origin: str = "config"  # config | opml | demo


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between two polls."""

    feed_id: int
    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    item_hashes: tuple[str, ...] = ()  # of the last document's items: they need not be read again
    failures: int = 0  # in a row
    last_outcome: Outcome | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    next_poll_at: datetime | None = None
    rate: dict[str, Any] = field(default_factory=dict)  # schedule's memory, JSON
    redirect_url: str | None = None  # where a permanent redirect has pointed lately
    redirect_count: int = 0  # … and how many polls in a row


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one process allows any server to cost it, and how politely it asks."""

    user_agent: str  # honest, with a contact: "Trucewire/1.0 (+https://example.org/contact)"
    second_user_agent: str = ""  # tried before a 403 is believed; "" = the first in a browser's form
    connect_s: float = 5.0  # per address of the host, TLS handshake included
    read_s: float = 10.0  # between two pieces of an answer
    total_s: float = 30.0  # from the first look-up to the last byte, redirects included
    max_bytes: int = 5 * 2**20  # of a body as sent
    max_decompressed_bytes: int = 8 * 2**20
    max_redirects: int = 8
    max_headers: int = 256
    max_header_bytes: int = 64 * 2**10
    max_retry_after_s: float = 24 * 3600.0
    per_host: int = 2  # requests at once to one host
    spacing_s: float = 0.0  # between the starts of two requests to one host
    kept_hosts: int = 256  # hosts to which idle connections are kept
    allow: tuple[str, ...] = ()  # host names, addresses and networks that may be private


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One conditional GET."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """What a GET brought: 200 with a body, or 304 without."""

    url: str  # after redirects
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes = b""
    permanent_url: str | None = None  # where an unbroken chain of 301/308 ended; None where there was none
    redirects: tuple[str, ...] = ()

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Entry:
    """Theirs: one item of a feed, as published. Markup and times are raw."""

    guid: str = ""
    url: str = ""  # made absolute against the feed, otherwise untouched
    title: str = ""  # may hold markup and entities
    summary: str = ""  # HTML
    content: str = ""  # HTML of the full text, where the feed carries it
    author: str = ""
    published: str = ""  # the string in the feed
    updated: str = ""
    language: str = ""
    source_name: str = ""  # RSS <source>: whose article it is
    source_url: str = ""
    permalink: bool = True  # False: the GUID is said not to be an address
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The bytes of one feed document, read."""

    outcome: Outcome  # NEW (has entries), EMPTY or NOT_A_FEED
    version: str = ""  # rss20, atom10, rss10, json1, news_sitemap, …
    encoding: str = ""
    title: str = ""
    url: str = ""  # the site's page
    language: str = ""
    entries: tuple[Entry, ...] = ()  # those of unknown items, in the document's order
    item_hashes: tuple[str, ...] = ()  # of all items; () where the document cannot be split into items
    repeated: frozenset[str] = frozenset()  # links and GUIDs that several items of the document share
    ttl_s: float | None = None  # the feed's own hint: ttl, sy:updatePeriod
    skip_hours: frozenset[int] = frozenset()  # … and when it is not to be asked, in UTC: RSS 2.0's skipHours, 0 to 23
    skip_days: frozenset[int] = frozenset()  # … and skipDays, Monday is 0
    hub_url: str = ""  # WebSub
    self_url: str = ""
    problems: tuple[str, ...] = ()  # what was wrong and mended
