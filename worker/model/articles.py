"""Articles, as Trucewire keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from worker.model.polling import FullText


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
    credit: str = ""  # the agency whose text it prints
    labels: tuple[str, ...] = ()  # what it says of itself, of `worker.labels.LABELS`: urgent, corrected, …
    notes: tuple[str, ...] = ()  # decisions with reasons: "published_at: from the page, the banner was ignored"


@dataclass(frozen=True, slots=True)
class Page:
    """Theirs: what an article's own web page says, cleaned of everything that is not the article."""

    title: str = ""  # plain text, without the site's name
    text: str = ""  # plain text, paragraphs separated by a blank line; "" where no article was found
    author: str = ""
    published_at: datetime | None = None  # aware, in the zone the page prints: there its day is the day readers see
    updated_at: datetime | None = None  # the same
    site: str = ""
    language: str = ""  # ISO 639-1, "" = unknown
    canonical_url: str = ""  # what the page says of itself, if it stays on its own site
    machine_written: bool = False  # a hint
    notes: tuple[str, ...] = ()  # decisions with reasons


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its place in the log."""

    article_id: int
    feed_id: int
    revision: int  # 1 = as first seen
    article: Article
    dedicated: bool = False  # from a feed that is about the region
    full_text: FullText = FullText.RELEVANT  # as its feed says
    page_asked: bool = False  # its page was fetched, or given up
    page_attempts: int = 0
    country: str = ""  # of its feed
    side: str = ""  # … whose voice it is
    story_id: int | None = None
