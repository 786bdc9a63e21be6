"""Threads that wait for servers: as few as keep the process busy, as many as the servers' slowness asks for.

Threads that compute in turn are dear: where servers answer at once, sixteen of them cost half as much again as one.
Where servers take their time, one would leave the process idle. So a batch begins with half the hands that the last one
came to need, and takes as many again whenever lanes are left waiting.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

FEWEST = 1
GROW_S = 0.02  # a hand that has taken so long waits for its server
FLUSH_S = 0.5  # a slow feed holds up the others' articles no longer than this


class Crew:
    """A process's threads for one kind of work. Thread-safe.

    Args:
        most: threads; started when first needed, kept.
        name: of each.
    """

    def __init__(self, most: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(most, name)
        self._most = most
        self._first = FEWEST  # hands that the next batch begins with

    def results(
        self, lanes: Iterable[deque[Task]], do: Callable[[Task], Result]
    ) -> Generator[list[Result], None, None]:
        """What `do` makes of each task: at the end of the batch, and every `FLUSH_S` while some are waited for.

        Args:
            lanes: tasks that are done one after the other. A lane that stands here twice is worked on by two hands.
            do: raises nothing that a task can be blamed for; what it raises all the same ends the batch.
        """
        waiting, done = deque(lanes), SimpleQueue[Result]()
        at_work: set[Future[None]] = set()
        hands, flush_at = self._first, time.monotonic() + FLUSH_S
        try:
            while waiting or at_work:
                for _ in range(min(len(waiting), hands - len(at_work))):
                    at_work.add(self._threads.submit(_work, waiting, do, done))
                patience = GROW_S if waiting else FLUSH_S
                ended, at_work = wait(at_work, timeout=max(0.0, min(patience, flush_at - time.monotonic())))
                for one in ended:
                    one.result()
                if waiting:
                    hands = min(2 * hands, self._most)
                if not at_work or time.monotonic() >= flush_at:
                    yield [done.get() for _ in range(done.qsize())]
                    flush_at = time.monotonic() + FLUSH_S
        finally:
            waiting.clear()  # whoever gave up, or failed, wants no more of it begun
        self._first = max(FEWEST, hands // 2)


def _work(waiting: deque[deque[Task]], do: Callable[[Task], Result], done: SimpleQueue[Result]) -> None:
    while (lane := _next(waiting)) is not None:
        while (task := _next(lane)) is not None:
            done.put(do(task))


def _next(items: deque[Task]) -> Task | None:
    """The first of `items`, which other threads take from, too; None where there is none left."""
    try:
        return items.popleft()
    except IndexError:
        return None
