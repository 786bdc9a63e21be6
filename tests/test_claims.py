"""What an article claims, who says so, and whose voice that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import NOW, a_judgement, a_match, a_stored
from worker.claims import claims_of, report_of, reported, reports
from worker.model import Stance


@pytest.mark.parametrize(
    ("stance", "report"),
    [
        (Stance.AGREED, "ceasefire:holds"),
        (Stance.IN_FORCE, "ceasefire:holds"),
        (Stance.VIOLATED, "ceasefire:broken"),
        (Stance.ENDED, "ceasefire:broken"),
        (Stance.DENIED, "ceasefire:denied"),
        (Stance.PROPOSED, "ceasefire:proposed"),
    ],
)
def test_stances_that_say_the_same_are_one_report(stance: Stance, report: str) -> None:
    assert report_of("ceasefire", stance) == report


def test_background_and_other_wars_are_no_news_of_the_region() -> None:
    judgement = a_judgement(
        a_match(stance=Stance.BACKGROUND), a_match(concept="shelling", elsewhere="Gaza"), a_match(concept="talks")
    )

    assert [match.concept for match in reported(judgement)] == ["talks"]
    assert reports(judgement) == {"talks:holds"}


def test_each_concept_and_stance_is_one_claim_in_the_words_of_its_first_sentence() -> None:
    first, second = a_match(sentence="The first."), a_match(sentence="The second.")

    claims = claims_of(a_stored(), [first, second, a_match(stance=Stance.DENIED)], NOW)

    assert [(claim.stance, claim.sentence) for claim in claims] == [
        (Stance.AGREED, "The first."),
        (Stance.DENIED, a_match().sentence),
    ]


def test_numbers_and_speakers_are_the_first_that_are_known() -> None:
    bare = a_match(concept="casualties")
    told = a_match(concept="casualties", numbers=(("killed", 3),), speaker="the ministry", speaker_side="AM")

    (claim,) = claims_of(a_stored(), [bare, told], NOW)

    assert (claim.numbers, claim.speaker, claim.side) == ((("killed", 3),), "the ministry", "AM")


def test_where_nobody_speaks_it_is_the_publishers_side_that_does() -> None:
    (claim,) = claims_of(replace(a_stored(), side="AZ"), [a_match()], NOW)

    assert (claim.side, claim.speaker, claim.family) == ("AZ", "", "outlet")


def test_a_withdrawn_article_claims_nothing() -> None:
    assert claims_of(a_stored(labels=("withdrawn",)), [a_match()], NOW) == ()
