"""A sentence that reports casualties in; how many were killed and wounded, where it says so, out.

A number belongs to the word of killing or wounding that stands nearest to it; a comma or an *and* between the two
sets them apart. Years, shares and numbers far away count nothing. Never adds up, never guesses: "dozens" is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.model import Lexicon
from worker.text import Hit, Term

_DIGITS = re.compile(
    r"(?<![\w.,:-])(?:\d{1,3}(?:[,.\u00a0 ]\d{3})+|\d{1,6})(?![\d%:]|-\d|[,.]\d| ?(?:percent|процент|%))"
)
_YEARS = range(1900, 2101)
_PARTED = re.compile(r"[,;:]|\b(?:and|и|а|ու|և|իսկ|və|ve|და|ხოლო)\b")
_REACH = 6  # words between a number and its word
_PER_PARTING = 3  # words' worth


@dataclass(frozen=True, slots=True)
class Toll:
    """A word of killing or wounding."""

    kind: str  # killed | wounded


def toll_terms(lexicon: Lexicon) -> Iterator[Term[Toll | int]]:
    """The lexicon's words of killing and wounding, and those that count."""
    for kind, terms in lexicon.tolls.items():
        for written in terms:
            yield Term(written, Toll(kind), lexicon.endings)
    for word, number in lexicon.numbers.items():
        yield Term(word, number, lexicon.endings)


def tolls_in(text: str, sentence: tuple[int, int], found: Sequence[Hit[Toll | int]]) -> tuple[tuple[str, int], ...]:
    """The numbers in a sentence: ("killed", 3), ("wounded", 12), killed first.

    Args:
        text: folded.
        sentence: `[start:end]` of it.
        found: the hits of `toll_terms` in the sentence.
    """
    numbers = [(hit.start, hit.end, hit.payload) for hit in found if isinstance(hit.payload, int)]
    numbers += _digits(text, *sentence)
    if not numbers:
        return ()
    pairs = sorted(
        (distance, hit.payload.kind, start, number)
        for hit in found
        if isinstance(hit.payload, Toll)
        for start, end, number in numbers
        if (distance := _distance(text, (hit.start, hit.end), (start, end))) <= _REACH
    )
    tolls: dict[str, int] = {}
    taken: set[int] = set()
    for _, kind, start, number in pairs:
        if kind not in tolls and start not in taken:
            tolls[kind] = number
            taken.add(start)
    return tuple(sorted(tolls.items()))


def _digits(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    for found in _DIGITS.finditer(text, start, end):
        number = int(re.sub(r"\D", "", found.group()))
        if number not in _YEARS or not found.group().isdigit():
            yield found.start(), found.end(), number


def _distance(text: str, word: tuple[int, int], number: tuple[int, int]) -> int:
    """Words between the two, and more where they are parted; beyond reach where they overlap."""
    if word[0] < number[1] and number[0] < word[1]:
        return _REACH + 1
    between = text[number[1] : word[0]] if number[1] <= word[0] else text[word[1] : number[0]]
    return max(0, between.count(" ") - 1) + _PER_PARTING * len(_PARTED.findall(between))
