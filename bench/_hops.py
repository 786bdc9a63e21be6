"""The app as it is, with a task that does nothing but hand itself on: what three hops through Celery cost at least.

Run by `python -m bench latency` as `celery --app bench._hops:app worker`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from worker.tasks import app

__all__ = ["app", "hop"]

WAY = ("match", "deliver", "deliver")  # the queues that an article's alert goes through


@app.task(name="hop")  # type: ignore[untyped-decorator]  # Celery publishes no type hints
def hop(number: int, done: int) -> None:
    """Go on to the next queue; at the end, write down when."""
    if done < len(WAY):
        hop.apply_async((number, done + 1), queue=WAY[done])
        return
    with Path(os.environ["BENCH_HOPS"]).open("a", encoding="utf-8") as arrived:
        arrived.write(f"{number} {time.time()}\n")
