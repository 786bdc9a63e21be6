"""The Celery app, `worker.tasks:app`: queues, beat schedule, and tasks of a few lines over the pipeline.

Messages are nudges: they carry ids at most, and one that is lost or doubled costs at most one beat.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready
from kombu.entity import Queue

from worker import health, pipeline
from worker.bootstrap import Services, services_for, settings_of_environment, utc_now
from worker.errors import SettingsError
from worker.settings.variables import read_variables

log = logging.getLogger("trucewire")

QUEUES = ("poll", "match", "deliver")
TICK_S = 5.0
SWEEP_S = 10.0  # what a lost nudge costs
HARD_LIMIT_S = 280  # below the leases of five minutes, far below Redis' visibility timeout

_services: Services | None = None


def services() -> Services:
    """This process's services, built when the first task needs them: connections do not survive a fork."""
    global _services
    if _services is None:
        _services = services_for(settings_of_environment())
    return _services


def use(given: Services | None) -> None:
    """Run the tasks of this process on `given` services: embedded, and in tests."""
    global _services
    _services = given


def _broker_url() -> str:
    try:
        return read_variables(os.environ).broker_url
    except SettingsError as error:
        sys.exit(f"trucewire: {error}")


def _every(seconds: float, task: str, queue: str, *args: str) -> dict[str, Any]:
    # A nudge that has waited longer than until the next one has nothing to say.
    return {
        "task": task,
        "schedule": timedelta(seconds=seconds),
        "args": args,
        "options": {"queue": queue, "expires": seconds},
    }


app = Celery("trucewire", broker=_broker_url(), set_as_current=False)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=HARD_LIMIT_S,
    task_queues=[Queue(name) for name in QUEUES],
    task_default_queue="poll",
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
    enable_utc=True,
    beat_schedule={
        "tick": _every(TICK_S, "tick", "poll"),
        "reprice": _every(60.0, "reprice", "poll"),
        "match": _every(SWEEP_S, "match", "match"),
        "route": _every(SWEEP_S, "route", "deliver"),
        "prune": _every(3600.0, "prune", "match"),
        **{f"canary-{name}": _every(health.CANARY_EVERY_S, "canary", name, name) for name in QUEUES},
    },
)


@app.task(name="tick")
def tick() -> None:
    """Nudge a poll for each batch of due feeds."""
    for batch in pipeline.tick(services()):
        poll.apply_async((batch,), queue="poll", expires=TICK_S * 6)


@app.task(name="poll")
def poll(feed_ids: list[int]) -> None:
    """Poll these feeds, then have what they brought judged."""
    summary = pipeline.poll(services(), feed_ids)
    if summary.new or summary.revised:
        match.apply_async(queue="match")


@app.task(name="match")
def match() -> None:
    """Judge unmatched articles, then have their alerts routed."""
    summary = pipeline.match(services())
    if summary.alert_ids:
        route.apply_async(queue="deliver")
    if summary.more:
        match.apply_async(queue="match")


@app.task(name="route")
def route() -> None:
    """Turn alerts into notifications, then have each channel send its own: a slow one delays no other."""
    for channel in pipeline.route(services()):
        deliver.apply_async((channel,), queue="deliver")


@app.task(name="deliver")
def deliver(channel: str) -> None:
    """Send what waits for one channel."""
    pipeline.deliver(services(), channel)


@app.task(name="reprice")
def reprice() -> None:
    """Renew the schedule's price."""
    pipeline.reprice(services())


@app.task(name="prune")
def prune() -> None:
    """End what is kept only for a time."""
    pipeline.prune(services())


@app.task(name="canary")
def canary(queue: str) -> None:
    """Prove that `queue` moves."""
    now = services().now()
    health.touch_canary(queue, now)
    services().store.upkeep.beat(queue, now)


@setup_logging.connect
def _log_plainly(**_: Any) -> None:
    """One line per outcome, key=value; Celery's own start-up banner and task chatter stay out."""
    log_plainly()


def log_plainly(level: str | None = None) -> None:
    """Have Trucewire's lines, and warnings of anybody else's, on standard error."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING, force=True)
    log.setLevel(level or read_variables(os.environ).log_level)


@worker_ready.connect
def _watch_over_worker(sender: Any = None, **_: Any) -> None:
    """Have a deaf worker end itself, so that its restart policy brings a hearing one."""
    queues = [name for name in QUEUES if name in sender.app.amqp.queues.consume_from]
    for name in queues:
        health.touch_canary(name, utc_now())
    threading.Thread(target=_end_when_deaf, args=(queues,), name="watchdog", daemon=True).start()


def _end_when_deaf(queues: list[str]) -> None:
    while not threading.Event().wait(health.CANARY_EVERY_S):
        for complaint in filter(None, (health.worker_complaint(name, utc_now()) for name in queues)):
            log.critical("watchdog complaint=%r action=restart", complaint)
            os.kill(os.getpid(), signal.SIGQUIT)  # Celery's cold shutdown: a deaf worker has no task to finish
            return
