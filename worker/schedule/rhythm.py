"""How often a feed brings something new, learned poll by poll: times of new entries in, an expected rate out.

The rate is a product of two estimates, both kept in a small JSON memory:

* the *habit*: how much likelier than usual an hour of the day and a day of the week are, shrunk towards "no habit"
  until the feed has shown one;
* the *pace*, on four time scales from two months to three quarters of an hour. Each is a gamma-Poisson estimate whose
  prior is the next slower scale, so that a scale with nothing to say repeats its elder. The scales are then averaged
  by votes, and a scale gains votes by having foretold what the polls found. A feed that comes in bursts thereby
  learns to trust its last hour, and a steady one to ignore it.

Learns from the past only, and never plans: that is `plan`'s. Times are Unix seconds, rates are entries a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, floor, isfinite, log
from typing import Any

from worker.schedule.limits import DAY_S, HOUR_S, WEEK_S

# Slowest first: memory in seconds, and the entries' worth of belief in the next slower scale.
_SCALES = ((60 * DAY_S, 3.0), (7 * DAY_S, 3.0), (0.3 * DAY_S, 4.0), (0.03 * DAY_S, 1.0))
_HABIT_S = 150 * DAY_S  # memory of the habit: seasons change it, weeks do not
_HOUR_PRIOR, _DAY_PRIOR = 2.0, 10.0  # entries an hour or a weekday must show to be half believed
_VOTE_CAP = 5  # entries of one poll that count in the vote: a flood of renamed entries is no burst
_VOTE_SHARE = 0.005  # of all votes, given back per entry expected: no scale is ever silenced for good
_WONDER = 7.0  # nats of surprise at which a burst is as likely as chance: it starts once in a thousand polls
_MONDAY = 3  # the epoch fell on a Thursday
_PARTS = ("counts", "exposures", "votes", "hours", "days")
_SIZES = [len(_SCALES)] * 3 + [24, 7]


def _evenly(scales: int) -> list[float]:
    """Half for the slowest, the rest shared: believe in steadiness until shown otherwise."""
    return [0.5] + [0.5 / (scales - 1)] * (scales - 1)


@dataclass(slots=True)
class Rhythm:
    """What is known of one feed's rate. `observe` changes it in place."""

    since: float  # the first moment it knows of
    at: float  # the last: everything published until then has been seen
    habit_at: float  # when an entry last taught the habit something
    assumed: float  # entries a second, before anything is known
    counts: list[float] = field(default_factory=lambda: [0.0] * len(_SCALES))  # entries, forgotten at each scale
    exposures: list[float] = field(default_factory=lambda: [0.0] * len(_SCALES))  # seconds of watching, likewise
    votes: list[float] = field(default_factory=lambda: _evenly(len(_SCALES)))  # sum to 1
    hours: list[float] = field(default_factory=lambda: [0.0] * 24)  # entries by hour of the day, UTC
    days: list[float] = field(default_factory=lambda: [0.0] * 7)  # entries by weekday, UTC

    @classmethod
    def unknown(cls, moment: float, assumed: float) -> Rhythm:
        """Of a feed that is watched from `moment` on, and of which nothing is known."""
        return cls(moment, moment, moment, assumed)

    @classmethod
    def recalled(cls, memory: Mapping[str, Any], assumed: float) -> Rhythm | None:
        """The rhythm kept in `memory`, None where there is none that can be read."""
        try:
            since, at, habit_at = float(memory["since"]), float(memory["at"]), float(memory["habit_at"])
            parts = [list(map(float, memory[name])) for name in _PARTS]
        except (KeyError, TypeError, ValueError):
            return None
        sound = [len(part) for part in parts] == _SIZES and all(
            min(part) >= 0 and isfinite(sum(part)) for part in ([since, at, habit_at], *parts)
        )
        return cls(since, at, habit_at, assumed, *parts) if sound and sum(parts[2]) > 0 else None

    def memory(self) -> dict[str, Any]:
        """JSON for `FeedState.rate`, about half a kilobyte."""
        return {
            "since": floor(self.since),
            "at": round(self.at, 1),
            "habit_at": round(self.habit_at, 1),
            "counts": [round(x, 3) for x in self.counts],
            "exposures": [round(x) for x in self.exposures],
            "votes": [round(x, 5) for x in self.votes],
            "hours": self.hours,
            "days": self.days,
        }

    def observe(self, now: float, entries: Sequence[float]) -> None:
        """Learn that exactly `entries` (times, ascending, between `self.at` and `now`) are new at `now`."""
        gap = now - self.at
        if gap <= 0:
            return
        exposure = gap * self.habit(self.at + gap / 2)
        self._vote(gap, exposure, len(entries))
        for k, (memory_s, _) in enumerate(_SCALES):
            kept = exp(-gap / memory_s)
            self.counts[k] *= kept
            # What was watched long ago within this gap is forgotten in part, too.
            self.exposures[k] = self.exposures[k] * kept + exposure * memory_s * (1 - kept) / gap
            if entries:
                self.counts[k] += sum(exp((moment - now) / memory_s) for moment in entries)
        self.at = now
        if entries:
            self._learn_habit(entries)

    def rate(self, moment: float) -> float:
        """Entries a second expected at `moment`, not before `self.at`, if nothing more is seen until then."""
        return self.habit(moment) * self.pace(moment - self.at)

    def pace(self, ahead: float) -> float:
        """Entries a second of an average hour, `ahead` seconds after the last observation."""
        paces = self._paces(ahead)
        voted = sum(vote * pace for vote, pace in zip(self.votes, paces, strict=True))
        # Votes are won by foretelling, and the first poll that finds a burst was not foretold: believe one at once
        # where the last hour would be a wonder at the week's pace.
        count, expected = self.counts[-1], self.exposures[-1] * paces[1]
        if paces[-1] <= voted or count <= expected or expected <= 0:
            return voted
        surprise = count * log(count / expected) - (count - expected)
        return voted + (paces[-1] - voted) / (1 + exp(min(_WONDER - surprise, 50.0)))

    @property
    def usual(self) -> float:
        """Entries a second in the long run."""
        return self._paces(0.0)[0]

    def habit(self, moment: float) -> float:
        """How much likelier than on average an entry is at `moment`: mean 1 over the week."""
        known = sum(self.days)
        age = self.at - self.since
        if known <= 0 or age <= 0:
            return 1.0
        # Between the middles of two hours: no step on the hour for all feeds to gather at.
        whole, part = divmod(moment / HOUR_S - 0.5, 1.0)
        hours, i = self.hours, int(whole) % 24
        here = hours[i - 1] + 2 * hours[i] + hours[i - 23]
        there = hours[i] + 2 * hours[i - 23] + hours[i - 22]
        smooth = (here + (there - here) * part) / 4
        hour = (smooth + _HOUR_PRIOR) / (known / 24 + _HOUR_PRIOR)
        day = (self.days[(int(moment // DAY_S) + _MONDAY) % 7] + _DAY_PRIOR) / (known / 7 + _DAY_PRIOR)
        # Hours and weekdays that have not come round yet are unknown, not silent.
        hour = 1 + (hour - 1) * min(1.0, age / (2 * DAY_S))
        return hour * (1 + (day - 1) * min(1.0, age / (2 * WEEK_S)))

    def _paces(self, ahead: float) -> list[float]:
        """One estimate a scale, slowest first; without news each returns to its elder's."""
        pace, paces = self.assumed, []
        for (memory_s, belief), count, exposure in zip(_SCALES, self.counts, self.exposures, strict=True):
            kept = exp(-ahead / memory_s) if ahead else 1.0
            pace = (count * kept + belief) / (exposure * kept + belief / pace)
            paces.append(pace)
        return paces

    def _learn_habit(self, entries: Sequence[float]) -> None:
        """Forget a little, then add `entries`. In silence nothing is forgotten: it says nothing of *when*."""
        kept = exp((self.habit_at - self.at) / _HABIT_S)
        hours, days = [x * kept for x in self.hours], [x * kept for x in self.days]
        for moment in entries:
            hours[int(moment // HOUR_S) % 24] += 1
            days[(int(moment // DAY_S) + _MONDAY) % 7] += 1
        self.hours, self.days = [round(x, 2) for x in hours], [round(x, 2) for x in days]
        self.habit_at = self.at

    def _vote(self, gap: float, exposure: float, found: int) -> None:
        """Bayes' rule over the scales, with a small share handed round so that the best may change."""
        paces = self._paces(gap / 2)
        hearing = min(1.0, _VOTE_CAP / found) if found else 1.0
        evidence = [hearing * (found * log(pace) - pace * exposure) for pace in paces]
        best = max(evidence)
        votes = [vote * exp(one - best) for vote, one in zip(self.votes, evidence, strict=True)]
        total, share = sum(votes), _VOTE_SHARE * min(1.0, paces[0] * exposure)
        self.votes = [vote / total * (1 - share) + share / len(votes) for vote in votes]
