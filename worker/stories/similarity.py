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


Vector = Mapping[int, float]


def likenesses(new: StorySignature, others: Sequence[StorySignature]) -> list[float]:
    """How alike the words of `new` are to those of each of `others`, 0 to 1; 0 in another language."""
    return compared(new, others)[0]


def compared(new: StorySignature, others: Sequence[StorySignature]) -> tuple[list[float], dict[int, float]]:
    """How alike the words of `new` are to those of each of `others`, and to those of each of their stories as a whole.

    A story of at least `FEWEST` of them, by its id, is compared by the sum of its articles' vectors, each of length 1:
    what several desks say of an event is closer to what the next one says than any one of them.
    """
    comparable = [(other, dict(other.words)) for other in others if other.language == new.language]
    weights = _weights(new, comparable)
    mine = {word: weights[word] * _EMPHASIS[count] for word, count in new.words}
    length = sum([weight * weight for weight in mine.values()])
    alike = {id(other): _likeness(new, mine, length, other, theirs, weights) for other, theirs in comparable}
    stories: dict[int, list[dict[int, int]]] = {}
    for other, theirs in comparable:
        stories.setdefault(other.story_id, []).append(theirs)
    whole = {
        story_id: _likeness_to_all(mine, length, members, weights)
        for story_id, members in stories.items()
        if len(members) >= FEWEST
    }
    return [alike.get(id(other), 0.0) for other in others], whole


def _weights(new: StorySignature, comparable: Sequence[tuple[StorySignature, dict[int, int]]]) -> dict[int, float]:
    """How much each word of `new` and of those comparable with it tells among the stories of those."""
    stories: dict[int, set[int]] = {}
    for other, theirs in comparable:
        stories.setdefault(other.story_id, set()).update(theirs)
    uses = Counter(dict.fromkeys([word for word, _ in new.words], 0))
    for words in stories.values():
        uses.update(words)
    total = len(stories) + _ASSUMED_STORIES
    tells = [math.sqrt(math.log(1 + total / (1 + used))) for used in range(len(stories) + 1)]
    weights = {word: tells[used] for word, used in uses.items()}
    for word in weights.keys() & topical(new.language):
        weights[word] *= _TOPIC
    return weights


def _likeness(
    new: StorySignature,
    mine: Mapping[int, float],
    length: float,
    other: StorySignature,
    theirs: Mapping[int, int],
    weights: Mapping[int, float],
) -> float:
    shared = sum([mine[word] * weights[word] * _EMPHASIS[theirs[word]] for word in mine.keys() & theirs.keys()])
    if not shared:
        return 0.0
    other_length = sum([(weights[word] * _EMPHASIS[count]) ** 2 for word, count in theirs.items()])
    cosine = shared / (math.sqrt(length * other_length) + _SHRINK)
    conflict = new.own - theirs.keys() and other.own - mine.keys()
    return cosine * _CONFLICT if conflict else cosine


def _likeness_to_all(mine: Vector, length: float, members: Sequence[Mapping[int, int]], weights: Vector) -> float:
    """The cosine with the sum of some articles' vectors of length 1, less where there are few words."""
    total: dict[int, float] = {}
    lengths = 0.0
    for words in members:
        theirs = {word: weights[word] * _EMPHASIS[count] for word, count in words.items()}
        its = math.sqrt(sum([weight * weight for weight in theirs.values()])) or 1.0
        lengths += its
        for word, weight in theirs.items():
            total[word] = total.get(word, 0.0) + weight / its
    shared = sum([weight * total[word] for word, weight in mine.items() if word in total])
    if not shared:
        return 0.0
    usual = lengths / len(members)
    of_total = math.sqrt(sum([weight * weight for weight in total.values()]))
    return shared / of_total * usual / (math.sqrt(length) * usual + _SHRINK)
