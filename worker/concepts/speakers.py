"""A sentence's words of saying in; who it says is speaking, out.

A speaker is a phrase of words for those who speak (*ministry*, *spokesman*), of names that the caller found, and of
the capitalised words beside them. It stands before the verb (*Baku said*), behind one that a comma or a quotation
parts from what is said (*…, said Pashinyan*), behind a preposition (*according to*) or before a postposition
(*…-ի խոսքով*); a headline also sets it apart by a colon or a dash. Where several speak, the first one counts. Never
guesses: a pronoun is nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from worker.model import SpeechRole
from worker.text import Hit, Passage


class Name(NamedTuple):
    """Where a passage names a country, a person or an institution: `[start:end]` of its folded text."""

    start: int
    end: int
    speaks: bool  # a person, an institution, or a capital that stands for its government


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language orders what a speaker is found by."""

    verb_last: bool  # who speaks begins the sentence, and the verb ends it
    capitals: bool  # names are capitalised
    locative: tuple[str, ...] = ()  # how a name ends that says where, folded
    where: tuple[str, ...] = ()  # words before one, folded


_Span = tuple[int, int]
_BREAK = re.compile(r"[,;:()«»\"“”„՝—–]| - ")
_WORD = re.compile(r"[^\s,;:()«»\"“”„՝—–]*\w[^\s,;:()«»\"“”„՝—–]*")
_BEFORE_VERB = 3  # words between a speaker and the verb: the ministry *on Tuesday also* said
_BARE_NAME = 1  # … where a country's name is all there is of the speaker
_BEHIND = 3  # words between the verb or preposition and a speaker: сообщил *журналистам во вторник* представитель
_WITHIN = 2  # words between two parts of a speaker: spokesman *for the* Armenian ministry
_HEADLINE = 6  # words of a speaker set apart in a headline
_BEHIND_PLACE = 1  # words between a place and the verb whose subject is left out: в Баку *вчера* заявили
_NAMES = 4  # capitalised words that may be a speaker by themselves
_MORE_NAMES = 3  # capitalised words on either side that belong to a speaker


def speaker_in(
    passage: Passage, sentence: _Span, speech: Sequence[Hit[SpeechRole]], names: Iterable[Name], grammar: Grammar
) -> str:
    """Who speaks in `sentence`, as written; "" where it does not say.

    Args:
        passage: that holds the sentence.
        sentence: `[start:end]` of the folded text.
        speech: the lexicon's `[speech]` in the sentence, in order.
        names: what the passage names, in order.
        grammar: of the lexicon.
    """
    saying = [hit for hit in speech if hit.payload not in (SpeechRole.SPEAKER, SpeechRole.NOBODY)]
    if not saying and passage.name != "title":
        return ""
    found = _Sentence.of(passage, sentence, speech, names, grammar)
    for hit in saying:
        if span := found.speaker_at(hit):
            return passage.written(*span)
    span = found.set_apart() if passage.name == "title" else None
    return passage.written(*span) if span else ""


@dataclass(slots=True)
class _Sentence:
    """One sentence, and what may be a speaker or a part of one in it."""

    passage: Passage
    start: int
    end: int
    voices: list[Name]  # speaker words and names, in order; `speaks` where it is no mere country
    nobody: list[_Span]
    breaks: list[_Span]
    grammar: Grammar

    @classmethod
    def of(
        cls,
        passage: Passage,
        sentence: _Span,
        speech: Sequence[Hit[SpeechRole]],
        names: Iterable[Name],
        grammar: Grammar,
    ) -> _Sentence:
        start, end = sentence
        nobody = [(hit.start, hit.end) for hit in speech if hit.payload is SpeechRole.NOBODY]
        named = [name for name in names if start <= name.start < end]
        places = [name for name in named if _is_a_place(passage.folded.text, name, speech, grammar)]
        nobody += [(name.start, name.end) for name in places]
        voices = [name for name in named if name not in places]
        voices += [
            Name(hit.start, hit.end, speaks=True)
            for hit in speech
            if hit.payload is SpeechRole.SPEAKER and not _within(hit, nobody)
        ]
        breaks = [found.span() for found in _BREAK.finditer(passage.folded.text, start, end)]
        return cls(passage, start, end, sorted(voices), nobody, breaks, grammar)

    def speaker_at(self, hit: Hit[SpeechRole]) -> _Span | None:
        """The speaker that a word of saying belongs to."""
        if _within(hit, self.nobody):
            return None
        if hit.payload is SpeechRole.PREPOSITION:
            return self._behind(hit.end, _BEHIND)
        if hit.payload is SpeechRole.POSTPOSITION:
            return self._before(hit.start, self.start, _BEHIND)
        return self._of_verb(hit)

    def _of_verb(self, hit: Hit[SpeechRole]) -> _Span | None:
        clause = self._clause(hit.start)
        parted = not self._words(clause, hit.start)  # a break stands right before the verb
        if parted and (behind := self._behind(hit.end, 1 if self.grammar.capitals else _BEHIND)):
            return behind
        if self.grammar.verb_last and (opening := self._opening(hit.start, clause)):
            return opening
        if parted:
            return self._before_apposition(clause, hit.start)
        return self._before(hit.start, clause, _BEFORE_VERB)

    def _opening(self, at: int, clause: int) -> _Span | None:
        """The speaker with whom the sentence opens, set apart by a comma; else the clause that ends at `at` does."""
        first = self._beginning(self.start, at)
        if first and any(mark[0] == first[1] for mark in self.breaks):
            return first
        return self._beginning(clause, at) or first

    def _before_apposition(self, clause: int, verb: int) -> _Span | None:
        """X, *a man who is something*, said."""
        outer = [mark for mark in self.breaks if mark[1] <= clause]
        if len(outer) < 2 or not clause <= verb:
            return None
        return self._before(outer[-2][0], self._clause(outer[-2][0]), 0)

    def _before(self, at: int, begin: int, most: int) -> _Span | None:
        """The speaker that ends at most so many words before `at`, and begins at or after `begin`."""
        held = [voice for voice in self.voices if begin <= voice.start and voice.end <= at]
        if held and self._count(held[-1].end, at) <= most:
            first = len(held) - 1
            while first and self._count(held[first - 1].end, held[first].start) <= _WITHIN:
                first -= 1
            chain = held[first:]
            if any(voice.speaks for voice in chain) or self._count(chain[-1].end, at) <= _BARE_NAME:
                return self._extended(chain[0].start, chain[-1].end, begin, at)
        return self._capitalised(self._words(begin, at)[::-1])

    def _behind(self, at: int, most: int) -> _Span | None:
        """The speaker that begins at most so many words behind `at`."""
        stop = next((mark[0] for mark in self.breaks if mark[0] >= at), self.end)
        held = [voice for voice in self.voices if at <= voice.start and voice.end <= stop]
        if held and self._count(at, held[0].start) <= most:
            return self._chain(held, at, stop)
        return self._capitalised(self._words(at, stop))

    def _beginning(self, begin: int, at: int) -> _Span | None:
        """The speaker that the clause at `begin` opens with."""
        stop = min(at, next((mark[0] for mark in self.breaks if mark[0] > begin), at))
        held = [voice for voice in self.voices if begin <= voice.start and voice.end <= stop]
        if not held or self._count(begin, held[0].start) > 1:
            return None
        last = 0
        while last + 1 < len(held) and self._count(held[last].end, held[last + 1].start) <= 1:
            if held[last].speaks and not held[last + 1].speaks:
                break  # the ministry *Armenia's* …: what the ministry speaks of
            last += 1
        return held[0].start, held[last].end

    def _chain(self, held: Sequence[Name], begin: int, stop: int) -> _Span:
        """The first of `held` and the parts that follow it closely, with the capitalised words around."""
        last = 0
        while last + 1 < len(held) and self._count(held[last].end, held[last + 1].start) <= _WITHIN:
            last += 1
        return self._extended(held[0].start, held[last].end, begin, stop)

    def _extended(self, start: int, end: int, begin: int, stop: int) -> _Span:
        """`[start:end]` with the capitalised words on either side, within `[begin:stop]`."""
        if self.grammar.capitals:
            for word in self._words(begin, start)[: -_MORE_NAMES - 1 : -1]:
                if not self._is_capitalised(word) or word[0] == self.start:
                    break
                start = word[0]
            for word in self._words(end, stop)[:_MORE_NAMES]:
                if not self._is_capitalised(word):
                    break
                end = word[1]
        return start, end

    def _capitalised(self, words: Sequence[_Span]) -> _Span | None:
        """The names that `words` begin with, seen from the verb."""
        if not self.grammar.capitals:
            return None
        names: list[_Span] = []
        for word in words:
            if not self._is_capitalised(word):
                break
            names.append(word)
        if not 0 < len(names) <= _NAMES:
            return None
        return min(names)[0], max(names)[1]

    def set_apart(self) -> _Span | None:
        """The speaker that a headline sets before a colon, or behind the last dash or colon."""
        text = self.passage.folded.text
        marks = [mark for mark in self.breaks if text[mark[0] : mark[1]].strip() in {":", "—", "–", "-"}]
        if not marks:
            return None
        if text[marks[0][0]] == ":" and (span := self._alone(self.start, marks[0][0])):
            return span
        return self._alone(marks[-1][1], self.end)

    def _alone(self, begin: int, stop: int) -> _Span | None:
        held = [voice for voice in self.voices if begin <= voice.start and voice.end <= stop]
        if not any(voice.speaks for voice in held) or self._count(begin, stop) > _HEADLINE:
            return None
        words = self._words(begin, stop)
        return words[0][0], words[-1][1]

    def _clause(self, at: int) -> int:
        """Where the clause that holds `at` begins."""
        return max((mark[1] for mark in self.breaks if mark[1] <= at), default=self.start)

    def _words(self, start: int, end: int) -> list[_Span]:
        return [found.span() for found in _WORD.finditer(self.passage.folded.text, start, end)]

    def _count(self, start: int, end: int) -> int:
        return len(self.passage.folded.text[start:end].split())

    def _is_capitalised(self, word: _Span) -> bool:
        if any(start <= word[0] < end for start, end in self.nobody):
            return False
        return self.passage.written(word[0], word[0] + 1).isupper()


def _is_a_place(text: str, name: Name, speech: Sequence[Hit[SpeechRole]], grammar: Grammar) -> bool:
    """Whether a name is only where somebody speaks: *in Baku* the two ministers said; not *in Baku* they said."""
    before = text[: name.start].rpartition(" ")[0].rpartition(" ")[2]
    if (
        not (grammar.locative and text[name.start : name.end].endswith(grammar.locative))
        and before not in grammar.where
    ):
        return False
    for hit in speech:
        between = text[name.end : hit.start]
        if hit.payload is SpeechRole.VERB and hit.start >= name.end and len(between.split()) <= _BEHIND_PLACE:
            others = any(name.end <= it.start < hit.start for it in speech if it.payload is SpeechRole.SPEAKER)
            return others or _BREAK.search(between) is not None
    return True


def _within(hit: Hit[SpeechRole], spans: Iterable[_Span]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in spans)
