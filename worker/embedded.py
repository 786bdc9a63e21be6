"""`trucewire up`: Celery's worker and beat in this process, an in-process broker, one database, no Redis.

The same app, the same tasks and the same pipeline as in production, and the web service.
Refuses to start twice on one database, stops cleanly on SIGINT and SIGTERM, and leaves nothing to be cleaned up when it
is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import FrameType

from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController, state

from worker import tasks
from worker.bootstrap import Services
from worker.database import held_alone, migrate
from worker.errors import SettingsError
from worker.model import Feed
from worker.web import create_app, serving
from worker.web.access import refuse_open_doors
from worker.web.security import is_loopback

log = logging.getLogger("trucewire")

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
def running(services: Services, feeds: tuple[Feed, ...], origin: str = "config") -> Iterator[str]:
    """Trucewire at work on `feeds` for as long as the block lasts.

    Yields:
        The address of its pages; "" where another program has their port, which is no reason to watch nothing.

    Raises:
        AlreadyRunningError: another one holds the database.
        StoreError: the database cannot be opened or migrated.
        SettingsError: the web service's address cannot be listened on and hubs are to call it, or others than this
            machine could come in and nobody would be asked who they are.
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
            with _web(services) as address:
                yield address
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
def _web(services: Services) -> Iterator[str]:
    settings = services.settings
    with ExitStack() as stack:
        try:
            address = stack.enter_context(web_service(services))
        except SettingsError as error:
            if settings.public_url or not is_loopback(settings.web_host):
                raise
            log.warning("no pages: %s", error)
            address = ""
        yield address


def web_service(services: Services) -> AbstractContextManager[str]:
    """The web service of these settings, for as long as the block lasts; its address is what it yields.

    Raises:
        SettingsError: it cannot listen there, or anybody could come in.
    """
    people, settings = services.store.people, services.settings
    refuse_open_doors(settings, anybody=people.any_users() or people.any_tokens(services.now()))
    app = create_app(services, tasks.nudge_poll)
    return serving(app, settings.web_host, settings.web_port, settings.web_proxies)


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
