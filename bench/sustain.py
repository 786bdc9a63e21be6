"""300 polls a second for a minute, one in ten with a new entry: how long feeds wait, how many cores it takes.

Feeds come due one after the other, are found by the ticks of a beat, polled, and what they bring is judged: everything
runs as in production, the workers of the poll and the match queue, Redis, beat and the database. Whoever makes the
entries and serves them shares the machine, and is not counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, select

from bench import servers
from bench.farm import Farm
from bench.poll import HOSTS, Ours
from worker.tables import articles, feeds, polls

CHANGED = 10  # every tenth poll finds something
SLICE_S = 0.5  # so often some feeds become due
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Sustained:
    """What came of it."""

    asked: int  # polls
    wall_s: float  # until the last was done
    waits_s: list[float]  # from when a feed became due until it was asked
    new: int  # articles
    judged: int  # … of which so many when the last poll was done
    cpu_s: dict[str, float]  # by process


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench sustain", description=__doc__)
    parser.add_argument("--rate", type=int, default=300, help="polls a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--feeds", type=int, default=3000, help="each comes round every FEEDS / RATE seconds")
    parser.add_argument("--database", default="postgresql")
    parser.add_argument("--concurrency", type=int, default=2)
    options = parser.parse_args(arguments)
    with servers.bench("sustain") as (stack, folder):
        _print(_sustained(stack, folder, options), options)


def _sustained(stack: ExitStack, folder: Path, options: argparse.Namespace) -> Sustained:
    port = stack.enter_context(servers.nginx(folder / "www", folder))
    farm = Farm(folder / "www" / "feed", options.feeds, entries=5)
    urls = farm.urls(port, HOSTS)
    ours = Ours(stack, folder / "ours", options.database, "prefork", options.concurrency)
    ours.add(urls)
    ours.round(urls)
    print("every feed has been read once", file=sys.stderr, flush=True)
    ours.processes["match"] = stack.enter_context(
        servers.worker(folder / "ours", ours.environ, queue="match", concurrency=1)
    )
    ours.processes["beat"] = stack.enter_context(servers.beat(folder / "ours", ours.environ))
    _wait_until(lambda: _unjudged(ours) == 0)
    return _minute(ours, farm, options)


def _minute(ours: Ours, farm: Farm, options: argparse.Namespace) -> Sustained:
    with ours.engine.connect() as connection:
        ids = list(connection.scalars(select(feeds.c.id).order_by(feeds.c.id)))
        before = connection.scalar(select(func.max(polls.c.id))) or 0
        stored = connection.scalar(select(func.max(articles.c.id))) or 0
    cpu_s = {name: process.cpu_s() for name, process in ours.processes.items()}
    due_at: dict[int, list[datetime]] = {feed_id: [] for feed_id in ids}
    began, asked, size = time.monotonic(), 0, round(options.rate * SLICE_S)
    for number in range(round(options.seconds / SLICE_S)):
        time.sleep(max(0.0, began + number * SLICE_S - time.monotonic()))
        positions = [(asked + step) % len(ids) for step in range(size)]
        farm.publish(positions[::CHANGED], 1)
        now = datetime.now(UTC)
        ours.store.feeds.make_due([ids[position] for position in positions], now)
        for position in positions:
            due_at[ids[position]].append(now)
        asked += size
    _wait_until(lambda: _waiting(ours) == 0)
    wall_s = time.monotonic() - began
    spent = {name: process.cpu_s() - cpu_s[name] for name, process in ours.processes.items()}
    return Sustained(asked, wall_s, _waits(ours, before, due_at), _new(ours, stored), _judged(ours, stored), spent)


def _waits(ours: Ours, after: int, due_at: dict[int, list[datetime]]) -> list[float]:
    """Seconds from each time a feed became due until the first poll after it."""
    started: dict[int, list[datetime]] = {}
    with ours.engine.connect() as connection:
        for row in connection.execute(select(polls.c.feed_id, polls.c.started_at).where(polls.c.id > after)):
            started.setdefault(row.feed_id, []).append(row.started_at)
    found = []
    for feed_id, moments in due_at.items():
        for moment in moments:
            first = min((start for start in started.get(feed_id, ()) if start >= moment), default=None)
            found += [(first - moment).total_seconds()] if first else []
    return found


def _waiting(ours: Ours) -> int:
    return len(ours.store.feeds.due_feeds(datetime.now(UTC), 10)) + len(ours.store.feeds.leased_urls(datetime.now(UTC)))


def _unjudged(ours: Ours) -> int:
    with ours.engine.connect() as connection:
        waiting = select(func.count()).select_from(articles).where(articles.c.matched_at.is_(None))
        return int(connection.scalar(waiting) or 0)


def _new(ours: Ours, after: int) -> int:
    with ours.engine.connect() as connection:
        return int(connection.scalar(select(func.count()).where(articles.c.id > after)) or 0)


def _judged(ours: Ours, after: int) -> int:
    with ours.engine.connect() as connection:
        done = select(func.count()).where(articles.c.id > after, articles.c.matched_at.is_not(None))
        return int(connection.scalar(done) or 0)


def _wait_until(done: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > give_up_at:
            raise TimeoutError("the workers do not come to an end")
        time.sleep(0.1)


def _print(found: Sustained, options: argparse.Namespace) -> None:
    cuts = quantiles(found.waits_s, n=20)
    cores = {name: spent / found.wall_s for name, spent in found.cpu_s.items()}
    print(
        f"{found.asked} polls at {options.rate} a second on {options.database}: done at "
        f"{found.asked / found.wall_s:.0f} a second, asked {cuts[9]:.1f} s after they were due "
        f"(p95 {cuts[18]:.1f} s; a tick comes every 5 s)\n"
        f"{found.new} new articles, {found.judged} of them judged by then\n"
        f"{sum(cores.values()):.2f} cores: " + ", ".join(f"{name} {share:.2f}" for name, share in cores.items())
    )


if __name__ == "__main__":
    main(sys.argv[1:])
