"""Plans: what the pure part of a stage has decided and the store is about to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from worker.model.articles import Article, StoredArticle
from worker.model.judgement import Judgement, Match, Severity
from worker.model.polling import FeedState, Outcome


@dataclass(frozen=True, slots=True)
class Capture:
    """The bytes of one document as fetched: evidence."""

    sha256: str
    url: str
    fetched_at: datetime
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What a poll must know of an article already in the log."""

    article_id: int
    key: str
    feed_id: int  # the feed that brought it first: only that feed's changes are revisions
    fingerprint: str
    revision: int
    revised_at: datetime | None = None  # when it last became what it is


@dataclass(frozen=True, slots=True)
class Revised:
    """An article whose title, summary or text has changed at its own feed."""

    known: KnownArticle
    article: Article


@dataclass(frozen=True, slots=True)
class PollPlan:
    """Everything one poll of one feed changes. Applied in one transaction, twice is once."""

    state: FeedState  # as it will be
    outcome: Outcome
    started_at: datetime
    duration_ms: int = 0
    status: int | None = None
    read: bool = True  # whether there was a document, and a good one: validators and hashes are new
    size: int = 0  # bytes of the body, decompressed
    entries: int = 0
    error: str = ""
    schedule_reason: str = ""
    needs_person: bool = False  # trying again will not help: somebody must look at the feed's address
    new: tuple[Article, ...] = ()
    revised: tuple[Revised, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()  # (identity, article key) of entries not linked yet
    capture: Capture | None = None  # kept where something is new or revised


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """An alert that an article raises, or adds its voice to."""

    rule_id: str
    severity: Severity
    match: Match
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StorySignature:
    """What tells whether two articles report the same event."""

    story_id: int
    language: str
    title: str
    places: frozenset[str]
    reports: frozenset[str]  # "ceasefire:holds": what it reports as news of the region
    at: datetime  # published, or first seen where that is unknown
    article_id: int = 0
    mentions: frozenset[str] = frozenset()  # concepts that it speaks of as past: "ceasefire"
    dated: bool = True  # whether `at` is known, not assumed
    # Hashed stem → how often, of title and lead, most telling first.
    words: Mapping[int, int] = field(default_factory=dict)
    headline: frozenset[int] = frozenset()  # hashed stems of the title's words
    own: frozenset[int] = frozenset()  # … of the names and numbers in the title
    tolls: frozenset[tuple[str, int]] = frozenset()  # ("killed", 3)
    minhash: tuple[int, ...] = ()  # of the text's shingles; () where it is too short


@dataclass(frozen=True, slots=True)
class Judged:
    """An article and the judgement on it, ready to be placed into a story."""

    stored: StoredArticle
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """Everything the match stage writes for one article."""

    judged: Judged
    story_id: int | None = None  # an existing story
    opens_story: bool = False  # … or a new one
    alerts: tuple[AlertPlan, ...] = ()
    wants_page: bool = False  # the feed's teaser is not enough to judge by
    fresh: bool = True  # young enough to raise alerts and to change them
    held: str = ""  # why rules that fired raise nothing: "published 31 h before it was seen"
    copy_of: int | None = None  # the earlier article that it repeats
    merges: tuple[int, ...] = ()  # stories that it shows to be the same event as its own


@dataclass(frozen=True, slots=True)
class NotificationPlan:
    """One alert revision for one channel, decided."""

    alert_id: int
    alert_revision: int
    channel: str
    key: str  # idempotency key, the same at every attempt
    suppressed: str = ""  # the reason; "" = to be sent
    due_at: datetime | None = None  # None = now
    held: str = ""  # why it waits until then
    route: str = ""  # the route that leads there; "" = the channel itself
    bundle: str = ""  # what it is sent together with; "" = alone
    severity_rank: int = 0
    supersedes: bool = False  # what this alert's earlier revisions still have to say there
    escalates: bool = False  # nobody acknowledged what another channel got
