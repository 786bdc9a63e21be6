"""What the operator grants and asks of the schedule. Values only."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_S = 60.0
HOUR_S = 3_600.0
DAY_S = 86_400.0
WEEK_S = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Limits:
    """The budget, and the bounds no plan leaves.

    Raises:
        ValueError: a bound that is not positive, or bounds in the wrong order.
    """

    polls_per_day: float = 288.0  # a feed, on average over all feeds
    minimum_s: float = MINUTE_S  # between two polls of one feed, however busy it is
    maximum_s: float = 10 * MINUTE_S  # between two polls of a healthy feed, however quiet it is
    backoff_cap_s: float = DAY_S  # a failing feed is never given up: it is polled this often
    retry_after_cap_s: float = DAY_S  # 88 hours were seen in the wild
    hint_cap_s: float = (
        3 * MINUTE_S
    )  # how far a feed's own ttl is heeded: WordPress says "hourly" whatever it publishes
    default_entries_per_day: float = 10.0  # assumed of a feed nothing is known of
    dedicated_weight: float = 4.0  # an entry of a feed about the region counts as so many

    def __post_init__(self) -> None:
        """Refuse bounds that no plan could keep."""
        if not 0 < self.minimum_s <= self.maximum_s <= self.backoff_cap_s:
            raise ValueError("0 < minimum_s <= maximum_s <= backoff_cap_s must hold")
        if min(self.polls_per_day, self.retry_after_cap_s, self.default_entries_per_day, self.dedicated_weight) <= 0:
            raise ValueError("the budget, the caps, the default rate and the weight must be positive")
        if self.hint_cap_s < 0:
            raise ValueError("hint_cap_s must not be negative")

    @property
    def default_rate(self) -> float:
        """Entries a second assumed of a feed nothing is known of."""
        return self.default_entries_per_day / DAY_S
