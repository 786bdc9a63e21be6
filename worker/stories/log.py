"""Stories in memory: signatures in, one after another, the story of each out; what the store does, without a database.

For trying the stories on a file of articles and for measuring them. Candidates are found as the store finds them: by
the keys they share, most and rarest first, newest first among equals, so many and no more. Not for several threads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from worker.model import StorySignature
from worker.stories.geography import Geography
from worker.stories.keys import MOST_CANDIDATES, PER_KEY, keys_of, weight_of
from worker.stories.placement import WINDOW, Placement, story_for


class StoryLog:
    """Articles in their stories."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        self._signatures: dict[int, StorySignature] = {}
        self._by_key: dict[int, list[int]] = {}
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
        for key in keys:
            self._by_key.setdefault(key, []).append(signature.article_id)
        return placement

    def _candidates(self, new: StorySignature, keys: tuple[int, ...]) -> list[StorySignature]:
        shared: Counter[int] = Counter()
        for under in (self._by_key.get(key, ())[-PER_KEY:] for key in keys):
            for article_id in under:
                shared[article_id] += weight_of(len(under))
        found = [(count, self._signatures[article_id]) for article_id, count in shared.items()]
        recent = [(count, old) for count, old in found if abs(new.at - old.at) <= WINDOW]
        recent.sort(key=lambda candidate: (-candidate[0], -candidate[1].at.timestamp(), -candidate[1].article_id))
        return [old for _, old in recent[:MOST_CANDIDATES]]

    def _merge(self, story_id: int, into: int) -> None:
        for article_id in self._articles.pop(story_id, ()):
            self._signatures[article_id] = replace(self._signatures[article_id], story_id=into)
            self._articles.setdefault(into, []).append(article_id)
