"""The app as it is, with leases, pauses and beats of seconds where production has minutes: chaos must fit into a test.

Run by test_chaos.py as `celery --app tests.chaos_app:app worker`.
"""

from __future__ import annotations

import importlib
from datetime import timedelta

from worker.tasks import app

__all__ = ["app"]

delivery = importlib.import_module("worker.pipeline.deliver")  # in its package, the function hides the module
shorter = {"LEASE": timedelta(seconds=8), "BACK_OFF_S": 0.5, "PAUSE_CAP_S": 2.0, "MAX_ATTEMPTS": 100}
vars(delivery).update(shorter)
app.conf.beat_schedule = {
    "route": {"task": "route", "schedule": timedelta(seconds=1), "options": {"queue": "deliver", "expires": 2}}
}
