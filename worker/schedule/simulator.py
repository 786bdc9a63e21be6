"""Publication times of real feeds and a budget in, each policy's discovery delays out.

Trucewire's own policy learns online, from what its polls found and from nothing else, with the code that production
runs. Traces of different length are replayed side by side, each at the same fraction of its length at every moment,
so that they share one budget, and one price, as feeds do in production. Never reads the clock, never draws a random
number that is not the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from typing import Any

from worker.schedule.limits import DAY_S, Limits
from worker.schedule.plan import paced
from worker.schedule.policies import Replay, average_gap, entry_frequency, fixed, optimum
from worker.schedule.price import Demand, clearing_price, price_for
from worker.schedule.rhythm import Rhythm
from worker.schedule.traces import Trace, usable_traces

_REPRICINGS = 1_000  # over the length of a trace
_LONGEST_S = 2 * DAY_S  # between two polls: the budget decides, not a bound
_MADE_UP_WITHIN = 0.1  # of the scored half: when it ends, there is no time to make up for anything
_CORRECTION = 0.25  # of the budget, at most
_LEARNING_POLLS_PER_DAY = 24.0  # at most, in the half that is not scored: more teaches little and takes long


@dataclass(frozen=True, slots=True)
class Figures:
    """One policy's result over all entries of the scored halves."""

    mean_s: float
    median_s: float
    p95_s: float
    polls: int


def simulate(rows: Iterable[Mapping[str, Any]], polls_per_day: float) -> dict[str, Figures]:
    """`fixed`, `average_gap`, `entry_frequency`, `ours` and `optimum` at the same budget.

    Args:
        rows: {feed_id, timestamps: [Unix seconds], resolution_s?, kind?} each; those too short to learn from, and
            those that are no publisher's times, are left out.
        polls_per_day: a feed, on average over all feeds.

    Raises:
        ValueError: no trace is long enough, or the budget is not positive.
    """
    traces = usable_traces(rows)
    if not traces:
        raise ValueError("no trace has 60 timestamps over 20 days of a publisher's own times")
    if not polls_per_day > 0:
        raise ValueError("the budget must be positive")
    policies = {
        "fixed": fixed,
        "average_gap": average_gap,
        "entry_frequency": entry_frequency,
        "ours": ours,
        "optimum": optimum,
    }
    return {name: _figures(policy(traces, polls_per_day)) for name, policy in policies.items()}


def ours(traces: Sequence[Trace], polls_per_day: float) -> Replay:
    """Trucewire's own schedule."""
    limits = Limits(polls_per_day=polls_per_day, maximum_s=_LONGEST_S, backoff_cap_s=_LONGEST_S)
    learning = replace(limits, polls_per_day=min(polls_per_day, _LEARNING_POLLS_PER_DAY))
    price, replay = price_for([], learning), Replay()
    feeds = [_Watched(trace, limits) for trace in traces]
    for step in range(1, _REPRICINGS + 1):
        for feed in feeds:
            feed.run(feed.begin + step / _REPRICINGS * feed.length, price, replay)
        left = 2 * (1 - step / _REPRICINGS)  # of the scored half
        granted = _granted(traces, polls_per_day, left, replay.polls) if left <= 1 else learning.polls_per_day
        demands = [(feed.demand.root, feed.length) for feed in feeds if feed.demand]
        price = clearing_price(demands, replace(limits, polls_per_day=granted))
    for feed in feeds:
        feed.run(feed.trace.times[-1] + _LONGEST_S, price, replay)
    return replay


def _granted(traces: Sequence[Trace], polls_per_day: float, left: float, spent: int) -> float:
    """Polls a feed and day from now on: what was spent too much or too little so far is made up for, gently."""
    days = sum(trace.scored_s for trace in traces) / DAY_S
    surplus = polls_per_day * days * (1 - left) - spent
    correction = surplus / (days * max(left, _MADE_UP_WITHIN)) / polls_per_day
    return polls_per_day * (1 + min(max(correction, -_CORRECTION), _CORRECTION))


class _Watched:
    """One trace, polled by our own schedule as far as it has got."""

    def __init__(self, trace: Trace, limits: Limits) -> None:
        self.trace, self.limits = trace, limits
        self.begin = trace.times[0]
        self.length = trace.times[-1] - trace.times[0]
        self.rhythm = Rhythm.unknown(self.begin, limits.default_rate)
        self.demand: Demand | None = None
        self._random = Random(trace.feed_id)  # noqa: S311  repeatable, not secret
        self._next_poll = self.begin
        self._seen = 0

    def run(self, until: float, price: float, replay: Replay) -> None:
        """Poll until `until`, or until every entry is found."""
        times, half, total = self.trace.times, self.trace.half, len(self.trace.times)
        while self._next_poll <= until and self._seen < total:
            now, start = self._next_poll, self._seen
            while self._seen < total and times[self._seen] <= now:
                self._seen += 1
            found = times[start : self._seen]
            if now > half:
                replay.polls += 1
                replay.delays.extend(now - moment for moment in found if moment > half)
            self.rhythm.observe(now, found)
            pace = paced(self.rhythm, self.demand, self.limits, price=price, weight=1.0, jitter=self._random.random())
            self.demand = pace.demand
            self._next_poll = now + pace.pause_s


def _figures(replay: Replay) -> Figures:
    delays = sorted(replay.delays)
    return Figures(
        mean_s=round(fmean(delays), 1),
        median_s=round(delays[len(delays) // 2], 1),
        p95_s=round(delays[int(0.95 * len(delays))], 1),
        polls=replay.polls,
    )
