"""Sightings in; whether the article is about the region, and the evidence, out.

Weighs what the title, the opening and the rest name: places of the region against places elsewhere, and both
against topics that are not the region's affairs. The weights are plain numbers below, fitted to nothing but common
sense: a title counts more than an opening, an opening more than the rest. What cannot be told is `unknown`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from worker.model import Profile, Region, Relevance
from worker.places.sightings import Sighting, Sort

OPENING = 350  # characters of a summary or text that tell what it is about
_FIELD_WEIGHT = {"title": 3.0, "opening": 1.5, "rest": 0.5}
_REPEAT = 0.35  # what a name's later mentions add, beside its first and best one
_MOST_REPEATS = 4
_ENOUGH = 1.4  # of the region's weight, for yes


@dataclass(slots=True)
class _Tally:
    """How strongly each name of one sort stands out."""

    best: dict[str, float] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    first: dict[str, Sighting] = field(default_factory=dict)
    in_title: set[str] = field(default_factory=set)

    def add(self, seen: Sighting, weight: float) -> None:
        self.count[seen.name] += 1
        if weight > self.best.get(seen.name, 0.0):
            self.best[seen.name] = weight
            self.first[seen.name] = seen
        if seen.field == "title":
            self.in_title.add(seen.name)

    def weight(self, name: str) -> float:
        return self.best[name] * (1 + _REPEAT * min(self.count[name] - 1, _MOST_REPEATS))

    @property
    def total(self) -> float:
        return sum(self.weight(name) for name in self.best)

    def ranked(self) -> list[str]:
        return sorted(self.best, key=lambda name: (-self.weight(name), name))


@dataclass(frozen=True, slots=True)
class _Survey:
    region: _Tally
    ambiguous: _Tally  # names that count only beside others
    elsewhere: _Tally
    traps: _Tally
    topics: _Tally
    hints: _Tally
    conflict: bool  # the title or opening reports a concept
    words: int


def relevance_of(
    profile: Profile,
    sightings: Sequence[Sighting],
    *,
    language: str,
    dedicated: bool,
    conflict: bool,
    words: int,
) -> Relevance:
    """Whether an article with these `sightings` is about the region.

    Args:
        profile: the region.
        sightings: of title, summary and text, in order.
        language: ISO 639-1, "" for unknown.
        dedicated: whether the article comes from a feed that is about the region.
        conflict: whether the article reports a concept (ceasefire, shelling, …) at its beginning.
        words: how many words the article has.
    """
    survey = _survey(sightings, conflict=conflict, words=words)
    places = tuple(survey.region.ranked())
    region, evidence = _decide(survey, profile, language=language, dedicated=dedicated)
    return Relevance(region, places, tuple(evidence))


def _survey(sightings: Iterable[Sighting], *, conflict: bool, words: int) -> _Survey:
    tallies = {sort: _Tally() for sort in Sort}
    ambiguous = _Tally()
    for seen in sightings:
        where = "title" if seen.field == "title" else "opening" if seen.start < OPENING else "rest"
        weight = _FIELD_WEIGHT[where] * (seen.place.weight if seen.place else 1.0)
        tally = ambiguous if seen.place and seen.place.needs else tallies[seen.sort]
        tally.add(seen, weight)
    if tallies[Sort.REGION].best or not tallies[Sort.TRAP].best:
        for name in ambiguous.best:
            if tallies[Sort.REGION].best:
                tallies[Sort.REGION].best[name] = ambiguous.best[name]
                tallies[Sort.REGION].count[name] = ambiguous.count[name]
                tallies[Sort.REGION].first[name] = ambiguous.first[name]
                tallies[Sort.REGION].in_title |= ambiguous.in_title
    return _Survey(
        tallies[Sort.REGION],
        ambiguous,
        tallies[Sort.ELSEWHERE],
        tallies[Sort.TRAP],
        tallies[Sort.TOPIC],
        tallies[Sort.HINT],
        conflict,
        words,
    )


def _decide(survey: _Survey, profile: Profile, *, language: str, dedicated: bool) -> tuple[Region, list[str]]:
    region, elsewhere = survey.region, survey.elsewhere
    topic = _topic(survey)
    if topic and not survey.conflict:
        return Region.NO, [topic, *_named("names", region)]
    if not region.best:
        return _without_places(survey, profile, language=language, dedicated=dedicated)
    evidence = _named("names", region)
    core = any(seen.place is not None and seen.place.core for seen in region.first.values())
    if region.in_title or core or dedicated:
        return Region.YES, evidence
    if region.total < _ENOUGH or region.total < 0.6 * elsewhere.total:
        return Region.NO, ["only in passing", *evidence, *_named("is about", elsewhere)]
    return Region.YES, evidence


def _without_places(survey: _Survey, profile: Profile, *, language: str, dedicated: bool) -> tuple[Region, list[str]]:
    elsewhere = survey.elsewhere
    if survey.traps.best:
        return Region.NO, _named("only sounds like the region:", survey.traps)
    if survey.ambiguous.best:
        if elsewhere.in_title:
            return Region.NO, _named("is about", elsewhere)
        return Region.YES, _named("names", survey.ambiguous)
    if language in profile.languages or dedicated:
        why = "from a feed about the region" if dedicated else f"written in {language}"
        if elsewhere.total >= 3:
            return Region.NO, [*_named("is about", elsewhere), why]
        if survey.words < 3:
            return Region.UNKNOWN, [f"{why}, too short to tell"]
        return Region.YES, [f"{why}, and names no place elsewhere"]
    if survey.words == 0:
        return Region.UNKNOWN, ["has no text"]
    return Region.NO, ["names no place of the region", *_named("is about", elsewhere)]


def _topic(survey: _Survey) -> str:
    """The topic that takes the article away from the region's affairs, as evidence; "" for none."""
    for name in survey.topics.ranked():
        if survey.topics.best[name] >= _FIELD_WEIGHT["opening"] or survey.topics.count[name] > 2:
            return f"{name}: {survey.topics.first[name].term}"
    for name in survey.hints.ranked():
        if survey.hints.count[name] >= 2 and survey.hints.weight(name) >= 2:
            return f"{name}: {survey.hints.first[name].term}"
    return ""


def _named(verb: str, tally: _Tally, most: int = 3) -> list[str]:
    return [
        f"{tally.first[name].field} {verb} {name}" + (f" ({tally.count[name]}×)" if tally.count[name] > 1 else "")
        for name in tally.ranked()[:most]
    ]
