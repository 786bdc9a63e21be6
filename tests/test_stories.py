"""Which story an article belongs to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW, a_signature
from worker.stories import Geography, story_for

BROAD = frozenset({"Armenia", "Azerbaijan"})
COUNTRIES = {"Armenia": "AM", "Yerevan": "AM", "Goris": "AM", "Azerbaijan": "AZ", "Baku": "AZ", "Lachin": "AZ"}
GEOGRAPHY = Geography(frozenset({"Lachin", "Goris"}), COUNTRIES)


def placed(new: Any, *recent: Any) -> int | None:
    return story_for(new, recent, GEOGRAPHY).story_id


def test_the_first_article_on_an_event_has_a_story_of_its_own() -> None:
    assert placed(a_signature()) is None


def test_a_copy_with_a_word_changed_joins_the_story() -> None:
    copy = a_signature(title="Ceasefire is agreed on the border", places=frozenset())

    assert placed(copy, a_signature()) == 7


def test_the_reason_names_the_article_it_copies() -> None:
    placement = story_for(a_signature(), [a_signature()], GEOGRAPHY)

    assert placement.reason == "copy of “Ceasefire agreed on the border” (100 %)"


def test_one_event_at_one_precise_place_is_one_story_in_every_language() -> None:
    russian = a_signature(language="ru", title="Стороны договорились о перемирии")

    assert placed(russian, a_signature()) == 7


@pytest.mark.parametrize(
    "other",
    [
        {"places": frozenset({"Armenia"})},
        {"places": frozenset({"Goris"})},
        {"reports": frozenset({"shelling:holds"})},
        {"reports": frozenset({"ceasefire:broken"})},
        {"at": NOW + timedelta(hours=7)},
    ],
    ids=["only a country in common", "another place", "another event", "the opposite", "another day"],
)
def test_a_different_event_is_a_different_story(other: dict[str, Any]) -> None:
    new = a_signature(language="ru", title="Совсем другое", **other)

    assert placed(new, a_signature(places=frozenset({"Lachin", "Armenia"}))) is None


def test_an_agreement_of_the_same_parties_is_one_story_in_every_language() -> None:
    russian = a_signature(language="ru", title="Договорились о перемирии", places=BROAD)

    assert placed(russian, a_signature(places=frozenset({"Armenia", "Azerbaijan", "Tbilisi"}))) == 7


def test_a_capital_stands_for_its_country() -> None:
    azerbaijani = a_signature(language="az", title="Atəşkəs razılaşdırılıb", places=frozenset({"Baku", "Yerevan"}))

    assert placed(azerbaijani, a_signature(places=BROAD)) == 7


def test_violence_between_the_same_parties_is_told_apart_by_its_places() -> None:
    shelling = frozenset({"shelling:holds"})
    russian = a_signature(language="ru", title="Обстрел на границе", places=BROAD, reports=shelling)

    assert placed(russian, a_signature(places=BROAD, reports=shelling)) is None


def test_the_opposite_of_a_story_is_told_apart_however_alike_the_headline() -> None:
    violated = a_signature(title="Ceasefire broken on the border", reports=frozenset({"ceasefire:broken"}))

    assert placed(violated, a_signature()) is None


def test_the_same_headline_a_week_later_is_news_again() -> None:
    assert placed(a_signature(at=NOW + timedelta(days=7)), a_signature()) is None


def test_the_nearest_copy_decides_whatever_the_order() -> None:
    far = a_signature(story_id=1, title="Ceasefire agreed on the whole border")
    near = a_signature(story_id=2)

    assert placed(a_signature(), far, near) == 2
    assert placed(a_signature(), near, far) == 2
