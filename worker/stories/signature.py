"""An article and the judgement on it in, what is compared of it out; and its form in the database.

A signature is small (about 1 KB of JSON), says nothing that cannot be computed again from the article, and holds words
as 32-bit hashes of their stems. Never compares, never opens a database.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

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


def signature_to_json(signature: StorySignature) -> dict[str, Any]:
    """`signature` as it is stored, without the two ids, which are columns beside it."""
    return {
        "language": signature.language,
        "title": signature.title,
        "places": sorted(signature.places),
        "reports": sorted(signature.reports),
        "mentions": sorted(signature.mentions),
        "at": signature.at.isoformat(),
        "dated": signature.dated,
        "words": _packed([word for word, _ in signature.words]),
        "counts": [count for _, count in signature.words],
        "headline": _packed(sorted(signature.headline)),
        "own": _packed(sorted(signature.own)),
        "tolls": sorted(list(toll) for toll in signature.tolls),
        "minhash": _packed(signature.minhash),
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
        mentions=frozenset(stored["mentions"]),
        at=datetime.fromisoformat(stored["at"]),
        dated=stored["dated"],
        words=tuple(zip(_unpacked(stored["words"]), stored["counts"], strict=True)),
        headline=frozenset(_unpacked(stored["headline"])),
        own=frozenset(_unpacked(stored["own"])),
        tolls=frozenset((kind, number) for kind, number in stored["tolls"]),
        minhash=_unpacked(stored["minhash"]),
    )


def _packed(numbers: Sequence[int]) -> str:
    """Numbers of 32 bits as hexadecimal digits: sixty signatures are read to place one article."""
    return struct.pack(f"<{len(numbers)}I", *numbers).hex()


def _unpacked(digits: str) -> tuple[int, ...]:
    return struct.unpack(f"<{len(digits) // 8}I", bytes.fromhex(digits))
