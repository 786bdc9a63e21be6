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
from worker.stories.exchanges import RETURN_OF_BODIES
from worker.stories.geography import Geography

# "Two shelled villages on one day" are one event to a desk; the same village a day later is news again.
SAME_EVENT = timedelta(hours=12)
SAME_PROVINCE = timedelta(hours=6)
# A report that says no more than that it happened is on what the others report in these hours.
VAGUE = timedelta(hours=3)
# What desks go on reporting for days is one event where their words are alike as well.
FOLLOWED_UP = timedelta(hours=72)
# Parties agree on few things in one afternoon; they shoot at each other in many places.
AGREEMENTS = frozenset({"ceasefire", "disarmament", "peace_deal", "prisoner_exchange", RETURN_OF_BODIES, "talks"})
# One desk writes of the shelling, the next of the dead: whatever it was, it was one event.
_FIGHTING = frozenset({"offensive", "shelling", "casualties"})
# What happens and is over; other agreements, and talks, are reported on for days.
_EXCHANGES = frozenset({"prisoner_exchange", RETURN_OF_BODIES})
_PARTIES = 2
# … and of what one of them has agreed on in an afternoon, the other is often "the separatists".
_RARE = AGREEMENTS - {"talks"}
_TELLING_TOLL = 2  # one dead is reported of many places on one day
# How much each kind of evidence tells, to choose among several that suffice.
_PLACE, _NEAR, _WIDE, _BETWEEN, _TOLL, _VAGUE = 0.6, 0.5, 0.4, 0.4, 0.3, 0.1
_EACH_PLACE, _MOST_PLACES, _SAME_REPORT, _SOON = 0.05, 3, 0.1, 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one event."""

    suffices: bool  # whether it does so whatever the words
    reason: str
    strength: float = 0.0  # 0 to 1, of evidence that suffices
    again: bool = False  # what is over soon, on another day: news again, unless their words are alike


def evidence_of(new: StorySignature, old: StorySignature, geography: Geography) -> Evidence | None:
    """What speaks for `new` and `old` being one event, None where nothing does."""
    if not (old.reports or old.mentions) or not (new.reports or new.mentions) or not (new.dated and old.dated):
        return None
    if abs(new.at - old.at) > FOLLOWED_UP or at_other_places(new, old, geography):
        return None
    concepts = concepts_of(new) & concepts_of(old)
    if concepts:
        found = _evidence(new, old, concepts, geography)
        vague = None if found and found.suffices else _vague(new, old, concepts, geography)
        return vague or found
    return _of_backgrounds(new, old, geography)


def _of_backgrounds(new: StorySignature, old: StorySignature, geography: Geography) -> Evidence | None:
    """Where the one speaks of in passing what the other reports. Each of the other's: one event, told in two ways."""
    reported = concepts_of(old) & named(new.mentions)
    mentioned = concepts_of(new) & named(old.mentions)
    if not (reported or mentioned):
        return None
    evidence = _evidence(new, old, reported | mentioned, geography)
    if evidence is None:
        return None
    suffices = (
        bool(reported and mentioned) and abs(new.at - old.at) <= SAME_PROVINCE and _is_between(new, old, geography)
    )
    return Evidence(suffices, f"{evidence.reason} as background", _VAGUE if suffices else 0.0)


def _evidence(
    new: StorySignature, old: StorySignature, concepts: frozenset[str], geography: Geography
) -> Evidence | None:
    """What places, victims and parties say of two articles that speak of `concepts`."""
    distance, places = abs(new.at - old.at), new.places & old.places
    again = distance > SAME_EVENT and concepts <= _EXCHANGES
    more = _SAME_REPORT * bool(new.reports & old.reports) + _SOON * max(0.0, 1 - distance / SAME_EVENT)
    if precise := places & geography.precise:
        strength = _PLACE + _EACH_PLACE * min(len(precise), _MOST_PLACES) + more
        again = distance > SAME_EVENT and (again or "fighting" in concepts)
        return Evidence(distance <= SAME_EVENT, f"{_listed(concepts)} at {_listed(precise)}", strength, again)
    if near := geography.neighbours(new.places, old.places):
        return Evidence(distance <= SAME_PROVINCE, f"{_listed(concepts)} at {_listed(near)}", _NEAR + more, again)
    if wide := places & geography.wide:
        return Evidence(distance <= SAME_PROVINCE, f"{_listed(concepts)} in {_listed(wide)}", _WIDE + more, again)
    parties = geography.parties(new.places) & geography.parties(old.places)
    tolls = [f"{number} {kind}" for kind, number in new.tolls & old.tolls if number >= _TELLING_TOLL]
    if tolls and parties:
        return Evidence(distance <= SAME_EVENT, f"{_listed(tolls)} in {_listed(parties)}", _TOLL + more, again)
    if len(parties) < _PARTIES:
        rare = concepts & _RARE if parties and distance <= SAME_EVENT else None
        return Evidence(False, f"{_listed(rare)} in {_listed(parties)}") if rare else None
    agreements = concepts & AGREEMENTS
    suffices = distance <= SAME_EVENT and bool(agreements)
    return Evidence(suffices, f"{_listed(agreements or concepts)} between {_listed(parties)}", _BETWEEN + more, again)


def _vague(new: StorySignature, old: StorySignature, concepts: frozenset[str], geography: Geography) -> Evidence | None:
    """Whether one of the two says the same and no more: within hours, it is on what the other is on.

    It names no place that tells events apart, and no party but the other's. Of what is rare, it
    need not name a party at all.
    """
    distance = abs(new.at - old.at)
    told = concepts - {"talks"}
    if not told or not new.reports & old.reports or distance > SAME_PROVINCE:
        return None
    if len({toll for toll in (new.tolls, old.tolls) if toll}) > 1 and not new.tolls & old.tolls:
        return None  # other victims
    known = [(geography.parties(one.places), one.places) for one in (new, old)]
    for (mine, places), (theirs, _) in (known, reversed(known)):
        if places & (geography.precise | geography.wide) or not theirs or not mine <= theirs:
            continue
        if told & _RARE or (mine and distance <= VAGUE):
            strength = _VAGUE + _SOON * max(0.0, 1 - distance / SAME_EVENT)
            return Evidence(True, f"{_listed(told)}, without a place, in the same hours", strength)
    return None


def _is_between(new: StorySignature, old: StorySignature, geography: Geography) -> bool:
    """Whether both name the same two parties at least."""
    return len(geography.parties(new.places) & geography.parties(old.places)) >= _PARTIES


def at_other_places(new: StorySignature, old: StorySignature, geography: Geography) -> bool:
    """Whether both name precise places, none in common and none close by: two events, however alike their words."""
    here, there = new.places & geography.precise, old.places & geography.precise
    if not here or not there or here & there:
        return False
    return not geography.neighbours(here, there)


def of_other_events(new: StorySignature, old: StorySignature) -> bool:
    """Whether both report something, and nothing in common: a ceasefire is not the talks that led to it."""
    return bool(new.reports and old.reports) and not concepts_of(new) & concepts_of(old)


def concepts_of(signature: StorySignature) -> frozenset[str]:
    """What it reports, whatever it says of it: "ceasefire"; all that is fighting goes by one name."""
    return _concepts(signature.reports)


@lru_cache(maxsize=1024)  # a few reports, in the same few combinations
def _concepts(reports: frozenset[str]) -> frozenset[str]:
    return named(frozenset(report.partition(":")[0] for report in reports))


def named(concepts: frozenset[str]) -> frozenset[str]:
    """Concepts as events are told apart by them: all that is fighting goes by one name."""
    return concepts - _FIGHTING | {"fighting"} if concepts & _FIGHTING else concepts


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
