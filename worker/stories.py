"""An article's signature and those of recent stories in, the story it belongs to out.

Two articles report one event when one is a copy of the other (the same headline, near enough, in one language), or when
they name the same precise place and the same concept within hours, in whatever language. Never looks further back than
it is handed, never opens a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from worker.model import StorySignature

# Kinds of places that are small enough to tell one event from another.
PRECISE_KINDS = frozenset({"city", "town", "village", "corridor", "bridge", "gorge", "reservoir", "lake", "mountain"})
# A title of the same event rewritten by another desk scores 60 to 80, a copy with a word changed above 85.
COPY_SCORE = 85.0
COPY_WINDOW = timedelta(hours=48)
# "Two shelled villages on one day" are one event to a desk; the same village a day later is news again.
SAME_PLACE_WINDOW = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Placement:
    """The story an article belongs to, and why; `story_id` None: its own."""

    story_id: int | None
    reason: str


def story_for(new: StorySignature, recent: Iterable[StorySignature], *, broad_places: frozenset[str]) -> Placement:
    """Where `new` belongs among `recent`.

    Args:
        new: the article's signature; its `story_id` is ignored.
        recent: signatures of the articles in recent stories, in any order.
        broad_places: places too large to tell events apart (countries, capitals, the whole region).
    """
    best = Placement(None, "no recent article reports this event")
    best_score = 0.0
    for old in recent:
        shared, distance = new.concepts & old.concepts, abs(new.at - old.at)
        if not shared or distance > COPY_WINDOW:
            continue
        if new.language == old.language:
            score = fuzz.token_sort_ratio(new.title, old.title, score_cutoff=max(COPY_SCORE, best_score))
            if score > best_score:
                best, best_score = Placement(old.story_id, f"copy of “{old.title}” ({score:.0f} %)"), score
        precise = (new.places & old.places) - broad_places
        if precise and not best_score and distance <= SAME_PLACE_WINDOW:
            event = f"{', '.join(sorted(shared))} at {', '.join(sorted(precise))}"
            best = Placement(old.story_id, f"{event}, within six hours")
    return best
