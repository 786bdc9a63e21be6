"""The nouns: frozen dataclasses that the stages hand to each other.

No module below this one, no behaviour beyond derived properties. Times are aware datetimes in UTC; a name that ends
in `_s` is in seconds. `None` is *unknown*, never *now* and never *no*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# ── polling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


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


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is configured. `url` is its natural key."""

    url: str
    name: str
    publisher: str
    family: str  # publishers of one family count as one voice
    languages: tuple[str, ...] = ()  # ISO 639-1, most frequent first
    country: str = ""  # ISO 3166-1 alpha-2, "" = international
    dedicated: bool = False  # everything in it is about the region
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
    entries: tuple[Entry, ...] = ()
    ttl_s: float | None = None  # the feed's own hint: ttl, sy:updatePeriod
    hub_url: str = ""  # WebSub
    self_url: str = ""
    problems: tuple[str, ...] = ()  # what was wrong and mended


# ── articles ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Article:
    """Ours: one news item as Trucewire keeps it."""

    key: str  # natural key: the canonical URL, or feed and identity where there is none
    identity: str  # of the entry within its feed
    url: str  # canonical; "" where the entry has none
    title: str  # plain text
    summary: str = ""  # plain text
    text: str = ""  # plain text, paragraphs separated by a blank line
    author: str = ""
    language: str = ""  # ISO 639-1, "" = unknown
    publisher: str = ""
    family: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    first_seen_at: datetime | None = None
    fingerprint: str = ""  # SHA-256 over title, summary and text: changes exactly when a revision is due
    machine_written: bool = False  # a hint
    notes: tuple[str, ...] = ()  # decisions with reasons: "published_at: from the page, the banner was ignored"


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its place in the log."""

    article_id: int
    feed_id: int
    revision: int  # 1 = as first seen
    article: Article
    dedicated: bool = False  # from a feed that is about the region
    story_id: int | None = None


# ── judgement ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Region(StrEnum):
    """Whether an article is about the region."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    """What a sentence says of an event."""

    AGREED = "agreed"
    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    CALLED_FOR = "called_for"
    VIOLATED = "violated"
    DENIED = "denied"
    ENDED = "ended"
    BACKGROUND = "background"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How urgent an alert is; compare with `rank`."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return _SEVERITIES.index(self)


_SEVERITIES = [Severity.INFO, Severity.WARNING, Severity.CRITICAL]

CONCEPTS = (
    "ceasefire",
    "disarmament",
    "offensive",
    "shelling",
    "casualties",
    "talks",
    "peace_deal",
    "displacement",
    "blockade",
    "troop_movement",
    "prisoner_exchange",
    "peacekeepers",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a field of an article, in characters of the text as stored: `text[start:end]`."""

    field: str  # title | summary | text
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place, actor or institution of the gazetteer that an article names."""

    place: str  # the gazetteer's name
    kind: str  # city, province, country, actor, …
    term: str  # as written
    span: Span
    core: bool = False  # names the conflict by itself (Karabakh, Lachin corridor)


@dataclass(frozen=True, slots=True)
class Relevance:
    """Whether an article is about the region, and why."""

    region: Region
    places: tuple[str, ...] = ()  # the gazetteer's names, most telling first
    evidence: tuple[str, ...] = ()  # readable: "title names Stepanakert", "sport: Qarabağ FK"


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that an article reports, in one sentence."""

    concept: str
    stance: Stance
    terms: tuple[str, ...]  # as written
    sentence: str  # as written
    span: Span  # of the sentence
    marks: tuple[tuple[int, int], ...] = ()  # of the terms within the sentence
    cues: tuple[str, ...] = ()  # the words that decided the stance


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What one rule made of one article."""

    rule_id: str
    fired: bool
    reason: str  # the first condition that failed, or what fired it
    match: Match | None = None  # the match that fired it
    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole decision on one article: stored with it, shown by `trucewire article`."""

    relevance: Relevance
    matches: tuple[Match, ...] = ()
    rules: tuple[RuleTrace, ...] = ()

    @property
    def fired(self) -> tuple[RuleTrace, ...]:
        """The rules that raise an alert."""
        return tuple(trace for trace in self.rules if trace.fired)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is configured. Empty conditions are no conditions."""

    rule_id: str
    title: str
    severity: Severity
    concepts: tuple[str, ...] = ()
    stances: tuple[Stance, ...] = ()
    any: tuple[str, ...] = ()  # own words and phrases; `*` at the end stands for any ending
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("title", "summary", "text")
    regions: tuple[Region, ...] = (Region.YES,)
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    enabled: bool = True


# ── alerts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Alert:
    """One event as one rule sees it: (rule, story) is its natural key."""

    alert_id: int
    rule_id: str
    story_id: int
    revision: int  # 1 = the first alert; later evidence updates it
    severity: Severity
    stance: Stance
    raised_at: datetime
    article: StoredArticle  # the one that raised it
    match: Match
    places: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()  # families that report it so far


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes what it matches, for a time and with a reason. Empty conditions match everything."""

    silence_id: int
    comment: str
    starts_at: datetime
    ends_at: datetime
    rules: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()


class NotificationStatus(StrEnum):
    """Where a notification stands. Every alert × channel ends as sent, suppressed or failed."""

    PENDING = "pending"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notification:
    """One alert revision for one channel: that pair is its natural key."""

    notification_id: int
    alert: Alert
    channel: str
    key: str  # idempotency key: the same at every attempt
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered alert: what every kind of channel builds its own form from."""

    key: str  # idempotency key
    subject: str  # one line, no control characters
    text: str  # plain
    html: str  # escaped
    payload: dict[str, Any]  # the webhook's JSON
    severity: Severity = Severity.INFO
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it is configured; secrets are already resolved."""

    name: str
    kind: str  # console | email | webhook | apprise
    options: dict[str, Any] = field(default_factory=dict)
    minimum_severity: Severity = Severity.INFO
    rules: tuple[str, ...] = ()  # empty = all
    enabled: bool = True
