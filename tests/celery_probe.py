"""The app as it is, with a task that is there to be killed, and on request with a worker that goes deaf.

Run by test_tasks.py as `celery --app tests.celery_probe:app worker`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from worker import health
from worker.tasks import app

__all__ = ["app", "linger"]


@app.task(name="linger")
def linger(path: str) -> None:
    """Write down who runs it; the first one to do so takes a minute."""
    log = Path(path)
    first = not log.exists()
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{os.getpid()}\n")
    time.sleep(60 if first else 0)


if os.environ.get("PROBE_DEAF"):
    health.CANARY_EVERY_S = 0.2

    @worker_ready.connect
    def go_deaf(sender: Any, **_: Any) -> None:
        """Consume nothing from now on, and stay alive."""
        sender.task_consumer.cancel()
