"""All feeds' memories and the budget in, the price of a poll out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from worker.schedule.limits import DAY_S, Limits


def price_for(rates: Iterable[Mapping[str, Any]], limits: Limits) -> float:
    """The waiting, in seconds of one entry, that a poll must save for the budget to hold.

    Computed once a minute or so over every enabled feed's `FeedState.rate` and handed to every `next_poll`.
    """
    gap_s = DAY_S / limits.polls_per_day
    return limits.default_entries_per_day / DAY_S * gap_s * gap_s / 2
