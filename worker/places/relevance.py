"""Sightings in; whether the article is about the region, and the evidence, out.

Weighs what the title, the opening and the rest name: places of the region against places elsewhere, and both
against topics that are not the region's affairs. The weights are plain numbers below, fitted to nothing but common
sense: a title counts more than an opening, an opening more than the rest. What cannot be told is `unknown`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from worker.model import Profile, Region, Relevance
from worker.places.sightings import Sighting, Sort

OPENING = 350  # characters of a summary or text that tell what it is about
_STEM = 4
_FIELD_WEIGHT = {"title": 3.0, "opening": 1.5, "rest": 0.5}
_COUNTRY = 1.5  # the weight of a country elsewhere, and of a topic's word; that of the region's places is their own
_REPEAT = 0.35  # what a name's later mentions add, beside its best one
_MOST_REPEATS = 4
_ENOUGH = 1.4  # of the region's weight, for an article whose title does not name it
_OUTWEIGHS = 1.3  # how much heavier places elsewhere must be to take a headline that names the region after them
_AGAINST_ELSEWHERE = 0.4  # the least share of the region's weight in that of the places elsewhere
_TRAPPED = 0.9  # the share of traps in the region's weight that makes its names doubtful
_SUBJECT = 15  # characters within which a headline names whom it is about
_FOREIGN = 4.6  # of places abroad, for news in the region's own language that names none of the region
_SHORTEST = 3  # words that can tell anything at all


@dataclass(slots=True)
class _Tally:
    """How strongly each name of one sort stands out."""

    best: dict[str, float] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    terms: dict[str, set[str]] = field(
        default_factory=dict
    )  # of hints, their first letters: inflected forms count once
    first: dict[str, Sighting] = field(default_factory=dict)

    def add(self, seen: Sighting) -> None:
        where = "title" if seen.field == "title" else "opening" if seen.start < OPENING else "rest"
        weight = _FIELD_WEIGHT[where] * (seen.place.weight if seen.place else _COUNTRY)
        self.count[seen.name] = self.count.get(seen.name, 0) + 1
        if seen.sort is Sort.HINT:
            self.terms.setdefault(seen.name, set()).add(seen.term[:_STEM].lower())
        if weight > self.best.get(seen.name, 0.0):
            self.best[seen.name] = weight
            self.first[seen.name] = seen

    def weight(self, name: str) -> float:
        return self.best[name] * (1 + _REPEAT * min(self.count[name] - 1, _MOST_REPEATS))

    @property
    def total(self) -> float:
        return sum(self.weight(name) for name in self.best)

    @property
    def in_title(self) -> list[Sighting]:
        return [seen for seen in self.first.values() if seen.field == "title"]

    def ranked(self) -> list[str]:
        return sorted(self.best, key=lambda name: (-self.weight(name), name))

    def label(self, name: str) -> str:
        place = self.first[name].place
        return place.label if place else name

    def named(self, verb: str, most: int = 3) -> list[str]:
        return [
            f"{self.first[name].field} {verb} {self.label(name)}"
            + (f" ({self.count[name]}×)" if self.count[name] > 1 else "")
            for name in self.ranked()[:most]
        ]


@dataclass(frozen=True, slots=True)
class _Survey:
    region: _Tally  # ambiguous names too, where they are in company
    alone: _Tally  # ambiguous names without company
    powers: _Tally  # countries that act in the region
    elsewhere: _Tally  # all others
    traps: _Tally
    topics: _Tally
    hints: _Tally


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
        conflict: whether the article reports an event of the conflict at its beginning.
        words: how many words the article has.
    """
    survey = _survey(sightings, profile.powers)
    topic = _topic(survey)
    if topic and not conflict:
        region, evidence = Region.NO, [topic, *survey.region.named("names")]
    elif survey.region.best:
        region, evidence = _with_places(survey, dedicated=dedicated)
    else:
        at_home = "from a feed about the region" if dedicated else ""
        if language in profile.languages:
            at_home = at_home or f"written in {language}"
        region, evidence = _without_places(survey, at_home=at_home, conflict=conflict, words=words)
    places = dict.fromkeys(map(survey.region.label, survey.region.ranked()))
    return Relevance(region, tuple(places), tuple(evidence))


def _survey(sightings: Iterable[Sighting], powers: Collection[str]) -> _Survey:
    tallies = {sort: _Tally() for sort in Sort}
    acting, ambiguous = _Tally(), []
    for seen in sightings:
        if seen.place is not None and seen.place.needs:
            ambiguous.append(seen)
        elif seen.sort is Sort.ELSEWHERE and seen.name in powers:
            acting.add(seen)
        else:
            tallies[seen.sort].add(seen)
    region, alone = tallies[Sort.REGION], _Tally()
    company = bool(region.best or tallies[Sort.COMPANY].best or len({seen.name for seen in ambiguous}) > 1)
    for seen in ambiguous:
        (region if company else alone).add(seen)
    return _Survey(
        region,
        alone,
        acting,
        tallies[Sort.ELSEWHERE],
        tallies[Sort.TRAP],
        tallies[Sort.TOPIC],
        tallies[Sort.HINT],
    )


def _with_places(survey: _Survey, *, dedicated: bool) -> tuple[Region, list[str]]:
    region, elsewhere = survey.region, survey.elsewhere
    evidence = region.named("names")
    core = any(seen.place is not None and seen.place.core for seen in region.first.values())
    if not core and (_are_namesakes(survey) or survey.traps.total >= _TRAPPED * region.total):
        return Region.NO, [*survey.traps.named("only sounds like the region:"), *evidence]
    titled = region.in_title
    if titled:
        first = min(seen.start for seen in titled)
        before = [seen for seen in elsewhere.in_title if seen.start < first]
        if before and not core and elsewhere.total > _OUTWEIGHS * region.total:
            return Region.NO, ["only in passing", *elsewhere.named("is about"), *evidence]
        return Region.YES, evidence
    once = sum(region.count.values()) == 1 and survey.powers.total + elsewhere.total >= region.total
    if (region.total < _ENOUGH or once) and not core and not dedicated:
        return Region.NO, ["only in passing", *evidence]
    if region.total < _AGAINST_ELSEWHERE * elsewhere.total:
        return Region.NO, ["only in passing", *elsewhere.named("is about"), *evidence]
    return Region.YES, evidence


def _are_namesakes(survey: _Survey) -> bool:
    """Whether every name of the region is that of a trap too: Armenia, in an article that names Quindío."""
    bases = {name.partition(" (")[0] for name in survey.traps.best}
    return all(name.partition(" (")[0] in bases for name in survey.region.best)


def _without_places(survey: _Survey, *, at_home: str, conflict: bool, words: int) -> tuple[Region, list[str]]:
    if words < _SHORTEST:
        return Region.UNKNOWN, [at_home or "names no place", "too short to tell"]
    if survey.traps.best:
        return Region.NO, survey.traps.named("only sounds like the region:")
    abroad = [*survey.elsewhere.named("is about"), *survey.powers.named("is about")]
    if any(seen.place is not None and seen.place.kind == "country" for seen in survey.alone.first.values()):
        return _ambiguous(survey, abroad, conflict=conflict)
    if at_home:
        subject = any(seen.start < _SUBJECT for seen in survey.powers.in_title)
        if subject or survey.elsewhere.in_title or survey.elsewhere.total + survey.powers.total > _FOREIGN:
            return Region.NO, [*abroad, at_home]
        return Region.YES, [f"{at_home}, and names no place elsewhere"]
    return Region.NO, ["names no place of the region", *abroad]


def _ambiguous(survey: _Survey, abroad: list[str], *, conflict: bool) -> tuple[Region, list[str]]:
    """Names that mean something else too, without company: Georgia, the country or the state."""
    evidence = survey.alone.named("names")
    if survey.elsewhere.total >= survey.alone.total:
        return Region.NO, [*abroad, *evidence]
    if conflict or [name for name in survey.powers.best if name != "United States"]:
        return Region.YES, [*evidence, *survey.powers.named("names")]
    if abroad:
        return Region.NO, [*abroad, *evidence]
    return Region.UNKNOWN, [*evidence, "which may mean another place"]


def _topic(survey: _Survey) -> str:
    """The topic that takes the article away from the region's affairs, as evidence; "" for none."""
    for name in survey.topics.ranked():
        if survey.topics.best[name] >= _COUNTRY * _FIELD_WEIGHT["opening"] or survey.topics.count[name] > 2:
            return f"{name}: {survey.topics.first[name].term}"
    for name in survey.hints.ranked():
        if len(survey.hints.terms[name]) >= 2 and survey.hints.weight(name) >= 2 * _COUNTRY:
            return f"{name}: {survey.hints.first[name].term}"
    return ""
