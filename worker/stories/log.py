"""Stories in memory: signatures in, one after another, the story of each out; what the store does, without a database.

For trying the stories on a file of articles and for measuring them. Candidates are found in an index of the same kind
as the store's, those that share most and the rarest keys first. Not for several threads.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from worker.model import StorySignature
from worker.stories.filing import Filing, nearest, shared_keys
from worker.stories.geography import Geography
from worker.stories.keys import keys_of
from worker.stories.placement import WINDOW, Placement, story_for


class StoryLog:
    """Articles in their stories."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        self._signatures: dict[int, StorySignature] = {}
        self._filing = Filing()
        self._articles: dict[int, list[int]] = {}  # of each story
        self._next_story = 1

    @property
    def stories(self) -> dict[int, int]:
        """The story of each article, by their ids; merged stories go by the id of the one they were merged into."""
        return {article_id: signature.story_id for article_id, signature in self._signatures.items()}

    def place(self, signature: StorySignature) -> Placement:
        """Place one article, whose id is new, into a story; a placement without a story has opened one."""
        keys = keys_of(signature)
        placement = story_for(signature, self._candidates(signature, keys), self._geography)
        story_id = placement.story_id
        if story_id is None:
            story_id, self._next_story = self._next_story, self._next_story + 1
        for merged in placement.merges:
            self._merge(merged, story_id)
        self._signatures[signature.article_id] = replace(signature, story_id=story_id)
        self._articles.setdefault(story_id, []).append(signature.article_id)
        self._filing.add(self._filing.last + 1, signature.article_id, _minute(signature.at), keys)
        return placement

    def _candidates(self, new: StorySignature, keys: tuple[int, ...]) -> list[StorySignature]:
        since = _minute(new.at - WINDOW)
        under = self._filing.under(keys, since)
        self._filing.trim(since)
        return [self._signatures[self._filing.article(serial)] for serial in nearest(shared_keys(under, keys))]

    def _merge(self, story_id: int, into: int) -> None:
        for article_id in self._articles.pop(story_id, ()):
            self._signatures[article_id] = replace(self._signatures[article_id], story_id=into)
            self._articles.setdefault(into, []).append(article_id)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
