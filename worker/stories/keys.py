"""A signature in, the integers under which it is filed in an index out.

Two articles that may report one event share at least one key, most share several; how many they share ranks the
candidates that are worth a full comparison. Keys are signed 64-bit integers, the same in every process and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from worker.model import StorySignature

MOST_KEYS = 40
_BAND_ROWS = 4  # values of a MinHash in one key: texts that share 60 % of their shingles meet in one of 16 bands
_FEW_PLACES = 3


def keys_of(signature: StorySignature) -> tuple[int, ...]:
    """Under which keys `signature` is filed and looked up: at most `MOST_KEYS`, the most telling first."""
    names = list(dict.fromkeys(_names(signature)))[:MOST_KEYS]
    return tuple(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True) for name in names)


def _names(signature: StorySignature) -> Iterator[str]:
    rows = signature.minhash
    for start in range(0, len(rows) - _BAND_ROWS + 1, _BAND_ROWS):
        yield f"copy {start} {rows[start : start + _BAND_ROWS]}"
    concepts = sorted({report.partition(":")[0] for report in signature.reports})
    for place in sorted(signature.places)[:_FEW_PLACES]:
        yield from (f"report {concept} {place}" for concept in concepts)
    yield from (f"report {concept}" for concept in concepts)
    yield from (f"word {signature.language} {word}" for word in sorted(signature.headline))
