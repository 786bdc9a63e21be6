"""Which alerts a judged article raises, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.factories import NOW, a_judged, a_judgement, a_match, a_signature
from worker.alerting import is_placed, match_plan, signature
from worker.claims import reports
from worker.model import Judged, MatchPlan, Region, Span, Stance
from worker.stories import Geography

DAY = timedelta(hours=24)


def planned(judged: Judged, *recent: object) -> MatchPlan:
    signed = signature(judged, NOW) if is_placed(judged) else None
    return match_plan(judged, signed, list(recent), now=NOW, fresh_for=DAY, geography=Geography())  # type: ignore[arg-type]


def test_an_article_whose_rule_fired_opens_a_story_and_raises_an_alert() -> None:
    plan = planned(a_judged())

    assert plan.opens_story
    assert [alert.rule_id for alert in plan.alerts] == ["ceasefire"]


def test_an_alert_says_why_it_fired() -> None:
    why = planned(a_judged()).alerts[0].why

    assert why == (
        "rule ceasefire: summary reports it",
        "region: summary names Armenia",
        "story: no recent article reports this event",
    )


def test_a_copy_joins_the_story_and_its_alert() -> None:
    earlier = signature(a_judged(2, title="Ceasefire agreed on the border"), NOW, story_id=7)

    plan = planned(a_judged(title="Ceasefire agreed on the border"), earlier)

    assert (plan.story_id, plan.opens_story) == (7, False)
    assert len(plan.alerts) == 1


def test_a_revision_stays_in_its_story() -> None:
    plan = planned(a_judged(story_id=3), a_signature())

    assert (plan.story_id, plan.opens_story) == (3, False)


def test_an_article_without_events_has_no_story() -> None:
    ordinary = a_judgement()
    ordinary = replace(ordinary, matches=(), rules=())

    plan = planned(a_judged(judgement=ordinary))

    assert (plan.story_id, plan.opens_story, plan.alerts) == (None, False, ())


def test_an_old_article_is_held_with_the_reason() -> None:
    plan = planned(a_judged(published_at=NOW - timedelta(hours=31)))

    assert plan.alerts == ()
    assert plan.held == "published 31 h ago, alerts are raised for 24 h"
    assert plan.opens_story


def test_an_edit_with_a_new_date_does_not_make_an_old_article_fresh() -> None:
    judged = a_judged()
    seen_long_ago = replace(judged.stored.article, first_seen_at=NOW - timedelta(hours=50), published_at=NOW)

    plan = planned(replace(judged, stored=replace(judged.stored, article=seen_long_ago)))

    assert plan.held == "first seen 50 h ago, alerts are raised for 24 h"


def test_an_unknown_date_is_not_an_old_one() -> None:
    assert len(planned(a_judged(published_at=None)).alerts) == 1


def test_nothing_is_held_where_nothing_fired() -> None:
    quiet = replace(a_judgement(), rules=())

    assert planned(a_judged(judgement=quiet, published_at=NOW - timedelta(days=9))).held == ""


def test_background_and_other_wars_are_no_events_of_the_region() -> None:
    judgement = a_judgement(
        a_match(stance=Stance.BACKGROUND),
        a_match(concept="shelling", elsewhere="Gaza"),
        a_match(concept="talks", stance=Stance.IN_FORCE),
    )

    assert reports(judgement) == {"talks:holds"}


def test_events_outside_the_region_open_no_story() -> None:
    elsewhere = replace(a_judgement(region=Region.NO), rules=())

    assert not planned(a_judged(judgement=elsewhere)).opens_story


def test_what_a_headline_reports_is_the_event_and_the_rest_its_background() -> None:
    headline = a_match(concept="disarmament", span=Span("title", 0, 5))
    judged = a_judged(judgement=a_judgement(a_match(), headline))

    signed = signature(judged, NOW)

    assert signed.reports == frozenset({"disarmament:holds"})
    assert signed.mentions == frozenset({"ceasefire"})
