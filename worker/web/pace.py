"""How much anybody may ask for at once: requests in, whether there are too many of them out.

A bucket for each visitor, and for each address of strangers (token bucket: a burst, then a steady pace). It is kept in
this process's memory: it protects the process, and what is guessed at is counted in the audit log besides. Knows no
clock.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

MOST_BUCKETS = 10_000  # the ones that asked longest ago are forgotten: they are full again, or nearly


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one visitor may ask for."""

    burst: int  # requests at once
    each_second: float  # … and in the long run


KNOWN = Allowance(1200, 20.0)  # a page with all that it loads is a handful of requests
STRANGER = Allowance(600, 4.0)  # an address: several people may share one


class Pace:
    """Counts requests."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, who: str, allowance: Allowance, now: datetime) -> int:
        """Count a request: 0 where it may pass, else the seconds after which the next one may."""
        with self._lock:
            left, at = self._left.pop(who, (float(allowance.burst), now))
            left = min(allowance.burst, left + max((now - at).total_seconds(), 0.0) * allowance.each_second)
            passes = left >= 1
            self._left[who] = (left - 1 if passes else left, now)
            if len(self._left) > MOST_BUCKETS:
                self._left.popitem(last=False)
        return 0 if passes else max(1, round((1 - left) / allowance.each_second))
