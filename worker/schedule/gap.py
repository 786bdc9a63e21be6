"""A rhythm and the price of a poll in, the pause that is worth it out. Knows no limits and no failures."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from worker.schedule.limits import HOUR_S, MINUTE_S
from worker.schedule.rhythm import Rhythm

_STEP_S = (15 * MINUTE_S, HOUR_S)  # the habit is smooth over an hour: finer steps find nothing more


@dataclass(frozen=True, slots=True)
class Gap:
    """The pause after a poll, before any limit."""

    seconds: float  # not worth a poll before; at least the `longest` asked for where no poll is worth it until then
    demand: float  # √(entries a second / 2): polls a second at price 1, for `price_for`


def worthwhile_gap(rhythm: Rhythm, price: float, weight: float, longest: float) -> Gap:
    """Until when waiting is cheaper than a poll, counted from the rhythm's last observation.

    Moving one poll of a sequence later by a moment lets the entries that already wait, m, wait longer, and lets those
    that come meanwhile, at rate λ, be found at it instead of a gap later. The best moment is where both weigh the
    same: m = λ·gap. With the gap that follows taken as √(2·price/λ), the poll is due once m ≥ √(2·price·λ). As
    the rate falls in the evening the threshold falls with it, so the day's last entries do not wait for the morning.

    Args:
        rhythm: the feed's.
        price: of a poll, in seconds of waiting of one entry.
        weight: what one entry of this feed counts.
        longest: where to stop looking, in seconds.
    """
    now = weight * rhythm.rate(rhythm.at)
    guess = sqrt(2 * price / now)
    step = min(max(guess / 2, _STEP_S[0]), _STEP_S[1])
    waiting = elapsed = 0.0
    middle = min(guess, step) / 2
    while elapsed < longest:
        rate = weight * rhythm.rate(rhythm.at + elapsed + middle)
        due = (sqrt(2 * price * rate) - waiting) / rate
        if due <= step:
            elapsed += max(due, 0.0)
            return Gap(elapsed, sqrt(price) / elapsed)
        waiting += rate * step
        elapsed += step
        middle = step / 2
    return Gap(elapsed, sqrt(waiting / elapsed / 2))
