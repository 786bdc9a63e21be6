"""Progress, told from its absence."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.factories import NOW, stored_feed
from worker import health
from worker.health import DEAF_AFTER, HUNG_AFTER, QUEUES, STALE_AFTER, STALLED_AFTER, Hearing
from worker.queries import Health, Queries
from worker.store import Store

WELL = Health(None, None, None, dict.fromkeys(QUEUES, NOW))
LONG_AGO = NOW - STALLED_AFTER - timedelta(seconds=1)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def unheard(canaries: int) -> Hearing:
    return Hearing(accepted=5, unheard=canaries)


def test_a_task_accepted_is_heard_once() -> None:
    hearing = Hearing()

    looks = [hearing.heard(3), hearing.heard(3), hearing.heard(4)]

    assert looks == [True, False, True]


def test_a_task_accepted_forgives_the_canaries_before() -> None:
    hearing = unheard(DEAF_AFTER)

    hearing.heard(6)

    assert hearing.complaint(busy=False) == ""


def test_a_broker_that_took_no_canary_is_not_held_against_the_worker() -> None:
    hearing = unheard(DEAF_AFTER - 1)

    hearing.sent(taken=False)
    hearing.sent(taken=True)

    assert hearing.unheard == 1
    assert hearing.complaint(busy=False) == ""


@pytest.mark.parametrize(
    ("canaries", "busy", "ill"),
    [
        (DEAF_AFTER - 1, False, False),
        (DEAF_AFTER, False, True),
        (DEAF_AFTER, True, False),
        (HUNG_AFTER - 1, True, False),
        (HUNG_AFTER, True, True),
    ],
)
def test_an_idle_worker_is_deaf_soon_and_a_busy_one_only_after_more_than_a_task_is_given(
    canaries: int, busy: bool, ill: bool
) -> None:
    hearing = unheard(canaries)

    complaint = hearing.complaint(busy=busy)

    assert bool(complaint) is ill


def test_a_process_is_well_for_a_while_after_its_last_progress() -> None:
    health.record_progress("poll", NOW)

    complaints = [health.process_complaint("poll", NOW + after) for after in (timedelta(0), STALE_AFTER)]

    assert complaints == ["", ""]


def test_a_process_that_stopped_is_named_with_how_long_ago() -> None:
    health.record_progress("poll", NOW)

    complaint = health.process_complaint("poll", NOW + STALE_AFTER + timedelta(seconds=5))

    assert complaint == "poll made its last progress on this machine 365 s ago"


def test_a_process_that_never_ran_here_is_named() -> None:
    assert health.process_complaint("match", NOW) == "match has made no progress on this machine"


def test_the_folder_of_progress_is_the_users_alone() -> None:
    health.record_progress("beat", NOW)

    assert health.progress_file("beat").parent.stat().st_mode & 0o777 == 0o700


def test_a_line_that_moves_has_no_complaint() -> None:
    assert health.line_complaints(WELL, NOW + STALLED_AFTER) == []


@pytest.mark.parametrize(
    ("ill", "complaint"),
    [
        (Health(LONG_AGO, None, None, WELL.heartbeats), "a feed has been due for 601 s"),
        (Health(None, LONG_AGO, None, WELL.heartbeats), "an article has been unmatched for 601 s"),
        (Health(None, None, LONG_AGO, WELL.heartbeats), "a notification has been due for 601 s"),
        (
            Health(None, None, None, {**WELL.heartbeats, "match": LONG_AGO}),
            "the last heartbeat came through queue match 601 s ago",
        ),
        (
            Health(None, None, None, {"poll": NOW, "match": NOW}),
            "no heartbeat has come through queue deliver: start beat and a worker",
        ),
    ],
)
def test_each_way_to_stall_is_named(ill: Health, complaint: str) -> None:
    assert health.line_complaints(ill, NOW) == [complaint]


def test_the_process_asked_for_comes_before_the_line(engine: Engine) -> None:
    stored_feed(Store.on(engine))

    found = health.complaints(Queries(engine), NOW, "poll")

    assert found[0] == "poll has made no progress on this machine"
    assert len(found) == 1 + len(QUEUES)


def test_a_heartbeat_of_each_queue_makes_the_line_well(engine: Engine) -> None:
    for queue in QUEUES:
        Store.on(engine).upkeep.beat(queue, NOW)

    assert health.complaints(Queries(engine), NOW) == []
