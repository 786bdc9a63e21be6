"""Progress, not life: a worker that lives and consumes nothing is ill.

A canary task goes through every queue and touches a file of the worker that ran it. The file's age tells that this very
worker still consumes; what waits in the database tells that the line as a whole moves. Workers of Celery on Redis have
gone deaf after a broker reset (celery issues 8030, 8091, 10205): they answer pings, and run nothing.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from worker.queries import Health, Queries

CANARY_EVERY_S = 10.0
DEAF_AFTER = timedelta(minutes=3)  # 18 canaries, of which with three workers a third each is this worker's
STALLED_AFTER = timedelta(minutes=10)


def canary_file(queue: str) -> Path:
    """The file that this machine's worker of `queue` touches."""
    return Path(tempfile.gettempdir()) / f"trucewire-canary-{queue}"


def touch_canary(queue: str, now: datetime) -> None:
    """A canary came through `queue` to this worker."""
    path = canary_file(queue)
    path.touch()
    os.utime(path, (now.timestamp(), now.timestamp()))


def canary_age(queue: str, now: datetime) -> timedelta | None:
    """How long ago the last canary came through; None where none ever did."""
    try:
        return timedelta(seconds=now.timestamp() - canary_file(queue).stat().st_mtime)
    except FileNotFoundError:
        return None


def worker_complaint(queue: str, now: datetime) -> str:
    """Why this machine's worker of `queue` is ill, "" where it is well."""
    age = canary_age(queue, now)
    if age is None:
        return f"no canary has come through queue {queue}"
    if age > DEAF_AFTER:
        return f"the last canary came through queue {queue} {age.total_seconds():.0f} s ago"
    return ""


def line_complaints(health: Health, now: datetime) -> list[str]:
    """What has waited too long, stage by stage."""
    waiting = {
        "a feed has been due": health.overdue_since,
        "an article has been unmatched": health.unmatched_since,
        "a notification has been due": health.unsent_since,
    }
    return [
        f"{what} for {(now - since).total_seconds():.0f} s"
        for what, since in waiting.items()
        if since is not None and now - since > STALLED_AFTER
    ]


def complaints(queries: Queries, now: datetime, queue: str = "") -> list[str]:
    """Everything that is wrong with the line, and with this machine's worker of `queue` if one is named."""
    ill = [worker_complaint(queue, now)] if queue else []
    return [line for line in [*ill, *line_complaints(queries.health(now), now)] if line]
