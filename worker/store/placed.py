"""The articles of a batch as they are placed into stories, one after another; what is written of stories themselves.

A story that the batch opens goes by a provisional id below 0 until all are placed, since a later article of the batch
may show that it is part of another one: such a story is never written. Inside the transaction of the match stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from worker.model import MatchPlan, StorySignature
from worker.store.candidates import Candidates
from worker.store.merges import merge_stories
from worker.store.stories import current_story, join_stories, open_stories


@dataclass
class PlacedArticle:
    """An article and its story; None: it is in none."""

    plan: MatchPlan
    story_id: int | None
    signed: StorySignature | None
    keys: Sequence[int]


class PlacedArticles:
    """The articles of a batch that have been placed so far."""

    def __init__(self, connection: Connection, candidates: Candidates, now: datetime) -> None:
        self.articles: list[PlacedArticle] = []
        self._connection = connection
        self._candidates = candidates
        self._now = now
        self._titles: dict[int, str] = {}  # of the stories that this batch opens, by provisional id
        self._provisional = 0

    def add(self, plan: MatchPlan, signed: StorySignature | None, keys: Sequence[int]) -> None:
        """Place one article as `plan` says, and let the rest of the batch find it."""
        story_id = self._story_of(plan)
        if story_id is not None and signed is not None:
            if plan.merges:
                story_id = self._merge(plan.merges, story_id)
            self._candidates.add(replace(signed, story_id=story_id), keys)
        self.articles.append(PlacedArticle(plan, story_id, signed, keys))

    def settle(self) -> tuple[list[int], list[int]]:
        """Write which stories were opened and joined; their ids."""
        opened = self._opened(list(self._titles))
        every = {one.story_id for one in self.articles if one.story_id is not None}
        joined = sorted(every.difference(opened))
        join_stories(self._connection, joined, self._now)
        return opened, joined

    def _story_of(self, plan: MatchPlan) -> int | None:
        if plan.opens_story:
            self._provisional -= 1
            self._titles[self._provisional] = plan.judged.stored.article.title
            return self._provisional
        if plan.story_id is None or plan.story_id < 0 or self._candidates.know(plan.story_id):
            return plan.story_id
        # It was read before this transaction began, and may have been merged since.
        return current_story(self._connection, plan.story_id)

    def _merge(self, merged: Sequence[int], into: int) -> int:
        """Let `merged` be part of the story `into`; its id, which is no longer provisional where it was."""
        gone = set(merged) - {into}
        if stored := sorted(story_id for story_id in gone if story_id > 0):
            if into < 0:
                (into,) = self._opened([into])
            merge_stories(self._connection, stored, into, self._now)
        for story_id in gone:
            self._titles.pop(story_id, None)
        self._move(gone, into)
        return into

    def _opened(self, provisional: Sequence[int]) -> list[int]:
        """Write stories of provisional ids; their ids."""
        titles = [self._titles.pop(story_id) for story_id in provisional]
        opened = open_stories(self._connection, titles, self._now)
        for before, now in zip(provisional, opened, strict=True):
            self._move({before}, now)
        return opened

    def _move(self, gone: set[int], into: int) -> None:
        self._candidates.merged(gone, into)
        for one in self.articles:
            if one.story_id in gone:
                one.story_id = into
