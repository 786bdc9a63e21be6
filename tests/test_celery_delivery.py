"""Receivers that hang, and what is held, under Celery's workers on Redis and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery

from tests.celery_stack import Stack, running_stack
from tests.hostile_server import Conversation, HostileServer, hang, serving
from tests.waiting import wait_for
from worker.pipeline.deliver import BACK_OFF_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

HANGING = ("hangs1", "hangs2", "hangs3")  # one worker of four is left
ALERTS = 10


def accepted(c: Conversation) -> bool:
    return c.answer(204)


@pytest.fixture
def receivers() -> Iterator[HostileServer]:
    half_way = hang(b"HTTP/1.1 200 OK\r\nContent-")
    with serving({"/well": accepted} | {f"/{name}": half_way for name in HANGING}) as server:
        yield server


@pytest.fixture
def stack(tmp_path: Path, receivers: HostileServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    addresses = [receivers.url(f"/{name}") for name in (*HANGING, "well")]
    with running_stack(tmp_path, monkeypatch, addresses) as running:
        yield running


def asked(receivers: HostileServer) -> Counter[str]:
    return Counter(request.path.lstrip("/") for request in receivers.log.requests)


def test_receivers_that_hang_half_way_delay_no_other(stack: Stack, receivers: HostileServer) -> None:
    stack.worker()
    stack.celery("beat", "--scheduler", "celery.beat:Scheduler", "--schedule", str(stack.folder / "beat"))
    stack.raise_alerts(ALERTS)
    wait_for("all that hang to be asked", lambda: all(asked(receivers)[name] for name in HANGING), 60)

    # The first of them gives up ten seconds after it was asked: until then, each holds a worker.
    before = sum(asked(receivers)[name] for name in HANGING)
    wait_for("the channel that works", lambda: asked(receivers)["well"] >= ALERTS, 60)
    since = sum(asked(receivers)[name] for name in HANGING)

    assert (before, since) == (len(HANGING), len(HANGING))


def test_what_is_held_or_has_failed_goes_out_in_its_time_without_a_sweep(
    stack: Stack, receivers: HostileServer
) -> None:
    (stack.folder / "config" / "routes.toml").write_text('[[route]]\nname = "all"\ngroup_wait = "4s"\n')
    receivers.routes["/well"] = lambda c: c.answer(204 if asked(receivers)["well"] > 1 else 500)
    stack.raise_alerts(1)

    stack.worker()  # and no beat: nothing but nudges
    Celery(broker=stack.environ["TRUCEWIRE_BROKER_URL"], set_as_current=False).send_task("route", queue="deliver")
    wait_for("the second attempt", lambda: asked(receivers)["well"] == 2, 60)

    wait_for("its record", lambda: bool(stack.rows("SELECT 1 FROM notifications WHERE status = 'sent'")), 10)
    (row,) = stack.rows("SELECT created_at, sent_at, attempts FROM notifications WHERE channel = 'well'")
    assert row.sent_at - row.created_at >= timedelta(seconds=4 + BACK_OFF_S)
    assert row.attempts == 2
