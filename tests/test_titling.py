"""Which article gives a story its headline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW, a_match, a_source, a_stored
from worker.claims import claims_of
from worker.model import Confirmation, Severity, Stance, UpdateReason
from worker.model.stories import Claim, KnownAlert, Source, Told
from worker.titling import titling_article


def an_article(number: int, stance: Stance | None = Stance.AGREED, **source: Any) -> tuple[Source, tuple[Claim, ...]]:
    """An article of the story, and what it claims of a ceasefire."""
    at = NOW + timedelta(minutes=number)
    one = replace(
        a_source(number, f"family-{number}"), at=at, **({"language": "en", "title": f"News {number}"} | source)
    )
    matches = [a_match(stance=stance)] if stance else []
    return one, claims_of(a_stored(number, family=one.family), matches, at)


def an_alert(stance: Stance = Stance.AGREED, by: int = 1, **changes: Any) -> KnownAlert:
    alert = KnownAlert(
        alert_id=7,
        rule_id="ceasefire",
        revision=1,
        severity=Severity.WARNING,
        concept="ceasefire",
        stance=stance,
        said_at=NOW,
        confirmation=Confirmation.SINGLE_SOURCE,
        told=(Told(UpdateReason.RAISED, stance, by, "outlet"),),
    )
    return replace(alert, **changes)


def titled(*given: tuple[Source, tuple[Claim, ...]], alerts: tuple[KnownAlert, ...] = (), language: str = "en") -> Any:
    sources = {source.article_id: source for source, _ in given}
    return titling_article(sources, [claim for _, said in given for claim in said], alerts, language)


def test_the_alerts_own_article_names_the_story() -> None:
    assert titled(an_article(1), an_article(2), alerts=(an_alert(by=2),)) == 2


def test_an_article_in_the_readers_language_goes_before_the_alerts_own() -> None:
    given = (an_article(1, language="az"), an_article(2), an_article(3, language="ru"))

    assert [titled(*given, alerts=(an_alert(),), language=language) for language in ("en", "ru", "ka")] == [2, 3, 1]


def test_what_does_not_report_the_present_news_does_not_name_the_story() -> None:
    given = (an_article(1, Stance.CALLED_FOR), an_article(2, None), an_article(3, language="hy"))

    assert titled(*given, alerts=(an_alert(by=3),)) == 3


def test_a_story_that_turns_is_named_anew() -> None:
    given = (an_article(1), an_article(2, Stance.VIOLATED))

    assert titled(*given, alerts=(an_alert(Stance.VIOLATED, by=2),)) == 2


@pytest.mark.parametrize("what", [{"copy_of": 1}, {"machine_written": True}])
def test_a_copy_or_rewrite_never_goes_before_an_original(what: dict[str, Any]) -> None:
    assert titled(an_article(1, language="hy"), an_article(2, **what), alerts=(an_alert(),)) == 1


def test_what_is_taken_back_names_no_story_that_has_another_article() -> None:
    assert titled(an_article(1, withdrawn=True), an_article(2, None), alerts=(an_alert(),)) == 2


def test_a_headline_that_says_so_goes_before_a_text_that_does() -> None:
    sentence = a_match().sentence

    assert titled(an_article(1), an_article(2, title=sentence), alerts=(an_alert(),)) == 2


def test_the_most_severe_alert_speaks_for_the_story() -> None:
    minor = an_alert(Stance.VIOLATED, by=1, severity=Severity.INFO, said_at=NOW + timedelta(hours=1))

    assert titled(an_article(1, Stance.VIOLATED), an_article(2), alerts=(minor, an_alert(by=2))) == 2


def test_without_an_alert_the_usual_claim_names_the_story() -> None:
    assert titled(an_article(1, Stance.VIOLATED), an_article(2), an_article(3)) == 2


def test_an_alert_by_words_is_named_by_whoever_speaks_for_it() -> None:
    words = an_alert(by=2, concept="words", spoke={2: 1})

    assert titled(an_article(1, None), an_article(2, None), alerts=(words,)) == 2


def test_a_story_without_articles_has_no_headline() -> None:
    assert titled() is None
