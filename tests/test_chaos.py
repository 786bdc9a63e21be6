"""Alerts while workers are killed, Redis is wiped, PostgreSQL restarts and receivers fail: nothing is lost.

By default a tenth of it; `CHAOS=10` runs all: 2,000 alerts × 4 channels, 200 kills, 5 wipes, 3 restarts.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.celery_stack import Stack, running_stack
from tests.waiting import wait_for
from worker.queries import Queries
from worker.store import Store

SCALE = int(os.environ.get("CHAOS", "1"))
ALERTS, KILLS = 200 * SCALE, 20 * SCALE
WIPES, RESTARTS = (5, 3) if SCALE >= 10 else (2, 1)
CHANNELS = ("one", "two", "three", "four")
FAILS = 0.2  # of requests
EACH_S = 0.7  # between two kills
AT_MOST_S = 120.0 + 120.0 * SCALE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(AT_MOST_S + 120)]


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


@pytest.fixture
def stack(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    addresses = [f"http://127.0.0.1:{receiver.port}/{name}" for name in CHANNELS]
    with running_stack(tmp_path, monkeypatch, addresses, "tests.chaos_app:app") as running:
        yield running


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
    wait_for("the end of it", stack.nothing_waits, AT_MOST_S)

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
