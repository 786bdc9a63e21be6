"""Two signatures in, what their places, reports, numbers and times say of their being one event out.

This is what articles in different languages can be compared by. Concepts are compared without their stance: who denies
a ceasefire, or says that it is broken, speaks of the same one. Never compares words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from worker.model import StorySignature
from worker.stories.geography import Geography

# "Two shelled villages on one day" are one event to a desk; the same village a day later is news again.
SAME_EVENT = timedelta(hours=12)
SAME_PROVINCE = timedelta(hours=6)
# What desks go on reporting for days is one event where their words are alike as well.
FOLLOWED_UP = timedelta(hours=72)
# Parties agree on few things in one afternoon; they shoot at each other in many places.
AGREEMENTS = frozenset({"ceasefire", "disarmament", "peace_deal", "prisoner_exchange", "talks"})
# One desk writes of the shelling, the next of the dead: whatever it was, it was one event.
_FIGHTING = frozenset({"offensive", "shelling", "casualties"})
_PARTIES = 2
# … and of what one of them has agreed on in an afternoon, the other is often "the separatists".
_RARE = AGREEMENTS - {"talks"}
_TELLING_TOLL = 2  # one dead is reported of many places on one day


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one event."""

    suffices: bool  # whether it does so whatever the words
    reason: str
    again: bool = False  # fighting at the same place, on another day: news again, unless their words are alike


def evidence_of(new: StorySignature, old: StorySignature, geography: Geography) -> Evidence | None:
    """What speaks for `new` and `old` being one event, None where nothing does."""
    if not (old.reports or old.mentions) or not (new.reports or new.mentions) or not (new.dated and old.dated):
        return None
    if abs(new.at - old.at) > FOLLOWED_UP or at_other_places(new, old, geography):
        return None
    concepts = concepts_of(new) & concepts_of(old)
    if concepts:
        return _evidence(new, old, concepts, geography)
    mentioned = concepts_of(new) & _named(old.mentions) | concepts_of(old) & _named(new.mentions)
    evidence = _evidence(new, old, mentioned, geography) if mentioned else None
    return Evidence(False, f"{evidence.reason} as background") if evidence else None


def _evidence(
    new: StorySignature, old: StorySignature, concepts: frozenset[str], geography: Geography
) -> Evidence | None:
    """What places, victims and parties say of two articles that speak of `concepts`."""
    distance, places = abs(new.at - old.at), new.places & old.places
    if precise := places & geography.precise:
        again = distance > SAME_EVENT and "fighting" in concepts
        return Evidence(distance <= SAME_EVENT, f"{_listed(concepts)} at {_listed(precise)}", again)
    if wide := places & geography.wide:
        return Evidence(distance <= SAME_PROVINCE, f"{_listed(concepts)} in {_listed(wide)}")
    parties = geography.parties(new.places) & geography.parties(old.places)
    tolls = [f"{number} {kind}" for kind, number in new.tolls & old.tolls if number >= _TELLING_TOLL]
    if tolls and parties:
        return Evidence(distance <= SAME_EVENT, f"{_listed(tolls)} in {_listed(parties)}")
    if len(parties) < _PARTIES:
        rare = concepts & _RARE if parties and distance <= SAME_EVENT else None
        return Evidence(False, f"{_listed(rare)} in {_listed(parties)}") if rare else None
    agreements = concepts & AGREEMENTS
    suffices = distance <= SAME_EVENT and bool(agreements)
    return Evidence(suffices, f"{_listed(agreements or concepts)} between {_listed(parties)}")


def at_other_places(new: StorySignature, old: StorySignature, geography: Geography) -> bool:
    """Whether both name precise places, and none in common: two events, however alike their words."""
    here, there = new.places & geography.precise, old.places & geography.precise
    return bool(here) and bool(there) and not here & there


def of_other_events(new: StorySignature, old: StorySignature) -> bool:
    """Whether both report something, and nothing in common: a ceasefire is not the talks that led to it."""
    return bool(new.reports and old.reports) and not concepts_of(new) & concepts_of(old)


def concepts_of(signature: StorySignature) -> frozenset[str]:
    """What it reports, whatever it says of it: "ceasefire"; all that is fighting goes by one name."""
    return _concepts(signature.reports)


@lru_cache(maxsize=1024)  # a few reports, in the same few combinations
def _concepts(reports: frozenset[str]) -> frozenset[str]:
    return _named(frozenset(report.partition(":")[0] for report in reports))


def _named(concepts: frozenset[str]) -> frozenset[str]:
    return concepts - _FIGHTING | {"fighting"} if concepts & _FIGHTING else concepts


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
