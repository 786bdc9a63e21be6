"""A signature and those it may share an event with in, how alike their words are out.

The measure is the cosine of the words' weights, less where they are few: two words that short headlines share by chance
are a large part of each. How much a word tells is read off the candidates themselves: one that many of their stories
use ("coronavirus", "Armenia") is a topic, one that a single story uses is an event. So no count over the log has to be
kept, and every process weighs alike. What is a topic in every newsroom counts for less from the first. Compares within
one language only; never looks at time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import mul

from worker.model import StorySignature
from worker.stories.words import MOST_MENTIONS, topical

# A word used by none of the stories weighs as if there were this many more of them: few candidates say little.
_ASSUMED_STORIES = 3
# A second mention adds less than the first.
_EMPHASIS = [0.0, *(1 + math.log(count) for count in range(1, MOST_MENTIONS + 1))]
_TOPIC = 0.8  # of what another word tells
_SHRINK = 8.0  # to what the product of two lengths is added: two words of a headline weigh as much, a lead ten times it
FEWEST = 3  # articles of a story that say what it is about, beyond each by itself
_CONFLICT = 0.8  # what is left of a likeness where each headline names somebody whom the other article does not know


def likenesses(new: StorySignature, others: Sequence[StorySignature]) -> list[float]:
    """How alike the words of `new` are to those of each of `others`, 0 to 1; 0 in another language."""
    return compared(new, others)[0]


def compared(new: StorySignature, others: Sequence[StorySignature]) -> tuple[list[float], dict[int, float]]:
    """How alike the words of `new` are to those of each of `others`, and to those of each of their stories as a whole.

    A story of at least `FEWEST` of them, by its id, is compared by the sum of its articles' vectors, each of length 1:
    what several desks say of an event is closer to what the next one says than any one of them.
    """
    stories: dict[int, list[_Compared]] = {}
    beside: list[_Compared | None] = []
    for other in others:
        one = _Compared(other) if other.language == new.language else None
        beside.append(one)
        if one is not None:
            stories.setdefault(other.story_id, []).append(one)
    weights = _weights(new, list(stories.values()))
    mine = {word: weights[word] * _EMPHASIS[count] for word, count in new.words.items()}
    length = math.hypot(*mine.values())
    for one in chain.from_iterable(stories.values()):
        one.weigh(mine, weights)
    whole = {
        story_id: _likeness_to_all(length, members, weights)
        for story_id, members in stories.items()
        if len(members) >= FEWEST
    }
    return [0.0 if one is None else _likeness(new, mine, length, one) for one in beside], whole


class _Compared:
    """An article that another one is compared with: what its words weigh beside that one's.

    Its sums are made by what runs in C: for each article in the window's news, some thousand words are weighed.
    """

    __slots__ = ("length", "shared", "signature", "vector")

    def __init__(self, signature: StorySignature) -> None:
        self.signature = signature
        self.vector: list[float] = []  # in the order of its words
        self.length = 0.0
        self.shared = 0.0  # the product of its vector with the other one's

    def weigh(self, mine: Mapping[int, float], weights: Mapping[int, float]) -> None:
        words = self.signature.words
        common = mine.keys() & words.keys()
        if common:
            self.shared = sum([mine[word] * weights[word] * _EMPHASIS[words[word]] for word in common])
        self.vector = list(map(mul, map(weights.__getitem__, words), map(_EMPHASIS.__getitem__, words.values())))
        self.length = math.hypot(*self.vector)


def _weights(new: StorySignature, stories: Sequence[Sequence[_Compared]]) -> dict[int, float]:
    """How much each word of `new` and of those comparable with it tells among the stories of those."""
    used_by = [set().union(*[one.signature.words for one in members]) for members in stories]
    uses = Counter(chain(new.words, chain.from_iterable(used_by)))
    for word in new.words:
        uses[word] -= 1
    total = len(stories) + _ASSUMED_STORIES
    tells = [math.sqrt(math.log(1 + total / (1 + used))) for used in range(len(stories) + 1)]
    weights = dict(zip(uses, map(tells.__getitem__, uses.values()), strict=True))
    for word in weights.keys() & topical(new.language):
        weights[word] *= _TOPIC
    return weights


def _likeness(new: StorySignature, mine: Mapping[int, float], length: float, one: _Compared) -> float:
    if not one.shared:
        return 0.0
    cosine = one.shared / (length * one.length + _SHRINK)
    conflict = new.own - one.signature.words.keys() and one.signature.own - mine.keys()
    return cosine * _CONFLICT if conflict else cosine


def _likeness_to_all(length: float, members: Sequence[_Compared], weights: Mapping[int, float]) -> float:
    """The cosine with the sum of some articles' vectors of length 1, less where there are few words."""
    shared = sum([one.shared / one.length for one in members if one.shared])
    if not shared:
        return 0.0
    total = dict.fromkeys(weights, 0.0)
    for one in members:
        its = one.length or 1.0
        for word, weight in zip(one.signature.words, one.vector, strict=True):
            total[word] += weight / its
    usual = sum([one.length or 1.0 for one in members]) / len(members)
    return shared / math.hypot(*total.values()) * usual / (length * usual + _SHRINK)
