"""A region's profile in, what tells events at its places apart out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import cos, hypot, radians
from typing import Self

from worker.model import Place, Profile

NEAR_KM = 12.0  # one exchange of fire, of which each side names its own village
_KM = 111.2  # a degree of latitude

# Kinds of places that are small enough to tell one event from another.
PRECISE_KINDS = frozenset({"city", "town", "village", "corridor", "bridge", "gorge", "reservoir", "lake", "mountain"})
# … and those that are not, but tell more than a country does.
WIDE_KINDS = frozenset({"province", "region", "autonomous republic", "peninsula"})


@dataclass(frozen=True, slots=True)
class Geography:
    """What tells events at places apart."""

    precise: frozenset[str] = frozenset()  # names of places small enough to
    countries: Mapping[str, str] = field(default_factory=dict)  # name → ISO 3166-1: Baku stands for Azerbaijan
    wide: frozenset[str] = frozenset()  # names of provinces and the like; parts of the world have no country
    near: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # precise place → others that it is a look away from

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """The geography of a region."""
        # A capital stands for its government, even where a gazetteer lists it as a town as well.
        capitals = {place.name for place in profile.places if place.kind == "capital"}
        precise = frozenset(place.name for place in profile.places if place.kind in PRECISE_KINDS) - capitals
        wide = frozenset(place.name for place in profile.places if place.kind in WIDE_KINDS and place.country)
        countries = {place.name: place.country for place in profile.places if place.country}
        return cls(precise, countries, wide, _near([place for place in profile.places if place.name in precise]))

    def parties(self, places: frozenset[str]) -> frozenset[str]:
        """The countries that `places` are in."""
        return frozenset(self.countries[place] for place in places if place in self.countries)

    def neighbours(self, places: frozenset[str], others: frozenset[str]) -> frozenset[str]:
        """Those of both that lie so close to one of the other that two sides may mean one event by them."""
        near = self.near
        pairs = [(place, its) for place in places if place in near for its in near[place] & others]
        return frozenset([name for pair in pairs for name in pair])


def _near(places: Sequence[Place]) -> dict[str, frozenset[str]]:
    """Which places lie close to each other. Two entries of one name lie where either does."""
    located = [(one.name, one.latitude, one.longitude) for one in places if one.latitude and one.longitude]
    found: dict[str, set[str]] = {}
    for (name, latitude, longitude), (other, its_latitude, its_longitude) in combinations(located, 2):
        north = _KM * (latitude - its_latitude)
        if name == other or abs(north) > NEAR_KM:
            continue
        east = _KM * (longitude - its_longitude) * cos(radians(latitude))
        if hypot(north, east) <= NEAR_KM:
            found.setdefault(name, set()).add(other)
            found.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in found.items()}
