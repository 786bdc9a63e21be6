"""Writes and claims: one method, one transaction.

Plans come in, rows go out. What is to be done is always a query; a claim is a conditional UPDATE with an expiry. Every
method can run twice and change nothing. Never decides anything, never reads the clock.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from worker.database import reading
from worker.store.alerts import AlertStore
from worker.store.articles import ArticleStore
from worker.store.channels import ChannelStore
from worker.store.feedback import FeedbackStore
from worker.store.feeds import FeedStore
from worker.store.matches import MatchStore
from worker.store.notices import NoticeStore
from worker.store.notifications import NotificationStore
from worker.store.pages import PageStore
from worker.store.people import PeopleStore
from worker.store.polls import PollStore
from worker.store.stories import StoryStore
from worker.store.subscriptions import SubscriptionStore
from worker.store.upkeep import UpkeepStore

__all__ = ["Store"]


@dataclass(frozen=True, slots=True)
class Store:
    """The writers, by noun, on one engine."""

    engine: Engine
    feeds: FeedStore
    polls: PollStore
    articles: ArticleStore
    pages: PageStore
    matches: MatchStore
    stories: StoryStore
    alerts: AlertStore
    notifications: NotificationStore
    channels: ChannelStore
    notices: NoticeStore
    feedback: FeedbackStore
    subscriptions: SubscriptionStore
    people: PeopleStore
    upkeep: UpkeepStore

    def gathering(self) -> AbstractContextManager[object]:
        """Within the block, all that is only read is read in one transaction: each of its own costs as much again."""
        return reading(self.engine)

    @classmethod
    def on(cls, engine: Engine) -> Self:
        """The store on `engine`, which must be migrated."""
        return cls(
            engine,
            FeedStore(engine),
            PollStore(engine),
            ArticleStore(engine),
            PageStore(engine),
            MatchStore(engine),
            StoryStore(engine),
            AlertStore(engine),
            NotificationStore(engine),
            ChannelStore(engine),
            NoticeStore(engine),
            FeedbackStore(engine),
            SubscriptionStore(engine),
            PeopleStore(engine),
            UpkeepStore(engine),
        )
