"""An article's signature and those of recent stories in, the story it belongs to out.

Two articles report one event when both report the same thing of it and either one is a copy of the other (the same
headline, near enough, in one language), or they name the same precise place, or the same parties to one agreement,
within hours, in whatever language. Never looks further back than it is handed, never opens a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from worker.model import StorySignature
from worker.stories.geography import Geography

# A title of the same event rewritten by another desk scores 60 to 80, a copy with a word changed above 85.
COPY_SCORE = 85.0
COPY_WINDOW = timedelta(hours=48)
WINDOW = timedelta(hours=72)  # how far back, and ahead for late articles, candidates are looked for
# "Two shelled villages on one day" are one event to a desk; the same village a day later is news again.
SAME_EVENT_WINDOW = timedelta(hours=6)


# Parties agree on few things in one afternoon; they shoot at each other in many places.
AGREEMENTS = frozenset({"ceasefire", "disarmament", "peace_deal", "prisoner_exchange", "talks"})
PARTIES = 2


@dataclass(frozen=True, slots=True)
class Placement:
    """The story an article belongs to, and why; `story_id` None: its own."""

    story_id: int | None
    reason: str
    copy_of: int | None = None  # id of the article that this one is a near-copy of
    merges: tuple[int, ...] = ()  # further stories that this article shows to be the same event as `story_id`


def story_for(new: StorySignature, recent: Iterable[StorySignature], geography: Geography) -> Placement:
    """Where `new` belongs among `recent`.

    Args:
        new: the article's signature; its `story_id` is ignored.
        recent: signatures of the articles in recent stories, in any order.
        geography: which places tell events apart.
    """
    best = Placement(None, "no recent article reports this event")
    best_score = 0.0
    for old in recent:
        shared, distance = new.reports & old.reports, abs(new.at - old.at)
        if not shared or distance > COPY_WINDOW:
            continue
        if new.language == old.language:
            score = fuzz.token_sort_ratio(new.title, old.title, score_cutoff=max(COPY_SCORE, best_score))
            if score > best_score:
                best, best_score = Placement(old.story_id, f"copy of “{old.title}” ({score:.0f} %)"), score
        if not best_score and distance <= SAME_EVENT_WINDOW:
            reason = _same_event(new, old, shared, geography)
            best = Placement(old.story_id, reason) if reason else best
    return best


def _same_event(new: StorySignature, old: StorySignature, shared: frozenset[str], geography: Geography) -> str:
    """Why two reports of the same thing within hours are one event, "" where they are not known to be."""
    precise = new.places & old.places & geography.precise
    if precise:
        return f"{', '.join(sorted(shared))} at {', '.join(sorted(precise))}, within six hours"
    agreements = {report for report in shared if report.partition(":")[0] in AGREEMENTS}
    parties = geography.parties(new.places) & geography.parties(old.places)
    if agreements and len(parties) >= PARTIES:
        return f"{', '.join(sorted(agreements))} between {', '.join(sorted(parties))}, within six hours"
    return ""
