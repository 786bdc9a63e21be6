"""An article's signature and those of recent stories in, the story it belongs to out.

Two articles report one event when one is a copy of the other, when their words are alike, when what they report, where
and when says so in whatever language, or when some of both does. An article joins the story of the one it is closest
to. Other stories that it is as close to, most of their articles counted, are the same event: they are to be merged.
Never looks further back than it is handed, never opens a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from worker.model import StorySignature
from worker.stories.copies import copied_share
from worker.stories.events import at_other_places, evidence_of, of_other_events
from worker.stories.geography import Geography
from worker.stories.recurring import is_another_instance
from worker.stories.similarity import compared

WINDOW = timedelta(hours=72)  # how far back, and ahead for late articles, candidates are looked for

ALIKE = 0.24  # words of two articles on one event
ALIKE_WITH_EVIDENCE = 0.08  # … that report the same between the same parties or at the same place
ALIKE_OF_OTHER_EVENTS = 0.20  # … of which one is past to the other, that reports another one; or of another day
ALIKE_TO_STORY = 0.22  # … of an article and all that is at hand of a story
ALIKE_TO_MERGE = 0.30  # of the closest articles of two stories, on average
_CLOSEST = 5
_FEW, _SINGLE_BRIDGE = 3, 1.2  # a story of one or two articles must be so much closer: a single bridge proves little
_COPY = 20.0  # a copy is closer than anything else
_OTHER_PLACES = 0.6  # what is left of a likeness where both name villages, and none in common
_ANOTHER_INSTANCE = 0.35  # … where the headlines are of another day's forecast, another town's prices
_OTHER_EVENTS = 0.6  # … where the one reports this, and the other that


@dataclass(frozen=True, slots=True)
class Placement:
    """The story an article belongs to, and why; `story_id` None: its own."""

    story_id: int | None
    reason: str
    copy_of: int | None = None  # id of the article that this one is a near-copy of
    merges: tuple[int, ...] = ()  # further stories that this article shows to be the same event as `story_id`


@dataclass(frozen=True, slots=True)
class _Tie:
    """How closely the new article is tied to an old one."""

    old: StorySignature
    closeness: float  # 1 and more: one event
    likeness: float
    copied: float
    suffices: bool  # tied by what they report, whatever their words
    reason: str
    spoken_against: bool = False  # by places, reports or headlines: words count for less


def story_for(new: StorySignature, candidates: Iterable[StorySignature], geography: Geography) -> Placement:
    """Where `new` belongs among `candidates`.

    Args:
        new: the article's signature; its `story_id` is ignored.
        candidates: signatures of articles in recent stories, in any order: those that share most keys with `new`.
        geography: which places tell events apart.
    """
    near = [old for old in candidates if abs(new.at - old.at) <= WINDOW]
    alike, to_stories = compared(new, near)
    ties = [
        _beside_its_story(_tie(new, old, likeness, geography), to_stories.get(old.story_id, 0.0))
        for old, likeness in zip(near, alike, strict=True)
    ]
    # The oldest of equals: whichever order they are handed in, and copies name the article they copy.
    closest = max(ties, key=lambda tie: (tie.closeness, -tie.old.article_id), default=None)
    if closest is None or closest.closeness < 1:
        return Placement(None, "no recent article reports this event")
    copied = max(ties, key=lambda tie: (tie.copied, -tie.old.article_id))
    return Placement(
        story_id=closest.old.story_id,
        reason=closest.reason,
        copy_of=copied.old.article_id if copied.copied else None,
        merges=_merges(closest, ties, geography),
    )


def _merges(closest: _Tie, ties: Iterable[_Tie], geography: Geography) -> tuple[int, ...]:
    """The stories that an article shows to be the same event as that of its closest tie."""
    by_story: dict[int, list[_Tie]] = {}
    for tie in ties:
        # A round-up of two shelled villages does not make them one.
        if tie.old.story_id != closest.old.story_id and not at_other_places(closest.old, tie.old, geography):
            by_story.setdefault(tie.old.story_id, []).append(tie)
    return tuple(sorted(story_id for story_id, its in by_story.items() if _same_event(its)))


def _tie(new: StorySignature, old: StorySignature, likeness: float, geography: Geography) -> _Tie:
    copied = copied_share(new, old) if likeness >= ALIKE else 0.0
    if copied:
        return _Tie(old, _COPY + copied, likeness, copied, False, f"copy of “{old.title}” ({copied:.0%})")
    evidence = evidence_of(new, old, geography)
    other_events, discount = of_other_events(new, old), 1.0
    if at_other_places(new, old, geography):
        discount *= _OTHER_PLACES
    if other_events:
        discount *= _OTHER_EVENTS
    if likeness * discount >= ALIKE and is_another_instance(new.title, old.title):
        discount *= _ANOTHER_INSTANCE
    likeness *= discount
    closeness, reason = likeness / ALIKE, f"words like those of “{old.title}” ({likeness:.0%})"
    suffices = evidence is not None and evidence.suffices
    if evidence and suffices:
        closeness += 1 + evidence.strength
        reason = evidence.reason if new.language != old.language else f"{evidence.reason}, and {reason}"
    elif evidence:
        # It lets fewer words do; which story is the closest, it does not say.
        enough = ALIKE_OF_OTHER_EVENTS if other_events or evidence.again else ALIKE_WITH_EVIDENCE
        closeness, reason = max(closeness, min(1.0, likeness / enough)), f"{evidence.reason}, and {reason}"
    return _Tie(old, closeness, likeness, 0.0, suffices, reason, discount < 1)


def _beside_its_story(tie: _Tie, likeness: float) -> _Tie:
    """A tie that is as close as all of the old article's story at hand, where that is closer than the article."""
    if tie.copied or tie.suffices or tie.spoken_against or likeness / ALIKE_TO_STORY <= tie.closeness:
        return tie
    reason = f"words like those of the story of “{tie.old.title}” ({likeness:.0%})"
    return replace(tie, closeness=likeness / ALIKE_TO_STORY, reason=reason)


def _same_event(ties: Sequence[_Tie]) -> bool:
    """Whether a story, besides the one an article has joined, is about the same event as that article."""
    if any(tie.copied or tie.suffices for tie in ties):
        return True
    best = sorted((tie.likeness for tie in ties), reverse=True)[:_CLOSEST]
    return sum(best) / len(best) >= ALIKE_TO_MERGE * (_SINGLE_BRIDGE if len(best) < _FEW else 1)
