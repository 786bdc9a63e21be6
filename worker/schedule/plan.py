"""The facts of one poll and the feed's memory in, the time of the next poll and the new memory out.

Never gives a feed up, never polls before a server's Retry-After (up to its cap), never keeps two feeds in step: the
caller's random number spreads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from worker.model import FeedState, Outcome
from worker.schedule.backoff import backoff_after
from worker.schedule.gap import worthwhile_gap
from worker.schedule.limits import DAY_S, HOUR_S, WEEK_S, Limits
from worker.schedule.price import Demand
from worker.schedule.rhythm import Rhythm

_FOR_A_PERSON = {Outcome.GONE, Outcome.BLOCKED_ADDRESS}
_JITTER = 0.1  # of a pause, from end to end: costs 0.1 % of the mean delay
_HISTORY_S = 30 * DAY_S  # how far back a feed's first document is believed to be complete
_OUTAGE_S = 3 * DAY_S  # after a longer silence of ours, a document no longer reaches back to the last poll
_BURST = 2.0  # times the usual rate


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
    now = facts.polled_at.timestamp()
    weight = limits.dedicated_weight if state.feed.dedicated else 1.0
    known = Rhythm.recalled(state.rate, limits.default_rate)
    if known is not None and known.at > now + HOUR_S:
        known = None  # learned under a clock that went wrong: nothing would be learned until that time has come
    if not facts.outcome.ok:
        return _failing(state, facts, limits, price / weight, known, jitter)
    entries = sorted(moment.timestamp() for moment in facts.new_entries_at)
    rhythm = _begun(now, entries, limits) if known is None else _resumed(known, now, entries)
    pace = paced(rhythm, Demand.recalled(state.rate), limits, price=price, weight=weight, jitter=jitter)
    # Feeds that are all polled at once on the first start must not stay in step: spread over a whole pause, once.
    pause_s = pace.pause_s if known else limits.minimum_s + max(pace.pause_s - limits.minimum_s, 0.0) * jitter
    pause_s = max(pause_s, min(facts.retry_after_s or 0.0, limits.retry_after_cap_s))
    hint_s = _hint(facts.hint_s, state.rate.get("hint_s"), limits)
    pause_s = max(pause_s, hint_s)
    memory = {**rhythm.memory(), **pace.demand.memory(), "hint_s": hint_s}
    return SchedulePlan(facts.polled_at + timedelta(seconds=pause_s), memory, _reason(rhythm, pause_s))


@dataclass(frozen=True, slots=True)
class Pace:
    """The pause after a poll that went well, and what the feed has come to demand."""

    pause_s: float
    demand: Demand


def paced(rhythm: Rhythm, before: Demand | None, limits: Limits, *, price: float, weight: float, jitter: float) -> Pace:
    """The pause that pays, within the limits: the one decision that production and the simulator share.

    Args:
        rhythm: has just observed a poll.
        before: the demand as it was, None at first.
        limits: the operator's bounds.
        price: of one poll.
        weight: what one entry of this feed counts.
        jitter: a random number in [0, 1).
    """
    gap = worthwhile_gap(rhythm, price, weight, limits.maximum_s)
    # Jitter must not carry a quiet feed beyond the maximum, nor may all quiet feeds wait exactly that long.
    middle = min(gap.seconds, limits.maximum_s / (1 + _JITTER / 2))
    pause_s = max(middle * (1 + _JITTER * (jitter - 0.5)), limits.minimum_s)
    if before is None:
        return Pace(pause_s, Demand(gap.demand))
    age = max(rhythm.at - rhythm.since, 0.0)
    excess = 1 / pause_s - before.foreseen(price, limits)
    demand = Demand(
        before.root + (gap.demand - before.root) * gap.seconds / (gap.seconds + min(age, WEEK_S)),
        before.excess + (excess - before.excess) * pause_s / (pause_s + DAY_S),
    )
    return Pace(pause_s, demand)


def _begun(now: float, entries: Sequence[float], limits: Limits) -> Rhythm:
    """The first poll: the dates in a feed's first document are its history, as far as they are dates at all."""
    past = [moment for moment in entries if now - _HISTORY_S < moment < now]
    rhythm = Rhythm.unknown(past[0] if past else now, limits.default_rate)
    rhythm.observe(now, past[1:])  # the oldest is where the document was cut off: it tells of no gap
    return rhythm


def _resumed(rhythm: Rhythm, now: float, entries: Sequence[float]) -> Rhythm:
    if entries and now - rhythm.at > _OUTAGE_S:
        rhythm.at = min(max(rhythm.at, entries[0]), now)
    # An entry dated before the last poll was not there then: it was published late, or its date is wrong.
    rhythm.observe(now, [min(max(moment, rhythm.at), now) for moment in entries])
    return rhythm


def _failing(
    state: FeedState, facts: PollFacts, limits: Limits, price: float, known: Rhythm | None, jitter: float
) -> SchedulePlan:
    rhythm = known or Rhythm.unknown(facts.polled_at.timestamp(), limits.default_rate)
    gap_s = min(max(worthwhile_gap(rhythm, price, 1.0, limits.maximum_s).seconds, limits.minimum_s), limits.maximum_s)
    backoff = backoff_after(state.rate, facts.outcome, facts.failures, gap_s)
    needs_person = facts.permanent or facts.outcome in _FOR_A_PERSON
    pause_s = limits.backoff_cap_s if needs_person else backoff.pause_s(limits.backoff_cap_s)
    asked_s = min(facts.retry_after_s or 0.0, limits.retry_after_cap_s)
    reason = f"{facts.outcome}, {facts.failures} in a row: slowed to {_readable(pause_s)}"
    if needs_person:
        reason = f"{facts.outcome}: somebody must look at the address; tried again every {_readable(pause_s)}"
    elif asked_s > pause_s:
        reason = f"{facts.outcome}: the server asks for {_readable(asked_s)}"
    pause_s = max(pause_s, asked_s) * (1 + _JITTER * jitter)
    memory = {**state.rate, **backoff.memory()}
    return SchedulePlan(facts.polled_at + timedelta(seconds=pause_s), memory, reason, needs_person)


def _hint(said: float | None, remembered: float | None, limits: Limits) -> float:
    """The pause a feed wishes for, as far as it is heeded. A 304 says nothing of it, so it is remembered."""
    hint_s = remembered if said is None else said
    return min(hint_s, limits.hint_cap_s, limits.maximum_s) if hint_s is not None and hint_s > 0 else 0.0


def _reason(rhythm: Rhythm, pause_s: float) -> str:
    pace, usual = rhythm.pace(0.0), rhythm.usual
    kind, now = "burst" if pace > _BURST * usual else "healthy", pace * rhythm.habit(rhythm.at)
    return f"{kind}: {now * DAY_S:.1f} entries a day now, {usual * DAY_S:.1f} usually; again in {_readable(pause_s)}"


def _readable(seconds: float) -> str:
    if seconds < 2 * HOUR_S:
        return f"{seconds:.0f} s"
    return f"{seconds / HOUR_S:.0f} h"
