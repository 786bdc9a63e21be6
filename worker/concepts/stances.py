"""A concept's term and the cues around it in; the stance of the sentence out.

Every cue has a strength and a reach. Its weight falls with each word that stands between it and the term, and more
where a comma, a semicolon or a conjunction parts the two. The heaviest cue decides; where none reaches, the term's
own stance does, then what the concept stands for when it is simply reported. Never reads beyond one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from worker.model import Cue, Stance
from worker.text import Hit

_PER_WORD = 0.3
_PER_BREAK = 1.0
_OWN_STRENGTH = 2.0
_YEAR_STRENGTH = 2.6
_BREAK = re.compile(r"[,;:()«»“”\"]| [-–—] ")
_YEAR = re.compile(r"\b(?:19[0-9]|20[0-9])[0-9]\b")

# What a concept means where a sentence says no more than that it is so.
REPORTED = {
    "ceasefire": Stance.UNKNOWN,
    "disarmament": Stance.UNKNOWN,
    "peace_deal": Stance.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stance, how strongly it is meant, and the words that decided it (spans of the folded text)."""

    stance: Stance
    strength: float
    cues: tuple[tuple[int, int], ...] = ()


def stance_of(
    text: str,
    term: tuple[int, int],
    concept: str,
    own: Stance | None,
    cues: Sequence[Hit[Cue]],
    *,
    sentence: tuple[int, int],
    year: int | None,
) -> Verdict:
    """The stance that the folded `text` takes on `concept`, named at `term`.

    Args:
        text: the folded field.
        term: where the concept's term stands.
        concept: its name.
        own: the stance the term expresses by itself, if any.
        cues: the cues of the same sentence.
        sentence: where the sentence begins and ends.
        year: when the article was published; None for unknown.
    """
    best = Verdict(own, _OWN_STRENGTH) if own else Verdict(REPORTED.get(concept, Stance.IN_FORCE), 0.0)
    for cue in cues:
        strength = _weight(text, term, cue, concept)
        if strength > best.strength:
            best = Verdict(cue.payload.stance, strength, ((cue.start, cue.end),))
    for found in _YEAR.finditer(text, *sentence):
        if int(found.group()) < (year or 2000):
            strength = _YEAR_STRENGTH - _PER_WORD * _words_between(text, term, found.span())
            if strength > best.strength:
                best = Verdict(Stance.BACKGROUND, strength, (found.span(),))
    return best


def _weight(text: str, term: tuple[int, int], cue: Hit[Cue], concept: str) -> float:
    """How much a cue says about the term; 0 where it does not reach it."""
    meaning = cue.payload
    if meaning.concepts and concept not in meaning.concepts:
        return 0.0
    if cue.end <= term[0]:
        reach = meaning.before
        between = text[cue.end : term[0]]
    elif cue.start >= term[1]:
        reach = meaning.after
        between = text[term[1] : cue.start]
    else:
        return 0.0
    words = between.count(" ") - 1 if between else 0
    if words >= reach:
        return 0.0
    return meaning.strength - _PER_WORD * max(words, 0) - _PER_BREAK * len(_BREAK.findall(between))


def _words_between(text: str, term: tuple[int, int], other: tuple[int, int]) -> int:
    if other[1] <= term[0]:
        return max(0, text.count(" ", other[1], term[0]) - 1)
    if other[0] >= term[1]:
        return max(0, text.count(" ", term[1], other[0]) - 1)
    return 0
