"""Subscriptions at a real hub: asked for, verified, pushed to, renewed and ended, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import NOW, a_feed
from tests.hub import CHALLENGE, LocalHub, local_hub
from tests.switchboard import Switchboard
from tests.world import Item, World, rss
from worker import pipeline
from worker.bootstrap import Services
from worker.hubs import Hubs
from worker.model.subscriptions import Subscription, SubscriptionState
from worker.web import create_app

FEED_URL = "https://outlet.example/rss"
TOPIC = "https://outlet.example/feed?format=rss"


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with local_hub() as hub:
        yield hub


@pytest.fixture
def nudged() -> list[int]:
    return []


@pytest.fixture
def services(world: World, board: Switchboard, nudged: list[int]) -> Iterator[Services]:
    """The services of a Trucewire whose web service hubs can reach."""
    hubs = Hubs(replace(world.settings.fetch, allow=("127.0.0.1",)))
    board.app = create_app(world.services, nudged.append)
    world.settings = replace(world.settings, public_url=board.address)
    yield replace(world.services, ask_hub=hubs.ask)
    hubs.close()


def naming_a_hub(hub_url: str, *items: Item) -> bytes:
    links = f'<atom:link rel="hub" href="{hub_url}"/><atom:link rel="self" href="{TOPIC}"/>'
    head = b'<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>' + links.encode()
    return rss(*items).replace(b'<rss version="2.0"><channel>', head)


def poll_due(services: Services) -> int:
    return sum(pipeline.poll(services, batch).polled for batch in pipeline.tick(services))


def subscription_of(services: Services, feed_id: int) -> Subscription:
    return services.store.subscriptions.of_feeds([feed_id])[feed_id]


def next_poll_at(services: Services, feed_id: int) -> object:
    return next(row["next_poll_at"] for row in services.queries.feeds() if row["id"] == feed_id)


def subscribed(world: World, services: Services, hub: LocalHub) -> int:
    """A feed whose hub has been asked and has verified; its id."""
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)
    pipeline.subscribe(services)
    hub.verify()
    return feed_id


def test_a_hub_that_a_feed_names_is_asked_and_verifies(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)
    before = subscription_of(services, feed_id).state
    reply = hub.verify(lease_seconds="100000")

    after = subscription_of(services, feed_id)
    assert (hub.forms[0]["hub.mode"], hub.forms[0]["hub.topic"]) == ("subscribe", TOPIC)
    assert (reply.status, reply.body) == (200, CHALLENGE)
    assert reply.content_type.startswith("text/plain")
    assert (before, after.state) == (SubscriptionState.REQUESTED, SubscriptionState.ACTIVE)
    assert (after.lease_until, after.next_attempt_at) == (
        NOW + timedelta(seconds=100_000),
        NOW + timedelta(seconds=80_000),
    )


def test_a_hub_may_verify_while_it_is_asked(world: World, services: Services, hub: LocalHub) -> None:
    hub.verifies_at_once = True
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)

    assert [reply.status for reply in hub.verifications] == [200]
    assert subscription_of(services, feed_id).state is SubscriptionState.ACTIVE


def test_a_feed_without_a_hub_is_left_to_its_polls(world: World, services: Services) -> None:
    feed_id = world.publishes(rss(Item(1, "Headline")))

    poll_due(services)

    assert services.store.subscriptions.of_feeds([feed_id]) == {}


def test_nobody_is_asked_without_an_address_that_hubs_can_reach(
    world: World, services: Services, hub: LocalHub
) -> None:
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    closed = replace(services, settings=replace(services.settings, public_url=""))

    poll_due(closed)
    pipeline.subscribe(closed)

    assert hub.forms == []
    assert services.store.subscriptions.of_feeds([feed_id]) == {}


def test_asking_twice_asks_once(world: World, services: Services, hub: LocalHub) -> None:
    world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)
    pipeline.subscribe(services)

    assert len(hub.forms) == 1


def test_a_signed_push_has_its_feed_polled_at_once(
    world: World, services: Services, hub: LocalHub, nudged: list[int]
) -> None:
    feed_id = subscribed(world, services, hub)
    world.passes(seconds=30)
    world.documents[FEED_URL] = naming_a_hub(hub.url, Item(1, "Headline"), Item(2, "News"))

    reply = hub.push()
    polled = poll_due(services)

    subscription = subscription_of(services, feed_id)
    assert (reply.status, polled, nudged) == (202, 1, [feed_id])
    assert (subscription.pushes, subscription.last_push_at) == (1, world.now)
    assert len(services.queries.feeds()) == 1


def test_a_push_is_never_read_as_news(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    world.passes(seconds=30)

    hub.push(rss(Item(9, "What only the hub says")))
    poll_due(services)

    assert services.queries.counts()["articles"] == 1
    assert subscription_of(services, feed_id).pushes == 1


def test_an_unsigned_push_changes_nothing(world: World, services: Services, hub: LocalHub, nudged: list[int]) -> None:
    feed_id = subscribed(world, services, hub)
    before = next_poll_at(services, feed_id)
    world.passes(seconds=30)

    reply = hub.push_unsigned()

    assert (reply.status, nudged, subscription_of(services, feed_id).pushes) == (202, [], 0)
    assert next_poll_at(services, feed_id) == before


def test_a_wrongly_signed_push_changes_nothing(
    world: World, services: Services, hub: LocalHub, nudged: list[int]
) -> None:
    feed_id = subscribed(world, services, hub)
    before = next_poll_at(services, feed_id)
    world.passes(seconds=30)

    reply = hub.push(secret="a guess")

    assert (reply.status, nudged, subscription_of(services, feed_id).pushes) == (202, [], 0)
    assert next_poll_at(services, feed_id) == before


def test_pushes_without_end_are_polls_no_more_often_than_every_thirty_seconds(
    world: World, services: Services, hub: LocalHub
) -> None:
    subscribed(world, services, hub)
    world.passes(seconds=30)
    hub.push()
    poll_due(services)
    world.passes(seconds=5)

    hub.push()
    too_soon = poll_due(services)
    world.passes(seconds=26)
    pushed = pipeline.subscribe(services)
    made_up_for = poll_due(services)

    assert (too_soon, len(pushed), made_up_for) == (0, 1, 1)


def test_a_push_during_a_poll_is_made_up_for(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    world.passes(days=1)
    held = services.store.feeds.lease([feed_id], world.now, world.now + timedelta(minutes=5))
    world.passes(seconds=20)
    hub.push()
    during = pipeline.subscribe(services)
    world.passes(minutes=5)

    after = pipeline.subscribe(services)

    assert (len(held), during, after) == (1, [], [])
    assert poll_due(services) == 1


def test_a_push_undoes_no_back_off(world: World, services: Services, hub: LocalHub, nudged: list[int]) -> None:
    feed_id = subscribed(world, services, hub)
    world.documents[FEED_URL] = b"<html>Are you human?</html>"
    world.passes(days=1)
    poll_due(services)
    before = next_poll_at(services, feed_id)
    world.passes(seconds=30)

    hub.push()

    assert nudged == []
    assert next_poll_at(services, feed_id) == before


def test_the_safety_poll_goes_on_whatever_the_hub_does(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    other = world.publishes(rss(Item(5, "Headline")), url="https://second.example/rss")
    poll_due(services)
    world.passes(minutes=1)
    hub.push()
    poll_due(services)

    world.passes(hours=1)
    due = [feed for batch in pipeline.tick(services) for feed in batch]

    assert sorted(due) == [feed_id, other]


def test_a_hub_that_accepts_and_never_pushes_is_left_alone_for_a_month(
    world: World, services: Services, hub: LocalHub
) -> None:
    feed_id = subscribed(world, services, hub)
    world.documents[FEED_URL] = naming_a_hub(hub.url, Item(1, "Headline"), Item(2, "News that was not pushed"))
    world.passes(days=4)
    poll_due(services)
    world.passes(days=4, hours=1)

    pipeline.subscribe(services)

    subscription = subscription_of(services, feed_id)
    assert subscription.state is SubscriptionState.SILENT
    assert subscription.next_attempt_at == world.now + timedelta(days=30)
    assert len(hub.forms) == 1


def test_a_silent_hub_that_speaks_again_is_renewed(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    subscription = subscription_of(services, feed_id)
    services.store.subscriptions.record_silence(subscription.subscription_id, "silent", world.now + timedelta(days=30))
    world.passes(minutes=1)

    hub.push()
    pipeline.subscribe(services)

    assert subscription_of(services, feed_id).state is SubscriptionState.ACTIVE
    assert len(hub.forms) == 2


def test_a_lease_is_renewed_before_it_ends(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    world.passes(days=8, minutes=1)

    pipeline.subscribe(services)
    during = subscription_of(services, feed_id).state
    hub.verify()

    after = subscription_of(services, feed_id)
    assert [form["hub.callback"] for form in hub.forms] == [hub.callback] * 2
    assert (during, after.state) == (SubscriptionState.ACTIVE, SubscriptionState.ACTIVE)
    assert (after.verified_at, after.lease_until) == (NOW, world.now + timedelta(days=10))


def test_a_hub_that_verifies_never_is_asked_ever_more_rarely(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)
    pipeline.subscribe(services)
    first = subscription_of(services, feed_id)
    world.passes(minutes=11)

    pipeline.subscribe(services)

    second = subscription_of(services, feed_id)
    assert (second.failures, second.state, len(hub.forms)) == (2, SubscriptionState.REQUESTED, 2)
    assert second.next_attempt_at - world.now > first.next_attempt_at - NOW


@pytest.mark.parametrize("status", [400, 410])
def test_a_hub_that_refuses_is_asked_again_after_a_day(
    world: World, services: Services, hub: LocalHub, status: int
) -> None:
    hub.status = status
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)

    subscription = subscription_of(services, feed_id)
    assert subscription.state is SubscriptionState.REFUSED
    assert subscription.next_attempt_at - NOW >= timedelta(days=1)


def test_a_hub_that_is_busy_is_asked_again_when_it_says(world: World, services: Services, hub: LocalHub) -> None:
    hub.status, hub.headers = 503, {"retry-after": "7200"}
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)

    subscription = subscription_of(services, feed_id)
    assert subscription.state is SubscriptionState.REQUESTED
    assert timedelta(hours=2) <= subscription.next_attempt_at - NOW < timedelta(hours=3)


def test_a_hub_that_denies_later_is_asked_again_after_a_day(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)

    reply = hub.verify(mode="denied", reason="not wanted")

    subscription = subscription_of(services, feed_id)
    assert (reply.status, subscription.state) == (200, SubscriptionState.REFUSED)
    assert subscription.next_attempt_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.2:1/", "http://[::1]/", "ftp://hub.example/"])
def test_a_hub_at_an_address_that_is_never_connected_to_is_not_asked(
    world: World, services: Services, url: str
) -> None:
    feed_id = world.publishes(naming_a_hub(url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)

    found = services.store.subscriptions.of_feeds([feed_id])
    assert {one.state for one in found.values()} <= {SubscriptionState.REFUSED}


def test_a_redirect_to_a_private_address_is_not_followed(world: World, services: Services, hub: LocalHub) -> None:
    hub.status, hub.headers = 307, {"location": "http://169.254.169.254/latest"}
    feed_id = world.publishes(naming_a_hub(hub.url, Item(1, "Headline")))
    poll_due(services)

    pipeline.subscribe(services)

    assert subscription_of(services, feed_id).state is SubscriptionState.REFUSED


def test_a_hub_that_has_moved_is_followed(world: World, services: Services, hub: LocalHub) -> None:
    with local_hub() as former:
        former.status, former.headers = 308, {"location": hub.url}
        feed_id = world.publishes(naming_a_hub(former.url, Item(1, "Headline")))
        poll_due(services)
        pipeline.subscribe(services)

    hub.verify()

    assert subscription_of(services, feed_id).state is SubscriptionState.ACTIVE


def test_a_feed_that_is_watched_no_longer_is_unsubscribed(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    world.store.feeds.sync([a_feed(url="https://second.example/rss")], world.now)

    pipeline.subscribe(services)
    reply = hub.verify()
    pushed = hub.push(secret="whatever")

    assert [form["hub.mode"] for form in hub.forms] == ["subscribe", "unsubscribe"]
    assert (reply.status, reply.body, pushed.status) == (200, CHALLENGE, 410)
    assert subscription_of(services, feed_id).state is SubscriptionState.ENDED


def test_another_hub_takes_the_place_of_the_first_a_day_later(world: World, services: Services, hub: LocalHub) -> None:
    feed_id = subscribed(world, services, hub)
    first = subscription_of(services, feed_id)
    world.passes(hours=1)
    world.documents[FEED_URL] = naming_a_hub("https://hub.example/", Item(1, "Headline"))
    poll_due(services)
    kept = subscription_of(services, feed_id)
    world.passes(days=1)
    world.documents[FEED_URL] = naming_a_hub("https://hub.example/", Item(1, "Headline"), Item(2, "News"))

    poll_due(services)

    second = subscription_of(services, feed_id)
    assert (kept.hub_url, second.hub_url) == (hub.url, "https://hub.example/")
    assert first.token != second.token
    assert hub.push().status == 404


def test_another_public_address_is_told_to_the_hub_at_once(world: World, services: Services, hub: LocalHub) -> None:
    subscribed(world, services, hub)
    moved = replace(services, settings=replace(services.settings, public_url="https://moved.example"))

    pipeline.subscribe(moved)

    assert hub.callback.startswith("https://moved.example/websub/")
