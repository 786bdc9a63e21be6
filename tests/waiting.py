"""Patience with processes that a test has started."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(what: str, condition: Callable[[], bool], at_most_s: float = 90.0) -> None:
    deadline = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {at_most_s:.0f} s"
        time.sleep(0.1)
