"""A feed's failures in, a pause out. It grows with every failure, up to a day, and never ends in giving up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from worker.model import Outcome

# What one failure adds, in doublings of the pause. After Media Cloud's fractional errors: what tends to pass by itself
# (an overloaded server, a lost route) must not slow a feed down as fast as what needs a change at the publisher.
_SOFT, _MIDDLE, _HARD = 0.25, 0.5, 1.0
_STRAIN = {
    Outcome.SERVER_ERROR: _SOFT,
    Outcome.TIMED_OUT: _SOFT,
    Outcome.UNREACHABLE: _SOFT,
    Outcome.INTERNAL_ERROR: _SOFT,
    Outcome.RATE_LIMITED: _MIDDLE,
    Outcome.BAD_RESPONSE: _MIDDLE,
    Outcome.NOT_A_FEED: _MIDDLE,
    Outcome.TLS_ERROR: _MIDDLE,
}
_STRAIN_CAP = 64.0  # a number of doublings no cap survives


@dataclass(frozen=True, slots=True)
class Backoff:
    """What is remembered of a row of failures."""

    strain: float  # doublings so far
    base_s: float  # the pause before the first failure

    def pause_s(self, cap_s: float) -> float:
        """Seconds until the next attempt."""
        return min(self.base_s * float(2.0**self.strain), cap_s)

    def memory(self) -> dict[str, Any]:
        """JSON, to be kept while the failures last."""
        return {"strain": self.strain, "base_s": round(self.base_s, 1)}


def backoff_after(memory: Mapping[str, Any], outcome: Outcome, failures: int, gap_s: float) -> Backoff:
    """The back-off after one more failure.

    Args:
        memory: the feed's, before this failure.
        outcome: of the failure.
        failures: in a row, this one included; speaks only where `memory` is silent.
        gap_s: the pause the feed would have if it were healthy.
    """
    weight = _STRAIN.get(outcome, _HARD)
    strain, base_s = _number(memory.get("strain")), _number(memory.get("base_s"))
    if strain is None or base_s is None or base_s <= 0:
        return Backoff(min(weight * max(failures, 1), _STRAIN_CAP), gap_s)
    return Backoff(min(strain + weight, _STRAIN_CAP), base_s)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and isfinite(value) and value >= 0 else None
