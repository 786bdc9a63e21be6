"""A sentence that reports casualties in; how many were killed and wounded, where it says so, out.

A number belongs to the word of killing or wounding that stands nearest to it; a comma or an *and* between the two
sets them apart. Years, shares and numbers far away count nothing. Never adds up, never guesses: "dozens" is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from worker.model import Lexicon
from worker.text import Term, TermIndex

_DIGITS = re.compile(
    r"(?<![\w.,:-])(?:\d{1,3}(?:[,.\u00a0 ]\d{3})+|\d{1,6})(?![\d%:]|-\d|[,.]\d| ?(?:percent|процент|%))"
)
_YEARS = range(1900, 2101)
_PARTED = re.compile(r"[,;:]|\b(?:and|и|а|ու|և|իսկ|və|ve|და|ხოლო)\b")
_REACH = 6  # words between a number and its word
_PER_PARTING = 3  # words' worth


class Tolls:
    """One language's words of killing, wounding and counting, compiled once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = TermIndex(
            Term(written, kind, lexicon.endings) for kind, terms in lexicon.tolls.items() for written in terms
        )
        self._numbers = TermIndex(Term(word, number, lexicon.endings) for word, number in lexicon.numbers.items())

    def of(self, sentence: str, spaced: str | None = None) -> tuple[tuple[str, int], ...]:
        """The numbers in the folded `sentence`: ("killed", 3), ("wounded", 12), killed first.

        `spaced` is what `worker.text.spaced_out` makes of the sentence, where it is known already.
        """
        counted = self._numbers.find(sentence, spaced)
        numbers = [*_digits(sentence), *((hit.start, hit.end, hit.payload) for hit in counted)]
        if not numbers:
            return ()
        pairs = sorted(
            (distance, word.payload, start, number)
            for word in self._words.find(sentence, spaced)
            for start, end, number in numbers
            if (distance := _distance(sentence, (word.start, word.end), (start, end))) <= _REACH
        )
        tolls: dict[str, int] = {}
        taken: set[int] = set()
        for _, kind, start, number in pairs:
            if kind not in tolls and start not in taken:
                tolls[kind] = number
                taken.add(start)
        return tuple(sorted(tolls.items()))


def _digits(sentence: str) -> Iterator[tuple[int, int, int]]:
    for found in _DIGITS.finditer(sentence):
        number = int(re.sub(r"\D", "", found.group()))
        if number not in _YEARS or not found.group().isdigit():
            yield found.start(), found.end(), number


def _distance(sentence: str, word: tuple[int, int], number: tuple[int, int]) -> int:
    """Words between the two, and more where they are parted; beyond reach where they overlap."""
    if word[0] < number[1] and number[0] < word[1]:
        return _REACH + 1
    between = sentence[number[1] : word[0]] if number[1] <= word[0] else sentence[word[1] : number[0]]
    return max(0, between.count(" ") - 1) + _PER_PARTING * len(_PARTED.findall(between))
