"""The line's health told to a dead-man's switch outside."""

from __future__ import annotations

import logging

from worker.bootstrap import Services
from worker.errors import FetchError
from worker.health import QUEUES, line_complaints

log = logging.getLogger("trucewire")


def ping(services: Services) -> bool:
    """Tell the switch that all is well, or what is not; whether it took it.

    A start says nothing until a heartbeat has come through every queue: that the line does not move yet is no failure,
    and if it never does, the switch raises the alarm by itself.
    """
    if not services.settings.ping_url:
        return False
    now = services.now()
    health = services.queries.health(now)
    if not all(health.heartbeats.get(queue) for queue in QUEUES):
        return False
    complaints = line_complaints(health, now)
    try:
        services.ping(services.settings.ping_url, complaints)
    except FetchError as error:
        log.warning("ping outcome=%s error=%r", error.outcome, str(error))
        return False
    if complaints:
        log.error("ping complaints=%r", complaints)
    return True
