"""All feeds' demands and the budget in, the price of a poll out.

Polling every feed so that the waiting of all entries together is least, with so many polls to give, is the problem of
Cho & Garcia-Molina (Effective page refresh policies, 2003) and Azar et al. (Tractable near-optimal policies for
crawling, 2018) with delay as the cost. Its Lagrange multiplier is the price: how many seconds of waiting, of one
entry, a poll must save to be worth it. A feed of steady rate λ is then polled every √(2·price/λ) seconds, and a
feed's *demand* √(λ/2), averaged over its days and nights, says how many polls a second it takes at price 1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf, isfinite, sqrt
from typing import Any

from worker.schedule.limits import DAY_S, Limits

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Demand:
    """What one feed has come to ask of the budget; a part of `FeedState.rate`."""

    root: float  # √(entries a second / 2), averaged over about a week
    excess: float = 0.0  # polls a second beyond what root and price foresaw, averaged over about a day

    @classmethod
    def recalled(cls, memory: Mapping[str, Any]) -> Demand | None:
        """The demand kept in `memory`, None where there is none that can be read."""
        try:
            root, excess = float(memory["demand"]), float(memory["excess"])
        except (KeyError, TypeError, ValueError):
            return None
        return cls(root, excess) if 0 < root < inf and isfinite(excess) else None

    def memory(self) -> dict[str, float]:
        """JSON for `FeedState.rate`."""
        return {"demand": float(f"{self.root:.5g}"), "excess": float(f"{self.excess:.5g}")}

    def foreseen(self, price: float, limits: Limits) -> float:
        """Polls a second at `price`."""
        return min(max(self.root / sqrt(price), 1 / limits.maximum_s), 1 / limits.minimum_s)


def price_for(rates: Iterable[Mapping[str, Any]], limits: Limits) -> float:
    """The price at which all feeds together keep to the budget.

    To be computed once a minute or so over every enabled feed's `FeedState.rate`, kept as one number, and handed to
    every `next_poll`. Where the bounds of the interval leave no choice, the price is the nearest that has an effect.

    Args:
        rates: the memory of each feed; one without a demand counts as a feed nothing is known of.
        limits: the budget and the bounds.
    """
    unknown = Demand(sqrt(limits.default_rate / 2))
    demands = [Demand.recalled(rate) or unknown for rate in rates] or [unknown]
    # A quiet night is polled at the maximum interval all the same, which a week's average does not foresee.
    excess_per_day = DAY_S * sum(demand.excess for demand in demands) / len(demands)
    granted = max(limits.polls_per_day - excess_per_day, limits.polls_per_day / 2)
    return clearing_price([(demand.root, 1.0) for demand in demands], replace(limits, polls_per_day=granted))


def clearing_price(demands: Iterable[tuple[float, float]], limits: Limits) -> float:
    """The price for feeds of (root of the demand, weight), at least one; a feed of weight 2 stands for two alike.

    Sorted once, then one look-up a halving: 200,000 feeds take a fraction of a second.
    """
    ordered = sorted(demands)
    keys = [demand for demand, _ in ordered]
    weights = [0.0, *accumulate(weight for _, weight in ordered)]
    taken = [0.0, *accumulate(demand * weight for demand, weight in ordered)]
    granted = limits.polls_per_day / DAY_S * weights[-1]
    low, high = keys[0] * limits.minimum_s, keys[-1] * limits.maximum_s
    for _ in range(_HALVINGS):
        root = sqrt(low * high)
        slowest = bisect_left(keys, root / limits.maximum_s)
        fastest = bisect_left(keys, root / limits.minimum_s, lo=slowest)
        polls = weights[slowest] / limits.maximum_s + (weights[-1] - weights[fastest]) / limits.minimum_s
        polls += (taken[fastest] - taken[slowest]) / root
        low, high = (root, high) if polls > granted else (low, root)
    return low * high
