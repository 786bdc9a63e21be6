"""A feed's entry in, the article as Trucewire keeps it out.

Decides identity, canonical address, times, language, clean text, publisher and fingerprint, and says why in `notes`.
Pure: the time is an argument. Never raises on any parsed entry, never fetches, never guesses: what is not known is
"" or None.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from worker.boilerplate import is_banner, own_paragraphs, settled_text, settled_title
from worker.bylines import agency_credit, agency_of, family_of, machine_hint, without_byline
from worker.dates import believed, is_dateline, read_date
from worker.headlines import alike, title_key, without_site
from worker.labels import labels_of
from worker.languages import language_of
from worker.markup import plain_line, plain_lines
from worker.model import Article, Entry, Feed, Page, ParsedFeed
from worker.urls import canonical_url, clean_url, host_of, same_site

# The clock of an outlet that prints no zone. None of these has changed its clocks since 2016.
_ZONES = {"AM": 4.0, "AZ": 4.0, "GE": 4.0, "RU": 3.0, "TR": 3.0, "IR": 3.5}
_NO_FAMILIES: Mapping[str, str] = MappingProxyType({})
_NOTED_CHARS = 40  # of a line that was cut
_DATELINE_WITHIN = 4  # first paragraphs, among which a line may be nothing but a date
_SHORT = 220  # characters of a line that may be a banner or a date
_TELLING = 8  # characters
_DISAGREEMENT = timedelta(days=2)  # less is a matter of zones and of late evenings


def articles_of(
    parsed: ParsedFeed, feed: Feed, now: datetime, families: Mapping[str, str] = _NO_FAMILIES
) -> tuple[Article, ...]:
    """Every entry of one feed document that says anything as an article, one per key, in the document's order.

    Args:
        parsed: the document.
        feed: the feed as it is configured.
        now: the time of this poll, aware.
        families: publisher families by host, for the sources that an aggregator names.
    """
    found = identities(parsed.entries, feed, (*parsed.repeated, parsed.url))
    articles = (
        normalise(entry, feed, parsed, now, identity, families)
        for entry, identity in zip(parsed.entries, found, strict=True)
    )
    unique: dict[str, Article] = {}
    for article in articles:
        if not (article.title or article.summary or article.text or article.url):
            continue
        unique.setdefault(article.key, article)
    return tuple(unique.values())


def identities(entries: Sequence[Entry], feed: Feed, repeated: Iterable[str] = ()) -> tuple[str, ...]:
    """One identity per entry: the first criterion that tells it from the other entries of its document.

    A canonical address beats the GUID, since GUIDs change all at once (http to https, a new content system) and get
    reused for new news. What entries with different titles share (a home page as link, a live blog, one GUID for
    all) identifies none of them: an address yields to its fragment, then to the GUID, then to a hash of what the
    entry says.

    Args:
        entries: of one document.
        feed: whose own address identifies nothing.
        repeated: addresses and GUIDs that identify nothing: what other items of the document share, the site's page.
    """
    shared = {
        form for raw in repeated for form in (canonical_url(raw), canonical_url(raw, fragment=True), _as_guid(raw))
    }
    shared |= {canonical_url(feed.url)}
    found = [""] * len(entries)
    for criterion in _CRITERIA:
        if all(found):
            break
        candidates = [criterion(entry) for entry in entries]
        several = {candidate for candidate, times in Counter(candidates).items() if times > 1}
        titles: dict[str, set[str]] = {}
        for entry, candidate in zip(entries, candidates, strict=True):
            if candidate in several:
                titles.setdefault(candidate, set()).add(plain_line(entry.title) or entry.summary or entry.content)
        shared |= {"", *(candidate for candidate, said in titles.items() if len(said) > 1)}
        found = [one or ("" if other in shared else other) for one, other in zip(found, candidates, strict=True)]
    return tuple(one or _hash(entry) for one, entry in zip(found, entries, strict=True))


def identity_reason(entry: Entry, identity: str) -> str:
    """What `identity`, one of `identities`, is taken from, and why from nothing better; for a person to read."""
    if identity.startswith("guid:"):
        return "its GUID: it has no address of its own" if entry.url else "its GUID: it has no address"
    if identity.startswith("hash:"):
        return "a hash of what it says: neither its address nor its GUID is its own"
    if identity != canonical_url(entry.url) and identity == canonical_url(entry.url, fragment=True):
        return "its address with the part behind #: other entries share the page"
    return "its address" if entry.url else "its GUID, which is an address"


def normalise(
    entry: Entry,
    feed: Feed,
    parsed: ParsedFeed,
    now: datetime,
    identity: str = "",
    families: Mapping[str, str] = _NO_FAMILIES,
) -> Article:
    """The article that `entry` of `feed` is.

    Args:
        entry: as `parse` gives it.
        feed: the feed as it is configured.
        parsed: the document that the entry stands in.
        now: the time of this poll, aware.
        identity: from `identities`; without it, the entry is taken to be alone in its document.
        families: publisher families by host, for the sources that an aggregator names.
    """
    notes: list[str] = []
    identity = identity or identities([entry], feed, (*parsed.repeated, parsed.url))[0]
    publisher, family = _publisher(entry, feed, families, notes)
    title = without_site(plain_line(entry.title), (publisher, feed.publisher, feed.name, host_of(feed.url)))
    teaser, body = _words(entry.summary, title, notes), _words(entry.content, title, notes)
    summary, text = teaser.text, body.text if body.text != teaser.text else ""
    published_at, updated_at = _times(entry, feed, body.dateline or teaser.dateline, now, notes)
    author, machine_written = _author(entry, body.author or teaser.author, text or summary, notes)
    url = clean_url(entry.url, parsed.url or feed.url)
    return Article(
        key=identity if identity.startswith("https://") else f"{feed.url}#{identity}",
        identity=identity,
        url=url,
        title=title,
        summary=summary,
        text=text,
        author=author,
        language=language_of(title, text or summary, feed.languages),
        publisher=publisher,
        family=family,
        published_at=published_at,
        updated_at=updated_at,
        first_seen_at=now,
        fingerprint=fingerprint_of(title, summary, text),
        machine_written=machine_written,
        credit=_credit(text or summary, author, publisher, url),
        labels=labels_of(title, text or summary),
        notes=tuple(dict.fromkeys(notes)),
    )


def with_page(article: Article, page: Page, now: datetime) -> Article:
    """`article`, as the feed gave it, completed by its own page.

    The feed's headline and times stay unless they are missing; a page that dates the article days earlier is
    believed, since feeds date anew what they print again. The text is the page's where it has one. The fingerprint
    stays the feed's, so that polls compare feeds with feeds.
    """
    notes = [*article.notes, *(f"page: {note}" for note in page.notes)]
    title, text = article.title or page.title, page.text or article.text
    if not alike(page.title, title):
        # A consent page, a challenge, an error: whatever it is, it is not the article.
        notes = [*article.notes, f"page: its headline is another, “{page.title[:80]}”: its text is not taken"]
        return replace(article, notes=tuple(dict.fromkeys(notes)))
    on_page = believed(page.published_at and page.published_at.astimezone(UTC), now)
    published_at, updated_at = article.published_at, article.updated_at
    if on_page and (published_at is None or published_at - on_page >= _DISAGREEMENT):
        notes.append(f"published_at: {on_page:%Y-%m-%d} from the page" + (", not the feed's" if published_at else ""))
        published_at, updated_at = on_page, updated_at or published_at
    return replace(
        article,
        title=title,
        text=text,
        author=article.author or page.author,
        language=language_of(title, text or article.summary, (article.language,) if article.language else ()),
        published_at=published_at,
        updated_at=updated_at or believed(page.updated_at and page.updated_at.astimezone(UTC), now),
        machine_written=article.machine_written or page.machine_written,
        credit=article.credit or _credit(text, article.author or page.author, article.publisher, article.url),
        labels=labels_of(title, text or article.summary),
        notes=tuple(dict.fromkeys(notes)),
    )


def fingerprint_of(title: str, summary: str, text: str) -> str:
    """SHA-256 (hex) over the words of an article: changes exactly when a revision is due.

    Counters, clocks and marks such as "(VIDEO)" do not count.
    """
    words = (settled_title(title), settled_text(summary), settled_text(text))
    return hashlib.sha256("\x1f".join(words).encode("utf-8", "replace")).hexdigest()


def _published_at_address(entry: Entry) -> str:
    return entry.url or (entry.guid.strip() if entry.permalink else "")


def _guid(entry: Entry) -> str:
    return _as_guid(entry.guid)


def _as_guid(raw: str) -> str:
    """A GUID as an identity that any database stores: without NUL and lone surrogates."""
    guid = raw.replace("\0", "").encode("utf-8", "ignore").decode().strip()
    return f"guid:{guid}" if guid else ""


def _hash(entry: Entry) -> str:
    said = "\x1f".join((entry.title, entry.published or entry.summary, entry.url))
    return f"hash:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()}"


# What may identify an entry, best first.
_CRITERIA: tuple[Callable[[Entry], str], ...] = (
    lambda entry: canonical_url(_published_at_address(entry)),
    lambda entry: canonical_url(_published_at_address(entry), fragment=True),
    _guid,
)


def _author(entry: Entry, byline: str, text: str, notes: list[str]) -> tuple[str, bool]:
    """Who wrote it, and whether that was a machine."""
    author = plain_line(entry.author) or byline
    machine = machine_hint(byline or author, text)
    notes += [f"machine_written: {machine}"] * bool(machine)
    return author, bool(machine)


def _credit(text: str, author: str, publisher: str, url: str) -> str:
    """The agency whose text it is, unless that published it itself."""
    credit = agency_credit(text, author)
    return "" if not credit or credit in (publisher, agency_of(publisher, host_of(url))) else credit


def _publisher(entry: Entry, feed: Feed, families: Mapping[str, str], notes: list[str]) -> tuple[str, str]:
    """Whose article it is: an aggregator names its sources, an outlet at most itself."""
    name = plain_line(entry.source_name)
    if not name or name.casefold() in (feed.publisher.casefold(), feed.name.casefold()):
        return feed.publisher, feed.family
    if entry.source_url and same_site(entry.source_url, feed.url):
        return feed.publisher, feed.family
    notes.append(f"publisher: {name}, named by the feed as its source")
    return name, families.get(host_of(entry.source_url)) or family_of(name)


class _Words(NamedTuple):
    """What an entry's HTML says, less what is printed around it."""

    text: str = ""
    dateline: datetime | None = None  # a line above the text that is nothing but a date
    author: str = ""  # a line below it that names him


def _words(markup: str, title: str, notes: list[str]) -> _Words:
    if not markup:
        return _Words()
    paragraphs, cut = own_paragraphs(plain_lines(markup))
    notes += (f"text: cut at {line[:_NOTED_CHARS]!r}" for line in cut)
    paragraphs, author = without_byline(paragraphs)
    dateline: datetime | None = None
    kept: list[str] = []
    begins = title[:_TELLING].casefold()
    for number, paragraph in enumerate(paragraphs):
        if len(paragraph) > _SHORT and paragraph[:_TELLING].casefold() != begins:
            kept.append(paragraph)
        elif number < _DATELINE_WITHIN and is_banner(paragraph):
            notes.append(f"text: banner {paragraph[:_NOTED_CHARS]!r} ignored")
        elif number < _DATELINE_WITHIN and dateline is None and (printed := _printed_date(paragraph)):
            dateline = printed
        elif number >= _DATELINE_WITHIN or not _repeats(paragraph, title):
            kept.append(paragraph)
    return _Words("\n\n".join(kept), dateline, author)


def _repeats(paragraph: str, title: str) -> bool:
    alike = paragraph[:_TELLING].casefold() == title[:_TELLING].casefold()
    return alike and title_key(without_site(paragraph, ())) == title_key(title)


def _printed_date(paragraph: str) -> datetime | None:
    return read_date(paragraph) if is_dateline(paragraph) else None


def _times(
    entry: Entry, feed: Feed, dateline: datetime | None, now: datetime, notes: list[str]
) -> tuple[datetime | None, datetime | None]:
    zone = zone_of(feed.country)
    published = _believed(entry.published, "published_at", zone, now, notes)
    if published is not None and entry.updated == entry.published:
        updated: datetime | None = published
    else:
        updated = _believed(entry.updated, "updated_at", zone, now, notes)
    if published is None and updated is not None:
        published, updated = updated, None
        notes.append("published_at: from the entry's update, the only time it has")
    dateline = believed(dateline, now)
    if dateline is None or (published and published - dateline < _DISAGREEMENT):
        return published, updated
    notes.append(
        f"published_at: {dateline:%Y-%m-%d} as printed above the text" + (", not the feed's" if published else "")
    )
    return dateline, updated or published


def _believed(raw: str, name: str, zone: tzinfo, now: datetime, notes: list[str]) -> datetime | None:
    if not raw.strip():
        return None
    read = read_date(raw, zone)
    if read is None:
        notes.append(f"{name}: {raw.strip()[:60]!r} is no date")
        return None
    if believed(read, now) is None:
        notes.append(f"{name}: {raw.strip()[:60]!r} lies in the future")
        return None
    return read


def zone_of(country: str) -> tzinfo:
    """The clock of an outlet in `country` (ISO 3166-1) that prints no zone; UTC where it has several, or is unknown."""
    hours = _ZONES.get(country)
    return UTC if hours is None else timezone(timedelta(hours=hours))
