"""What an article changes of an alert that its story has, and why it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW, a_judgement, a_match, a_source, a_stored
from worker.claims import claims_of
from worker.corroboration import Agencies, Story
from worker.model import AlertPlan, Confirmation, Judged, Match, Severity, Stance, UpdateReason
from worker.model.stories import AlertChange, KnownAlert, Source, Told
from worker.updates import Arrival, first_word, update_of

LATER = NOW + timedelta(hours=1)
RAISED = Told(UpdateReason.RAISED, Stance.AGREED, 1, "outlet")


def an_alert(**changes: Any) -> KnownAlert:
    """Raised by article 1 of the family `outlet`: a ceasefire was agreed."""
    alert = KnownAlert(
        alert_id=7,
        rule_id="ceasefire",
        revision=1,
        severity=Severity.WARNING,
        concept="ceasefire",
        stance=Stance.AGREED,
        said_at=NOW,
        confirmation=Confirmation.SINGLE_SOURCE,
        told=(RAISED,),
        spoke={1: 1},
    )
    return replace(alert, **changes)


def an_arrival(
    *matches: Match, number: int = 2, family: str = "second", revision: int = 1, fresh: bool = True, **article: Any
) -> Arrival:
    stored = replace(a_stored(number, family=family, publisher=family.title(), **article), revision=revision)
    return Arrival(Judged(stored, a_judgement()), matches, fresh, LATER)


def change(alert: KnownAlert, arrival: Arrival, *others: Source, severity: Severity | None = None) -> AlertChange:
    """What `arrival` changes, in a story of article 1, itself and `others`, which all claim what the alert says."""
    stored = arrival.judged.stored
    mine = claims_of(stored, arrival.matches, arrival.at)
    base = a_source(1, "outlet")
    sources = {one.article_id: one for one in (base, *others, a_source(stored.article_id, stored.article.family))}
    theirs = [
        claim
        for one in (base, *others)
        if one.article_id != stored.article_id
        for claim in claims_of(
            a_stored(one.article_id, family=one.family), [a_match(concept=alert.concept, stance=alert.stance)], NOW
        )
    ]
    fired = AlertPlan("ceasefire", severity, arrival.matches[0], ("why",)) if severity else None
    return update_of(alert, arrival, fired, Story(sources, [*theirs, *mine], Agencies(())))


def test_another_newsroom_that_says_so_confirms_an_alert() -> None:
    changed = change(an_alert(), an_arrival(a_match()))

    assert (changed.reason, changed.detail) == (UpdateReason.CONFIRMED, "confirmed by outlet, second")
    assert changed.confirmation is Confirmation.INDEPENDENT


def test_what_is_confirmed_is_not_confirmed_again() -> None:
    alert = an_alert(confirmation=Confirmation.INDEPENDENT)

    assert change(alert, an_arrival(a_match())).reason is None


def test_the_same_family_again_changes_nothing() -> None:
    changed = change(an_alert(), an_arrival(a_match(), family="outlet"))

    assert changed == AlertChange(7, Confirmation.SINGLE_SOURCE)


@pytest.mark.parametrize("stance", [Stance.CALLED_FOR, Stance.PROPOSED, Stance.UNKNOWN])
def test_calls_and_proposals_only_add_to_the_story(stance: Stance) -> None:
    assert change(an_alert(), an_arrival(a_match(stance=stance))).reason is None


@pytest.mark.parametrize(
    ("stance", "detail"),
    [
        (Stance.VIOLATED, "violated, after agreed was reported"),
        (Stance.ENDED, "ended, after agreed was reported"),
        (Stance.DENIED, "denied by the ministry, after agreed was reported"),
    ],
)
def test_the_opposite_turns_an_alert(stance: Stance, detail: str) -> None:
    opposite = a_match(stance=stance, speaker="the ministry")

    changed = change(an_alert(), an_arrival(opposite))

    assert (changed.reason, changed.detail, changed.match) == (UpdateReason.TURNED, detail, opposite)
    assert changed.confirmation is Confirmation.SINGLE_SOURCE


def test_a_proposal_that_comes_true_is_told() -> None:
    alert = an_alert(stance=Stance.PROPOSED, told=(replace(RAISED, stance=Stance.PROPOSED),))

    assert change(alert, an_arrival(a_match())).detail.startswith("agreed, after proposed was reported")


def test_a_late_report_of_what_held_before_turns_nothing_back() -> None:
    violated = an_alert(stance=Stance.VIOLATED, said_at=LATER + timedelta(minutes=1))

    assert change(replace(violated, told=()), an_arrival(a_match())).reason is None


BROKEN = Told(UpdateReason.TURNED, Stance.VIOLATED, 3, "third", NOW)


@pytest.mark.parametrize(("hours", "detail"), [(7, ""), (8, "violated again, after agreed was reported")])
def test_a_side_that_was_told_is_told_again_when_it_is_reported_hours_later(hours: int, detail: str) -> None:
    alert = an_alert(told=(replace(RAISED, stance=Stance.VIOLATED), RAISED), said_at=LATER - timedelta(hours=hours))

    changed = change(alert, an_arrival(a_match(stance=Stance.VIOLATED)))

    assert changed.detail.startswith(detail)
    assert (changed.reason is UpdateReason.TURNED) is bool(detail)


@pytest.mark.parametrize(("hours", "detail"), [(23, ""), (24, "agreed again, after violated was reported")])
def test_that_an_agreement_holds_is_told_again_after_a_day(hours: int, detail: str) -> None:
    alert = an_alert(stance=Stance.VIOLATED, told=(RAISED, BROKEN), said_at=LATER - timedelta(hours=hours))

    assert change(alert, an_arrival(a_match())).detail.startswith(detail)


@pytest.mark.parametrize(
    ("source", "revision"),
    [({"copy_of": 1}, 1), ({"machine_written": True}, 1), ({}, 2)],
    ids=["a copy", "a rewrite", "a revision"],
)
def test_an_echo_of_what_was_told_turns_nothing_back(source: dict[str, Any], revision: int) -> None:
    alert = an_alert(stance=Stance.VIOLATED, told=(RAISED, BROKEN), said_at=LATER - timedelta(hours=25))
    arrival = an_arrival(a_match(), revision=revision)
    sources = {1: a_source(1, "outlet"), 2: replace(a_source(2, "second"), **source)}
    claims = claims_of(arrival.judged.stored, arrival.matches, LATER)

    assert update_of(alert, arrival, None, Story(sources, claims, Agencies(()))).reason is None


DENIED = (replace(RAISED, stance=Stance.VIOLATED), Told(UpdateReason.TURNED, Stance.DENIED, 3, "third", NOW))


def test_an_independent_report_after_a_denial_is_told_at_once() -> None:
    alert = an_alert(stance=Stance.DENIED, told=DENIED)

    changed = change(alert, an_arrival(a_match(stance=Stance.VIOLATED)))

    assert (changed.reason, changed.detail) == (UpdateReason.TURNED, "violated again, after denied was reported")


def test_what_was_confirmed_before_its_denial_is_not_told_again_by_slower_newsrooms() -> None:
    confirmed = Told(UpdateReason.CONFIRMED, Stance.VIOLATED, 4, "fourth", NOW)
    alert = an_alert(stance=Stance.DENIED, told=(DENIED[0], confirmed, DENIED[1]))

    assert change(alert, an_arrival(a_match(stance=Stance.VIOLATED))).reason is None


def test_a_party_that_repeats_itself_after_a_denial_is_no_news() -> None:
    alert = an_alert(stance=Stance.DENIED, told=DENIED)
    says_so = a_match(stance=Stance.VIOLATED, speaker="The ministry", speaker_side="AM")

    assert change(alert, an_arrival(says_so)).reason is None


def test_who_said_so_before_a_denial_is_no_new_voice() -> None:
    alert = an_alert(stance=Stance.DENIED, told=DENIED)
    arrival = an_arrival(a_match(stance=Stance.VIOLATED), family="outlet")
    sources = {1: a_source(1, "outlet"), 2: a_source(2, "outlet")}
    first = claims_of(a_stored(1, family="outlet"), arrival.matches, NOW)
    claims = [*first, *claims_of(arrival.judged.stored, arrival.matches, LATER)]

    assert update_of(alert, arrival, None, Story(sources, claims, Agencies(()))).reason is None


def test_who_reported_what_ended_since_does_not_confirm_what_is_agreed_anew() -> None:
    broken = replace(BROKEN, at=NOW + timedelta(minutes=10))
    alert = an_alert(stance=Stance.VIOLATED, told=(RAISED, broken), said_at=LATER - timedelta(hours=25))

    changed = change(alert, an_arrival(a_match()))

    assert changed.reason is UpdateReason.TURNED
    assert changed.confirmation is Confirmation.SINGLE_SOURCE


def test_what_stands_first_in_an_article_is_what_it_says() -> None:
    changed = change(an_alert(), an_arrival(a_match(), a_match(stance=Stance.DENIED)))

    assert changed.reason is UpdateReason.CONFIRMED


def test_a_rise_of_severity_is_told_though_nothing_else_is_new() -> None:
    alert = an_alert(confirmation=Confirmation.INDEPENDENT)

    changed = change(alert, an_arrival(a_match()), severity=Severity.CRITICAL)

    assert (changed.reason, changed.severity) == (UpdateReason.ESCALATED, Severity.CRITICAL)
    assert changed.detail == "warning becomes critical: ceasefire agreed"


def test_a_lower_severity_changes_nothing() -> None:
    alert = an_alert(confirmation=Confirmation.INDEPENDENT)

    assert change(alert, an_arrival(a_match()), severity=Severity.INFO).severity is None


def casualties(**numbers: int) -> Match:
    return a_match(concept="casualties", stance=Stance.IN_FORCE, numbers=tuple(numbers.items()))


@pytest.mark.parametrize(
    ("told", "reported", "detail"),
    [
        ({"killed": 3}, {"killed": 12}, "12 killed, after 3"),
        ({"killed": 1}, {"killed": 3}, "3 killed, after 1"),
        ({"killed": 40}, {"killed": 50}, "50 killed, after 40"),
        ({"wounded": 10}, {"wounded": 15}, "15 wounded, after 10"),
        ({"wounded": 4}, {"killed": 1}, "1 killed"),
        ({}, {"wounded": 2}, "2 wounded"),
    ],
)
def test_a_toll_that_rises_materially_is_told(told: dict[str, int], reported: dict[str, int], detail: str) -> None:
    alert = an_alert(concept="casualties", stance=Stance.IN_FORCE, numbers=told, confirmation=Confirmation.INDEPENDENT)

    changed = change(alert, an_arrival(casualties(**reported)))

    assert (changed.reason, changed.detail, changed.numbers) == (UpdateReason.NUMBERS, detail, {**told, **reported})


@pytest.mark.parametrize(
    ("told", "reported"),
    [
        ({"killed": 3}, {"killed": 4}),
        ({"killed": 12}, {"killed": 3}),
        ({"killed": 40}, {"killed": 44}),
        ({"wounded": 10}, {"wounded": 13}),
        ({"killed": 3}, {"wounded": 2}),
    ],
)
def test_small_rises_and_late_lower_numbers_are_not(told: dict[str, int], reported: dict[str, int]) -> None:
    alert = an_alert(concept="casualties", stance=Stance.IN_FORCE, numbers=told, confirmation=Confirmation.INDEPENDENT)

    assert change(alert, an_arrival(casualties(**reported))).reason is None


def by_the_same(*matches: Match, **changes: Any) -> Arrival:
    """A new version of the article that raised the alert."""
    return an_arrival(*matches, number=1, family="outlet", revision=2, **changes)


def test_a_correction_of_the_article_that_raised_it_is_told_once() -> None:
    corrected = by_the_same(a_match(), labels=("corrected",))

    first = change(an_alert(), corrected)
    again = change(an_alert(told=(RAISED, Told(UpdateReason.CORRECTED, Stance.AGREED, 1, "outlet"))), corrected)

    assert (first.reason, first.detail) == (UpdateReason.CORRECTED, "Outlet corrects its article")
    assert again.reason is None


def test_a_correction_says_what_has_changed() -> None:
    alert = an_alert(concept="casualties", stance=Stance.IN_FORCE, numbers={"killed": 5})

    changed = change(alert, by_the_same(casualties(killed=2), labels=("corrected",)))

    assert (changed.reason, changed.detail) == (
        UpdateReason.CORRECTED,
        "Outlet corrects its article; 2 killed, after 5",
    )


def test_an_article_that_silently_says_otherwise_is_corrected() -> None:
    gone = change(an_alert(), by_the_same())
    otherwise = change(an_alert(), by_the_same(a_match(stance=Stance.DENIED)))

    assert gone.detail == "Outlet has changed its article: it no longer reports ceasefire"
    assert otherwise.detail == "Outlet has changed its article: it now says denied, not agreed"
    assert {gone.reason, otherwise.reason} == {UpdateReason.CORRECTED}


def test_the_same_version_judged_anew_corrects_nothing() -> None:
    judged_anew = an_arrival(number=1, family="outlet", revision=1)

    assert change(an_alert(), judged_anew).reason is None


def test_a_correction_of_an_article_that_raised_nothing_is_none_of_the_alerts() -> None:
    other = an_arrival(a_match(), number=5, family="outlet", revision=2, labels=("corrected",))

    assert change(an_alert(), other).reason is None


def test_a_correction_published_as_an_article_of_its_own_is_told() -> None:
    of_its_own = an_arrival(a_match(), number=5, family="outlet", labels=("corrected",))

    assert change(an_alert(), of_its_own).reason is UpdateReason.CORRECTED


def test_a_retraction_is_told_however_old_the_article_is() -> None:
    withdrawn = by_the_same(a_match(), labels=("withdrawn",), fresh=False)

    changed = change(an_alert(), withdrawn)

    assert (changed.reason, changed.detail) == (UpdateReason.RETRACTED, "Outlet takes its article back")


def test_a_retraction_is_told_once() -> None:
    alert = an_alert(told=(RAISED, Told(UpdateReason.RETRACTED, Stance.AGREED, 1, "outlet")))

    assert change(alert, by_the_same(a_match(), labels=("withdrawn",), fresh=False)).reason is None


@pytest.mark.parametrize("stance", [Stance.AGREED, Stance.VIOLATED])
def test_an_old_article_changes_nothing(stance: Stance) -> None:
    changed = change(an_alert(), an_arrival(a_match(stance=stance), fresh=False))

    assert (changed.reason, changed.confirmation) == (None, Confirmation.SINGLE_SOURCE)


def test_several_changes_are_one_update_under_the_weightiest_reason() -> None:
    alert = an_alert(concept="casualties", stance=Stance.IN_FORCE, numbers={"killed": 3})

    changed = change(alert, an_arrival(casualties(killed=12)), severity=Severity.CRITICAL)

    assert changed.reason is UpdateReason.ESCALATED
    assert changed.detail == (
        "warning becomes critical: casualties reported; 12 killed, after 3; confirmed by outlet, second"
    )


def test_an_alert_by_words_is_confirmed_by_whoever_fires_its_rule() -> None:
    alert = an_alert(concept="words", stance=Stance.UNKNOWN)
    words = a_match(concept="words", stance=Stance.UNKNOWN)

    assert change(alert, an_arrival(words), severity=Severity.WARNING).reason is UpdateReason.CONFIRMED


def test_the_first_word_says_that_nobody_confirms_it_yet() -> None:
    arrival = an_arrival(a_match())
    story = Story({2: a_source(2, "second")}, claims_of(arrival.judged.stored, [a_match()], NOW), Agencies(()))

    said = first_word(AlertPlan("ceasefire", Severity.WARNING, a_match(), ()), arrival, story)

    assert said == (Confirmation.SINGLE_SOURCE, 1, "not confirmed yet: Second reports it")


def test_nobody_hurt_at_one_place_takes_back_no_toll_of_another() -> None:
    alert = an_alert(rule_id="casualties", concept="casualties", stance=Stance.IN_FORCE, numbers={"killed": 4})
    unhurt = a_match(concept="casualties", stance=Stance.DENIED)

    changed = change(alert, an_arrival(unhurt))
    denied = change(alert, an_arrival(replace(unhurt, speaker="Baku")))

    assert (changed.reason, denied.reason) == (None, UpdateReason.TURNED)
