"""What one poll brought and what the log knows of it in, a `PollPlan` out.

The decider of the poll stage: which entries are new, which articles are revised, when the feed is polled next. Never
fetches, never writes, never reads the clock or draws a random number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from worker.errors import FetchError
from worker.model import (
    Article,
    Capture,
    FeedState,
    FetchRequest,
    FetchResponse,
    KnownArticle,
    Outcome,
    ParsedFeed,
    PollPlan,
    Revised,
)
from worker.schedule import Limits, PollFacts, next_poll

# A site that answers 304 for ever, whatever it publishes, is found out by asking without validators now and then.
FULL_FETCH_SHARE = 0.02
# A permanent redirect is believed once it has held for so many polls in a row: a parked domain rarely lasts.
REDIRECTS_BEFORE_MOVING = 5
_MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
FREE_REVISIONS = 4
HOURS_A_WEEK = 7 * 24
MAX_PAUSE = timedelta(days=1)
KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "server", "cache-control")


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought, not yet compared with the log."""

    state: FeedState  # as it was before
    started_at: datetime
    duration_ms: int
    response: FetchResponse | None = None
    error: FetchError | None = None
    parsed: ParsedFeed | None = None  # None where there was nothing to parse
    articles: tuple[Article, ...] = ()
    digest: str = ""  # of the body, where it has been taken already

    @property
    def outcome(self) -> Outcome:
        """How it ended, as far as can be told without the log: NEW stands for *has entries*."""
        if self.error is not None:
            return self.error.outcome
        if self.response is None:
            raise ValueError("a poll has a response or an error")
        if self.response.not_modified:
            return Outcome.UNCHANGED
        return self.parsed.outcome if self.parsed else Outcome.SAME_BODY


def request_for(state: FeedState, chance: float) -> FetchRequest:
    """The GET of one poll.

    Validators are sent only while the feed is healthy, so that a 304 can never paper over a failure, and not always
    even then. A permanent redirect that has held is followed at once, unless its target fails.

    Args:
        state: the feed.
        chance: a random number in [0, 1).
    """
    moved = state.redirect_url is not None and state.redirect_count >= REDIRECTS_BEFORE_MOVING and not state.failures
    url = state.redirect_url if moved and state.redirect_url else state.feed.url
    if state.failures or chance < FULL_FETCH_SHARE:
        return FetchRequest(url)
    return FetchRequest(url, state.etag, state.last_modified)


def digest_of(body: bytes) -> str:
    """What tells one body from another: equal to `FeedState.body_sha256`, it is what the last good poll brought."""
    return hashlib.sha256(body).hexdigest()


def poll_plan(
    polled: Polled,
    entries: Mapping[str, KnownArticle],
    articles: Mapping[str, KnownArticle],
    *,
    limits: Limits,
    price: float,
    jitter: float,
) -> PollPlan:
    """Everything this poll changes.

    Args:
        polled: what it brought.
        entries: the articles behind the feed's entries that were seen before, by entry identity.
        articles: the articles in the log, or about to be written by another poll, by article key.
        limits: the schedule's bounds.
        price: the schedule's price of one poll.
        jitter: a random number in [0, 1).
    """
    new, revised, seen, postponed = _sorted_out(polled, entries, articles)
    outcome = polled.outcome
    if outcome is Outcome.NEW and not new and not revised:
        outcome = Outcome.NOTHING_NEW
    failures = 0 if outcome.ok else polled.state.failures + 1
    schedule = next_poll(polled.state, _facts(polled, outcome, new, failures), limits, price=price, jitter=jitter)
    state = replace(
        polled.state,
        **_remembered(polled, outcome, postponed=postponed),
        failures=failures,
        last_new_at=polled.started_at if new else polled.state.last_new_at,
        next_poll_at=schedule.next_poll_at,
        rate=schedule.rate,
    )
    response = polled.response
    return PollPlan(
        state=state,
        outcome=outcome,
        started_at=polled.started_at,
        duration_ms=polled.duration_ms,
        status=response.status if response else polled.error.status if polled.error else None,
        read=outcome.ok and outcome is not Outcome.UNCHANGED and not postponed,
        size=len(response.body) if response else 0,
        entries=len(polled.parsed.item_hashes or polled.parsed.entries) if polled.parsed else 0,
        error=str(polled.error or "; ".join(polled.parsed.problems if polled.parsed and not outcome.ok else ())),
        schedule_reason=schedule.reason,
        needs_person=schedule.needs_person,
        new=new,
        revised=revised,
        seen=seen,
        capture=_capture(polled) if new or revised else None,
    )


def _sorted_out(
    polled: Polled, entries: Mapping[str, KnownArticle], articles: Mapping[str, KnownArticle]
) -> tuple[tuple[Article, ...], tuple[Revised, ...], tuple[tuple[str, str], ...], bool]:
    """The new articles, the revised ones, (identity, key) of entries to be remembered, and whether a change waits."""
    postponed = False
    new: dict[str, Article] = {}
    revised: dict[str, Revised] = {}
    seen: dict[str, str] = {}
    for article in polled.articles:
        known = entries.get(article.identity) or articles.get(article.key)
        if article.identity not in entries:
            seen.setdefault(article.identity, known.key if known else article.key)
        if known is None:
            new.setdefault(article.key, article)
        elif known.feed_id != polled.state.feed_id:
            continue  # another feed's teaser of the same article is no revision of it
        elif known.fingerprint == article.fingerprint:
            continue
        elif _flaps(known, polled.started_at):
            postponed = True
        else:
            revised.setdefault(known.key, Revised(known, article))
    return tuple(new.values()), tuple(revised.values()), tuple(seen.items()), postponed


def _flaps(known: KnownArticle, now: datetime) -> bool:
    """Whether an article is revised so often that this change must wait for a later poll.

    A text with a counter or an advertisement in it changes at every poll. Each further revision doubles the time that
    must pass until the next one: corrections are few and come through at once, counters soon cost one revision a day.
    """
    if known.revised_at is None or known.revision <= FREE_REVISIONS:
        return False
    pause = min(timedelta(minutes=2.0 ** min(known.revision - FREE_REVISIONS, 30)), MAX_PAUSE)
    return now - known.revised_at < pause


def _facts(polled: Polled, outcome: Outcome, new: tuple[Article, ...], failures: int) -> PollFacts:
    return PollFacts(
        outcome=outcome,
        polled_at=polled.started_at,
        new_entries_at=tuple(article.published_at or polled.started_at for article in new),
        failures=failures,
        permanent=polled.error.permanent if polled.error else False,
        retry_after_s=polled.error.retry_after_s if polled.error else None,
        hint_s=_hint_s(polled),
    )


def _hint_s(polled: Polled) -> float | None:
    """How long the feed or its server asks to be left alone: ttl, skipHours and the like, Cache-Control's max-age."""
    asked = _MAX_AGE.search(polled.response.headers.get("cache-control", "")) if polled.response else None
    hints = [float(asked[1]) if asked else None]
    if polled.parsed:
        hints += [polled.parsed.ttl_s, _skipped_s(polled.parsed, polled.started_at)]
    return max((hint for hint in hints if hint is not None), default=None)


def _skipped_s(parsed: ParsedFeed, at: datetime) -> float | None:
    """Seconds until the end of the hours and days in which the feed is not to be asked; None outside of them."""
    if not parsed.skip_hours and not parsed.skip_days:
        return None
    hour = at.replace(minute=0, second=0, microsecond=0)
    hours = (hour + timedelta(hours=ahead) for ahead in range(HOURS_A_WEEK))
    free = (one for one in hours if one.hour not in parsed.skip_hours and one.weekday() not in parsed.skip_days)
    end = next(free, hour)  # a feed that is never to be asked does not mean it
    return (end - at).total_seconds() if end > at else None


def _remembered(polled: Polled, outcome: Outcome, *, postponed: bool) -> dict[str, Any]:
    """What changes in the feed's state, but for what the schedule decides.

    A document with a change that was postponed is not remembered, so that the next poll reads it again.
    """
    state, response = polled.state, polled.response
    changes: dict[str, Any] = {"last_outcome": outcome, "last_polled_at": polled.started_at}
    if response is None or not outcome.ok:
        return changes
    changes |= {"last_ok_at": polled.started_at, **_redirected(state, response)}
    if response.not_modified or postponed:
        return changes
    return changes | {
        "etag": response.headers.get("etag"),
        "last_modified": response.headers.get("last-modified"),
        "body_sha256": polled.digest or digest_of(response.body),
        "item_hashes": polled.parsed.item_hashes if polled.parsed else state.item_hashes,
    }


def _redirected(state: FeedState, response: FetchResponse) -> dict[str, Any]:
    if response.permanent_url is not None:
        held = state.redirect_count + 1 if response.permanent_url == state.redirect_url else 1
        return {"redirect_url": response.permanent_url, "redirect_count": held}
    if state.redirect_count >= REDIRECTS_BEFORE_MOVING:
        return {}  # it has moved: the new address answers without redirecting
    return {"redirect_url": None, "redirect_count": 0}


def _capture(polled: Polled) -> Capture | None:
    response = polled.response
    if response is None:
        return None
    digest = polled.digest or digest_of(response.body)
    return Capture(digest, response.url, polled.started_at, kept_headers(response), response.body)


def kept_headers(response: FetchResponse) -> dict[str, str]:
    """The headers that are kept with a document; cookies are not."""
    return {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
