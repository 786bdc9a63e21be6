"""Due feeds in, batches to nudge out: no feed twice while its nudge may still arrive, no host in two hands.

What is due is a query. That a feed has been nudged lately is only remembered, in the memory that all workers share,
so that a backlog is not queued again at every tick. What is remembered is void once its nudge has expired, or once the
feed has become due anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from worker.bootstrap import Services
from worker.connections import AllowList
from worker.urls import host_of

# Feeds a task: Celery's 1.4 ms per task vanishes beside the requests. Where much is due, a task has more of them, so
# that it waits for many servers at once: with 200 ms each, fifty at a time are some two hundred polls a second.
BATCH, LARGEST_BATCH = 50, 250
TASKS = 8  # … as long as there is work for so many
# … of one host: two at a time, each given up after thirty seconds, must not outlast the lease.
HOST_SHARE = 16
QUEUED = "queued"  # its name in the shared memory: [[nudged at, Unix seconds; void after; ids of feeds], …]


def tick(services: Services, limit: int = 5000) -> list[list[int]]:
    """The feeds that are due now and not queued, in batches that may be polled at once by different workers.

    The feeds of one host share a batch, whose worker spaces them, and wait for the batch before: so a host is asked by
    one worker at a time. Hosts that the operator has opened are the operator's own, and take what comes.
    """
    now = services.now()
    nudged_at = {feed_id: at for at, until, ids in _queued(services) if until > now.timestamp() for feed_id in ids}
    due: list[tuple[int, str]] = []
    under_way = [*services.store.feeds.leased_urls(now), *services.store.pages.leased_urls(now)]
    busy = {host_of(url) for url in under_way}
    for feed in services.store.feeds.due_feeds(now, limit):
        if feed.since.timestamp() <= nudged_at.get(feed.feed_id, 0.0):
            busy.add(host_of(feed.url))
        else:
            due.append((feed.feed_id, feed.url))
    is_own = cache(AllowList.of(services.settings.fetch.allow).names)
    size = min(max(BATCH, len(due) // TASKS), LARGEST_BATCH)
    return batches(due, lambda host: host not in busy, is_own, size)


def note_queued(services: Services, feed_ids: Sequence[int], expires_s: float) -> None:
    """Remember that nudges for these feeds are on their way, for as long as they may arrive."""
    if not feed_ids:
        return
    now = services.now()
    valid = [one for one in _queued(services) if one[1] > now.timestamp()]
    queued = [*valid, (now.timestamp(), now.timestamp() + expires_s, list(feed_ids))]
    services.store.upkeep.remember(QUEUED, queued, now)


def _queued(services: Services) -> list[tuple[float, float, list[int]]]:
    return services.store.upkeep.recall(QUEUED) or []


def batches(
    due: Iterable[tuple[int, str]], is_free: Callable[[str], bool], is_own: Callable[[str], bool], size: int = BATCH
) -> list[list[int]]:
    """(id, URL) of due feeds as batches of ids, of which no two share a host, unless it is the operator's own."""
    by_host: dict[str, list[int]] = {}
    mine: list[int] = []  # in the order in which they are due: many hosts to wait for at once
    for feed_id, url in due:
        host = host_of(url)
        (mine if is_own(host) else by_host.setdefault(host, [])).append(feed_id)
    found = [mine[start : start + size] for start in range(0, len(mine), size)]
    room: list[int] = []
    for host, ids in by_host.items():
        if not is_free(host):
            continue
        share = ids[: min(size, HOST_SHARE)]
        if len(room) + len(share) > size:
            found.append(room)
            room = []
        room = [*room, *share]
    return [*found, room] if room else found
