"""A judged article and the recent stories in, a `MatchPlan` out: its story, and the alerts it raises.

One alert per rule and story. An article that is no longer fresh raises nothing, and the reason is kept. Never
suppresses without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.model import AlertPlan, FullText, Judged, Judgement, MatchPlan, Region, RuleTrace, Stance, StorySignature
from worker.stories import Geography, story_for

TEASER_CHARS = (
    600  # a feed's text below this is a teaser: the shortest full articles are wire flashes, which lose nothing
)


def match_plan(
    judged: Judged,
    recent: Sequence[StorySignature],
    *,
    now: datetime,
    fresh_for: timedelta,
    geography: Geography,
) -> MatchPlan:
    """What the match stage writes for one article.

    Args:
        judged: the article and the judgement on it.
        recent: signatures of the articles in recent stories.
        now: the time of this run.
        fresh_for: an article older than this, by its own date or since it was first seen, raises no alert.
        geography: which places tell events apart.
    """
    wanted = wants_page(judged)
    if not _reports_event(judged):
        return MatchPlan(judged, wants_page=wanted)
    story_id = judged.stored.story_id
    reason = "the article is in this story already"
    if story_id is None:
        placement = story_for(signature(judged, now), recent, geography)
        story_id, reason = placement.story_id, placement.reason
    held = _stale(judged, now, fresh_for)
    return MatchPlan(
        judged,
        story_id=story_id,
        opens_story=story_id is None,
        alerts=() if held else tuple(_alert(judged, trace, reason) for trace in judged.judgement.fired),
        wants_page=wanted,
        held=held if judged.judgement.fired else "",
    )


def wants_page(judged: Judged) -> bool:
    """Whether the article's own page should be read: once, and only where that may change the judgement."""
    stored = judged.stored
    if stored.page_asked or not stored.article.url or stored.full_text is FullText.NEVER:
        return False
    if stored.full_text is FullText.ALWAYS:
        return True
    teaser = len(stored.article.text or stored.article.summary) < TEASER_CHARS
    return teaser and (stored.dedicated or judged.judgement.relevance.region is not Region.NO)


def _reports_event(judged: Judged) -> bool:
    judgement = judged.judgement
    return bool(judgement.fired) or (judgement.relevance.region is Region.YES and bool(reports(judgement)))


# Stances that say the same of an event: whoever reports one of them confirms the others.
_SIDES = {Stance.AGREED: "holds", Stance.IN_FORCE: "holds", Stance.VIOLATED: "broken", Stance.ENDED: "broken"}


def report_of(concept: str, stance: Stance) -> str:
    """What a match reports, such as `ceasefire:holds`: equal for two articles that confirm each other."""
    return f"{concept}:{_SIDES.get(stance, stance)}"


def turns(old: Stance, new: Stance) -> bool:
    """Whether `new` turns what an alert said into its opposite: what held is broken, or the other way round."""
    return old in _SIDES and new in _SIDES and _SIDES[old] != _SIDES[new]


def reports(judgement: Judgement) -> frozenset[str]:
    """What an article reports as news of the region, such as `ceasefire:holds`."""
    return frozenset(
        report_of(match.concept, match.stance)
        for match in judgement.matches
        if match.stance is not Stance.BACKGROUND and not match.elsewhere
    )


def signature(judged: Judged, now: datetime, story_id: int = 0) -> StorySignature:
    """What is compared to tell whether two articles report one event."""
    article = judged.stored.article
    return StorySignature(
        story_id=story_id,
        language=article.language,
        title=article.title,
        places=frozenset(judged.judgement.relevance.places),
        reports=reports(judged.judgement),
        at=article.published_at or article.first_seen_at or now,
    )


def _stale(judged: Judged, now: datetime, fresh_for: timedelta) -> str:
    """Why the article is too old to alert on, "" where it is fresh.

    A publisher who edits an old article often gives it a new date, so its age also counts from when it was first seen.
    """
    article = judged.stored.article
    if article.published_at is not None and now - article.published_at > fresh_for:
        return f"published {_hours(now - article.published_at)} ago, alerts are raised for {_hours(fresh_for)}"
    if article.first_seen_at is not None and now - article.first_seen_at > fresh_for:
        return f"first seen {_hours(now - article.first_seen_at)} ago, alerts are raised for {_hours(fresh_for)}"
    return ""


def _alert(judged: Judged, trace: RuleTrace, story_reason: str) -> AlertPlan:
    if trace.match is None:
        raise ValueError(f"rule {trace.rule_id} fired without a match")
    evidence = judged.judgement.relevance.evidence[:3]
    why = (f"rule {trace.rule_id}: {trace.reason}", *(f"region: {line}" for line in evidence), f"story: {story_reason}")
    return AlertPlan(trace.rule_id, trace.severity, trace.match, why)


def _hours(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:.0f} h"
