"""A concept's term and the cues around it in; the stance of the sentence out.

Every cue has a strength and a reach. Its weight falls with each word that stands between it and the term, and more
where a comma, a semicolon or a bracket parts the two. The heaviest cue decides; where none reaches, the term's own
stance does, then what the concept stands for when it is simply reported. A denial, a call or a proposal that governs
another cue governs the term too: in "urges both sides to respect the ceasefire" *urges* governs *respect*. Who denies
that a ceasefire was broken says that it holds.
Never reads beyond one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from worker.model import Cue, Stance
from worker.text import Hit

_PER_WORD = 0.3
_LONGEST_WORD = 30  # letters; what is further away than so many a word is out of reach uncounted
_PER_BREAK = 1.5
_REPORTED = 2.0  # what it takes to believe that a reported event is not simply so
_OWN_STRENGTH = 3.4
_BARE = 0.5  # … of a term that names people or things, not an event: refugees, prisoners of war
_YEAR_STRENGTH = 2.6
_GOVERNS = 3.2  # the least weight with which a denial, call or proposal governs another cue
_BREAK = re.compile(r"[,;:()՝]| [-–—] ")
_YEAR = re.compile(r"[12][09][0-9][0-9](?!\w)")
_DATED_BEHIND = 5.0  # a year right behind the term: the ceasefire of 1994
_DATED_BEFORE = 3.7  # … or right before it: the 1994 ceasefire, which can still be violated
_DATED_CLAUSE = 2.3  # … or elsewhere in the same clause, where no cue says more: in 1992 the town was shelled
_DATED_REACH = 6  # words
_DATED_AGREEMENT = 4  # words between an agreement's verb and its year
_DATED_VERB = 2  # words between any other verb and its year
_FIRST_YEAR = 1900  # smaller numbers are seldom years
_EARLIEST_NEWS = 2000  # years before it are history, whenever the article was published

# What governs what: a call can be rejected, a proposal be called for, and an agreement all of it.
_BY_ANY = frozenset({Stance.DENIED, Stance.CALLED_FOR, Stance.PROPOSED})
_GOVERNED_BY = {
    Stance.AGREED: _BY_ANY,
    Stance.IN_FORCE: _BY_ANY,
    Stance.VIOLATED: _BY_ANY,
    Stance.ENDED: _BY_ANY,
    Stance.PROPOSED: frozenset({Stance.DENIED, Stance.CALLED_FOR}),
    Stance.CALLED_FOR: frozenset({Stance.DENIED}),
}

# Concepts whose bare mention does not say that the thing is so; a bare mention of any other reports it as a fact.
_NEVER_ASSUMED = frozenset({"ceasefire", "disarmament", "peace_deal"})
BROKEN = frozenset({Stance.VIOLATED, Stance.ENDED})  # what may be denied of an agreement
_DONE = BROKEN | {Stance.IN_FORCE}
_BESIDE = 1  # words between a negation and the breach it negates: did not *repeatedly* violate, violation *was* not …
_BREACH = 2.0  # the least weight on the term of a breach that is denied

# Concepts that nobody agrees on: what is agreed in their sentence is something else.
_NEVER_AGREED = frozenset({"offensive", "shelling", "casualties", "displacement", "blockade"})


@dataclass(slots=True)
class Verdict:
    """A stance, how strongly it is meant, and the words that decided it (spans of the folded text)."""

    stance: Stance
    strength: float
    cues: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Mention:
    """Where a concept is named, and in what surroundings."""

    text: str  # folded
    start: int
    end: int
    concept: str
    own: Stance | None  # the stance the term expresses by itself
    definite: bool  # the reader is taken to know of it: *the* ceasefire
    beside: Collection[str]  # concepts of the same sentence


def years_in(text: str, published: int | None) -> list[tuple[int, int]]:
    """Where the folded `text` names a year before that of publication."""
    return [
        found.span()
        for found in _YEAR.finditer(text)
        if _FIRST_YEAR <= int(found.group()) < (published or _EARLIEST_NEWS)
        and not text[found.start() - 1 : found.start()].isalnum()
    ]


def stance_of(mention: Mention, cues: Sequence[Hit[Cue]], years: Sequence[tuple[int, int]]) -> Verdict:
    """The stance of the sentence on the concept `mention` names.

    Args:
        mention: the concept's term and its surroundings.
        cues: those of the sentence that may say something of this concept.
        years: where the sentence names past years, or says *years ago*.
    """
    if mention.own is not None:
        best = Verdict(mention.own, _BARE if mention.own is Stance.BACKGROUND else _OWN_STRENGTH)
    elif mention.concept in _NEVER_ASSUMED:
        known = mention.definite and mention.concept == "ceasefire"
        best = Verdict(Stance.BACKGROUND if known else Stance.UNKNOWN, 0.0)
    else:
        best = Verdict(Stance.IN_FORCE, _REPORTED)
    decisive: Hit[Cue] | None = None
    for cue in cues:
        meaning = cue.payload
        # The cheapest question first: most cues are too weak, or too far away, to matter.
        if meaning.strength > best.strength and _applies(meaning, mention):
            strength = _weight(mention.text, mention.start, mention.end, cue, best.strength)
            if strength > best.strength:
                best, decisive = Verdict(meaning.stance, strength, ((cue.start, cue.end),)), cue
    if decisive is not None and best.stance in _GOVERNED_BY:
        best = _governed(mention, best, decisive, [cue for cue in cues if _applies(cue.payload, mention)])
    if decisive is not None and decisive.payload.stance is Stance.DENIED and mention.concept in _NEVER_ASSUMED:
        best = _unbroken(mention, best, decisive, cues)
    return _dated(mention, best, years) if years else best


def _applies(cue: Cue, mention: Mention) -> bool:
    if cue.stance is Stance.AGREED and mention.concept in _NEVER_AGREED:
        return False
    return not cue.beside or any(concept in mention.beside for concept in cue.beside)


def _unbroken(mention: Mention, verdict: Verdict, denial: Hit[Cue], cues: Sequence[Hit[Cue]]) -> Verdict:
    """`verdict`, or in force where `denial` denies that what is named was broken."""
    # The same words may be several cues, of which one reaches the breach.
    span = ((denial.start, denial.end),)
    denials = [cue for cue in cues if cue is denial or (cue.payload.disputes and _overlaps(cue, span))]
    for cue in cues:
        if cue.payload.stance not in BROKEN or not _applies(cue.payload, mention):
            continue
        denied = any(_denies(mention, denial, cue) for denial in denials)
        if denied and _weight(mention.text, mention.start, mention.end, cue, _BREACH) > _BREACH:
            return Verdict(Stance.IN_FORCE, verdict.strength, (*span, (cue.start, cue.end)))
    return verdict


def _denies(mention: Mention, denial: Hit[Cue], breach: Hit[Cue]) -> bool:
    """Whether `denial` denies `breach`: disputes it in the same clause, or negates it from close by."""
    if surrounds(denial, breach.start, breach.end):
        return True
    between = mention.text[min(denial.end, breach.end) : max(denial.start, breach.start)]
    if not denial.payload.disputes:
        near = between.count(" ") - 1 <= _BESIDE and not _BREAK.search(between)
    elif denial.end <= mention.start and mention.end <= breach.start:
        near = not _BREAK.search(between)  # unlike *denied that a truce was agreed, and broke the earlier one*
    else:
        near = ";" not in between
    return near and _weight(mention.text, breach.start, breach.end, denial, _GOVERNS) > _GOVERNS


def surrounds(cue: Hit[Cue], start: int, end: int) -> bool:
    """Whether what a cue disputes stands within it: *reject* all *truce* violation *claims*."""
    return cue.payload.disputes and cue.start <= start and end <= cue.end and end - start < cue.end - cue.start


def _governed(mention: Mention, verdict: Verdict, decisive: Hit[Cue], cues: Sequence[Hit[Cue]]) -> Verdict:
    """`verdict`, or that of the cue that governs its cue, and of the one that governs that."""
    governor: Hit[Cue] | None = None
    heaviest, governing = _GOVERNS, _GOVERNED_BY.get(verdict.stance, frozenset())
    breach = verdict.stance in BROKEN and mention.concept in _NEVER_ASSUMED
    unbroken = decisive.payload.disputes  # *has never violated*: *never* says it no second time
    for cue in cues:
        accepted = cue.payload.accepts and verdict.stance is Stance.PROPOSED
        if (cue.payload.stance in governing or accepted) and not (unbroken and cue.payload.stance is Stance.DENIED):
            strength = _weight(mention.text, decisive.start, decisive.end, cue, heaviest)
            if strength > heaviest and not (
                breach and cue.payload.stance is Stance.DENIED and not _denies(mention, cue, decisive)
            ):
                heaviest, governor = strength, cue
    if governor is None:
        return verdict
    stance = governor.payload.stance
    if breach and stance is Stance.DENIED:
        stance = Stance.IN_FORCE
    verdict = Verdict(stance, verdict.strength, ((governor.start, governor.end), *verdict.cues))
    # Not without end: each step's cue has to be other words than those before it.
    return _governed(mention, verdict, governor, [cue for cue in cues if not _overlaps(cue, verdict.cues)])


def _overlaps(cue: Hit[Cue], spans: Collection[tuple[int, int]]) -> bool:
    return any(cue.start < end and start < cue.end for start, end in spans)


def _dated(mention: Mention, verdict: Verdict, years: Sequence[tuple[int, int]]) -> Verdict:
    """`verdict`, or background where a past year stands closer than any cue."""
    for start, end in years:
        strength = _dating(mention.text, (mention.start, mention.end), (start, end))
        agreed = verdict.stance is Stance.AGREED and _dates_agreement(mention, verdict.cues[-1:], (start, end))
        if agreed or (verdict.stance in _DONE and _dates_verb(mention, verdict.cues[-1:], (start, end))):
            strength = verdict.strength + _PER_WORD
        if strength > verdict.strength:
            verdict = Verdict(Stance.BACKGROUND, strength, ((start, end),))
    return verdict


def _dating(text: str, anchor: tuple[int, int], year: tuple[int, int]) -> float:
    """How much a past year says about what stands at `anchor`."""
    behind = year[0] >= anchor[1]
    between = text[anchor[1] : year[0]] if behind else text[year[1] : anchor[0]]
    words = max(0, between.count(" ") - 1)
    if words <= 1:
        return _DATED_BEHIND if behind else _DATED_BEFORE
    strength = _YEAR_STRENGTH - _PER_WORD * words
    if words <= _DATED_REACH and not _BREAK.search(between):
        return max(strength, _DATED_CLAUSE)
    return strength


def _dates_verb(mention: Mention, cues: Sequence[tuple[int, int]], year: tuple[int, int]) -> bool:
    """Whether a past year stands beside the verb, on the far side of the term: disarmament *was completed in 2005*."""
    for start, end in cues:
        if mention.end <= start < end <= year[0]:
            between = mention.text[end : year[0]]
        elif year[1] <= start < end <= mention.start:
            between = mention.text[year[1] : start]
        else:
            continue
        if between.count(" ") <= _DATED_VERB and not _BREAK.search(between):
            return True
    return False


def _dates_agreement(mention: Mention, cues: Sequence[tuple[int, int]], year: tuple[int, int]) -> bool:
    """Whether a past year says when the agreement was made: what was signed in 1994 is history."""
    for cue in cues:
        low, high = (cue[1], year[0]) if year[0] >= cue[1] else (year[1], cue[0])
        between = mention.text[low:high]
        # *In 1994 the truce was …* may date the truce alone; *years ago the truce was signed* dates the signing.
        apart = low < mention.end and mention.start < high and mention.text[year[0] : year[1]].isdigit()
        if not apart and between.count(" ") <= _DATED_AGREEMENT and not _BREAK.search(between):
            return True
    return False


def _weight(text: str, start: int, end: int, cue: Hit[Cue], least: float) -> float:
    """How much a cue says about the term at `[start:end]`; 0 where that is not more than `least`."""
    if cue.end <= start:
        reach, low, high = cue.payload.before, cue.end, start
    elif cue.start >= end:
        reach, low, high = cue.payload.after, end, cue.start
    elif cue.start > start and cue.end <= end and cue.payload.stance is Stance.DENIED:
        return cue.payload.strength  # within the term: *they have not opened fire*
    elif surrounds(cue, start, end):
        return cue.payload.strength
    else:
        return 0.0
    if not reach or high - low > reach * _LONGEST_WORD:
        return 0.0
    words = max(0, text.count(" ", low, high) - 1)
    strength = cue.payload.strength - _PER_WORD * words
    if words >= reach or strength <= least:
        return 0.0
    return strength - _PER_BREAK * len(_BREAK.findall(text, low, high))
