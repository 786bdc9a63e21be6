"""Delivery: channels that take their time, fail, hang or ask for a pause; grouped messages; notices; escalations."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.factories import NOW, a_channel, a_match, an_article, by_status, raise_alerts
from tests.hostile_server import Conversation, Route, hang, raw, serving, silence, status
from tests.world import World
from worker import pipeline
from worker.channels import Channels
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits, Message, Severity
from worker.model import delivery as model
from worker.pipeline.deliver import FAILURES_IN_A_ROW, LEASE, MAX_ATTEMPTS, SEND_AT_MOST, back_off_s

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = FetchLimits("Trucewire/1.0", connect_s=0.3, read_s=0.3, total_s=0.5, allow=("127.0.0.1",))


def alerted(world: World, count: int = 1) -> list[int]:
    return raise_alerts(world.store, *(an_article(number) for number in range(1, count + 1)))


def delivered(world: World) -> None:
    """Route and deliver until nothing more is due just now."""
    while any(pipeline.deliver(world.services, name).noticed for name in pipeline.route(world.services)):
        pass


def names(world: World) -> list[str]:
    return [name for name, _ in world.sent]


def failed(world: World, *channels: str) -> None:
    """As often as makes a channel count as down."""
    for name in channels * FAILURES_IN_A_ROW:
        world.store.channels.record_failure(name, None)


def routed_revision(world: World, alert_id: int, revision: int) -> None:
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alerts SET routed_revision = {revision} WHERE id = {alert_id}")


# slow channels


def test_a_send_ends_long_before_its_lease() -> None:
    assert SEND_AT_MOST < LEASE


def test_each_message_has_a_lease_of_its_own(world: World) -> None:
    def slow(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        world.passes(seconds=SEND_AT_MOST.total_seconds())

    alerted(world, 6)
    pipeline.route(world.services)

    run = pipeline.deliver(replace(world.services, send=slow), "desk")

    keys = [message.key for _, message in world.sent]
    assert run.sent == len(set(keys)) == len(keys) == 6


def unreadable(world: World, *alert_ids: int) -> None:
    with world.store.engine.begin() as connection:
        for alert_id in alert_ids:
            connection.exec_driver_sql(f"UPDATE alert_updates SET stance = 'unheard of' WHERE alert_id = {alert_id}")


def test_a_message_that_cannot_be_read_waits_with_the_reason_and_keeps_no_other_back(world: World) -> None:
    alerted(world, 3)
    pipeline.route(world.services)
    unreadable(world, 1)

    run = pipeline.deliver(world.services, "desk")

    kept = {row["alert_id"]: (row["status"], row["error"]) for row in world.services.queries.notifications()}
    assert (run.sent, names(world)) == (2, ["desk", "desk"])
    assert kept[1] == ("pending", "cannot be read: ValueError: 'unheard of' is not a valid Stance")
    assert (kept[2], kept[3]) == (("sent", None), ("sent", None))
    assert not world.store.channels.state("desk").unwell


def test_what_can_never_be_read_is_given_up(world: World) -> None:
    alerted(world)
    pipeline.route(world.services)
    unreadable(world, 1)
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE notifications SET attempts = {MAX_ATTEMPTS}")

    pipeline.deliver(world.services, "desk")

    (row,) = world.services.queries.notifications()
    assert (row["status"], row["reason"][:14]) == ("failed", "cannot be read")


def test_a_notice_that_cannot_be_said_in_words_keeps_no_other_back(world: World) -> None:
    odd = {"channel": "mail"}  # what went wrong is missing
    world.store.notices.raise_notice("channel_disabled", "mail", Severity.CRITICAL, "off", "", NOW, odd)
    alerted(world)
    pipeline.route(world.services)

    run = pipeline.deliver(world.services, "desk")

    statuses = {row["alert_id"]: (row["status"], row["error"]) for row in world.services.queries.notifications()}
    assert (run.sent, statuses[1][0]) == (1, "sent")
    assert statuses[None] == ("pending", "cannot be told: KeyError: 'error'")
    assert not world.store.channels.state("desk").unwell


def test_what_a_minute_was_too_short_for_is_asked_for_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = [0]
    stopwatch = SimpleNamespace(monotonic=lambda: 60.0 * minutes[0])
    monkeypatch.setattr(sys.modules["worker.pipeline.deliver"], "time", stopwatch)
    alerted(world, 2)
    pipeline.route(world.services)

    def slow(channel: Channel, message: Message, now: datetime) -> None:
        minutes[0] += 1

    run = pipeline.deliver(replace(world.services, send=slow), "desk")

    assert run.sent == 1
    assert run.again_at is not None
    assert run.again_at <= world.now


def test_a_channel_that_somebody_sends_through_is_left_alone(world: World) -> None:
    alerted(world)
    pipeline.route(world.services)

    with world.store.channels.turn("desk"):
        run = pipeline.deliver(world.services, "desk")

    assert (run.sent, world.sent) == (0, [])


def test_what_comes_in_while_another_worker_sends_is_sent_by_that_one(world: World) -> None:
    alerted(world, 2)
    routed_revision(world, 2, 1)
    pipeline.route(world.services)

    def send(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        routed_revision(world, 2, int(len(world.sent) > 1))
        pipeline.route(world.services)

    run = pipeline.deliver(replace(world.services, send=send), "desk")

    assert run.sent == 2


def test_channels_that_are_down_share_one_worker(world: World) -> None:
    world.channels = (a_channel(name="one"), a_channel(name="two"), a_channel(name="well"))
    alerted(world)
    pipeline.route(world.services)
    failed(world, "one", "two")

    def send(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        if channel.name == "one":
            pipeline.deliver(services, "two")
            pipeline.deliver(services, "well")

    services = replace(world.services, send=send)
    pipeline.deliver(services, "one")

    assert names(world) == ["one", "well"]


def test_one_that_hung_once_counts_as_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(sys.modules["worker.pipeline.deliver"]), "SLOW_S", 0.0)
    world.refusals["desk"] = DeliveryError("desk: no answer in time")
    alerted(world, 3)

    delivered(world)

    state = world.store.channels.state("desk")
    attempts = [row["attempts"] for row in world.services.queries.notifications()]
    assert (state.failures, state.pauses(world.now)) == (FAILURES_IN_A_ROW, True)
    assert sum(attempts) == 1


def test_a_channel_that_works_again_gives_the_shared_turn_back_at_once(world: World) -> None:
    world.channels = (a_channel(name="one"), a_channel(name="two"))
    alerted(world, 2)
    pipeline.route(world.services)
    failed(world, "one", "two")

    def send(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        if names(world) == ["one", "one"]:
            pipeline.deliver(services, "two")

    services = replace(world.services, send=send)
    pipeline.deliver(services, "one")

    assert names(world) == ["one", "one", "two", "two"]


# failing channels


def test_a_channel_that_fails_again_and_again_pauses(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 503")
    alerted(world, 9)

    delivered(world)

    attempts = [row["attempts"] for row in world.services.queries.notifications()]
    assert sum(attempts) == FAILURES_IN_A_ROW
    assert pipeline.route(world.services) == []


def test_a_channel_that_asks_for_a_pause_is_asked_nothing_else_until_then(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 429", retry_after_s=60)
    alerted(world, 3)
    delivered(world)
    del world.refusals["desk"]

    world.passes(seconds=59)
    delivered(world)
    before = len(world.sent)
    world.passes(seconds=2)
    delivered(world)

    assert (before, len(world.sent)) == (0, 3)


def test_a_channel_gets_a_minutes_worth_and_the_rest_in_its_time(world: World) -> None:
    world.channels = (a_channel(per_minute=2),)
    alerted(world, 5)
    delivered(world)
    burst = len(world.sent)

    delivered(world)
    world.passes(seconds=30)
    delivered(world)

    assert (burst, len(world.sent)) == (2, 3)


def test_what_failed_is_tried_again_as_soon_as_its_time_has_come(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 503")
    alerted(world)
    pipeline.route(world.services)

    run = pipeline.deliver(world.services, "desk")

    (row,) = world.services.queries.notifications()
    assert run.again_at == row["next_attempt_at"] > world.now


def test_a_pause_that_ends_soon_is_waited_for(world: World) -> None:
    world.channels = (a_channel(per_minute=60),)
    alerted(world)
    pipeline.route(world.services)
    world.store.channels.record_failure("desk", world.now + timedelta(seconds=3))

    soon = pipeline.deliver(world.services, "desk")
    world.store.channels.record_failure("desk", world.now + timedelta(hours=1))
    later = pipeline.deliver(world.services, "desk")

    assert (soon.again_at, later.again_at) == (world.now + timedelta(seconds=3), None)


def test_the_back_off_grows_and_is_never_twice_the_same() -> None:
    waits = [back_off_s(attempts, 0.5) for attempts in range(1, 40)]

    assert waits == sorted(waits)
    assert back_off_s(3, 0.1) != back_off_s(3, 0.9)


def test_a_lost_message_is_told_to_the_fallback_once(world: World) -> None:
    world.channels = (a_channel(name="desk", fallback="phone"), a_channel(name="phone"), a_channel(name="log"))
    world.refusals["desk"] = DeliveryError("desk: 500")
    alerted(world, 2)
    pipeline.route(world.services)
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE notifications SET attempts = {MAX_ATTEMPTS} WHERE channel = 'desk'")

    delivered(world)
    world.passes(minutes=10)
    delivered(world)

    told = [(name, message) for name, message in world.sent if message.payload["type"] == "notice.raised"]
    assert [name for name, _ in told] == ["phone"]
    assert told[0][1].subject == "[trucewire] channel desk has lost a message"
    assert "- Headline 1" in told[0][1].text
    assert by_status(world.store)["failed"] == 2


def test_a_channel_that_works_again_may_lose_news_again(world: World) -> None:
    world.store.notices.raise_notice("delivery_failed", "desk", Severity.CRITICAL, "lost", "", NOW)
    world.store.channels.record_failure("desk", None)
    alerted(world)

    delivered(world)

    assert world.store.notices.open_notices() == []


def test_a_channel_that_is_disabled_again_is_told_of_again(world: World) -> None:
    world.channels = (a_channel(name="mail"), a_channel(name="desk"))
    world.refusals["mail"] = DeliveryError("mail: 535 wrong password", permanent=True)
    alerted(world)
    delivered(world)

    world.store.channels.enable("mail", world.now, NOW)
    delivered(world)

    subjects = [message.subject for name, message in world.sent if name == "desk"]
    assert subjects.count("[trucewire] channel mail is disabled") == 2


# groups and digests


def nine_events(world: World) -> None:
    """Nine alerts of one story, most of them of little weight."""
    alerted(world, 9)
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alerts SET story_id = 1, rule_id = 'rule_' || id")
        for table, number in (("alerts", "id"), ("alert_updates", "alert_id")):
            connection.exec_driver_sql(f"UPDATE {table} SET severity = 'info' WHERE {number} <> 5")


def test_nine_events_of_one_story_are_one_message(world: World) -> None:
    world.routing = model.Routing((model.Route("all"),))
    nine_events(world)

    delivered(world)

    ((_, message),) = world.sent
    assert message.subject.startswith("[critical] 9 alerts: rule 5, agreed")
    assert message.payload["data"]["count"] == 9
    assert message.severity is Severity.CRITICAL
    assert by_status(world.store) == {"sent": 9}


def test_what_is_held_for_seconds_is_announced_with_its_time(world: World) -> None:
    world.routing = model.Routing((model.Route("all", group_wait=timedelta(seconds=8)),))
    alerted(world)
    nudges: list[tuple[str, datetime]] = []

    due = pipeline.route(world.services, lambda name, at: nudges.append((name, at)))

    assert (due, nudges) == ([], [("desk", world.now + timedelta(seconds=8))])


def test_a_group_is_repeated_as_it_was_after_a_crash(world: World) -> None:
    world.routing = model.Routing((model.Route("all"),))
    nine_events(world)

    def crash(channel: Channel, message: Message, now: datetime) -> None:
        world.sent.append((channel.name, message))
        raise KeyboardInterrupt

    pipeline.route(world.services)
    with pytest.raises(KeyboardInterrupt):
        pipeline.deliver(replace(world.services, send=crash), "desk")
    world.passes(seconds=LEASE.total_seconds())
    delivered(world)

    (_, first), (_, second) = world.sent
    assert (first.key, first.payload) == (second.key, second.payload)


def test_a_group_goes_out_without_the_one_that_cannot_be_read(world: World) -> None:
    world.routing = model.Routing((model.Route("all"),))
    nine_events(world)
    pipeline.route(world.services)
    unreadable(world, 3)

    pipeline.deliver(world.services, "desk")

    assert [len(message.payload["data"]["alerts"]) for _, message in world.sent] == [8]
    assert by_status(world.store) == {"sent": 8, "pending": 1}


def test_lesser_alerts_are_held_for_the_digest_and_urgent_ones_are_not(world: World) -> None:
    world.routing = model.Routing((model.Route("all", digest=model.Digest()),))
    nine_events(world)

    delivered(world)
    at_once = [message.payload["type"] for _, message in world.sent]
    world.passes(hours=1)
    delivered(world)

    assert at_once == ["alert.raised"]
    assert [message.payload["type"] for _, message in world.sent[1:]] == ["alerts.digest"]
    assert world.sent[1][1].subject == "[info] Digest: 8 alerts"


def test_a_message_speaks_its_channels_language(world: World) -> None:
    world.channels = (a_channel(language="ru"),)
    alerted(world)

    delivered(world)

    assert world.sent[0][1].subject.startswith("[критично] прекращение огня, согласовано")
    assert a_match().sentence.removesuffix("ceasefire.") in world.sent[0][1].text


def test_a_notice_speaks_its_channels_language(world: World) -> None:
    world.channels = (a_channel(name="mail"), a_channel(name="desk", language="ru"))
    world.refusals["mail"] = DeliveryError("mail: 535 wrong password", permanent=True)
    alerted(world)

    delivered(world)

    notice = next(message for name, message in world.sent if message.payload["type"] == "notice.raised")
    assert notice.subject == "[trucewire] канал mail отключён"
    assert "Исправьте ошибку и выполните: trucewire channel enable mail" in notice.text
    assert notice.payload["data"]["title"] == "channel mail is disabled"


def test_links_stand_in_messages_where_the_web_service_can_be_reached(world: World) -> None:
    world.channels = (a_channel(name="inside"), a_channel(name="outside"))
    alerted(world)
    pipeline.route(world.services)
    settings = replace(world.services.settings, public_url="https://monitor.example")

    pipeline.deliver(world.services, "inside")
    pipeline.deliver(replace(world.services, settings=settings), "outside")

    assert ["https://monitor.example/do/ack.1." in message.text for _, message in world.sent] == [False, True]


# escalation


def test_a_second_channel_learns_that_nobody_has_acknowledged(world: World) -> None:
    world.channels = (a_channel(name="desk"), a_channel(name="phone"))
    escalation = model.Escalation(timedelta(minutes=15), ("phone",))
    never = model.Conditions(rules=model.Names(frozenset({"nothing"})))
    world.routing = model.Routing(
        (model.Route("desk", ("desk",), escalation=escalation), model.Route("phone", ("phone",), never))
    )
    alerted(world)

    delivered(world)
    at_once = names(world)
    world.passes(minutes=16)
    delivered(world)
    world.passes(minutes=16)
    delivered(world)

    assert at_once == ["desk"]
    assert names(world) == ["desk", "phone"]
    assert "Nobody has acknowledged this alert" in world.sent[1][1].text
    assert world.sent[1][1].payload["type"] == "alert.unacknowledged"


# real sinks


def late(c: Conversation) -> bool:
    """Accept, but only when the sender has given up."""
    silence(c)
    return False


SINKS: dict[str, tuple[Route, str]] = {
    "well": (status(204), "sent"),
    "busy": (status(429, **{"Retry-After": "120"}), "pending"),
    "broken": (status(500), "pending"),
    "deaf": (late, "pending"),
    "half": (hang(b"HTTP/1.1 200 OK\r\nContent-"), "pending"),
    "rude": (raw(b""), "pending"),
    "gone": (status(410), "failed"),
}


@pytest.fixture
def real(world: World) -> Iterator[World]:
    """A world whose channels are webhooks of real servers, one of each temper."""
    channels = Channels(QUICK)
    with serving({f"/{name}": route for name, (route, _) in SINKS.items()}) as server:
        world.channels = tuple(
            Channel(name, "webhook", {"url": server.url(f"/{name}"), "secret": SECRET}) for name in SINKS
        )
        world.refusals = Sending(world, channels)
        yield world
    channels.close()


class Sending(dict[str, DeliveryError]):
    """Has the world's channels send for real: what they raise is raised."""

    def __init__(self, world: World, channels: Channels) -> None:
        super().__init__()
        self.world, self.channels = world, channels

    def __contains__(self, name: object) -> bool:
        channel = next(one for one in self.world.channels if one.name == name)
        message = Message("msg_1", "subject", "text", "<p>", {"type": "alert.raised"})
        try:
            self.channels.send(channel, message, self.world.now)
        except DeliveryError as error:
            self[channel.name] = error
            return True
        return False


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_each_sink_ends_as_its_answer_says(real: World) -> None:
    alerted(real)

    delivered(real)

    rows: list[dict[str, Any]] = real.services.queries.notifications()
    statuses = {row["channel"]: row["status"] for row in rows if row["alert_id"]}
    assert statuses == {name: expected for name, (_, expected) in SINKS.items()}
    assert real.store.channels.state("busy").paused_until == real.now + timedelta(seconds=120)
    assert real.store.channels.state("gone").disabled == "gone: HTTP 410"


def test_a_channel_that_hangs_holds_up_one_worker_and_no_other_channel(world: World) -> None:
    world.channels = (a_channel(name="hanging"), a_channel(name="well"))
    alerted(world, 3)
    pipeline.route(world.services)
    begun, let_go = threading.Event(), threading.Event()

    def send(channel: Channel, message: Message, now: datetime) -> None:
        if channel.name == "hanging":
            begun.set()
            let_go.wait()
        world.sent.append((channel.name, message))

    services = replace(world.services, send=send)
    hanging = threading.Thread(target=pipeline.deliver, args=(services, "hanging"))
    hanging.start()
    begun.wait()
    turned_away = pipeline.deliver(services, "hanging")
    well = pipeline.deliver(services, "well")
    let_go.set()
    hanging.join()

    assert (turned_away.sent, well.sent) == (0, 3)
    assert names(world) == ["well"] * 3 + ["hanging"] * 3
