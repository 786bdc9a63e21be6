"""Politeness within one process: how many requests a host gets at once, and how far apart they start.

What all processes together ask of a host is decided where polls are claimed, in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from worker.errors import FetchError
from worker.model.polling import Outcome


@dataclass(slots=True)
class _Host:
    busy: int = 0
    waiting: int = 0
    # There while somebody waits. One that all hosts shared would wake every waiting thread for each turn that ends.
    changed: threading.Condition = field(init=False)
    next_start: float = 0.0  # on the monotonic clock


class Turns:
    """Hands out turns per host. Thread-safe.

    Args:
        at_once: turns of one host that run at the same time.
        spacing_s: between the starts of two turns of one host.
        patience_s: how long a turn is waited for before the worker is given back to other hosts.
    """

    def __init__(self, at_once: int, spacing_s: float, patience_s: float) -> None:
        self._at_once, self._spacing_s, self._patience_s = at_once, spacing_s, patience_s
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[float]:
        """Wait for a turn and hold it; gives the seconds that were waited.

        Raises:
            FetchError: internal_error, when no turn came: nothing was asked, so nothing is known of the server.
        """
        began = time.monotonic()
        with self._lock:
            state = self._hosts.get(host)
            if state is None:
                state = self._hosts[host] = _Host()
            self._wait(host, state, began + self._patience_s)
            state.busy += 1
            state.next_start = time.monotonic() + self._spacing_s
        try:
            yield time.monotonic() - began
        finally:
            with self._lock:
                state.busy -= 1
                self._forget_idle(host, state)
                if state.waiting:
                    state.changed.notify()

    def _wait(self, host: str, state: _Host, give_up_at: float) -> None:
        if self._delay(state) <= 0:
            return
        if not state.waiting:
            state.changed = threading.Condition(self._lock)
        state.waiting += 1
        try:
            while (delay := self._delay(state)) > 0:
                remaining = give_up_at - time.monotonic()
                if remaining <= 0:
                    state.changed.notify()  # the turn that may just have been offered is the next one's
                    raise FetchError(f"{host}: no turn within {self._patience_s:g} s", Outcome.INTERNAL_ERROR)
                state.changed.wait(min(delay, remaining))
        finally:
            state.waiting -= 1

    def _delay(self, state: _Host) -> float:
        """Seconds until it is worth looking again; 0 or less when the turn has come."""
        return self._patience_s if state.busy >= self._at_once else state.next_start - time.monotonic()

    def _forget_idle(self, host: str, state: _Host) -> None:
        if not self._spacing_s and not state.busy and not state.waiting:
            self._hosts.pop(host, None)
        elif len(self._hosts) > 4096:  # remembered only for their spacing
            now = time.monotonic()
            idle = [h for h, s in self._hosts.items() if not s.busy and not s.waiting and s.next_start <= now]
            for other in idle:
                del self._hosts[other]
