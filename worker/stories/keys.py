"""A signature in, the integers under which it is filed in an index out.

Two articles that may report one event share at least one key, most share several; how many they share ranks the
candidates that are worth a full comparison. Keys are signed 64-bit integers, the same in every process and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import combinations, islice

from worker.model import StorySignature
from worker.stories.events import concepts_of

MOST_KEYS = 48
PER_KEY = 20  # the newest articles under one key are looked at: a key that half a day's news share tells nothing more
MOST_CANDIDATES = 24  # articles that are compared in full: those that share most keys, the newest among equals
_PAIRED_WORDS = 8  # every two of the most telling words are a key, however common each of them is …
_SINGLE_WORDS = 10  # … and so is each by itself, for the days on which it is rare
_BAND_ROWS, _BANDS = 4, 4  # values of a MinHash in one key: nine in ten texts that share 80 % of their shingles meet
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
    words = [word for word, _ in signature.words]
    yield from (f"word {signature.language} {word}" for word in words[:_SINGLE_WORDS])
    for one, other in combinations(words[:_PAIRED_WORDS], 2):
        yield f"words {signature.language} {min(one, other)} {max(one, other)}"


def _reports(signature: StorySignature) -> Iterator[str]:
    """What it reports and where: what articles in different languages share."""
    for concept in sorted(concepts_of(signature)):
        yield f"report {concept}"
        for place in sorted(signature.places):
            yield f"report {concept} {place}"
