"""An article and the judgement on it in, what is compared of it out.

A signature is small, says nothing that cannot be computed again from the article, and holds words
as 32-bit hashes of their stems. Never compares, never opens a database.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from rensa import RMinHash

from worker.model import Article, StorySignature
from worker.stories.words import read_words
from worker.text import fold

PERMUTATIONS = 64
_SEED = 1
_SHINGLE = 3  # words
_FEWEST_WORDS = 20  # of a text that copies can be told by
_MOST_CHARS = 2500  # of a text: whoever copies it copies its beginning
_WORD = re.compile(r"\w+")


def signature_of(
    article: Article,
    *,
    places: Sequence[str],
    reports: Collection[str],
    at: datetime,
    story_id: int = 0,
    article_id: int = 0,
    mentions: Iterable[str] = (),
    tolls: Iterable[tuple[str, int]] = (),
) -> StorySignature:
    """What is compared to tell whether two articles report one event.

    Args:
        article: as it is kept.
        places: the gazetteer's names of the places and actors it names.
        reports: what it reports as news, such as `ceasefire:holds`.
        at: when it was published, or first seen where that is unknown.
        story_id: the story it is in, where it has been placed already.
        article_id: its id in the log.
        mentions: the concepts that it speaks of as past.
        tolls: the numbers of casualties it reports, such as ("killed", 3).
    """
    text = article.text or article.summary
    words = read_words(article.title, text, article.language)
    return StorySignature(
        story_id=story_id,
        article_id=article_id,
        language=article.language,
        title=article.title,
        places=frozenset(places),
        reports=frozenset(reports),
        mentions=frozenset(mentions),
        at=at,
        dated=article.published_at is not None or article.first_seen_at is not None,
        words=words.weighted,
        headline=words.headline,
        own=words.own,
        tolls=frozenset(tolls),
        minhash=_minhash(text[:_MOST_CHARS]),
    )


def _minhash(text: str) -> tuple[int, ...]:
    """The MinHash of the text's shingles; () where the text is too short to tell copies by."""
    words = _WORD.findall(fold(text).text)
    if len(words) < _FEWEST_WORDS:
        return ()
    sketch = RMinHash(PERMUTATIONS, _SEED)
    sketch.update([" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)])
    return tuple(sketch.digest())
