"""The Celery app, `worker.tasks:app`: queues, beat schedule, and tasks of a few lines over the pipeline.

Messages are nudges: they carry ids at most, and one that is lost or doubled costs one beat, or six where it was a
poll's. What is to be done is in the database, so Redis may be wiped at any moment, and a task that finds no broker for
its nudge loses nothing.

Under `celery worker`, a watchdog sends the worker canaries and ends one that has gone deaf; its restart policy brings a
hearing one. `celery beat` records that it publishes.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from datetime import datetime, timedelta
from typing import Any

from celery import Celery, Task
from celery.signals import after_task_publish, beat_init, celeryd_after_setup, setup_logging, worker_ready
from celery.worker import state
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from worker import health, pipeline
from worker.bootstrap import Services, services_for, settings_of_environment, utc_now
from worker.errors import SettingsError, TrucewireError
from worker.health import QUEUES
from worker.languages import language_of
from worker.settings.variables import read_variables

log = logging.getLogger("trucewire")

TICK_S = 5.0
SWEEP_S = 10.0  # what a lost nudge costs
POLL_EXPIRES_S = 6 * TICK_S  # a feed that is still due then is nudged again
HARD_LIMIT_S = 280  # below the leases of five minutes, far below Redis' visibility timeout
CHILD_TASKS = 2000  # after so many a worker's child process is replaced: libraries leak
CANARY_QUEUE_EXPIRES_S = 900.0  # what is left in it when its worker is gone
EXIT_DEAF = 75  # EX_TEMPFAIL of sysexits.h: trying again may help

_services: Services | None = None


def services() -> Services:
    """This process's services. Building them connects to nothing, so that children may inherit them."""
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
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="poll",
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=CHILD_TASKS,
    worker_hijack_root_logger=False,
    # Nothing here asks workers questions; without the connection for it there is one thing less that can go deaf.
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,  # what was done twice is stored once
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker that is away for hours comes back, too
    broker_transport_options={
        "visibility_timeout": 3600,
        # Redis may vanish without closing its connections; a publisher must not wait for it for ever.
        "socket_connect_timeout": 5.0,
        "socket_timeout": 20.0,
        "socket_keepalive": True,
    },
    enable_utc=True,
    beat_schedule={
        "tick": _every(TICK_S, "tick", "poll"),
        "reprice": _every(60.0, "reprice", "poll"),
        "subscribe": _every(30.0, "subscribe", "poll"),
        "read": _every(SWEEP_S, "read", "poll"),
        "match": _every(SWEEP_S, "match", "match"),
        "route": _every(SWEEP_S, "route", "deliver"),
        "prune": _every(3600.0, "prune", "match"),
        "watch": _every(300.0, "watch", "match"),
        "ping": _every(60.0, "ping", "deliver"),
        **{f"heartbeat-{name}": _every(health.HEARTBEAT_EVERY_S, "heartbeat", name, name) for name in QUEUES},
    },
)


def _nudge(task: Task, queue: str, *args: Any, expires: float = SWEEP_S, wait_s: float = 0.0) -> bool:
    """Have `task` run soon; False where no broker takes the message, which is then left to the next beat.

    It may wait for seconds, never for minutes: a message that waits longer than Redis' visibility time-out is handed
    out again and again.
    """
    try:
        task.apply_async(args, queue=queue, expires=wait_s + expires, countdown=wait_s or None)
    except OperationalError as error:
        log.warning("nudge task=%s outcome=lost error=%r", task.name, str(error))
        return False
    return True


def nudge_poll(feed_id: int) -> None:
    """Have a feed polled that has just become due."""
    _nudge(poll, "poll", [feed_id], expires=POLL_EXPIRES_S)


@app.task(name="tick")
def tick() -> None:
    """Nudge a poll for each batch of due feeds."""
    sent: list[int] = []
    for batch in pipeline.tick(services()):
        if not _nudge(poll, "poll", batch, expires=POLL_EXPIRES_S):
            break
        sent += batch
    pipeline.note_queued(services(), sent, POLL_EXPIRES_S)


@app.task(name="poll")
def poll(feed_ids: list[int]) -> None:
    """Poll these feeds, then have what they brought judged."""
    summary = pipeline.poll(services(), feed_ids)
    if summary.new or summary.revised:
        _nudge(match, "match")


@app.task(name="match")
def match() -> None:
    """Judge unmatched articles and route their alerts, without another message in between: it sends nothing itself."""
    summary = pipeline.match(services())
    if summary.alert_ids:
        route()
    if summary.pages_due:
        _nudge(read, "poll")
    if summary.more:
        _nudge(match, "match")


@app.task(name="read")
def read() -> None:
    """Read the pages of articles whose feeds say too little, then have them judged anew."""
    if pipeline.read(services()):
        _nudge(match, "match")
        _nudge(read, "poll")


@app.task(name="route")
def route() -> None:
    """Turn alerts into notifications, then have each channel send its own: a slow one delays no other."""
    pipeline.route(services(), _nudge_deliver)


_awaited: dict[str, datetime] = {}  # when each channel is nudged next, as far as this process knows


def _nudge_deliver(channel: str, at: datetime) -> None:
    """Have a channel send what is due `at`: at once, or some seconds from now, unless it is nudged before that."""
    now = services().now()
    if at <= now:
        _nudge(deliver, "deliver", channel)
    elif not now < _awaited.get(channel, now) <= at:
        _nudge(deliver, "deliver", channel, wait_s=(at - now).total_seconds())
        _awaited[channel] = at


@app.task(name="deliver")
def deliver(channel: str) -> None:
    """Send what waits for one channel, then have the others told if it has failed for good."""
    outcome = pipeline.deliver(services(), channel)
    if outcome.noticed:
        _nudge(route, "deliver")
    if outcome.again_at is not None:
        _nudge_deliver(channel, outcome.again_at)


@app.task(name="subscribe")
def subscribe() -> None:
    """Ask hubs for pushes, and have the feeds polled that pushes came for while they were busy."""
    for feed_id in pipeline.subscribe(services()):
        nudge_poll(feed_id)


@app.task(name="reprice")
def reprice() -> None:
    """Renew the schedule's price."""
    pipeline.reprice(services())


@app.task(name="prune")
def prune() -> None:
    """End what is kept only for a time, and close what has become quiet."""
    pipeline.close_quiet(services())
    pipeline.prune(services())


@app.task(name="watch")
def watch() -> None:
    """Miss the sources that are unusually quiet, and have it told."""
    if pipeline.watch(services()):
        _nudge(route, "deliver")


@app.task(name="ping")
def ping() -> None:
    """Tell the dead-man's switch, where there is one, how the line does."""
    pipeline.ping(services())


@app.task(name="heartbeat")
def heartbeat(queue: str) -> None:
    """Prove that beat, the broker and a worker of `queue` work together."""
    services().store.upkeep.beat(queue, services().now())


@app.task(name="canary")
def canary() -> None:
    """Prove, by being accepted, that the worker consumes and that its pool runs."""


@setup_logging.connect
def _log_plainly(**_: Any) -> None:
    """One line per outcome, key=value; Celery's own start-up banner and task chatter stay out."""
    log_plainly()


def log_plainly(level: str | None = None) -> None:
    """Have Trucewire's lines, and warnings of anybody else's, on standard error."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING, force=True)
    log.setLevel(level or read_variables(os.environ).log_level)


@celeryd_after_setup.connect
def _build_before_forking(instance: Any, **_: Any) -> None:
    """Load what is large and read-only once for all child processes, and tell a mistake in the settings at once."""
    try:
        services()
    except TrucewireError as error:
        sys.exit(f"trucewire: {error}")
    if "poll" in instance.app.amqp.queues.consume_from:
        language_of("The classifier of Latin text is loaded by some.")
    gc.freeze()  # what a collection visits is copied into each child


@celeryd_after_setup.connect
def _watch_over_worker(sender: str, instance: Any, **_: Any) -> None:
    """Give this worker a queue of its own for canaries, and a watchdog. Not sent by an embedded worker."""
    names = [name for name in QUEUES if name in instance.app.amqp.queues.consume_from]
    own = Queue(f"canary.{sender}.{os.getpid()}", expires=CANARY_QUEUE_EXPIRES_S)
    instance.app.amqp.queues.select_add(own)

    def start(**_: Any) -> None:
        threading.Thread(target=_watch, args=(own, names), name="watchdog", daemon=True).start()

    worker_ready.connect(start, weak=False, dispatch_uid="watchdog")


def _watch(own: Queue, names: list[str]) -> None:
    hearing, pause = health.Hearing(), threading.Event()
    while not pause.wait(health.CANARY_EVERY_S):
        if hearing.heard(state.all_total_count[0]):
            for name in names:
                health.record_progress(name, utc_now())
        if complaint := hearing.complaint(busy=bool(state.active_requests)):
            log.critical("watchdog complaint=%r action=exit", complaint)
            # Not by a signal: Celery's handlers wait for the event loop, which is what has stopped turning.
            os._exit(EXIT_DEAF)
        hearing.sent(taken=_send_canary(own))


def _send_canary(own: Queue) -> bool:
    """Whether the broker took it. On a connection of its own: the worker's is what is in doubt."""
    with app.connection_for_write() as connection:
        try:
            canary.apply_async(queue=own, connection=connection, retry=False)
        except (OperationalError, *connection.connection_errors, *connection.channel_errors):
            return False
    return True


@beat_init.connect
def _watch_over_beat(**_: Any) -> None:
    """Record that beat publishes. An embedded one runs in a thread, and is watched by whoever started it."""
    if threading.current_thread() is threading.main_thread():

        def record(**_: Any) -> None:
            health.record_progress("beat", utc_now())

        after_task_publish.connect(record, weak=False, dispatch_uid="beat")
