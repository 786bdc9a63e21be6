"""One exchange with a server: its limits, its deadline, and the context variable that carries it to the socket.

urllib3 creates connections and sockets by itself and hands them nothing of ours. The exchange under way therefore
travels in a context variable; a connection without one refuses to work (`LookupError`): nothing is ever sent unguarded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from worker.connections.addresses import Address, AllowList
from worker.model.polling import FetchLimits

Resolver = Callable[[str, int], list[Address]]  # host, port → addresses, best first; raises OSError or UnicodeError


@dataclass(slots=True)
class Exchange:
    """A request and its answer, redirects included."""

    limits: FetchLimits
    allow: AllowList
    resolver: Resolver
    deadline: float  # on the monotonic clock
    reused: bool = False  # the connection has served before: the server may just have closed it

    @property
    def remaining_s(self) -> float:
        """Seconds until the deadline; negative once it has passed."""
        return self.deadline - time.monotonic()

    def pause(self, waited_s: float) -> None:
        """Move the deadline: the time spent waiting for a turn is not the server's fault."""
        self.deadline += waited_s


current: ContextVar[Exchange] = ContextVar("worker.connections.current")
