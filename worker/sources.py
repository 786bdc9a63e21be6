"""Feeds and their habits in; what must be said of sources that are quiet or fail, and what is over, out.

One thing is said once: where a whole family or country is quiet, its feeds are not named one by one, and where most
feeds fail at the same time, it is this machine's connection that is named. Never sends anything, never reads the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from worker.model import Severity
from worker.model.delivery import NoticeKind
from worker.quiet import Habit, Quiet, Source, quiet_sources
from worker.render import notice_words

FAILING_FOR = timedelta(hours=24)  # before a feed's failures are worth a message
CUT_OFF = 0.5  # the share of feeds that must fail at once to say that the fault is here
CUT_OFF_FOR = timedelta(minutes=30)
FEWEST_FEEDS = 3  # to say anything of all of them
EVERYTHING = "all feeds"
_EXAMPLES = 3  # of feeds that cannot be read


@dataclass(frozen=True, slots=True)
class Watched:
    """A feed as far as its silence is concerned."""

    feed_id: int
    name: str
    url: str
    family: str
    country: str
    failures: int
    needs_person: bool
    error: str
    since: datetime  # it is watched since then
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None

    @property
    def failing_since(self) -> datetime | None:
        """When it was last read without a failure; None where nothing is wrong with it."""
        return (self.last_ok_at or self.since) if self.failures else None


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """Something to be said, once as long as it lasts."""

    kind: str
    subject: str
    severity: Severity
    title: str
    text: str
    facts: Mapping[str, Any]  # what title and text say, to be said in other languages


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What is to be said now, and what is over."""

    drafts: tuple[NoticeDraft, ...]
    over: tuple[tuple[str, str], ...]  # kind and subject


def sources_of(feeds: Iterable[Watched]) -> dict[int, tuple[Source, ...]]:
    """What each feed belongs to: itself, its family where that has several feeds, its country if that has families."""
    listed = list(feeds)
    members: dict[Source, set[str]] = {}
    for feed in listed:
        members.setdefault(Source("family", feed.family), set()).add(feed.url)
        members.setdefault(Source("country", feed.country), set()).add(feed.family)
    return {
        feed.feed_id: (
            Source("feed", str(feed.feed_id)),
            *(
                group
                for group in (Source("family", feed.family), Source("country", feed.country))
                if group.name and len(members[group]) > 1
            ),
        )
        for feed in listed
    }


def source_plan(
    feeds: Sequence[Watched],
    known: Mapping[Source, Habit],
    open_notices: Collection[tuple[str, str]],
    now: datetime,
) -> SourcePlan:
    """What must be said of the sources at `now`.

    Args:
        feeds: those that are enabled.
        known: the habits of their sources.
        open_notices: kind and subject of every notice that is not over.
        now: the time of this run.
    """
    cut_off = _cut_off(feeds, now)
    drafts = cut_off or (*_failing(feeds, now), *_quiet(feeds, known, now))
    ours = {NoticeKind.FEED_FAILING, NoticeKind.SOURCE_QUIET, NoticeKind.CUT_OFF}
    still = {(draft.kind, draft.subject) for draft in drafts}
    # While nothing can be read, nothing is known to be over.
    over = [one for one in open_notices if one[0] in ours and one not in still and not cut_off]
    return SourcePlan(tuple(drafts), tuple(sorted(over)))


def _cut_off(feeds: Sequence[Watched], now: datetime) -> tuple[NoticeDraft, ...]:
    asked = [feed for feed in feeds if feed.last_ok_at is not None and not feed.needs_person]
    lost = [feed for feed in asked if feed.failing_since and now - feed.failing_since > CUT_OFF_FOR]
    recent = [feed for feed in lost if feed.failing_since and now - feed.failing_since < FAILING_FOR]
    if len(asked) < FEWEST_FEEDS or len(lost) <= CUT_OFF * len(asked) or not recent:
        return ()
    facts = {
        "lost": len(lost),
        "asked": len(asked),
        "since": max(feed.failing_since for feed in lost if feed.failing_since).isoformat(),
        "examples": [[feed.name, feed.error] for feed in lost[:_EXAMPLES]],
    }
    return (_draft(NoticeKind.CUT_OFF, EVERYTHING, Severity.CRITICAL, facts),)


def _failing(feeds: Sequence[Watched], now: datetime) -> Iterable[NoticeDraft]:
    for feed in feeds:
        since = feed.failing_since
        if since is None or not (feed.needs_person or now - since > FAILING_FOR):
            continue
        facts = {
            "feed": feed.name,
            "feed_id": feed.feed_id,
            "url": feed.url,
            "since": since.isoformat(),
            "error": feed.error,
            "needs_person": feed.needs_person,
        }
        yield _draft(NoticeKind.FEED_FAILING, feed.url, Severity.WARNING, facts)


def _quiet(feeds: Sequence[Watched], known: Mapping[Source, Habit], now: datetime) -> Iterable[NoticeDraft]:
    heard = [feed for feed in feeds if not feed.failures]
    by_id = {str(feed.feed_id): feed for feed in heard}
    members = sources_of(feeds)
    last_new: dict[Source, datetime] = {}
    for feed in feeds:
        for source in members[feed.feed_id]:
            last_new[source] = max(filter(None, (last_new.get(source), feed.last_new_at, feed.since)))
    audible = {source for feed in heard for source in members[feed.feed_id]}
    silent = quiet_sources({source: habit for source, habit in known.items() if source in audible}, last_new, now)
    groups = {quiet.source for quiet in silent}
    for quiet in silent:
        belongs_to = _groups_of(quiet.source, feeds, members) & groups
        if not belongs_to:
            yield _quiet_draft(quiet, by_id.get(quiet.source.name), now)


def _groups_of(source: Source, feeds: Sequence[Watched], members: Mapping[int, Sequence[Source]]) -> set[Source]:
    """The larger sources that `source` is a part of."""
    larger = {"feed": ("family", "country"), "family": ("country",), "country": ()}[source.kind]
    return {
        group
        for feed in feeds
        for group in members[feed.feed_id]
        if source in members[feed.feed_id]
        if group.kind in larger
    }


def _quiet_draft(quiet: Quiet, feed: Watched | None, now: datetime) -> NoticeDraft:
    source, subject, feed_id = quiet.source, str(quiet.source), 0
    name = source.name
    if source.kind == "feed" and feed is not None:
        name, subject, feed_id = feed.name, feed.url, feed.feed_id
    facts = {
        "of": source.kind,
        "name": name,
        "feed_id": feed_id,
        "since": quiet.since.isoformat(),
        "quiet_s": (now - quiet.since).total_seconds(),
        "longest_s": quiet.usual.total_seconds(),
    }
    severity = Severity.CRITICAL if source.kind == "country" else Severity.WARNING
    return _draft(NoticeKind.SOURCE_QUIET, subject, severity, facts)


def _draft(kind: NoticeKind, subject: str, severity: Severity, facts: Mapping[str, Any]) -> NoticeDraft:
    return NoticeDraft(kind, subject, severity, *notice_words(kind, facts), facts)
