"""The links by which somebody who reads an alert reacts to it."""

from __future__ import annotations

from dataclasses import dataclass

from worker.render.catalogue import Catalogue

SNOOZE_HOURS = 2


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """Addresses that do something with one alert; "" where there is none."""

    acknowledge: str = ""
    snooze: str = ""  # for `SNOOZE_HOURS`

    def labelled(self, texts: Catalogue) -> list[tuple[str, str]]:
        """Those there are, each with what it does."""
        both = ((texts.say("acknowledge"), self.acknowledge), (texts.count("snooze", SNOOZE_HOURS), self.snooze))
        return [(label, address) for label, address in both if address]


NO_LINKS = AlertLinks()
