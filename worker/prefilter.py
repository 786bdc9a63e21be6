"""Regular expressions in, one look that tells a text in which none of them can match.

Most texts hold none of what a cleaner's expressions are after, and trying those everywhere costs a hundred times what
one search for the letters does that every match must hold. Which letters those are is read off the expressions
themselves, so there is no second list to keep in step (R. Cox, *Regular Expression Matching with a Trigram Index*,
2012; RE2 calls it `FilteredRE2`). All filters look at a text together, so that several of them cost no more than one.
Never says no where an expression would match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib import import_module
from itertools import count
from typing import Any, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

# Undocumented, unknown to type checkers, and the same from Python 3.11 to 3.14.
op: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_MOST = 32  # different texts up to which an expression is spelt out: more tell no better, and take memory
_ENOUGH = 16  # letters tell as well as more


class Lookout:
    """What several filters look for, found in one pass over a text."""

    def __init__(self) -> None:
        self._numbers = count()
        self._joined: list[tuple[int, frozenset[str]]] = []  # the bit of each filter, and its words
        self.found_in = _finder(self._joined)

    def joined(self, words: Iterable[str]) -> int:
        """The bit of one more filter, which looks for `words`."""
        bit = 1 << next(self._numbers)
        self._joined.append((bit, frozenset(words)))
        # A new one: another thread that looks at a text meanwhile must not remember for this filter what it found.
        self.found_in = _finder(self._joined)
        return bit


def _finder(joined: Sequence[tuple[int, frozenset[str]]]) -> Callable[[str], int]:
    """What finds the bits of the filters whose expressions may match in a text; made ready when it is first asked."""

    @cache
    def ready() -> tuple[BytesAhoCorasick, list[int]]:
        bits: dict[str, int] = {}
        for bit, looked_for in tuple(joined):
            bits |= {word: bits.get(word, 0) | bit for word in looked_for}
        words = sorted(bits)
        # A DFA is twice as fast as the default.
        automaton = BytesAhoCorasick([word.encode() for word in words], implementation=Implementation.DFA)
        return automaton, [bits[word] for word in words]

    @lru_cache(maxsize=4)  # filters ask about one text in turn
    def found_in(text: str) -> int:
        automaton, of_words = ready()
        found = 0
        hits = automaton.find_matches_as_indexes(folded(text).encode("utf-8", "replace"), overlapping=True)
        for word, _, _ in hits:
            found |= of_words[word]
        return found

    return found_in


_EVERY = Lookout()  # of the filters that modules have as constants


class Prefilter:
    """What some expressions need, to be asked for before they are tried."""

    def __init__(self, *patterns: re.Pattern[str], words: Iterable[str] = (), lookout: Lookout = _EVERY) -> None:
        """Read off what `patterns` need, and have `lookout` look for it and for the folded `words`.

        Raises:
            ValueError: one of them can match without any letter of its own, and nothing would tell.
        """
        self.needed: frozenset[str] = frozenset(words).union(*map(needed_by, patterns))
        words = {word[:_ENOUGH] for word in self.needed}
        self._lookout = lookout
        self._bit = lookout.joined(word for word in words if not any(part in word for part in words - {word}))

    def may_match(self, text: str) -> bool:
        """False only where none of the expressions matches anywhere in `text`, in whatever case."""
        return bool(self._lookout.found_in(text) & self._bit)


def folded(text: str) -> str:
    """`text` as `re.IGNORECASE` sees it, but for letters that no keyboard has: i, ı and İ are one, s and ſ, е and ё."""
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s").replace("ё", "е")


def needed_by(pattern: re.Pattern[str]) -> frozenset[str]:
    """Folded texts of which every match of `pattern` holds at least one, longest possible.

    Raises:
        ValueError: there are none.
    """
    needed = _sequence(parser.parse(pattern.pattern, pattern.flags)).needed
    if not needed:
        raise ValueError(f"{pattern.pattern[:80]!r} may match without any letter of its own")
    return needed


class _Texts(NamedTuple):
    """What is known of the texts that a part of an expression matches."""

    all: frozenset[str] | None = None  # every one of them, folded, where they are few
    best: frozenset[str] = frozenset()  # of which each holds one, where `all` does not say so

    @property
    def needed(self) -> frozenset[str]:
        found = self.best if self.all is None else _better(self.all, self.best)
        return frozenset() if "" in found else found


_NOTHING = _Texts(frozenset({""}))
_ANYTHING = _Texts()


def _sequence(parts: Iterable[tuple[Any, Any]]) -> _Texts:
    """Parts that follow each other: what is spelt out grows together until something that is not interrupts it."""
    best: frozenset[str] = frozenset()
    run, is_whole = frozenset({""}), True
    for code, argument in parts:
        texts = _part(code, argument)
        if texts.all is not None and len(texts.all) * len(run) <= _MOST:
            run = frozenset(before + after for before in run for after in texts.all)
            continue
        best = _better(_better(best, run), texts.best)
        run = texts.all or frozenset({""})
        is_whole = False
    return _Texts(run if is_whole else None, _better(best, run))


def _part(code: Any, argument: Any) -> _Texts:
    if code is op.LITERAL:
        return _Texts(frozenset({folded(chr(argument))}))
    if code in (op.AT, op.ASSERT, op.ASSERT_NOT):  # they look, and take nothing
        return _NOTHING
    if code is op.IN and all(kind is op.LITERAL for kind, _ in argument):
        return _Texts(frozenset(folded(chr(letter)) for _, letter in argument))
    if code is op.SUBPATTERN:
        return _sequence(argument[-1])
    if code is op.ATOMIC_GROUP:
        return _sequence(argument)
    if code is op.BRANCH:
        return _either([_sequence(branch) for branch in argument[1]])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, repeated = argument
        once = _sequence(repeated)
        if most == 1:
            return once if least else _either([once, _NOTHING])
        return _Texts(best=once.needed) if least else _ANYTHING
    return _ANYTHING


def _either(branches: Sequence[_Texts]) -> _Texts:
    if all(branch.all is not None for branch in branches):
        every = frozenset().union(*(branch.all or () for branch in branches))
        if len(every) <= _MOST:
            return _Texts(every)
    needed = [branch.needed for branch in branches]
    return _Texts(best=frozenset().union(*needed) if all(needed) else frozenset())


def _better(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The set that fewer texts fulfil by chance: a short word stands in most of them."""
    if not one or not other:
        return one or other
    return max(one, other, key=lambda words: (min(map(len, words)), -len(words)))
