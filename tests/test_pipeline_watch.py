"""Sources that fall silent, from their articles to the notice."""

from __future__ import annotations

from tests.world import Item, World, rss
from worker import pipeline
from worker.model.delivery import NoticeKind


def published_daily(world: World, feed_id: int, days: int, first: int = 2) -> None:
    """One new article every eight hours, each seen as it came."""
    for number in range(first, first + days * 3):
        world.documents["https://outlet.example/rss"] = rss(Item(number, f"Headline number {number} of the outlet"))
        pipeline.poll(world.services, [feed_id])
        world.passes(hours=8)


def test_a_feed_that_goes_dead_is_missed_once_and_forgotten_when_it_is_back(world: World) -> None:
    feed_id = world.publishes(rss(Item(1, "A headline")))
    published_daily(world, feed_id, days=9)

    before = pipeline.watch(world.services)
    world.passes(hours=11)
    missed = [pipeline.watch(world.services), pipeline.watch(world.services)]
    (notice,) = world.store.notices.open_notices()
    published_daily(world, feed_id, days=1, first=500)
    pipeline.watch(world.services)

    assert (before, missed) == (0, [1, 0])
    assert (notice.kind, notice.subject) == (NoticeKind.SOURCE_QUIET, "https://outlet.example/rss")
    assert world.store.notices.open_notices() == []


def test_habits_are_learned_anew_after_some_hours(world: World) -> None:
    feed_id = world.publishes(rss(Item(1, "A headline")))
    pipeline.watch(world.services)
    published_daily(world, feed_id, days=9)
    world.passes(hours=20)

    assert pipeline.watch(world.services) == 1


def test_a_log_without_feeds_says_nothing(world: World) -> None:
    assert pipeline.watch(world.services) == 0
