"""A signature and those it may share an event with in, how alike their words are out.

The measure is the cosine of the words' weights. How much a word tells is read off the candidates themselves: one that
many of their stories use ("coronavirus", "Armenia") is a topic, one that a single story uses is an event. So no count
over the log has to be kept, and every process weighs alike. Compares within one language only; never looks at time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from worker.model import StorySignature

# A word used by none of the stories weighs as if there were this many more of them: few candidates say little.
_ASSUMED_STORIES = 3
_CONFLICT = 0.8  # what is left of a likeness where each headline names somebody whom the other article does not know


def likenesses(new: StorySignature, others: Sequence[StorySignature]) -> list[float]:
    """How alike the words of `new` are to those of each of `others`, 0 to 1; 0 in another language."""
    comparable = [other for other in others if other.language == new.language]
    weights = _Weights(comparable)
    mine = weights.of(new)
    return [_likeness(new, mine, other, weights) if other.language == new.language else 0.0 for other in others]


class _Weights:
    """How much each word tells among the stories of some signatures."""

    def __init__(self, signatures: Sequence[StorySignature]) -> None:
        stories: dict[int, set[int]] = {}
        for signature in signatures:
            for word, _ in signature.words:
                stories.setdefault(word, set()).add(signature.story_id)
        count = len({signature.story_id for signature in signatures}) + _ASSUMED_STORIES
        self._weights = {word: math.sqrt(math.log(1 + count / (1 + len(used)))) for word, used in stories.items()}
        self._unused = math.sqrt(math.log(1 + count))

    def of(self, signature: StorySignature) -> dict[int, float]:
        """The weight of each word of `signature`: a second mention adds less than the first."""
        weights, unused = self._weights, self._unused
        return {word: weights.get(word, unused) * (1 + math.log(count)) for word, count in signature.words}


def _likeness(new: StorySignature, mine: Mapping[int, float], other: StorySignature, weights: _Weights) -> float:
    theirs = weights.of(other)
    shared = sum(weight * theirs[word] for word, weight in mine.items() if word in theirs)
    if not shared:
        return 0.0
    cosine = shared / math.sqrt(_square(mine) * _square(theirs))
    conflict = new.own - theirs.keys() and other.own - mine.keys()
    return cosine * _CONFLICT if conflict else cosine


def _square(weights: Mapping[int, float]) -> float:
    return sum(weight * weight for weight in weights.values())
