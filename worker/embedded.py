"""`trucewire up`: Celery's worker and beat in this process, an in-process broker, one database, no Redis.

The same app, the same tasks and the same pipeline as in production; the web service, too, where hubs are to reach it.
Refuses to start twice on one database, stops cleanly on SIGINT and SIGTERM, and leaves nothing to be cleaned up when it
is killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController, state

from worker import tasks
from worker.bootstrap import Services
from worker.database import held_alone, migrate
from worker.model import Feed
from worker.web import create_app, serving

THREADS = 8
BEAT_LOOKS_EVERY_S = 0.2  # whether to stop, too
STOP_S = 20.0  # a stage that is under way may finish; what does not comes back with its lease
CONFIGURATION = {
    "broker_url": "memory://localhost",
    "broker_transport_options": {"polling_interval": 0.05},
    "worker_pool": "threads",
    "worker_concurrency": THREADS,
    "task_time_limit": None,  # threads cannot be killed; fetch and send have deadlines of their own
}


@contextmanager
def running(services: Services, feeds: tuple[Feed, ...], origin: str = "config") -> Iterator[None]:
    """Trucewire at work on `feeds` for as long as the block lasts.

    Raises:
        AlreadyRunningError: another one holds the database.
        StoreError: the database cannot be opened or migrated.
        SettingsError: the web service's address cannot be listened on.
    """
    with held_alone(services.store.engine), _configured():
        migrate(services.store.engine)
        services.store.upkeep.release_leases()
        services.store.feeds.sync(feeds, services.now(), origin)
        tasks.use(services)
        worker = WorkController(
            app=tasks.app,
            queues=",".join(tasks.QUEUES),
            loglevel="WARNING",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        beat = EmbeddedService(tasks.app, thread=True, max_interval=BEAT_LOOKS_EVERY_S, scheduler_cls=Scheduler)
        running_worker = threading.Thread(target=worker.start, name="worker", daemon=True)
        running_worker.start()
        beat.start()
        try:
            tasks.tick.apply_async(queue="poll")  # the first beat is TICK_S away
            with _web(services):
                yield
        finally:
            beat.stop()
            _stop(running_worker)
            tasks.use(None)
            services.close()


@contextmanager
def _configured() -> Iterator[None]:
    """The app as it runs in one process; afterwards as it was."""
    before = {name: tasks.app.conf[name] for name in CONFIGURATION}
    tasks.app.conf.update(CONFIGURATION)
    try:
        yield
    finally:
        tasks.app.conf.update(before)


@contextmanager
def _web(services: Services) -> Iterator[None]:
    """The web service, where hubs are told how to reach it."""
    settings = services.settings
    if not settings.public_url:
        yield
        return
    with serving(create_app(services, tasks.nudge_poll), settings.web_host, settings.web_port):
        yield


def _stop(running_worker: threading.Thread) -> None:
    """Have the worker finish what is under way, as Celery's own handlers of signals do."""
    state.should_stop = os.EX_OK
    # Its loop looks up when a message comes, or after two seconds; and once told, it waits for one more.
    for _ in range(2):
        tasks.canary.apply_async(queue="poll")
    running_worker.join(STOP_S)
    state.should_stop = None


def until_told_to_stop() -> threading.Event:
    """An event that SIGINT or SIGTERM sets; the second of a kind ends the process at once. Only in the main thread."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, signal.SIG_DFL)  # nothing is lost: what was under way comes back with its lease

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped
