from __future__ import annotations

from datetime import UTC, datetime, timedelta

from worker.model import Feed, FeedState, Outcome
from worker.schedule import Limits, PollFacts, next_poll, price_for

NOW = datetime(2023, 9, 20, 12, 0, tzinfo=UTC)
STATE = FeedState(feed_id=1, feed=Feed(url="https://news.example/rss", name="News", publisher="News", family="news"))


def test_a_healthy_feed_is_polled_again_within_the_maximum_interval() -> None:
    limits = Limits()

    plan = next_poll(STATE, PollFacts(Outcome.NEW, NOW), limits, price=price_for([], limits), jitter=0.5)

    assert NOW < plan.next_poll_at <= NOW + timedelta(seconds=limits.maximum_s)
