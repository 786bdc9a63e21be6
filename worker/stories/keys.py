"""A signature in, the integers under which it is filed in an index out.

Two articles that may report one event share at least one key, most share several; how many they share ranks the
candidates that are worth a full comparison. Keys are signed 64-bit integers, the same in every process and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice

from worker.model import StorySignature
from worker.stories.events import concepts_of

MOST_KEYS = 48
PER_KEY = 40  # the newest articles under one key are looked at: a key that half a day's news share tells nothing more
MOST_CANDIDATES = 60  # articles that are compared in full: those that share most keys, the newest among equals
_TELLING_WORDS = 10  # every two of them are a key: of two articles on one event, 94 % share two or more
_BAND_ROWS, _BANDS = 4, 8  # values of a MinHash in one key: texts that share 80 % of their shingles meet in one of 8
_MOST_REPORTS = 6


def keys_of(signature: StorySignature) -> tuple[int, ...]:
    """Under which keys `signature` is filed and looked up: at most `MOST_KEYS`, the most telling first."""
    return tuple(_key(name) for name in islice(dict.fromkeys(_names(signature)), MOST_KEYS))


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _names(signature: StorySignature) -> Iterator[str]:
    yield from islice(_reports(signature), _MOST_REPORTS)
    rows = signature.minhash[: _BAND_ROWS * _BANDS]
    for start in range(0, len(rows), _BAND_ROWS):
        yield f"text {start} {rows[start : start + _BAND_ROWS]}"
    words = [word for word, _ in signature.words[:_TELLING_WORDS]]
    # Pairs of the most telling words first: (0, 1), (0, 2), (1, 2), (0, 3), …
    for second in range(len(words)):
        for first in range(second):
            one, other = sorted((words[first], words[second]))
            yield f"words {signature.language} {one} {other}"
    if len(words) == 1:
        yield f"word {signature.language} {words[0]}"


def _reports(signature: StorySignature) -> Iterator[str]:
    """What it reports and where: what articles in different languages share."""
    for concept in sorted(concepts_of(signature)):
        yield f"report {concept}"
        for place in sorted(signature.places):
            yield f"report {concept} {place}"
