"""Milliseconds from an article's commit to its webhook's arrival, beside three bare Celery hops in the same run.

Redis, PostgreSQL, and the workers with the pools that docker-compose.yml gives them. The bench does what a poll does at
its end: it commits articles and nudges `match`. Article by article first, then a burst at a steady pace.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from celery import Celery

from bench import servers
from bench._hops import WAY
from bench.servers import MissingError
from worker.database import connect, migrate
from worker.model import Article, Feed, FeedState, Outcome, PollPlan
from worker.store import Store

ROOT = Path(__file__).parents[1]
SECRET = "whsec_cmVoZWFyc2FsLXJlaGVhcnNhbC1yZWhlYXJzYWw="
PATIENCE_S = 120.0
SYLLABLES = [consonant + vowel for consonant in "bdgklmnr" for vowel in "aeio"]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench latency", description=__doc__)
    parser.add_argument("--single", type=int, default=40, help="articles one by one")
    parser.add_argument("--burst", type=int, default=500, help="articles in the burst")
    parser.add_argument("--rate", type=float, default=20.0, help="articles a second in the burst")
    options = parser.parse_args(arguments)
    try:
        servers.need("redis-server", "redis-server")
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            _measure(Line(stack, Path(name)), options)
    except MissingError as missing:
        print(f"bench latency: {missing}")


def _measure(line: Line, options: argparse.Namespace) -> None:
    for number in range(5):  # the first of everything is slow: starts, connections, plans of statements
        line.wait([line.hop(-1 - number)], line.hops)
        line.wait([line.publish(-1 - number)])
    for what, count, rate in (("one by one", options.single, 0.0), ("burst", options.burst, options.rate)):
        for name, start, arrived in (("article", line.publish, line.arrived), ("3 hops", line.hop, line.hops)):
            print(f"{what:10}  {name:7}  {_figures(line.run(start, arrived, count, rate))}", flush=True)


def _figures(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    at = {share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.99)}
    return f"n={len(ordered)}  p50 {at[0.5]:.0f} ms  p99 {at[0.99]:.0f} ms  worst {ordered[-1] * 1000:.0f} ms"


class Line:
    """The services of docker-compose.yml without the polls, and a receiver of webhooks."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._receiver = _Receiver(stack)
        self._hops = folder / "hops"
        self._hops.touch()
        _, url = stack.enter_context(servers.postgresql(folder))
        _, broker = stack.enter_context(servers.redis(folder))
        engine = connect(url)
        stack.callback(engine.dispose)
        migrate(engine)
        self._store = Store.on(engine)
        environ = _environment(folder, url, broker, self._receiver.port) | {"BENCH_HOPS": str(self._hops)}
        for queue, concurrency in (("match", 2), ("deliver", 4)):
            stack.enter_context(
                servers.worker(folder, environ, concurrency=concurrency, queue=queue, app="bench._hops:app")
            )
        self._app = Celery(broker=broker, set_as_current=False)
        feed = Feed("http://ruritania.example/feed", "Ruritania Today", "Ruritania Today", "ruritania-today", ("en",))
        self._store.feeds.add([feed], datetime.now(UTC))
        ((feed_id, _, _),) = self._store.feeds.due_feeds(datetime.now(UTC), 1)
        self._state = FeedState(feed_id, feed, next_poll_at=datetime.now(UTC))

    def publish(self, number: int) -> tuple[int, float]:
        """Commit one article and nudge its judging, as a poll does; its number, and when it was committed."""
        now = datetime.now(UTC)
        title = f"Bulletin {number} from Ruritania: {_words(number, 5)}"
        article = Article(
            key=f"http://ruritania.example/{number}",
            identity=str(number),
            url=f"http://ruritania.example/{number}",
            title=title,
            summary=f"{_words(number, 60)} in Ruritania.",
            language="en",
            publisher="Ruritania Today",
            family="ruritania-today",
            published_at=now,
            fingerprint=str(number),
        )
        state = replace(self._state, last_ok_at=now)
        plan = PollPlan(state, Outcome.NEW, now, new=(article,), seen=((article.identity, article.key),))
        self._store.polls.apply_polls([plan])
        committed = time.time()
        self._app.send_task("match", queue="match", expires=10.0)
        return number, committed

    def hop(self, number: int) -> tuple[int, float]:
        """Send a message that only goes three hops; its number, and when it was sent."""
        sent = time.time()
        self._app.send_task("hop", (number, 1), queue=WAY[0])
        return number, sent

    def arrived(self) -> Mapping[int, float]:
        """When each article's webhook came in."""
        return self._receiver.arrived

    def hops(self) -> Mapping[int, float]:
        """When each message came to the end of its way."""
        lines = (line.split() for line in self._hops.read_text(encoding="utf-8").splitlines())
        return {int(number): float(at) for number, at in lines}

    def wait(self, sent: Sequence[tuple[int, float]], arrived: Callable[[], Mapping[int, float]] | None = None) -> Any:
        """Seconds that each took, once all are there."""
        come, give_up_at = arrived or self.arrived, time.monotonic() + PATIENCE_S
        while not {number for number, _ in sent} <= come().keys():
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"of {len(sent)} sent, {len(come())} have arrived")
            time.sleep(0.002)
        return [come()[number] - at for number, at in sent]

    def run(
        self,
        start: Callable[[int], tuple[int, float]],
        arrived: Callable[[], Mapping[int, float]],
        count: int,
        rate: float,
    ) -> list[float]:
        """Seconds that each of `count` took, sent at `rate` a second, or each after the last has arrived."""
        first = int(rate) * 1_000_000
        sent: list[tuple[int, float]] = []
        began = time.monotonic()
        for number in range(count):
            if rate:
                time.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent.append(start(first + number))
            if not rate:
                self.wait(sent[-1:], arrived)
        return list(self.wait(sent, arrived))


def _words(number: int, count: int) -> str:
    """Words of no language, others for each number: no two articles tell the same story."""
    chance = random.Random(str(number))  # of a number, the sign would not count
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)).capitalize()


class _Receiver:
    """Notes when each article's webhook has arrived, and accepts it."""

    def __init__(self, stack: ExitStack) -> None:
        self.arrived: dict[int, float] = {}
        arrived = self.arrived

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                at = time.time()
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                number = int(body.partition('"title":"Bulletin ')[2].partition(" ")[0])
                arrived.setdefault(number, at)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)


def _environment(folder: Path, url: str, broker: str, port: int) -> dict[str, str]:
    config = folder / "config"
    shutil.copytree(ROOT / "tests" / "compose" / "config", config)  # an alert for every article
    channel = f'name = "sink"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/"\nsecret_env = "TRUCEWIRE_SECRET"\n'
    (config / "channels.toml").write_text(f"[[channel]]\n{channel}", encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "TRUCEWIRE_CONFIG": str(config),
        "TRUCEWIRE_DATA": str(folder / "data"),
        "TRUCEWIRE_DATABASE_URL": url,
        "TRUCEWIRE_BROKER_URL": broker,
        "TRUCEWIRE_ALLOW": "127.0.0.1",
        "TRUCEWIRE_SECRET": SECRET,
        "TRUCEWIRE_LOG_LEVEL": "WARNING",
    }
