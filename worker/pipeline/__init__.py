"""The line, stage by stage: each gathers, has a pure function decide, and applies in one transaction.

    tick       due feeds → batches to nudge
    poll       leased feeds → fetch → parse → normalise → polling.poll_plan   ⇒ STORE
    subscribe  hubs that feeds name → subscriptions                           ⇒ STORE
    read       articles that want their page → fetch → extract                ⇒ STORE
    match      unmatched articles → judge → alerting.match_plan               ⇒ STORE
    route      unrouted alerts and notices → routing.notifications_for        ⇒ STORE
    deliver    due notifications → render → send                              ⇒ RECORD
    watch      feeds' habits → sources.source_plan → notices                   ⇒ STORE
    ping       the health of all this → a dead-man's switch

Every stage can be run twice, by two workers at once, or be killed at any point: what is to be done is always a query.
They are called by the tasks with ids or nothing, and log one line per outcome. Nothing is
decided here.
"""

from worker.pipeline.deliver import Delivered, deliver
from worker.pipeline.match import MatchSummary, match
from worker.pipeline.ping import ping
from worker.pipeline.poll import PollSummary, poll, reprice
from worker.pipeline.reactions import link_secret
from worker.pipeline.read import read
from worker.pipeline.route import route
from worker.pipeline.subscribe import subscribe
from worker.pipeline.tick import note_queued, tick
from worker.pipeline.upkeep import close_quiet, prune
from worker.pipeline.watch import watch

__all__ = [
    "Delivered",
    "MatchSummary",
    "PollSummary",
    "close_quiet",
    "deliver",
    "link_secret",
    "match",
    "note_queued",
    "ping",
    "poll",
    "prune",
    "read",
    "reprice",
    "route",
    "subscribe",
    "tick",
    "watch",
]
