"""What sides and publisher families are called on the pages: the log's short names in, people's names out. Pure.

The log keeps a side as `AM` and a family as `lusardzak`, since those never change; nobody should have to read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from worker.model import Profile

MOST = 2  # publishers that stand for their family
_CONFIRMED = "confirmed by "
_SHORT = re.compile(r"[\w.-]*\w")


class Names:
    """The names of a region, and of those who are read on it."""

    def __init__(self, profile: Profile, publishers: Iterable[tuple[str, str]]) -> None:
        """Take the sides from `profile`; `publishers` are pairs of a publisher and its family."""
        countries = {place.side: place.label for place in reversed(profile.places) if place.kind == "country"}
        others = {
            place.side: place.label for place in reversed(profile.places) if place.core and place.kind == "region"
        }
        self._sides = {**others, **{side: name for name, side in profile.sides.items()}, **countries}
        families: dict[str, dict[str, None]] = {}
        for publisher, family in publishers:
            families.setdefault(family, {})[publisher] = None
        self._families: Mapping[str, list[str]] = {name: [*filter(None, them)] for name, them in families.items()}

    def side(self, side: str) -> str:
        """`AM` → `Armenia`; one that is not known stays as it is written."""
        return self._sides.get(side, side.capitalize() if len(side) > 3 else side)

    def family(self, family: str) -> str:
        """`lusardzak` → `Lusardzak/The Arax Herald`; one that is not known stays as it is written."""
        known = self._families.get(family)
        if not known:
            return family
        return "/".join(known[:MOST]) + ("/…" if len(known) > MOST else "")

    def voice(self, voice: str) -> str:
        """A voice is a side or a family."""
        return self.family(voice) if voice in self._families else self.side(voice)

    def detail(self, text: str) -> str:
        """An update's line, with the names of those who confirm it."""
        before, said, voices = text.partition(_CONFIRMED)
        return before + said + _SHORT.sub(lambda found: self._named(found[0]), voices) if said else text

    def _named(self, word: str) -> str:
        return self.voice(word) if word in self._families or word in self._sides else word
