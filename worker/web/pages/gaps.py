"""Which ids of a table have been seen, in the order in which they come to be seen. Pure.

PostgreSQL gives a transaction its ids before it commits, and whatever it never commits leaves a gap. So below the
newest id some may still come, for a while; after that they never will.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

MOST = 1000  # gaps that are watched, the newest


class Gaps:
    """The newest id that was seen, and the ids below it that were not."""

    def __init__(self, newest: int, patience: timedelta) -> None:
        """Begin behind the id `newest`; a gap is watched for as long as `patience`."""
        self.newest = newest
        self._patience = patience
        self._since: dict[int, datetime] = {}

    def open(self, now: datetime) -> list[int]:
        """The ids that may still come, in their order."""
        self._since = {one: at for one, at in self._since.items() if now - at < self._patience}
        return sorted(self._since)

    def saw(self, ids: Collection[int], now: datetime) -> None:
        """Take note of ids that were seen."""
        seen, newest = set(ids), max(ids, default=0)
        for one in range(max(self.newest + 1, newest - MOST), newest):
            if one not in seen:
                self._since[one] = now
        for one in seen:
            self._since.pop(one, None)
        self.newest = max(self.newest, newest)
        for one in sorted(self._since)[:-MOST]:
            del self._since[one]
