"""Terms in, an index out that finds all of them, inflected, in one pass over a folded text.

A term is one or more words. Each word is letters, followed by how it may end:

======================  ==========================================================================================
``ceasefire``           exactly this word
``truce(s)?``           a group of a regular expression, spelt out
``перемири~n``          one of the endings that the language's lexicon calls ``n``
``truce*``              any ending of up to twelve letters: Azerbaijani ones are long
``lay down``            words side by side, with a blank or a hyphen between them
``lay down .. arms``    up to three words may stand in between; ``..5`` says how many; never across a full stop
``sign/reach deal``     either word; ``pull_out/leave`` has a blank within the first choice
``# dead``              any number in digits
======================  ==========================================================================================

The index looks for the letters before the first ending with Aho-Corasick and tries the rest only there, so thousands
of terms cost little more than a few. Never sees an unfolded text: terms are folded when they are compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

import ahocorasick_rs

from worker.text.folding import fold

P = TypeVar("P")

_GAP = re.compile(r"\.\.(\d*)$")
_SPECIAL = re.compile(r"[~*(\[]|^#$")
_GROUP = re.compile(r"\((?:[^()]|\([^()]*\))*\)\??|\[[^\]]*\]\??")
_CHOICE = re.compile(r"\(\?:((?:[^\W_]*\|)*[^\W_]*)\)(\?)?")  # of letters alone
_LETTERS = re.compile(r"[^\W_]+(?![?*+])")
_MOST_ENDINGS = 60
_FEW = 3  # expressions tried one by one
_ANY_ENDING = r"\w{0,12}"
_NUMBER = "#"
_MORE_DIGITS = r"[\d.,]*"
_BETWEEN_WORDS = r"(?:[ -]| - |  )"
# Words and what stands between them share no character, and both are possessive: nothing is ever tried twice.
_APART = r"[^\w.!?;։]++"
_WORD_AWAY = rf"(?:\w++{_APART})"
_DEFAULT_GAP = 3
_START, _END = itemgetter(0), itemgetter(1)


class TermError(ValueError):
    """A term that cannot be compiled; the message says why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Term(Generic[P]):
    """A term as it is written in a settings file, and what finding it means."""

    written: str
    payload: P
    endings: Mapping[str, str]  # the language's: name → regular expression


class Hit(NamedTuple, Generic[P]):
    """One term found: `text[start:end]` of the folded text."""

    start: int
    end: int
    payload: P


_Matcher = Callable[[str, int], re.Match[str] | None]
# Payloads of terms that end with the key; what matches wherever one of many expressions does, for mostly none does
# and one question tells, None for few; payloads of terms that go on, each with what must follow.
_Entry = tuple[tuple[P, ...], _Matcher | None, tuple[tuple[P, _Matcher], ...]]


class TermIndex(Generic[P]):
    """All terms of a lexicon or gazetteer, compiled once."""

    def __init__(self, terms: Iterable[Term[P]]) -> None:
        """Compile `terms`.

        Raises:
            TermError: a term is malformed.
        """
        by_key: dict[str, list[tuple[P, _Rest]]] = {}
        for term in terms:
            for key, rest in _compile(term.written, term.endings):
                by_key.setdefault(key, []).append((term.payload, rest))
        self._entries = [_entry(rests) for rests in by_key.values()]
        # From the blank before a key to the end of its letters.
        self._lengths = [len(key) - 1 - key.endswith(" ") for key in by_key]
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_key)) if by_key else None

    def find(self, text: str, spaced: str | None = None, begin: int = 0) -> list[Hit[P]]:
        """Every term in a folded text, by position; overlapping ones too.

        Args:
            text: folded.
            spaced: `spaced_out(text)`, or that of its part from `begin` on, where it is known already.
            begin: where to begin.
        """
        if self._automaton is None:
            return []
        if spaced is None:
            spaced = spaced_out(text[begin:])
        hits: list[Hit[P]] = []
        entries, lengths = self._entries, self._lengths
        # Keys begin with a blank, and words of `spaced` do too: no key is found within a word. As `spaced` has one
        # character more in front, a key found at i stands at i in `text`.
        for which, at, _ in self._automaton.find_matches_as_indexes(spaced, overlapping=True):
            start = begin + at
            end = start + lengths[which]
            whole, gate, longer = entries[which]
            if whole:
                hits += [Hit(start, end, payload) for payload in whole]
            if longer and (gate is None or gate(text, end)):
                for payload, match in longer:
                    if found := match(text, end):
                        hits.append(Hit(start, found.end(), payload))
        if len(hits) > 1:
            # By start, the longest first where several begin together; two sorts in C are cheaper than one in Python.
            hits.sort(key=_END, reverse=True)
            hits.sort(key=_START)
        return hits


class _Step(NamedTuple):
    """One further word of a term: after how many words at most, None for right beside, and its expression."""

    gap: int | None
    words: str

    @property
    def expression(self) -> str:
        before = _BETWEEN_WORDS if self.gap is None else f"{_APART}{_WORD_AWAY}{{0,{self.gap}}}?"
        return f"{before}(?:{self.words})(?!\\w)"


class _Rest(NamedTuple):
    """What must follow a key: the rest of its word, where that is more than letters, and further words."""

    ending: str = ""
    steps: tuple[_Step, ...] = ()

    @property
    def expression(self) -> str:
        ending = rf"{self.ending}(?!\w)" if self.ending else ""
        return ending + "".join(step.expression for step in self.steps)


def _entry(rests: Sequence[tuple[P, _Rest]]) -> _Entry[P]:
    """What is to be done where a key is found."""
    whole = tuple(payload for payload, rest in rests if not rest.expression)
    longer = tuple((payload, _pattern(rest.expression).match) for payload, rest in rests if rest.expression)
    different = dict.fromkeys(rest for _, rest in rests if rest.expression)
    return whole, _pattern(_gate(different)).match if len(different) >= _FEW else None, longer


def _gate(rests: Iterable[_Rest]) -> str:
    """What matches wherever one of `rests` does, in one scan of the words that follow, and sometimes elsewhere."""
    by_ending: dict[str, list[_Rest]] = {}
    for rest in rests:
        by_ending.setdefault(rest.ending, []).append(rest)
    return "|".join(
        _Rest(ending).expression + ("" if any(not rest.steps for rest in alike) else _first_step(alike))
        for ending, alike in by_ending.items()
    )


def _first_step(rests: Iterable[_Rest]) -> str:
    firsts = [rest.steps[0] for rest in rests]
    beside = "|".join(dict.fromkeys(step.words for step in firsts if step.gap is None))
    apart = "|".join(dict.fromkeys(step.words for step in firsts if step.gap is not None))
    furthest = max((step.gap for step in firsts if step.gap is not None), default=0)
    steps = [_Step(None, beside)] * bool(beside) + [_Step(furthest, apart)] * bool(apart)
    return f"(?:{'|'.join(step.expression for step in steps)})"


_NO_LETTERS = "-.,:;!?'\"()[]{}<>/\\|*#&%$@+=~^“”„«»‹›—–…·•։՝՛՟،؛؟‘’′″№"


def spaced_out(text: str) -> str:
    """The folded `text` between blanks, and with a blank for every character that ends a word."""
    for char in _NO_LETTERS:
        text = text.replace(char, " ")
    return f" {text} "


def check_term(written: str, endings: Mapping[str, str]) -> None:
    """Complain where `written` is no term.

    Raises:
        TermError: says why, and what to write instead.
    """
    for _, rest in _compile(written, endings):
        _pattern(rest.expression)


def _compile(written: str, endings: Mapping[str, str]) -> list[tuple[str, _Rest]]:
    """The term's keys for the automaton, each with what must follow it."""
    words = written.split()
    if not words or _GAP.fullmatch(words[0]) or _GAP.fullmatch(words[-1]):
        raise TermError(f"{written!r} is no term; write at least one word, and gaps only between words")
    literal = [word for word in words if not (_SPECIAL.search(word) or "/" in word or _GAP.fullmatch(word))]
    if len(literal) == len(words):
        return [(f" {spaced_out(fold(' '.join(words)).text).strip()} ", _Rest())]
    compiled: list[tuple[str, _Rest]] = []
    steps = tuple(
        _step(word, words[at - 1], endings, written) for at, word in enumerate(words) if at and not _GAP.fullmatch(word)
    )
    for first in _alternatives(words[0]):
        if first == _NUMBER:
            compiled.extend((f" {digit}", _Rest(_MORE_DIGITS, steps)) for digit in range(10))
            continue
        stem, ending = _split(first, endings, written)
        if not stem or (len(stem) < 2 and len(words) == 1):
            raise TermError(f"{written!r} has too few letters; write at least two before the ending")
        endings_spelt_out = _spelt_out(ending)
        if endings_spelt_out is None:
            compiled.append((f" {spaced_out(stem)[1:-1]}", _Rest(ending, steps)))
        else:
            compiled.extend((spaced_out(stem + one), _Rest("", steps)) for one in endings_spelt_out)
    return compiled


@lru_cache(maxsize=4096)
def _spelt_out(ending: str) -> tuple[str, ...] | None:
    """Every ending that the expression `ending` allows; None where they are too many, or not of letters alone.

    A key for each of them costs the automaton nothing, and spares the expression wherever the word ends otherwise.
    """
    found = [""]
    while ending:
        if group := _CHOICE.match(ending):
            choices = [*group.group(1).split("|"), *([""] if group.group(2) else [])]
            ending = ending[group.end() :]
        elif letters := _LETTERS.match(ending):
            choices = [letters.group()]
            ending = ending[letters.end() :]
        else:
            return None
        found = [one + choice for one in found for choice in choices]
        if len(found) > _MOST_ENDINGS:
            return None
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _pattern(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise TermError(f"{expression!r} is no regular expression ({error.msg}); correct the group") from error


def _step(word: str, previous: str, endings: Mapping[str, str], written: str) -> _Step:
    """A word of a term that is not its first, and the gap before it."""
    gap = _GAP.fullmatch(previous)
    choices = []
    for choice in _alternatives(word):
        if choice == _NUMBER:
            choices.append(rf"\d{_MORE_DIGITS}")
        else:
            stem, ending = _split(choice, endings, written)
            choices.append(re.escape(stem) + ending)
    return _Step(int(gap.group(1) or _DEFAULT_GAP) if gap else None, "|".join(choices))


def _alternatives(word: str) -> list[str]:
    depth, parts = 0, [""]
    for char in word:
        depth += (char == "(") - (char == ")")
        if char == "/" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _split(word: str, endings: Mapping[str, str], written: str) -> tuple[str, str]:
    """The letters of a word, and the regular expression of its endings."""
    word = word.replace("_", " ")
    special = _SPECIAL.search(word)
    if special is None:
        return fold(word).text, ""
    stem, rest, ending = fold(word[: special.start()]).text, word[special.start() :], ""
    while rest:
        if rest == "*":
            ending, rest = ending + _ANY_ENDING, ""
        elif rest.startswith("~"):
            name, rest = rest[1:], ""
            if name not in endings:
                raise TermError(f"{written!r} has the unknown ending {name!r}; use one of {', '.join(sorted(endings))}")
            ending += f"(?:{fold(endings[name]).text})"
        elif group := _GROUP.match(rest):
            inner = group.group()
            ending += fold(inner.replace("(", "(?:")).text
            rest = rest[group.end() :]
            letters = re.match(r"[^~*(\[]*", rest)
            if letters and letters.group():
                ending += re.escape(fold(letters.group()).text)
                rest = rest[letters.end() :]
        else:
            raise TermError(f"{written!r} cannot be read at {rest!r}; write letters, (groups), ~endings or *")
    return stem, ending
