"""A signature in, the integers under which it is filed in an index out.

Two articles that may report one event share at least one key, most share several; how many they share, and how few
others share them, ranks the candidates that are worth a full comparison. Keys are signed 32-bit integers, the same in
every process and version: of the millions in a full window, one in a thousand is another's by chance, which costs a
comparison and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import log2
from struct import pack
from zlib import crc32

from worker.model import StorySignature
from worker.stories.events import concepts_of, named

MOST_KEYS = 36
PER_KEY = 20  # the newest articles under one key are looked at: a key that half a day's news share tells nothing more
MOST_CANDIDATES = 24  # articles that are compared in full: those that share most keys, the newest among equals
_PAIRED_WORDS = 4  # every two of the most telling words are a key, however common each of them is …
_SINGLE_WORDS = 18  # … and so is each by itself, for the days on which it is rare
_BAND_ROWS, _BANDS = 4, 4  # values of a MinHash in one key: nine in ten texts that share 80 % of their shingles meet
_MOST_REPORTS = 6
_SIGN = 1 << 31
_WEIGHTS = tuple(round(4 * (1 + log2(PER_KEY / max(1, found)))) for found in range(PER_KEY + 1))


def keys_of(signature: StorySignature) -> tuple[int, ...]:
    """Under which keys `signature` is filed and looked up: at most `MOST_KEYS`, the most telling first."""
    return tuple(islice(dict.fromkeys(crc32(name) - _SIGN for name in _names(signature)), MOST_KEYS))


def weight_of(found: int) -> int:
    """How much a key tells under which so many articles are found: one that few share tells most.

    What several share of these ranks them, as inverse document frequencies do, with no count that has to be kept.
    """
    return _WEIGHTS[min(found, PER_KEY)]


def _names(signature: StorySignature) -> Iterator[bytes]:
    for report in islice(_reports(signature), _MOST_REPORTS):
        yield report.encode()
    rows = signature.minhash[: _BAND_ROWS * _BANDS]
    for start in range(0, len(rows), _BAND_ROWS):
        yield pack(f"<B{_BAND_ROWS}I", start, *rows[start : start + _BAND_ROWS])
    language = crc32(signature.language.encode())
    words = list(islice(signature.words, _SINGLE_WORDS))
    for word in words:
        yield pack("<2I", language, word)
    for one, other in combinations(words[:_PAIRED_WORDS], 2):
        yield pack("<3I", language, one, other) if one < other else pack("<3I", language, other, one)


def _reports(signature: StorySignature) -> Iterator[str]:
    """What it reports and where, then what it speaks of in passing: what articles in different languages share."""
    reported, mentioned = concepts_of(signature), named(signature.mentions)
    for concept in (*sorted(reported), *sorted(mentioned - reported)):
        yield f"report {concept}"
        for place in sorted(signature.places):
            yield f"report {concept} {place}"
