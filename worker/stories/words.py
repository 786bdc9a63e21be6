"""An article's title and text in, its telling words out, the most telling first.

A word is told by its stem. Names (capitals within a sentence) and long words tell most. Only the beginning counts: what
an article is about stands in its headline and first paragraph, and what follows is mostly background that other events
share. Never counts over other articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from zlib import crc32

from worker.stories.common_words import common_words, topic_words
from worker.stories.stems import stem_of
from worker.text import fold

LEAD_WORDS = 40  # telling words of summary or text that are read
MOST_MENTIONS = 16  # of one word that are counted
_LEAD_CHARS = 700  # … which stand in so many characters
_IN_TITLE = 2  # a word of the headline counts as much as one said twice
_NAME, _LETTER, _LONGEST = 0.7, 0.1, 12  # what a capital, and a letter, add to how telling a word is
_LONG = 4  # letters of a word that is no preposition
_HEADLINE_CASE = 0.6  # share of capitalised words from which capitals mean nothing: "Parliament Passes Budget"
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?:։«\"“„\n]\s*$")


@dataclass(frozen=True, slots=True)
class Words:
    """The telling words of an article, as hashes of their stems."""

    # Word → how often, the headline counting double; the most telling first.
    weighted: Mapping[int, int] = field(default_factory=dict)
    headline: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()  # the headline's names and numbers


def read_words(title: str, text: str, language: str) -> Words:
    """The telling words of an article that begins with `text`."""
    headline = list(_telling(title, language))
    lead = list(_telling(text[:_LEAD_CHARS], language))[:LEAD_WORDS]
    counts: Counter[str] = Counter()
    longest: dict[str, int] = {}
    for stem, length, _ in (*headline * _IN_TITLE, *lead):
        counts[stem] += 1
        longest[stem] = max(longest.get(stem, 0), length)
    named = {stem for stem, _, name in (*headline, *lead) if name}

    def telling(stem: str) -> tuple[float, str]:
        weight = counts[stem] + _NAME * (stem in named) + _LETTER * min(longest[stem], _LONGEST)
        return -weight, stem

    return Words(
        weighted={crc32(stem.encode()): min(counts[stem], MOST_MENTIONS) for stem in sorted(counts, key=telling)},
        headline=frozenset(crc32(stem.encode()) for stem, _, _ in headline),
        own=frozenset(crc32(stem.encode()) for stem, _, name in headline if name or stem.isdigit()),
    )


@cache
def topical(language: str) -> frozenset[int]:
    """The hashes of the topics of a language's news, as `Words` holds words."""
    return frozenset(crc32(stem_of(fold(word).text, language).encode()) for word in topic_words(language))


def _telling(text: str, language: str) -> Iterator[tuple[str, int, bool]]:
    """The stem of each telling word of `text`, how long the word is, and whether it is a name."""
    common, folded = common_words(language), fold(text)
    found = [(match.group(), match.start()) for match in _WORD.finditer(folded.text)]
    if folded.offsets is not None:
        found = [(word, folded.offsets[start]) for word, start in found]
    capital = [text[start].isupper() for _, start in found]
    long = [
        big for (word, _), big in zip(found[1:], capital[1:], strict=True) if len(word) >= _LONG and not word.isdigit()
    ]
    shouted = sum(long) > _HEADLINE_CASE * len(long)
    for (word, start), big in zip(found, capital, strict=True):
        if word not in common and (len(word) > 1 or word.isdigit()):
            yield stem_of(word, language), len(word), big and not shouted and not _begins_sentence(text, start)


def _begins_sentence(text: str, start: int) -> bool:
    return start == 0 or _SENTENCE_END.search(text, max(0, start - 3), start) is not None
