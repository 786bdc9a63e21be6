"""A byline and a text in; who really wrote it, as far as the words say, out.

Reads agency credits ("(Reuters)", "/ARMENPRESS/", "сообщает ТАСС", a closing "— AFP") and the hints that a machine
wrote, rewrote or translated a text. Both are hints to show beside an article, never reasons to drop it. Pure.
"""

from __future__ import annotations

from worker.bylines.agencies import AGENCIES, Agency, agency_of
from worker.bylines.authors import family_of, without_byline
from worker.bylines.credits import agency_credit
from worker.bylines.machines import machine_hint

__all__ = ["AGENCIES", "Agency", "agency_credit", "agency_of", "family_of", "machine_hint", "without_byline"]
