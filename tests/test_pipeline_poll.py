"""A batch of polls against a real server: what one feed does to the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.fetching import LIMITS
from tests.hostile_server import Conversation, serving
from tests.world import Item, World, rss
from worker import pipeline
from worker.fetch import Fetcher
from worker.queries import ArticleFilter

PATIENCE_S = 30.0


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_feed_that_hangs_holds_up_none_of_its_batch(
    world: World, let_go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(conversation: Conversation) -> bool:
        let_go.wait(PATIENCE_S)
        return conversation.answer(200, body=rss(Item(1, "Late")))

    applied = threading.Event()
    apply = type(world.store.polls).apply_polls

    def apply_and_tell(self: Any, plans: Sequence[Any]) -> None:
        apply(self, plans)
        applied.set()

    monkeypatch.setattr(type(world.store.polls), "apply_polls", apply_and_tell)
    routes = {"/slow": hang, "/well": lambda conversation: conversation.answer(200, body=rss(Item(2, "In time")))}
    with serving(routes) as server:
        ids = [world.publishes(b"", url=server.url(path)) for path in routes]
        services = replace(world.services, fetch=Fetcher(LIMITS, lambda: world.now).get)
        batch = threading.Thread(target=pipeline.poll, args=(services, ids))
        batch.start()
        applied.wait(PATIENCE_S)
        meanwhile = titles(world)
        let_go.set()
        batch.join()

    assert meanwhile == {"In time"}
    assert titles(world) == {"In time", "Late"}


def test_what_could_not_be_asked_in_time_is_due_as_it_was(world: World) -> None:
    feed_id = world.publishes(rss(Item(1, "Waits")))

    summary = pipeline.poll(world.services, [feed_id], begin_within_s=0.0)

    assert summary.polled == 0
    assert [feed.feed_id for feed in world.store.feeds.due_feeds(world.now, 10)] == [feed_id]
    assert world.services.queries.polls() == []


def titles(world: World) -> set[str]:
    return {str(row["title"]) for row in world.services.queries.articles(ArticleFilter())}
