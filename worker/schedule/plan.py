"""The facts of one poll and the feed's memory in, the time of the next poll and the new memory out.

Never gives a feed up, never polls before a server's Retry-After (up to its cap), never plans two feeds alike: the
caller's random number spreads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from worker.model import FeedState, Outcome
from worker.schedule.limits import Limits

# Weight of one failure, in doublings of the interval. After Media Cloud's fractional errors: what passes by itself
# (an overloaded server, a lost route) must not slow a feed down as fast as what needs a change at the publisher.
_SOFT, _MIDDLE, _HARD = 0.25, 0.5, 1.0
_STRAIN = {
    Outcome.RATE_LIMITED: _SOFT,
    Outcome.SERVER_ERROR: _SOFT,
    Outcome.TIMED_OUT: _SOFT,
    Outcome.UNREACHABLE: _SOFT,
    Outcome.INTERNAL_ERROR: _SOFT,
    Outcome.BAD_RESPONSE: _MIDDLE,
    Outcome.NOT_A_FEED: _MIDDLE,
    Outcome.TLS_ERROR: _MIDDLE,
}
_FOR_A_PERSON = {Outcome.GONE, Outcome.BLOCKED_ADDRESS}
_JITTER = 0.1  # of the interval, centred


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What one poll of one feed brought."""

    outcome: Outcome
    polled_at: datetime
    new_entries_at: tuple[datetime, ...] = ()  # entries never seen before: published_at if believable, else polled_at
    failures: int = 0  # in a row, this poll included
    permanent: bool = False  # the error said that trying again cannot help
    retry_after_s: float | None = None  # as the server asked
    hint_s: float | None = None  # the feed's or server's own wish: ttl, sy:updatePeriod, max-age


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """When the feed is polled next, what is remembered of it, and why."""

    next_poll_at: datetime
    rate: dict[str, Any]  # JSON, for FeedState.rate
    reason: str  # one line, lower case
    needs_person: bool = False  # 410 and the like: the feed is slowed, and somebody must look at its address


def next_poll(state: FeedState, facts: PollFacts, limits: Limits, *, price: float, jitter: float) -> SchedulePlan:
    """The plan after one poll.

    Args:
        state: the feed as it was before this poll; only `feed.dedicated` and `rate` are read.
        facts: what the poll brought.
        limits: the operator's budget and bounds.
        price: of one poll, from `price_for`.
        jitter: a random number in [0, 1).
    """
    interval_s = min(max(86_400.0 / limits.polls_per_day, limits.minimum_s), limits.maximum_s)
    if facts.outcome.ok:
        return _healthy(state, facts, interval_s, jitter)
    return _failing(state, facts, limits, interval_s, jitter)


def _healthy(state: FeedState, facts: PollFacts, interval_s: float, jitter: float) -> SchedulePlan:
    # Feeds that are all polled at once on the first start must not stay in step: spread over a whole interval, once.
    delay_s = interval_s * (1 + _JITTER * (jitter - 0.5)) if state.rate else interval_s * (0.1 + 0.9 * jitter)
    delay_s = max(delay_s, facts.retry_after_s or 0.0)
    return SchedulePlan(facts.polled_at + timedelta(seconds=delay_s), {"v": 1}, f"every {interval_s:.0f} s")


def _failing(state: FeedState, facts: PollFacts, limits: Limits, interval_s: float, jitter: float) -> SchedulePlan:
    weight = _STRAIN.get(facts.outcome, _HARD)
    strain = state.rate["strain"] + weight if "strain" in state.rate else weight * max(facts.failures, 1)
    needs_person = facts.permanent or facts.outcome in _FOR_A_PERSON
    delay_s = limits.backoff_cap_s if needs_person else min(interval_s * 2.0 ** min(strain, 60), limits.backoff_cap_s)
    delay_s = max(delay_s, min(facts.retry_after_s or 0.0, limits.retry_after_cap_s)) * (1 + _JITTER * jitter)
    reason = f"{facts.outcome}: slowed to {delay_s:.0f} s after {facts.failures} failures"
    return SchedulePlan(
        facts.polled_at + timedelta(seconds=delay_s), {**state.rate, "v": 1, "strain": strain}, reason, needs_person
    )
