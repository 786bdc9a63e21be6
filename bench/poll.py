"""CPU per poll: cold, unchanged (304), 10 % of the feeds changed, rebuilt; beside lemon24 `reader` in the same run.

A *rebuilt* feed is a 200 with nothing new in it: only the time at which it was built has changed.

What is counted is user and system time of everything of ours that works on a poll: worker processes, Redis, and the
database's server where there is one. The feeds are made-up ones behind nginx with ETags, on a few loopback addresses
with connections kept. The worker is Celery's as production runs it; a round is a tick of the beat like any other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from celery import Celery
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from bench import servers
from bench.farm import LANGUAGES, Farm
from bench.servers import Running
from worker.database import connect, migrate
from worker.model import Feed
from worker.store import Store
from worker.tables import articles, feeds, polls

READER = ("reader==3.26", "sgmllib3k==1.0.0")  # reader's copy of feedparser needs the second and does not say so
HOSTS = 8  # addresses the feeds are spread over: no more than reader keeps connections to
WARM_UP = 100  # feeds of another farm, polled before anything is counted
ROUNDS = ("cold", "304", "changed", "rebuilt")
CHANGED, NEW = 0.10, 3
TICK_S = 5.0
_PATIENCE_S = 300.0
_MANY = 1000  # articles in one round


@dataclass(frozen=True, slots=True)
class Cost:
    """What a round of one contender cost."""

    polls: int
    new: int
    wall_s: float
    cpu_s: dict[str, float]  # by process

    @property
    def ms(self) -> float:
        """CPU milliseconds per poll, all processes together."""
        return 1000 * sum(self.cpu_s.values()) / self.polls


class Ours:
    """Trucewire on one database: a round is a tick through Celery, Redis and the worker."""

    def __init__(self, stack: ExitStack, folder: Path, database: str, pool: str, concurrency: int) -> None:
        folder.mkdir()
        self.processes: dict[str, Running] = {}
        url = f"sqlite:///{folder / 'bench.db'}"
        if database == "postgresql":
            self.processes["postgres"], url = stack.enter_context(servers.postgresql(folder))
        self.processes["redis"], broker = stack.enter_context(servers.redis(folder))
        self.engine: Engine = connect(url)
        stack.callback(self.engine.dispose)
        migrate(self.engine)
        self.store = Store.on(self.engine)
        environ = self.environ = _environment(url, broker, folder)
        self.processes["worker"] = stack.enter_context(
            servers.worker(folder, environ, pool=pool, concurrency=concurrency)
        )
        self._app = Celery(broker=broker, set_as_current=False)

    def add(self, urls: Sequence[str]) -> None:
        """Watch `urls`."""
        self.store.feeds.add([_feed(number, url) for number, url in enumerate(urls)], datetime.now(UTC))

    def round(self, urls: Sequence[str]) -> Cost:
        """Poll `urls`, all due at once, and nothing else."""
        with self.engine.begin() as connection:
            due = list(connection.scalars(select(feeds.c.id).where(feeds.c.url.in_(urls))))
            connection.execute(feeds.update().values(enabled=feeds.c.id.in_(due)))
        self.store.feeds.make_due(due, datetime.now(UTC))
        polled, stored = self._count(polls), self._count(articles)
        before = {name: process.cpu_s() for name, process in self.processes.items()}
        began = time.monotonic()
        ticks = 0
        while self._count(polls) < polled + len(urls):
            if time.monotonic() > began + _PATIENCE_S:
                raise TimeoutError("the worker does not come to an end")
            if time.monotonic() >= began + ticks * TICK_S:
                self._app.send_task("tick", queue="poll", expires=TICK_S)  # as beat does
                ticks += 1
            time.sleep(0.05)
        wall_s = time.monotonic() - began
        time.sleep(0.5)  # acknowledgements and nudges
        self._vacuum(self._count(articles) - stored)
        self._check(polled)
        cpu_s = {name: process.cpu_s() - before[name] for name, process in self.processes.items()}
        return Cost(len(urls), self._count(articles) - stored, wall_s, cpu_s)

    def _vacuum(self, new: int) -> None:
        """Have PostgreSQL do at once what many new rows leave to be done, which would else fall into a later round."""
        if new > _MANY and self.engine.dialect.name == "postgresql":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")

    def memory_mb(self) -> float:
        """The largest worker process."""
        return self.processes["worker"].memory_mb()

    def _check(self, after: int) -> None:
        with self.engine.connect() as connection:
            failed = connection.scalars(select(polls.c.error).where(polls.c.id > after, polls.c.error.is_not(None)))
            if errors := failed.all():
                raise RuntimeError(f"{len(errors)} polls failed: {errors[0]}")

    def _count(self, table: object) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(select(func.max(table.c.id))) or 0)  # type: ignore[attr-defined]


class Reader:
    """lemon24 `reader` with its defaults: one worker, SQLite."""

    def __init__(self, stack: ExitStack, folder: Path, urls: Sequence[str], python: Path) -> None:
        addresses = folder / "addresses"
        addresses.write_text("\n".join(urls))
        script = Path(__file__).with_name("_reader_rounds.py")
        self._process = stack.enter_context(
            subprocess.Popen(
                [python, script, folder / "reader.db", addresses],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(self._process.terminate)
        self._polls = len(urls)

    def round(self) -> Cost:
        """Update every feed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Cost(self._polls, answer["new"], answer["wall_s"], {"reader": answer["cpu_s"]})


def main(arguments: Sequence[str]) -> None:
    options = _options().parse_args(arguments)
    with servers.bench("poll") as (stack, folder):
        _print(_measured(stack, folder, options), options)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench poll", description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=HOSTS, help="loopback addresses the feeds are spread over")
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--pool", default="prefork", help="Celery's pool: prefork or threads")
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--no-reader", action="store_true")
    return parser


def _measured(stack: ExitStack, folder: Path, options: argparse.Namespace) -> dict[str, dict[str, Cost]]:
    """Each contender's cost of each round; the contenders take turns, so that all see the same feeds in each."""
    port = stack.enter_context(servers.nginx(folder / "www", folder))
    farm = Farm(folder / "www" / "feed", options.feeds)
    warm = Farm(folder / "www" / "warm", min(WARM_UP, options.feeds), seed=2)
    urls, warm_urls = farm.urls(port, options.hosts), warm.urls(port, options.hosts)
    ours = {name: Ours(stack, folder / name, name, options.pool, options.concurrency) for name in options.databases}
    for one in ours.values():
        one.add([*warm_urls, *urls])
        one.round(warm_urls)
    python = None if options.no_reader else _reader_python()
    reader = Reader(stack, folder, urls, python) if python else None
    costs: dict[str, dict[str, Cost]] = {}
    for name in ROUNDS:
        if name == "changed":
            farm.grow(CHANGED, NEW)
        if name == "rebuilt":
            farm.rebuild()
        costs[name] = {f"trucewire, {database}": one.round(urls) for database, one in ours.items()}
        if reader:
            costs[name]["reader, sqlite"] = reader.round()
        print(f"round {name} is done", file=sys.stderr, flush=True)
    print(f"largest worker process: {max(one.memory_mb() for one in ours.values()):.0f} MB", file=sys.stderr)
    return costs


def _print(costs: Mapping[str, Mapping[str, Cost]], options: argparse.Namespace) -> None:
    contenders = list(costs[ROUNDS[0]])
    print(f"\nCPU ms per poll, {options.feeds} feeds, Celery {options.pool} × {options.concurrency}")
    print(f"{'':22}" + "".join(f"{name:>12}" for name in ROUNDS))
    for contender in contenders:
        print(f"{contender:22}" + "".join(f"{costs[name][contender].ms:12.2f}" for name in ROUNDS))
        for process in costs[ROUNDS[0]][contender].cpu_s:
            parts = [1000 * costs[name][contender].cpu_s[process] / costs[name][contender].polls for name in ROUNDS]
            print(f"  {'of which ' + process:20}" + "".join(f"{part:12.2f}" for part in parts))
    peer = next((name for name in contenders if name.startswith("reader")), None)
    print("\npolls per second, new articles")
    for contender in contenders:
        rates = [costs[name][contender] for name in ROUNDS]
        print(f"{contender:22}" + "".join(f"{one.polls / one.wall_s:6.0f}/{one.new:<5}" for one in rates))
    if peer is None:
        return
    print("\nof reader's CPU")
    for contender in contenders:
        if contender != peer:
            ratios = [costs[name][contender].ms / costs[name][peer].ms for name in ROUNDS]
            print(f"{contender:22}" + "".join(f"{ratio:12.2f}" for ratio in ratios))


def _feed(number: int, url: str) -> Feed:
    return Feed(url, f"Outlet {number}", f"Outlet {number}", f"outlet{number}", (LANGUAGES[number % len(LANGUAGES)],))


def _environment(database: str, broker: str, folder: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TRUCEWIRE_")},
        "TRUCEWIRE_DATABASE_URL": database,
        "TRUCEWIRE_BROKER_URL": broker,
        "TRUCEWIRE_ALLOW": "127.0.0.0/8",
        "TRUCEWIRE_CONFIG": str(Path(__file__).parents[1] / "config"),
        "TRUCEWIRE_DATA": str(folder),
        "MALLOC_ARENA_MAX": "2",  # as in the image
    }


def _reader_python() -> Path | None:
    """An environment that holds reader, made once within our own; None where it cannot be made."""
    folder = Path(sys.prefix) / "bench" / READER[0]
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        print(f"making an environment with {READER[0]} …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", *READER], capture_output=True, text=True)
        if done.returncode:
            print(f"reader is left out: pip cannot install it: {done.stderr.strip()[-200:]}")
            return None
        (folder / "made").touch()
    return python


if __name__ == "__main__":
    main(sys.argv[1:])
