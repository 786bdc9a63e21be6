"""The due query and a claim of 50 with 200,000 feeds in the table, of which 1,500 are due."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import servers
from bench.servers import MissingError
from worker.database import connect, migrate
from worker.model import Feed
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
    print(f"{'best of ' + str(REPEATS) + ', ms':24}{'due query':>12}{'claim of 50':>14}")
    for database in options.databases:
        try:
            with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
                due_ms, claim_ms = _measured(stack, Path(name), database, options.feeds)
        except MissingError as missing:
            print(f"bench due: {missing}")
            continue
        print(f"{database:24}{due_ms:12.1f}{claim_ms:14.1f}")


def _measured(stack: ExitStack, folder: Path, database: str, count: int) -> tuple[float, float]:
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
    due = [feed_id for feed_id, _ in store.feeds.due_feeds(now, 5000)]
    print(f"{database}: {len(due)} of {count} feeds are due", file=sys.stderr)
    batches = iter([due[start : start + BATCH] for start in range(0, REPEATS * BATCH, BATCH)])
    return (
        _best_ms(lambda: store.feeds.due_feeds(now, 5000)),
        _best_ms(lambda: store.feeds.lease(next(batches), now, now + timedelta(minutes=5))),
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
        connection.execute(feeds.update().values(next_poll_at=later))
        connection.execute(feeds.update().where(feeds.c.id % every == 0).values(next_poll_at=now))
        overdue = {"next_poll_at": now - timedelta(days=1), "enabled": False}
        connection.execute(feeds.update().where(feeds.c.id % every == 1).values(overdue))


def _best_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return min(taken)
