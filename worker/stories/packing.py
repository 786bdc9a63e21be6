"""A signature, or the keys it is filed under, in; the bytes out as which they are stored; and back.

About 800 bytes: many signatures are read to place one article. The two ids are columns beside it. Numbers of 32 bits
stand as they are; names and the title as JSON, since they are as many and as long as they please.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct, pack, unpack, unpack_from

from worker.model import StorySignature

_FORM = 1  # what begins with another number was written by another version
_HEAD = Struct("<BBq4H")  # form, dated, µs since 1970; how many words, headline's words, own words, MinHash values
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


def signature_to_bytes(signature: StorySignature) -> bytes:
    """`signature` as it is stored, without its two ids."""
    headline, own = sorted(signature.headline), sorted(signature.own)
    numbers = (*signature.words, *headline, *own, *signature.minhash)
    sizes = (len(signature.words), len(headline), len(own), len(signature.minhash))
    names = [
        signature.language,
        signature.title,
        sorted(signature.places),
        sorted(signature.reports),
        sorted(signature.mentions),
        sorted(signature.tolls),
    ]
    written = json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    head = _HEAD.pack(_FORM, signature.dated, (signature.at - _EPOCH) // _US, *sizes)
    return b"".join((head, pack(f"<{len(numbers)}I", *numbers), bytes(signature.words.values()), written))


def is_readable(stored: bytes) -> bool:
    """Whether this version can read what another may have stored."""
    return stored[:1] == bytes([_FORM])


def signature_from_bytes(story_id: int, article_id: int, stored: bytes) -> StorySignature:
    """The signature that `signature_to_bytes` made `stored` of."""
    _, dated, at, *sizes = _HEAD.unpack_from(stored)
    total, (first, second, _, last) = sum(sizes), sizes
    numbers = unpack_from(f"<{total}I", stored, _HEAD.size)
    counts = _HEAD.size + 4 * total
    language, title, places, reports, mentions, tolls = json.loads(stored[counts + first :])
    return StorySignature(
        story_id=story_id,
        article_id=article_id,
        language=language,
        title=title,
        places=frozenset(places),
        reports=frozenset(reports),
        mentions=frozenset(mentions),
        at=_EPOCH + at * _US,
        dated=bool(dated),
        words=dict(zip(numbers[:first], stored[counts : counts + first], strict=True)),
        headline=frozenset(numbers[first : first + second]),
        own=frozenset(numbers[first + second : total - last]),
        tolls=frozenset((kind, number) for kind, number in tolls),
        minhash=numbers[total - last :],
    )


def keys_to_bytes(keys: Sequence[int]) -> bytes:
    """Keys as they are stored: four bytes each, lowest first."""
    return pack(f"<{len(keys)}i", *keys)


def keys_from_bytes(stored: bytes) -> tuple[int, ...]:
    """The keys that `keys_to_bytes` made `stored` of."""
    return unpack(f"<{len(stored) // 4}i", stored)
