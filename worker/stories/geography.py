"""A region's profile in, what tells events at its places apart out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from worker.model import Profile

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

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """The geography of a region."""
        # A capital stands for its government, even where a gazetteer lists it as a town as well.
        capitals = {place.name for place in profile.places if place.kind == "capital"}
        precise = frozenset(place.name for place in profile.places if place.kind in PRECISE_KINDS) - capitals
        wide = frozenset(place.name for place in profile.places if place.kind in WIDE_KINDS and place.country)
        return cls(precise, {place.name: place.country for place in profile.places if place.country}, wide)

    def parties(self, places: frozenset[str]) -> frozenset[str]:
        """The countries that `places` are in."""
        return frozenset(self.countries[place] for place in places if place in self.countries)
