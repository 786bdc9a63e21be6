"""The production stack on a real Docker engine: from a changed feed to a signed webhook, while its parts crash."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.compose.stack import Stack, engine_is_there, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not engine_is_there(), reason="needs a Docker engine with Compose"),
]

# Those that hold leases first: these end while the others are crashed.
CRASHES = ("worker-deliver", "worker-poll", "redis", "worker-match", "beat", "redis")
LEASES_END_S = 420.0  # what a worker held when it was killed is free again after five minutes
SENT = "SELECT key, status, extract(epoch FROM sent_at) AS sent_at FROM notifications"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    one = Stack(f"trucewire-test-{os.getpid()}")
    try:
        one.up(worker_poll=3, beat=2)
        yield one
    finally:
        one.down()


def crash(stack: Stack, service: str) -> None:
    """Kill a service while alerts go out, and see the restart policy and the stream of alerts at work."""
    before = len(stack.received())
    wait_for("alerts before the crash", lambda: len(stack.received()) > before, 120)
    killed = stack.kill(service)
    wait_for(f"{service} is restarted", lambda: min(stack.restarts(killed)) > 0, 60)


def everything_is_delivered(stack: Stack) -> bool:
    published = len(stack.lines("feeds", "/tmp/published.jsonl"))
    sent = [row for row in stack.rows(SENT) if row["status"] == "sent"]
    return len(sent) >= published


def test_a_changed_feed_becomes_a_signed_webhook(stack: Stack) -> None:
    wait_for("a webhook", lambda: bool(stack.received()), 120)

    first = stack.received()[0]

    assert first["genuine"]
    assert "Ruritania" in str(first["payload"])


def test_every_service_is_well_and_each_one_shot_is_done(stack: Stack) -> None:
    workers = ("beat", "worker-poll", "worker-match", "worker-deliver", "web", "postgres", "redis")
    wait_for("health", lambda: {state for name in workers for state in stack.states()[name]} == {"healthy"}, 150)

    states = stack.states()

    assert len(states["worker-poll"]) == 3
    assert len(states["beat"]) == 2
    assert states["migrate"] == states["password"] == ["exited"]


def test_nothing_is_lost_or_doubled_when_every_part_is_killed_under_load(stack: Stack) -> None:
    for service in CRASHES:
        crash(stack, service)
    stack.compose("exec", "--no-TTY", "feeds", "touch", "/tmp/stop")
    wait_for("delivery of all", lambda: everything_is_delivered(stack), LEASES_END_S)

    published = sorted(line["title"] for line in stack.lines("feeds", "/tmp/published.jsonl"))
    stored = sorted(row["title"] for row in stack.rows("SELECT title FROM articles"))
    alerts = stack.rows("SELECT article_id FROM alerts")
    sent_at = {row["key"]: row["sent_at"] for row in stack.rows(SENT)}
    received = stack.received()
    assert stored == published
    assert len({row["article_id"] for row in alerts}) == len(alerts) == len(published)
    assert all(one["genuine"] for one in received)
    assert {one["key"] for one in received} == set(sent_at)
    assert [one for one in received if one["at"] > sent_at[one["key"]]] == []
