"""Two headlines in, whether they are of two instances of what recurs out: tomorrow's forecast, another town's prices.

Such news stands in the same words every day and at every place, so its words say nothing of its being one event; what
differs says that it is none. Never looks at texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from worker.dates import month_of

_WORD = re.compile(r"\w+")
_MOST_DAYS, _MOST_DIGITS = 31, 2  # of a day; Python refuses to read thousands of digits


def is_another_instance(one: str, other: str) -> bool:
    """Whether two headlines name days and none in common, or are the same but for one name each."""
    words, others = _WORD.findall(one), _WORD.findall(other)
    days, theirs = set(_days(words)), set(_days(others))
    if days and theirs and not days & theirs:
        return True
    mine, its = _beyond(words, others), _beyond(others, words)
    return len(mine) == len(its) == 1 and mine[0].istitle() and its[0].istitle()


def _days(words: list[str]) -> Iterator[tuple[int, int]]:
    """The days of the year that a headline names, as (month, day)."""
    for first, second in pairwise(words):
        for number, name in ((first, second), (second, first)):
            if len(number) > _MOST_DIGITS or not number.isdecimal():
                continue
            if 0 < int(number) <= _MOST_DAYS and (month := month_of(name)):
                yield month, int(number)


def _beyond(words: list[str], others: list[str]) -> list[str]:
    """What stands in the first headline alone, its first word apart: that is a capital in any case."""
    known = {word.casefold() for word in others}
    return [word for word in words[1:] if word.casefold() not in known]
