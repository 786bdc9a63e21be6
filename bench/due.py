"""The due query, a claim of 50 and the price of a poll with 200,000 feeds in the table, of which 1,500 are due."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import servers
from bench.servers import MissingError
from worker.database import connect, migrate
from worker.model import Feed
from worker.pipeline.poll import PRICED
from worker.schedule import Limits, price_for
from worker.schedule.price import Demand
from worker.schedule.rhythm import Rhythm
from worker.store import Store
from worker.tables import feeds

DUE = 1500  # what comes due between two ticks where each of 180,000 feeds is polled every ten minutes
BATCH = 50
REPEATS = 15


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench due", description=__doc__)
    parser.add_argument("--feeds", type=int, default=200_000)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    options = parser.parse_args(arguments)
    print(f"{'best of ' + str(REPEATS) + ', ms':24}{'due query':>12}{'claim of 50':>14}{'price':>10}")
    for database in options.databases:
        try:
            with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
                due_ms, claim_ms, price_ms = _measured(stack, Path(name), database, options.feeds)
        except MissingError as missing:
            print(f"bench due: {missing}")
            continue
        print(f"{database:24}{due_ms:12.1f}{claim_ms:14.1f}{price_ms:10.0f}")


def _measured(stack: ExitStack, folder: Path, database: str, count: int) -> tuple[float, float, float]:
    url = f"sqlite:///{folder / 'bench.db'}"
    if database == "postgresql":
        _, url = stack.enter_context(servers.postgresql(folder))
    engine = connect(url)
    stack.callback(engine.dispose)
    migrate(engine)
    store, now = Store.on(engine), datetime.now(UTC)
    _fill(store, count, now)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    due = [feed.feed_id for feed in store.feeds.due_feeds(now, 5000)]
    print(f"{database}: {len(due)} of {count} feeds are due", file=sys.stderr)
    batches = iter([due[start : start + BATCH] for start in range(0, REPEATS * BATCH, BATCH)])
    return (
        _best_ms(lambda: store.feeds.due_feeds(now, 5000)),
        _best_ms(lambda: store.feeds.lease(next(batches), now, now + timedelta(minutes=5))),
        _best_ms(lambda: price_for(store.feeds.demands(PRICED, 0.5), Limits()), repeats=3),
    )


def _fill(store: Store, count: int, now: datetime) -> None:
    """Feeds that come due evenly; as many again of those due are disabled, and long overdue."""
    part = 10_000
    for start in range(0, count, part):
        numbers = range(start, min(count, start + part))
        store.feeds.add([Feed(f"https://outlet{n}.example/feed", f"O{n}", f"O{n}", f"o{n}") for n in numbers], now)
    every = max(count // DUE, 2)
    with store.engine.begin() as connection:
        later = now + timedelta(minutes=5)
        connection.execute(feeds.update().values(next_poll_at=later, rate=_learned(now)))
        connection.execute(feeds.update().where(feeds.c.id % every == 0).values(next_poll_at=now))
        overdue = {"next_poll_at": now - timedelta(days=1), "enabled": False}
        connection.execute(feeds.update().where(feeds.c.id % every == 1).values(overdue))


def _learned(now: datetime) -> dict[str, Any]:
    """What the schedule remembers of a feed with twenty entries a day."""
    rhythm = Rhythm.unknown(now.timestamp() - 20 * 72 * 60, Limits().default_rate)
    for poll in range(20):
        rhythm.observe(rhythm.at + 72 * 60, [rhythm.at + poll])
    return {**rhythm.memory(), **Demand(0.0108, 0.0001).memory()}


def _best_ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return min(taken)
