"""Polls per second of one worker process, all 304, from servers that take 200 ms to answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import servers
from bench.poll import Ours


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench waits", description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=250, help="loopback addresses the feeds are spread over")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds until a server answers")
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--pool", default="threads", help="Celery's pool: prefork or threads")
    parser.add_argument("--concurrency", type=int, default=8, help="poll tasks at once")
    options = parser.parse_args(arguments)
    with servers.bench("waits") as (stack, folder):
        _measure(stack, folder, options)


def _measure(stack: ExitStack, folder: Path, options: argparse.Namespace) -> None:
    port = servers.free_port()
    slow = [sys.executable, "-m", "bench._slow_server", str(port), str(options.delay)]
    stack.enter_context(servers.started(slow, folder))
    urls = [f"http://{servers.host(number, options.hosts)}:{port}/{number}" for number in range(options.feeds)]
    ours = Ours(stack, folder / "ours", options.database, options.pool, options.concurrency)
    ours.add(urls)
    ours.round(urls)  # learns the validators
    cost = ours.round(urls)
    print(
        f"{cost.polls / cost.wall_s:.0f} polls/s at {options.delay * 1000:.0f} ms, {cost.ms:.2f} CPU ms a poll, "
        f"Celery {options.pool} × {options.concurrency}, {options.database}, {ours.memory_mb():.0f} MB"
    )
