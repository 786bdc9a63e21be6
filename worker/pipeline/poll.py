"""Due feeds in, articles and the feeds' new states stored."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

from worker.bootstrap import Services
from worker.discovery import where_the_feed_is
from worker.errors import FetchError
from worker.model import Article, FeedState, FetchResponse, KnownArticle, Outcome, ParsedFeed, PollPlan
from worker.normalise import articles_of
from worker.parse import parse
from worker.pipeline.crew import Crew
from worker.pipeline.subscribe import note_hubs
from worker.polling import Polled, digest_of, poll_plan, request_for
from worker.schedule import price_for

log = logging.getLogger("trucewire")

# Threads of a process: enough for every host of every batch under way to have its own. Started when first needed, kept.
THREADS = 512
LEASE = timedelta(minutes=5)
BEGIN_WITHIN_S = 180.0  # of its lease; what has been asked by then has a deadline, which ends well before the lease
PRICED = 20_000  # feeds that stand for all: the price they make is a percent off at most
PRICE = "price"  # its name in the shared memory
_LEVELS = {
    Outcome.NEW: logging.INFO,
    Outcome.EMPTY: logging.INFO,
    # Nine polls of ten: the rows of `polls` tell of them.
    Outcome.NOTHING_NEW: logging.DEBUG,
    Outcome.SAME_BODY: logging.DEBUG,
    Outcome.UNCHANGED: logging.DEBUG,
}


@dataclass(frozen=True, slots=True)
class PollSummary:
    """What a batch of polls did."""

    polled: int = 0
    new: int = 0
    revised: int = 0


def reprice(services: Services) -> float:
    """Renew the schedule's price of a poll from what the feeds have been learned to be like."""
    demands = services.store.feeds.demands(PRICED, services.chance())
    price = price_for(demands, services.settings.schedule)
    services.store.upkeep.remember(PRICE, price, services.now())
    return price


def poll(services: Services, feed_ids: Sequence[int], begin_within_s: float = BEGIN_WITHIN_S) -> PollSummary:
    """Poll those of `feed_ids` that are still due and free, each unharmed by the others.

    Hundreds of feeds of one host that hangs would outlast their lease: what has not been asked after `begin_within_s`
    is given back, and due as before.
    """
    now = services.now()
    until = now + LEASE
    states = services.store.feeds.lease(feed_ids, now, until)
    if not states:
        return PollSummary()
    price = services.store.upkeep.recall_lately(PRICE, now) or reprice(services)
    total = PollSummary()
    read = partial(_read_in_time, services, now, time.monotonic() + begin_within_s)
    for results in _crew().results(_lanes(services, states), read):
        if polled := [one for one in results if isinstance(one, Polled)]:
            total = _added(total, _apply(services, polled, price))
        if late := [one.feed_id for one in results if isinstance(one, FeedState)]:
            log.warning("poll given_back=%d", len(late))
            services.store.feeds.give_back(late, until)
    return total


def _lanes(services: Services, states: Iterable[FeedState]) -> list[deque[FeedState]]:
    """The feeds of each host, once for each request that it gets at a time: a thread each, which waits for no turn."""
    by_host: dict[str, deque[FeedState]] = {}
    for state in states:
        host = state.feed.url.partition("://")[2].partition("/")[0]
        by_host.setdefault(host, deque()).append(state)
    at_once = services.settings.fetch.per_host
    return [feeds for feeds in by_host.values() for _ in range(min(at_once, len(feeds)))]


@cache
def _crew() -> Crew:
    return Crew(THREADS, "poll")


def _read_in_time(services: Services, now: datetime, end: float, state: FeedState) -> Polled | FeedState:
    """A feed as it was read; itself where the time to begin (on the monotonic clock) is over."""
    return _read_feed(services, now, state) if time.monotonic() < end else state


def _read_feed(services: Services, now: datetime, state: FeedState) -> Polled:
    """One feed fetched, parsed and normalised; whatever goes wrong is an outcome."""
    stopwatch = time.perf_counter()
    response, error = None, None
    parsed: ParsedFeed | None = None
    articles: tuple[Article, ...] = ()
    digest = ""
    try:
        response = services.fetch(request_for(state, services.chance()))
        digest = "" if response.not_modified else digest_of(response.body)
        if digest and digest != state.body_sha256:
            parsed = _parsed(state, response)
            articles = articles_of(parsed, state.feed, now, services.settings.families)
    except FetchError as refusal:
        error = refusal
    except Exception as fault:
        log.exception("poll feed=%s outcome=%s", state.feed.url, Outcome.INTERNAL_ERROR)
        error = _internal(fault)
    duration_ms = round(1000 * (time.perf_counter() - stopwatch))
    return Polled(state, now, duration_ms, response, error, parsed, articles, digest)


def _parsed(state: FeedState, response: FetchResponse) -> ParsedFeed:
    content_type = response.headers.get("content-type", "")
    parsed = parse(response.body, response.url, content_type, frozenset(state.item_hashes))
    if parsed.outcome is not Outcome.NOT_A_FEED:
        return parsed
    hint = where_the_feed_is(response.body, response.url, content_type)
    return replace(parsed, problems=(hint,)) if hint else parsed


def _internal(error: Exception) -> FetchError:
    return FetchError(f"{type(error).__name__}: {error}", Outcome.INTERNAL_ERROR)


def _apply(services: Services, polled: Sequence[Polled], price: float) -> list[PollPlan]:
    try:
        plans = _plans(services, polled, price)
        services.store.polls.apply_polls(plans)
    except Exception:
        log.warning("poll batch=%d apply=one_by_one", len(polled), exc_info=True)
        plans = [_apply_alone(services, one, price) for one in polled]
    note_hubs(services, polled)
    for plan in plans:
        _log_poll(plan)
    return plans


def _apply_alone(services: Services, polled: Polled, price: float) -> PollPlan:
    try:
        (plan,) = _plans(services, [polled], price)
        services.store.polls.apply_polls([plan])
    except Exception as error:  # noqa: BLE001  recorded as this feed's outcome; a database that is gone raises below
        failed = replace(polled, response=None, parsed=None, articles=(), error=_internal(error))
        (plan,) = _plans(services, [failed], price)
        services.store.polls.apply_polls([plan])
    return plan


def _plans(services: Services, polled: Sequence[Polled], price: float) -> list[PollPlan]:
    """A plan for each poll; an article that two feeds bring at once is new in the first and known in the second."""
    store = services.store.polls
    entries = store.known_entries(
        {
            one.state.feed_id: [article.identity for article in one.articles]
            for one in polled
            if one.articles and one.state.last_ok_at  # of a feed that was never read, nothing is known
        }
    )
    known = store.known_articles(
        {
            article.key
            for one in polled
            for article in one.articles
            if article.identity not in entries.get(one.state.feed_id, {})
        }
    )
    plans = []
    for one in polled:
        plan = poll_plan(
            one,
            entries.get(one.state.feed_id, {}),
            known,
            limits=services.settings.schedule,
            price=price,
            jitter=services.chance(),
        )
        known |= {
            article.key: KnownArticle(0, article.key, one.state.feed_id, article.fingerprint, 1) for article in plan.new
        }
        plans.append(plan)
    return plans


def _added(total: PollSummary, plans: Sequence[PollPlan]) -> PollSummary:
    return PollSummary(
        polled=total.polled + len(plans),
        new=total.new + sum(len(plan.new) for plan in plans),
        revised=total.revised + sum(len(plan.revised) for plan in plans),
    )


def _log_poll(plan: PollPlan) -> None:
    level = _LEVELS.get(plan.outcome, logging.WARNING)
    if not log.isEnabledFor(level):
        return
    log.log(
        level,
        "poll feed=%s outcome=%s entries=%d new=%d revised=%d ms=%d%s",
        plan.state.feed.url,
        plan.outcome,
        plan.entries,
        len(plan.new),
        len(plan.revised),
        plan.duration_ms,
        f" error={plan.error!r}" if plan.error else "",
    )
