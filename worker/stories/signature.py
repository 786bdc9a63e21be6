"""An article and the judgement on it in, what is compared of it out; and its form in the database.

A signature is small (about 1 KB of JSON), says nothing that cannot be computed again from the article, and holds words
as 32-bit hashes of their stems. Never compares, never opens a database.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from rensa import RMinHash

from worker.model import Article, StorySignature
from worker.text import fold

PERMUTATIONS = 64
_SEED = 1
_SHINGLE = 3  # words
_LEAD = 80  # words of summary or text that say what the article is about
_STEM = 6  # characters
_WORD = re.compile(r"\w+")


def signature_of(
    article: Article,
    *,
    places: Sequence[str],
    reports: Collection[str],
    at: datetime,
    story_id: int = 0,
    article_id: int = 0,
) -> StorySignature:
    """What is compared to tell whether two articles report one event.

    Args:
        article: as it is kept.
        places: the gazetteer's names of the places and actors it names.
        reports: what it reports as news, such as `ceasefire:holds`.
        at: when it was published, or first seen where that is unknown.
        story_id: the story it is in, where it has been placed already.
        article_id: its id in the log.
    """
    title = _WORD.findall(fold(article.title).text)
    text = _WORD.findall(fold(article.text or article.summary).text)
    return StorySignature(
        story_id=story_id,
        article_id=article_id,
        language=article.language,
        title=article.title,
        places=frozenset(places),
        reports=frozenset(reports),
        at=at,
        headline=_stems(title),
        lead=_stems([*title, *text[:_LEAD]]),
        figures=frozenset(int(word) for word in (*title, *text[:_LEAD]) if word.isascii() and word.isdigit()),
        minhash=_minhash(text),
    )


def _stems(words: Iterable[str]) -> frozenset[int]:
    return frozenset(crc32(word[:_STEM].encode()) for word in words)


def _minhash(words: Sequence[str]) -> tuple[int, ...]:
    """The MinHash of the text's shingles; () where the text is too short to tell copies by."""
    if len(words) < _LEAD // 4:
        return ()
    sketch = RMinHash(PERMUTATIONS, _SEED)
    sketch.update([" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)])
    return tuple(sketch.digest())


def signature_to_json(signature: StorySignature) -> dict[str, Any]:
    """`signature` as it is stored, without the two ids, which are columns beside it."""
    return {
        "language": signature.language,
        "title": signature.title,
        "places": sorted(signature.places),
        "reports": sorted(signature.reports),
        "at": signature.at.isoformat(),
        "headline": sorted(signature.headline),
        "lead": sorted(signature.lead),
        "figures": sorted(signature.figures),
        "minhash": list(signature.minhash),
    }


def signature_from_json(story_id: int, article_id: int, stored: Mapping[str, Any]) -> StorySignature:
    """The signature that `signature_to_json` made `stored` of."""
    return StorySignature(
        story_id=story_id,
        article_id=article_id,
        language=stored["language"],
        title=stored["title"],
        places=frozenset(stored["places"]),
        reports=frozenset(stored["reports"]),
        at=datetime.fromisoformat(stored["at"]),
        headline=frozenset(stored["headline"]),
        lead=frozenset(stored["lead"]),
        figures=frozenset(stored["figures"]),
        minhash=tuple(stored["minhash"]),
    )
