"""The Celery app: how it is wired, and how it lives with a real Redis."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis, RedisError

from tests.factories import a_feed
from tests.hostile_server import Conversation, serving
from tests.waiting import wait_for
from tests.world import Item, rss
from worker import tasks
from worker.bootstrap import utc_now
from worker.database import connect, migrate
from worker.health import QUEUES
from worker.model import FullText
from worker.queries import AlertFilter, ArticleFilter, Queries
from worker.store import Store

SHORTEST_LEASE_S = 300.0


# ------------------------------------------------------------------------------------------------------------ wiring


def test_messages_are_json_acknowledged_late_and_come_back_from_a_lost_worker() -> None:
    conf = tasks.app.conf

    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.task_ignore_result
    assert conf.worker_prefetch_multiplier == 1


def test_a_task_is_ended_before_its_leases_and_long_before_its_message_is_given_to_another() -> None:
    limit = tasks.app.conf.task_time_limit

    assert limit < SHORTEST_LEASE_S < tasks.app.conf.broker_transport_options["visibility_timeout"]


def test_each_queue_is_reached_by_its_own_name_only() -> None:
    assert [(queue.name, queue.routing_key) for queue in tasks.app.conf.task_queues] == [
        (name, name) for name in QUEUES
    ]


@pytest.mark.parametrize("name", sorted(tasks.app.conf.beat_schedule))
def test_each_beat_has_a_task_a_queue_and_an_end(name: str) -> None:
    entry: dict[str, Any] = tasks.app.conf.beat_schedule[name]

    assert entry["task"] in tasks.app.tasks
    assert entry["options"]["queue"] in QUEUES
    assert 0 < entry["options"]["expires"] <= entry["schedule"].total_seconds()


@pytest.mark.parametrize("queue", QUEUES)
def test_a_heartbeat_goes_through_each_queue(queue: str) -> None:
    entry = tasks.app.conf.beat_schedule[f"heartbeat-{queue}"]

    assert entry["task"] == "heartbeat"
    assert entry["args"] == (queue,)
    assert entry["options"]["queue"] == queue


# ------------------------------------------------------------------------------------------------------ a real Redis


@dataclass
class Broker:
    """A redis-server of our own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> Redis:
        return Redis(port=self.port)

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for("Redis", self.answers)

    def answers(self) -> bool:
        with suppress(OSError, RedisError):
            return bool(self.client.ping())
        return False

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Broker(tmp_path, port)
    one.start()
    yield one
    one.kill()


@dataclass
class Crew:
    """Celery processes on one broker and one SQLite database, beside a feed that grows on demand."""

    broker: Broker
    folder: Path
    feed_url: str
    published: list[Item]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, app: str, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start `celery`; it is ended after the test."""
        settings = {
            "TRUCEWIRE_BROKER_URL": f"redis://127.0.0.1:{self.broker.port}/0",
            "TRUCEWIRE_DATA": str(self.folder),
            "TRUCEWIRE_ALLOW": "127.0.0.1",
            "TMPDIR": str(self.folder),
        }
        command = [sys.executable, "-m", "celery", "--quiet", "--app", app, *words]
        log = (self.folder / f"{len(self.processes)}.log").open("w", encoding="utf-8")
        with log:
            self.processes.append(
                subprocess.Popen(command, env={**os.environ, **settings, **environ}, stdout=log, stderr=log, text=True)
            )
        return self.processes[-1]

    def worker(self, app: str = "worker.tasks:app", **environ: str) -> subprocess.Popen[str]:
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return self.start(app, "worker", "--queues", ",".join(QUEUES), "--concurrency", "2", *quiet, **environ)

    def beat(self) -> subprocess.Popen[str]:
        return self.start("worker.tasks:app", "beat", "--scheduler", "celery.beat:Scheduler")

    def publish(self, title: str) -> None:
        self.published.append(Item(len(self.published) + 1, title, title, published=formatdate(usegmt=True)))
        with connect(self.database).begin() as connection:
            connection.exec_driver_sql("UPDATE feeds SET next_poll_at = '2000-01-01 00:00:00.000000'")

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'trucewire.db'}"

    @property
    def queries(self) -> Queries:
        return Queries(connect(self.database))

    def sent(self) -> list[tuple[int, str]]:
        """Alert and status of every notification that is not waiting."""
        rows = self.queries.notifications()
        return [(row["alert_id"], row["status"]) for row in rows if row["status"] != "pending"]

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


@pytest.fixture
def crew(broker: Broker, tmp_path: Path) -> Iterator[Crew]:
    published: list[Item] = []

    def newest(conversation: Conversation) -> bool:
        return conversation.answer(200, {"Content-Type": "application/rss+xml"}, rss(*published))

    with serving({"/feed": newest}) as server:
        one = Crew(broker, tmp_path, server.url("/feed"), published)
        engine = connect(one.database)
        migrate(engine)
        Store.on(engine).feeds.sync((a_feed(url=one.feed_url, full_text=FullText.NEVER),), utc_now())
        yield one
        one.end()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_beats_a_wiped_broker_and_a_killed_one_lose_and_double_nothing(crew: Crew) -> None:
    crew.publish("Ceasefire agreed in Nagorno-Karabakh, Armenia and Azerbaijan say")
    crew.worker()
    crew.beat()
    crew.beat()
    wait_for("the first alert", lambda: len(crew.sent()) == 1)

    crew.publish("Azerbaijan shelled the town of Vardenis, Armenia says")
    crew.broker.client.flushall()
    wait_for("an alert after Redis was wiped", lambda: len(crew.sent()) == 2)
    crew.broker.kill()
    crew.publish("Three soldiers killed near Jermuk, Armenia says")
    crew.broker.start()
    wait_for("an alert after Redis was killed", lambda: len(crew.sent()) >= 3)

    articles, alerts = crew.queries.articles(ArticleFilter()), crew.queries.alerts(AlertFilter())
    assert len(articles) == 3
    assert sorted(crew.sent()) == sorted({(alert["id"], "sent") for alert in alerts})


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_task_whose_process_is_killed_runs_again(crew: Crew) -> None:
    log = crew.folder / "linger.log"
    crew.worker("tests.celery_probe:app")
    app = Celery(broker=f"redis://127.0.0.1:{crew.broker.port}/0", set_as_current=False)
    app.send_task("linger", (str(log),), queue="match")
    wait_for("the task", log.exists)

    os.kill(int(log.read_text(encoding="utf-8").split()[0]), signal.SIGKILL)
    wait_for("its repetition", lambda: len(log.read_text(encoding="utf-8").split()) == 2)

    first, second = log.read_text(encoding="utf-8").split()
    assert first != second


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_worker_that_has_gone_deaf_ends_itself(crew: Crew) -> None:
    worker = crew.worker("tests.celery_probe:app", PROBE_DEAF="1")

    status = worker.wait(60)

    assert status == tasks.EXIT_DEAF
    assert "canaries in a row went unheard" in (crew.folder / "0.log").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_worker_that_hears_and_a_beat_that_publishes_leave_their_marks(crew: Crew) -> None:
    marks = crew.folder / f"trucewire-{os.getuid()}"
    crew.worker()
    crew.beat()

    wait_for("the marks", lambda: marks.is_dir() and {path.name for path in marks.iterdir()} >= {*QUEUES, "beat"})

    assert all(process.poll() is None for process in crew.processes)


@pytest.mark.slow
def test_a_worker_with_a_mistake_in_its_settings_says_so_and_ends(crew: Crew) -> None:
    worker = crew.worker(TRUCEWIRE_FRESH_HOURS="soon")

    status = worker.wait(60)

    assert status == 1
    assert "trucewire: environment: TRUCEWIRE_FRESH_HOURS" in (crew.folder / "0.log").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_task_that_finds_no_broker_for_its_nudge_has_done_its_work(crew: Crew) -> None:
    crew.publish("Ceasefire agreed in Nagorno-Karabakh, Armenia and Azerbaijan say")
    crew.broker.kill()
    settings = {"TRUCEWIRE_DATA": str(crew.folder), "TRUCEWIRE_ALLOW": "127.0.0.1"}
    broker = {"TRUCEWIRE_BROKER_URL": f"redis://127.0.0.1:{crew.broker.port}/0"}

    done = subprocess.run(
        [sys.executable, "-c", "from worker import tasks; tasks.log_plainly(); tasks.poll([1])"],
        env={**os.environ, **settings, **broker},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "nudge task=match outcome=lost" in done.stderr
    assert len(crew.queries.articles(ArticleFilter())) == 1
