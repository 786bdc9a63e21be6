"""When is a feed polled next: a feed's memory and the facts of one poll in, a `SchedulePlan` out.

A request budget is spent where it saves most waiting. Every feed's rate of new entries is learned from what its polls
find; one *price* for all feeds says how much waiting a poll must save to be worth it. Failures slow a feed down and
never give it up. Never reads the clock, never draws a random number, never touches the network or the database.
"""

from worker.schedule.limits import Limits
from worker.schedule.plan import PollFacts, SchedulePlan, next_poll
from worker.schedule.price import price_for

__all__ = ["Limits", "PollFacts", "SchedulePlan", "next_poll", "price_for"]
