"""A judged article and those it may belong with in, a `MatchPlan` out: its story, and the alerts it raises.

One alert per rule and story. An article that is no longer fresh, or that its publisher has taken back, raises nothing,
and the reason is kept. Never suppresses without one. What an article changes of alerts that its story has already is
decided by `worker.updates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.claims import reported, reports, says
from worker.labels import WITHDRAWN
from worker.model import AlertPlan, FullText, Judged, Judgement, MatchPlan, Region, RuleTrace, Stance, StorySignature
from worker.stories import Geography, Placement, events_of, signature_of, story_for

TEASER_CHARS = (
    600  # a feed's text below this is a teaser: the shortest full articles are wire flashes, which lose nothing
)


def match_plan(
    judged: Judged,
    signed: StorySignature | None,
    candidates: Sequence[StorySignature],
    *,
    now: datetime,
    fresh_for: timedelta,
    geography: Geography,
) -> MatchPlan:
    """What the match stage writes for one article.

    Args:
        judged: the article and the judgement on it.
        signed: its signature; None: it is not to be placed.
        candidates: signatures of articles in stories that it may belong to.
        now: the time of this run.
        fresh_for: an article older than this, by its own date or since it was first seen, raises no alert.
        geography: which places tell events apart.
    """
    wanted = wants_page(judged)
    if signed is None:
        return MatchPlan(judged, wants_page=wanted)
    placement = Placement(judged.stored.story_id, "the article is in this story already")
    if placement.story_id is None:
        placement = story_for(signed, candidates, geography)
    held = _held(judged, now, fresh_for)
    return MatchPlan(
        judged,
        story_id=placement.story_id,
        opens_story=placement.story_id is None and _reports_event(judged),
        alerts=() if held else tuple(_alert(judged, trace, placement.reason) for trace in judged.judgement.fired),
        wants_page=wanted,
        fresh=not held,
        held=held if judged.judgement.fired else "",
        copy_of=placement.copy_of,
        merges=placement.merges,
    )


def is_placed(judged: Judged) -> bool:
    """Whether an article may belong to a story: it is about the region, a rule fired, or it has been in one."""
    judgement = judged.judgement
    in_region = judgement.relevance.region is Region.YES
    return in_region or bool(judgement.fired) or judged.stored.story_id is not None


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


def signature(judged: Judged, now: datetime, story_id: int = 0) -> StorySignature:
    """What is compared to tell whether two articles report one event.

    What a headline reports is the event. What else the text reports ("… a day after the ceasefire was agreed") is that
    event's background, as what is past is: else every article of a crisis would be one story.
    """
    every = _events(judged.judgement)
    foremost = _events(judged.judgement, field="title") or every
    return signature_of(
        judged.stored.article,
        places=judged.judgement.relevance.places,
        reports=foremost,
        at=at_of(judged, now),
        story_id=story_id,
        article_id=judged.stored.article_id,
        mentions=_mentions(judged.judgement) | {report.partition(":")[0] for report in every - foremost},
        tolls=(toll for match in reported(judged.judgement) for toll in match.numbers),
    )


def _events(judgement: Judgement, field: str = "") -> frozenset[str]:
    """What an article, or one field of it, reports, such as `ceasefire:holds`, as stories tell events apart."""
    return frozenset(
        f"{event}:{says(match.stance)}"
        for match in reported(judgement)
        if field in ("", match.span.field)
        for event in events_of(match.concept, match.sentence)
    )


def _mentions(judgement: Judgement) -> frozenset[str]:
    """The concepts that an article speaks of as past, such as `ceasefire`."""
    past = (match for match in judgement.matches if match.stance is Stance.BACKGROUND and not match.elsewhere)
    return frozenset(match.concept for match in past)


def at_of(judged: Judged, now: datetime) -> datetime:
    """When an article was published, or first seen where that is unknown."""
    article = judged.stored.article
    return article.published_at or article.first_seen_at or now


def _held(judged: Judged, now: datetime, fresh_for: timedelta) -> str:
    """Why the article raises no alert, "" where it may.

    A publisher who edits an old article often gives it a new date, so its age also counts from when it was first seen.
    """
    article = judged.stored.article
    if WITHDRAWN in article.labels:
        return "its publisher has taken it back"
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
