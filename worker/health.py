"""Progress, not life: a worker that lives and consumes nothing is ill.

Three signs, from near to far. A *canary* that a worker sends to itself tells that this very worker still consumes:
workers of Celery on Redis have gone deaf after a broker reset (celery issues 8030, 8091, 10205), answering pings and
running nothing. A *heartbeat* that beat sends through a queue, and its worker writes into the database, tells that
beat, broker and queue work together. What waits in the database tells that the line as a whole moves.

A process leaves the time of its last progress as that of a file, so that a health check costs a `find`, and no start of
Python. Nothing is restarted here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from worker.queries import Health, Queries

QUEUES = ("poll", "match", "deliver")
CANARY_EVERY_S = 10.0
DEAF_AFTER = 6  # canaries in a row that an idle worker leaves lying
HUNG_AFTER = 36  # … and a busy one: six minutes are more than any task is given
HEARTBEAT_EVERY_S = 30.0
STALE_AFTER = timedelta(minutes=6)  # as HUNG_AFTER: a worker may be busy for so long and be well
STALLED_AFTER = timedelta(minutes=10)


@dataclass(slots=True)
class Hearing:
    """What a worker's watchdog knows of its worker's ears."""

    accepted: int = 0  # tasks, since the worker started
    unheard: int = 0  # canaries that the broker took, and after which no task was accepted

    def heard(self, accepted: int) -> bool:
        """Whether the worker has accepted a task since the last look.

        Args:
            accepted: how many tasks it has accepted since it started.
        """
        if accepted == self.accepted:
            return False
        self.accepted, self.unheard = accepted, 0
        return True

    def sent(self, *, taken: bool) -> None:
        """A canary was sent. One that the broker did not take says nothing against the worker, nor do earlier ones."""
        self.unheard = self.unheard + 1 if taken else 0

    def complaint(self, *, busy: bool) -> str:
        """Why the worker is to be ended, "" where it is well or may be.

        Args:
            busy: whether a task is running: then a canary may have to wait for it.
        """
        if self.unheard < (HUNG_AFTER if busy else DEAF_AFTER):
            return ""
        return f"{self.unheard} canaries in a row went unheard{' behind a task' if busy else ''}"


def progress_file(name: str) -> Path:
    """The file whose time is that of the last progress of this machine's `name`: a queue's worker, or beat."""
    return Path(tempfile.gettempdir()) / f"trucewire-{os.getuid()}" / name


def record_progress(name: str, now: datetime) -> None:
    """This machine's `name` has just made progress."""
    path = progress_file(name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch()
    os.utime(path, (now.timestamp(), now.timestamp()))


def process_complaint(name: str, now: datetime) -> str:
    """Why this machine's `name` is ill, "" where it is well."""
    try:
        age_s = now.timestamp() - progress_file(name).stat().st_mtime
    except FileNotFoundError:
        return f"{name} has made no progress on this machine"
    if age_s > STALE_AFTER.total_seconds():
        return f"{name} made its last progress on this machine {age_s:.0f} s ago"
    return ""


def line_complaints(health: Health, now: datetime) -> list[str]:
    """What has waited too long, stage by stage, and which queues do not move."""
    return [*_waiting(health, now), *_silent(health, now)]


def _waiting(health: Health, now: datetime) -> Iterator[str]:
    waiting = {
        "a feed has been due": health.overdue_since,
        "an article has been unmatched": health.unmatched_since,
        "a notification has been due": health.unsent_since,
    }
    for what, since in waiting.items():
        if since is not None and now - since > STALLED_AFTER:
            yield f"{what} for {(now - since).total_seconds():.0f} s"


def _silent(health: Health, now: datetime) -> Iterator[str]:
    for queue in QUEUES:
        last = health.heartbeats.get(queue)
        if last is None:
            yield f"no heartbeat has come through queue {queue}: start beat and a worker"
        elif now - last > STALLED_AFTER:
            yield f"the last heartbeat came through queue {queue} {(now - last).total_seconds():.0f} s ago"


def complaints(queries: Queries, now: datetime, name: str = "") -> list[str]:
    """Everything that is wrong with the line, and with this machine's worker of queue `name`, or its beat."""
    ill = process_complaint(name, now) if name else ""
    return [*([ill] if ill else []), *line_complaints(queries.health(now), now)]
