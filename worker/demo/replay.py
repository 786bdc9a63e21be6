"""The week, a time and the seconds since it in, what each feed carries at that moment out.

When the replay starts, the week's first five days have already happened, in their own pace, and the last of it just
now. What follows appears one item after another, some seconds apart. Pure: never reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.demo.news import Item, Week

LIVE_FROM = timedelta(days=5, hours=9)  # up to here the week has happened before the start
LONGEST_FEED = 30  # entries, as real feeds have it


@dataclass(frozen=True, slots=True)
class Release:
    """An item with the times at which it appears in this replay."""

    item: Item
    url: str
    published_at: datetime
    updated_at: datetime | None = None  # of the latest correction


@dataclass(frozen=True, slots=True)
class Replay:
    """The week, replayed from `now` on.

    Attributes:
        week: what is replayed.
        now: the moment at which the replay starts.
        pace_s: seconds between two items that appear after the start.
    """

    week: Week
    now: datetime
    pace_s: float

    def releases(self, feed_id: str, elapsed_s: float) -> tuple[Release, ...]:
        """What the feed carries `elapsed_s` seconds after the start, newest first."""
        carried: dict[str, Release] = {}
        for item, at in self._appeared(elapsed_s):
            if feed_id in item.feeds:
                url = f"{self.week.outlets[feed_id].site}/{item.slug}"
                first = carried.pop(url, None)
                carried[url] = Release(item, url, first.published_at, at) if first else Release(item, url, at)
        return tuple(reversed(carried.values()))[:LONGEST_FEED]

    @property
    def length_s(self) -> float:
        """Seconds from the start until the last item has appeared."""
        return self.pace_s * sum(item.at > LIVE_FROM for item in self.week.items)

    def _appeared(self, elapsed_s: float) -> list[tuple[Item, datetime]]:
        before = [(item, self.now - (LIVE_FROM - item.at)) for item in self.week.items if item.at <= LIVE_FROM]
        live = [item for item in self.week.items if item.at > LIVE_FROM]
        count = int(elapsed_s / self.pace_s)
        after = [
            (item, self.now + timedelta(seconds=position * self.pace_s))
            for position, item in enumerate(live[:count], start=1)
        ]
        return before + after
