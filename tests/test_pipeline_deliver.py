"""Delivery to a channel that takes its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.factories import an_article, raise_alerts
from tests.world import World
from worker import pipeline
from worker.model import Channel, Message
from worker.pipeline.deliver import LEASE, SEND_AT_MOST

ALERTS = 6
TAKES = timedelta(minutes=1.5)
IN_ONE_LEASE = 3  # begun after 0, 1.5 and 3 minutes; one begun after 4.5 might end when others may send it


def run_with_a_slow_channel(world: World) -> int:
    """Deliver `ALERTS` alerts to a channel that takes `TAKES` for each, and ends the run after one lease."""

    def slow(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        world.passes(seconds=TAKES.total_seconds())

    services = replace(world.services, send=slow)
    raise_alerts(world.store, *(an_article(number) for number in range(1, ALERTS + 1)))
    pipeline.route(services)
    return pipeline.deliver(services, world.channels[0].name)


def test_nothing_is_sent_that_another_worker_may_hold_before_it_is_done(world: World) -> None:
    sent = run_with_a_slow_channel(world)

    assert sent == IN_ONE_LEASE
    assert TAKES * IN_ONE_LEASE + SEND_AT_MOST > LEASE


def test_what_was_left_comes_back_with_its_lease_and_is_sent_once(world: World) -> None:
    run_with_a_slow_channel(world)
    world.passes(seconds=LEASE.total_seconds())

    pipeline.deliver(world.services, world.channels[0].name)

    keys = [message.key for _, message in world.sent]
    assert len(keys) == len(set(keys)) == ALERTS
