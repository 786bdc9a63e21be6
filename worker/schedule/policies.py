"""The schedules Trucewire's is measured against: one trace and a scale in, discovery delays and polls out.

Each takes one number that sets how much it polls altogether, so that all can be given the same budget. Only `optimum`
knows the future: the feeds' rates, not their moments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import floor, sqrt

from worker.schedule.limits import DAY_S, MINUTE_S, WEEK_S
from worker.schedule.traces import Trace

_SHORTEST_S, _LONGEST_S = 5 * MINUTE_S, DAY_S  # Miniflux' defaults, and near CommaFeed's
_ENTRIES_AVERAGED = 30  # about one feed document's worth
_CALIBRATIONS, _TOLERANCE = 20, 0.002


@dataclass(slots=True)
class Replay:
    """What a policy did in the scored half."""

    polls: int = 0
    delays: list[float] = field(default_factory=list)  # seconds from publication to discovery, one an entry


def fixed(traces: Sequence[Trace], polls_per_day: float) -> Replay:
    """Every feed alike."""
    replay = Replay()
    for trace in traces:
        _every(trace, DAY_S / polls_per_day, replay)
    return replay


def optimum(traces: Sequence[Trace], polls_per_day: float) -> Replay:
    """Every feed at even intervals, in proportion to the root of its rate as it will turn out to be.

    The best static allocation: Cho & Garcia-Molina, 2003; Azar et al., 2018.
    """
    roots = [sqrt(len(trace.scored) / trace.scored_s) for trace in traces]
    total = sum(root * trace.scored_s for root, trace in zip(roots, traces, strict=True))
    budget = polls_per_day / DAY_S * sum(trace.scored_s for trace in traces)
    replay = Replay()
    for root, trace in zip(roots, traces, strict=True):
        if root:
            _every(trace, total / budget / root, replay)
    return replay


def entry_frequency(traces: Sequence[Trace], polls_per_day: float) -> Replay:
    """Miniflux: a week divided by last week's entries, between five minutes and a day; its factor is calibrated."""
    return _calibrated(traces, polls_per_day, _weekly_gap)


def average_gap(traces: Sequence[Trace], polls_per_day: float) -> Replay:
    """CommaFeed: a fraction of the mean gap between the latest entries; the fraction is calibrated."""
    return _calibrated(traces, polls_per_day, _mean_gap)


def _every(trace: Trace, gap: float, replay: Replay) -> None:
    first = trace.half + gap / 2
    for moment in trace.scored:
        polls_before = max(0.0, -((first - moment) // gap))
        replay.delays.append(first + polls_before * gap - moment)
    replay.polls += max(0, floor((trace.times[-1] - first) / gap) + 1)


def _weekly_gap(times: Sequence[float], seen: int, now: float, scale: float) -> float:
    last_week = seen - bisect_right(times, now - WEEK_S, hi=seen)
    return scale * WEEK_S / last_week if last_week else _LONGEST_S


def _mean_gap(times: Sequence[float], seen: int, now: float, scale: float) -> float:
    count = min(seen, _ENTRIES_AVERAGED)
    return scale * (times[seen - 1] - times[seen - count]) / (count - 1) if count > 1 else _LONGEST_S


_GapRule = Callable[[Sequence[float], int, float, float], float]


def _calibrated(traces: Sequence[Trace], polls_per_day: float, gap_rule: _GapRule) -> Replay:
    """The replay at the scale that keeps to the budget. Its knowledge of the scored half is to the rival's favour."""
    budget = polls_per_day / DAY_S * sum(trace.scored_s for trace in traces)
    scale = len(traces) * DAY_S / polls_per_day / sum(trace.scored_s / len(trace.scored) for trace in traces)
    for _ in range(_CALIBRATIONS):
        replay = Replay()
        for trace in traces:
            _adaptive(trace, scale, gap_rule, replay)
        if abs(replay.polls / budget - 1) < _TOLERANCE:
            break
        scale *= replay.polls / budget
    return replay


def _adaptive(trace: Trace, scale: float, gap_rule: _GapRule, replay: Replay) -> None:
    times, end = trace.times, trace.times[-1]
    now, seen = trace.half, bisect_right(trace.times, trace.half)
    while now < end:
        now += min(max(gap_rule(times, seen, now, scale), _SHORTEST_S), _LONGEST_S)
        replay.polls += 1
        while seen < len(times) and times[seen] <= now:
            replay.delays.append(now - times[seen])
            seen += 1
