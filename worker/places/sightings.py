"""Passages of an article in; what they name out: sightings.

A sighting is a place of the region, a place elsewhere, a name that only sounds like the region (Georgia's governor,
Qarabağ FK), or a word of a topic that is not the region's affairs (sport, show business). Knows no language by
itself: every word comes from the profile and the lexicons. Never weighs what it found: that is `relevance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from worker.model import Lexicon, Place, PlaceMention, Profile, Span
from worker.text import Hit, Passage, Term, TermIndex


class Sort(StrEnum):
    """What a sighting is evidence of."""

    REGION = "region"
    ELSEWHERE = "elsewhere"
    TRAP = "trap"
    COMPANY = "company"  # beside it an ambiguous name means the region
    TOPIC = "topic"
    HINT = "hint"  # of a topic; one alone says nothing


_PRECEDENCE = {Sort.TRAP: 0, Sort.REGION: 1, Sort.ELSEWHERE: 2, Sort.TOPIC: 3, Sort.HINT: 4, Sort.COMPANY: 5}


@dataclass(frozen=True, slots=True)
class _Name:
    sort: Sort
    name: str
    place: Place | None = None


class Sighting(NamedTuple):
    """One name found: `[start:end]` of the folded text of the passage `field`."""

    sort: Sort
    name: str
    field: str
    start: int
    end: int
    term: str  # as written
    place: Place | None = None


class Places:
    """The gazetteer of a profile, compiled once."""

    def __init__(self, profile: Profile, lexicons: Iterable[Lexicon]) -> None:
        self._profile = profile
        lexicons = tuple(lexicons)
        endings = {lexicon.language: lexicon.endings for lexicon in lexicons}
        self._indexes = {
            lexicon.language: TermIndex(
                [*_gazetteer_terms(profile, endings, lexicon.language), *_lexicon_terms(profile, lexicon)]
            )
            for lexicon in lexicons
        }
        self._index_of_other_languages = TermIndex(_gazetteer_terms(profile, endings, ""))

    def sightings(self, passages: Iterable[Passage], language: str) -> tuple[Sighting, ...]:
        """Everything the passages name, in order; where names overlap, the longest one only."""
        index = self._indexes.get(language, self._index_of_other_languages)
        found: list[Sighting] = []
        for passage in passages:
            for hit in _longest(index.find(passage.folded.text, passage.spaced)):
                name = hit.payload
                written = passage.written(hit.start, hit.end)
                found.append(Sighting(name.sort, name.name, passage.name, hit.start, hit.end, written, name.place))
        return tuple(found)


# Names of these are read in every language: international ones, and the English ones that all others borrow.
_READ_EVERYWHERE = ("any", "en")


def _gazetteer_terms(profile: Profile, endings: Mapping[str, Mapping[str, str]], reader: str) -> Iterator[Term[_Name]]:
    """The names that an article in the language `reader` may use; those of other languages mean other things there."""
    for place in profile.places:
        for language in dict.fromkeys((*_READ_EVERYWHERE, reader)):
            for name in place.names.get(language, ()):
                yield Term(name, _Name(Sort.REGION, place.name, place), endings.get(language, {}))


def _lexicon_terms(profile: Profile, lexicon: Lexicon) -> Iterator[Term[_Name]]:
    for country, names in lexicon.world.items():
        if country not in profile.countries:
            for name in names:
                yield Term(name, _Name(Sort.ELSEWHERE, country), lexicon.endings)
    for sort, topics in ((Sort.TOPIC, lexicon.topics), (Sort.HINT, lexicon.hints)):
        for topic, terms in topics.items():
            for term in terms:
                yield Term(term, _Name(sort, topic), lexicon.endings)
    for term in profile.company.get(lexicon.language, ()):
        yield Term(term, _Name(Sort.COMPANY, term), lexicon.endings)
    for trap, terms in profile.traps.get(lexicon.language, {}).items():
        for term in terms:
            yield Term(term, _Name(Sort.TRAP, trap), lexicon.endings)


def _longest(hits: Sequence[Hit[_Name]]) -> Iterator[Hit[_Name]]:
    """Of overlapping `hits`, which come by position, the longest; of equal ones the most specific sort."""
    best: Hit[_Name] | None = None
    for hit in hits:
        if best is None:
            best = hit
        elif hit.start >= best.end:
            yield best
            best = hit
        elif (hit.start, hit.end) == (best.start, best.end) and _precedes(hit, best):
            best = hit
    if best is not None:
        yield best


def _precedes(hit: Hit[_Name], other: Hit[_Name]) -> bool:
    return _PRECEDENCE[hit.payload.sort] < _PRECEDENCE[other.payload.sort]


def mentions_of(passages: Iterable[Passage], sightings: Iterable[Sighting]) -> tuple[PlaceMention, ...]:
    """The region's places among the sightings, in characters of the text as written."""
    by_field = {passage.name: passage for passage in passages}
    return tuple(
        PlaceMention(
            seen.place.label,
            seen.place.kind,
            seen.term,
            Span(seen.field, *by_field[seen.field].folded.origin(seen.start, seen.end)),
            seen.place.core,
        )
        for seen in sightings
        if seen.place is not None
    )
