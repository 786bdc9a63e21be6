"""Publication times of real feeds, as JSON objects, in; replayable traces out.

Never invents an entry: times of coarse resolution are only spread over the interval they stand for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from worker.schedule.limits import DAY_S

_MIN_ENTRIES = 60
_MIN_SPAN_S = 20 * DAY_S
_LEFT_OUT = ("one captured document", "aggregator")  # cut off by a document's length; not a publisher's times


@dataclass(frozen=True, slots=True)
class Trace:
    """One feed's publication times, Unix seconds, ascending."""

    feed_id: str
    times: tuple[float, ...]

    @property
    def half(self) -> float:
        """The moment in the middle: until then is for learning, what follows is scored."""
        return (self.times[0] + self.times[-1]) / 2

    @property
    def scored_s(self) -> float:
        """Seconds that are scored."""
        return self.times[-1] - self.half

    @property
    def scored(self) -> tuple[float, ...]:
        """The entries that are scored."""
        return self.times[bisect_right(self.times, self.half) :]


def usable_traces(rows: Iterable[Mapping[str, Any]]) -> list[Trace]:
    """The traces long enough to learn from and to score.

    Args:
        rows: {feed_id, timestamps: [Unix seconds], resolution_s?, kind?} each.
    """
    traces = []
    for row in rows:
        times = sorted(float(moment) for moment in row["timestamps"])
        if len(times) < _MIN_ENTRIES or times[-1] - times[0] < _MIN_SPAN_S:
            continue
        if any(kind in str(row.get("kind", "")) for kind in _LEFT_OUT):
            continue
        feed_id = str(row["feed_id"])
        traces.append(Trace(feed_id, _spread(feed_id, times, float(row.get("resolution_s") or 0.0))))
    return traces


def _spread(feed_id: str, times: Iterable[float], resolution_s: float) -> tuple[float, ...]:
    """Each time moved to anywhere within the resolution before it, the same way in every run.

    What an hourly look first saw at 12:00 was published between 11:00 and 12:00. Left on the hour, it would reward a
    schedule for guessing when the observer looked.
    """
    if resolution_s <= 1:
        return tuple(times)
    random = Random(feed_id)  # noqa: S311  repeatable, not secret
    return tuple(sorted(moment - random.random() * resolution_s for moment in times))
