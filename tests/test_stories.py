"""Which story an article belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW, an_article
from worker.model import Place, Profile, StorySignature
from worker.stories import Geography, Placement, signature_of, story_for

COUNTRIES = {"Armenia": "AM", "Yerevan": "AM", "Goris": "AM", "Azerbaijan": "AZ", "Baku": "AZ", "Lachin": "AZ"}
GEOGRAPHY = Geography(frozenset({"Lachin", "Goris"}), COUNTRIES)
PARTIES = ("Armenia", "Azerbaijan")

TRUCE = "Ceasefire agreed on the eastern border near Lachin"
TRUCE_TEXT = (
    "The two defence ministries said on Tuesday that their generals had agreed to hold fire along the eastern border "
    "near Lachin from noon, after four days of fighting in which a bridge was destroyed. Monitors will count the guns."
)
TRUCE_RU = "Стороны договорились о прекращении огня у Лачина"


def news(title: str = TRUCE, text: str = "", **changes: Any) -> StorySignature:
    said: dict[str, Any] = {"places": ("Lachin",), "reports": ("ceasefire:holds",), "at": NOW}
    said |= {"story_id": 7, "article_id": 70}
    said |= {name: changes.pop(name) for name in list(changes) if name in said or name in ("tolls", "mentions")}
    article = replace(an_article(), title=title, text=text, summary="", language="en", published_at=NOW)
    return signature_of(replace(article, **changes), **said)


def placement(new: StorySignature, *recent: StorySignature) -> Placement:
    return story_for(new, recent, GEOGRAPHY)


def placed(new: StorySignature, *recent: StorySignature) -> int | None:
    return placement(new, *recent).story_id


def test_the_first_article_on_an_event_has_a_story_of_its_own() -> None:
    assert placed(news()) is None


def test_a_copy_with_a_word_changed_joins_the_story_and_names_what_it_copies() -> None:
    copy = news("Ceasefire is agreed on the eastern border near Lachin", places=(), reports=())

    found = placement(copy, news())

    assert (found.story_id, found.copy_of, found.reason) == (7, 70, f"copy of “{TRUCE}” (97%)")


def test_a_text_under_another_headline_is_a_copy() -> None:
    copy = news("Guns fall silent", f"BAKU — {TRUCE_TEXT}", places=(), reports=())

    assert placement(copy, news(text=TRUCE_TEXT)).copy_of == 70


def test_a_headline_with_another_number_is_an_update_and_no_copy() -> None:
    new = news("Seven soldiers, 14 villagers wounded at the eastern border near Lachin")

    found = placement(new, news("Seven soldiers, 11 villagers wounded at the eastern border near Lachin"))

    assert (found.story_id, found.copy_of) == (7, None)


def test_another_desks_words_on_the_same_event_join_its_story() -> None:
    other = news(
        "Generals of both sides hold fire at Lachin",
        "Fighting on the eastern border stopped at noon. The defence ministries said their generals had agreed.",
        places=(),
        reports=(),
    )

    found = placement(other, news(text=TRUCE_TEXT))

    assert (found.story_id, found.copy_of) == (7, None)
    assert found.reason.startswith(f"words like those of “{TRUCE}”")


def test_words_of_another_event_open_another_story() -> None:
    other = news(
        "Harvest of grapes begins in the valley of Goris", "Growers expect a good year.", reports=(), places=()
    )

    assert placed(other, news(text=TRUCE_TEXT)) is None


def test_one_event_at_one_precise_place_is_one_story_in_every_language() -> None:
    assert placed(news(TRUCE_RU, language="ru"), news()) == 7


@pytest.mark.parametrize(
    "other",
    [
        {"places": ("Armenia",), "at": NOW + timedelta(hours=7)},
        {"places": ("Goris",)},
        {"reports": ("shelling:holds",)},
        {"at": NOW + timedelta(hours=13)},
    ],
    ids=["only a country in common", "another place", "another event", "another day"],
)
def test_a_different_event_is_a_different_story(other: dict[str, Any]) -> None:
    assert placed(news("Совсем другое", language="ru", **other), news(places=("Lachin", "Armenia"))) is None


def test_an_agreement_of_the_same_parties_is_one_story_in_every_language() -> None:
    assert placed(news(TRUCE_RU, language="ru", places=PARTIES), news(places=(*PARTIES, "Tbilisi"))) == 7


def test_a_capital_stands_for_its_country() -> None:
    azerbaijani = news("Atəşkəs razılaşdırılıb", language="az", places=("Baku", "Yerevan"))

    assert placed(azerbaijani, news(places=PARTIES)) == 7


@pytest.mark.parametrize(("hours", "story"), [(2, 7), (4, None)])
def test_violence_between_the_same_parties_without_a_place_is_one_event_within_hours(
    hours: int, story: int | None
) -> None:
    shelling: dict[str, Any] = {"places": PARTIES, "reports": ("shelling:holds",)}
    later = news("Обстрел на границе", language="ru", **shelling, at=NOW + timedelta(hours=hours))

    assert placed(later, news(**shelling)) == story


def test_victims_of_other_numbers_are_other_victims() -> None:
    casualties: dict[str, Any] = {"places": PARTIES, "reports": ("casualties:holds",)}
    other = news("Погибли двое военных", language="ru", **casualties, tolls=(("killed", 2),))

    assert placed(other, news(**casualties, tolls=(("killed", 5),))) is None


def test_a_rare_agreement_without_any_place_is_the_one_of_these_hours() -> None:
    new = news("Հրադադարը պահպանվում է", language="hy", places=(), at=NOW + timedelta(hours=5))

    assert placed(new, news(places=PARTIES)) == 7


def test_a_rare_agreement_is_not_guessed_where_neither_says_whose() -> None:
    assert placed(news("Հրադադարը պահպանվում է", language="hy", places=()), news(places=())) is None


def test_what_each_reports_and_the_other_knows_as_background_is_one_event() -> None:
    toll = news(
        "Can kaybı artıyor", language="tr", places=PARTIES, reports=("casualties:holds",), mentions=("disarmament",)
    )
    agreed = news("Sides agree", places=PARTIES, reports=("disarmament:holds",), mentions=("casualties",))

    assert placed(toll, agreed) == 7


def test_two_sides_that_name_their_own_villages_close_by_speak_of_one_exchange_of_fire() -> None:
    profile = Profile(
        name="x",
        countries=(),
        languages=(),
        places=(
            Place("Alpha", "village", country="AM", latitude=39.74, longitude=44.80),
            Place("Beta", "village", country="AZ", latitude=39.71, longitude=44.88),
            Place("Gamma", "village", country="AZ", latitude=39.95, longitude=44.88),
        ),
    )
    at_alpha = news(places=("Alpha",), reports=("shelling:holds",))
    geography = Geography.of(profile)

    near, far = (
        story_for(
            news("Совсем другое", language="ru", places=(name,), reports=("shelling:holds",)), [at_alpha], geography
        )
        for name in ("Beta", "Gamma")
    )

    assert (near.story_id, far.story_id) == (7, None)


def test_of_two_stories_it_may_belong_to_an_article_joins_the_one_at_its_place_and_of_its_hour() -> None:
    earlier = news("Shelling", story_id=3, article_id=30, reports=("shelling:holds",), at=NOW - timedelta(hours=9))
    latest = news("Fire", story_id=4, article_id=40, reports=("shelling:holds",))

    new = news("Обстрел", language="ru", reports=("shelling:holds",), at=NOW + timedelta(minutes=5))

    assert placed(new, earlier, latest) == 4


def test_the_return_of_the_dead_is_not_the_exchange_of_prisoners() -> None:
    bodies = news("Armenia and Azerbaijan exchange bodies", places=PARTIES, reports=("return_of_bodies:holds",))
    prisoners = news("Обмен пленными", language="ru", places=PARTIES, reports=("prisoner_exchange:holds",))

    assert placed(prisoners, bodies) is None


def test_an_article_is_as_close_to_a_story_as_to_all_that_its_articles_say() -> None:
    headlines = ("Copper mine tunnel floods", "Pumps lower water at copper shaft", "Divers search flooded tunnel shaft")
    told = [
        news(title, places=(), reports=(), article_id=70 + number, story_id=7) for number, title in enumerate(headlines)
    ]
    new = news("Divers and pumps reach tunnel, water falls", places=(), reports=())

    found = placement(new, *told)

    assert found.story_id == 7


def test_the_same_number_of_victims_tells_one_event_in_every_language() -> None:
    casualties: dict[str, Any] = {"places": ("Armenia",), "reports": ("casualties:holds",), "tolls": (("killed", 4),)}

    assert placed(news("Погибли четверо военных", language="ru", **casualties), news(**casualties)) == 7


@pytest.mark.parametrize("stance", ["denied", "broken"])
def test_who_denies_an_event_or_says_that_it_is_over_speaks_of_the_same_one(stance: str) -> None:
    opposite = news("Совсем другое", language="ru", reports=(f"ceasefire:{stance}",))

    assert placed(opposite, news()) == 7


def test_like_words_of_two_villages_are_two_events() -> None:
    goris = news("Shelling reported near Goris", places=("Goris",), reports=("shelling:holds",))

    assert placed(goris, news("Shelling reported near Lachin", reports=("shelling:holds",))) is None


def test_the_same_headline_a_week_later_is_news_again() -> None:
    assert placed(news(at=NOW + timedelta(days=7)), news()) is None


def test_an_article_whose_time_is_unknown_is_not_tied_by_time() -> None:
    undated = news("Совсем другое", language="ru", published_at=None, first_seen_at=None)

    assert placed(undated, news()) is None


def test_a_late_article_finds_the_story_that_began_after_it() -> None:
    assert placed(news(at=NOW - timedelta(hours=5)), news()) == 7


def test_the_nearest_copy_decides_whatever_the_order() -> None:
    far = news("Ceasefire agreed on the eastern border near Lachin and Goris", story_id=1, article_id=10)
    near = news(story_id=2, article_id=20)

    assert placed(news(), far, near) == 2
    assert placed(news(), near, far) == 2


def test_the_first_of_equal_copies_is_named() -> None:
    assert placement(news(), news(article_id=71), news(article_id=70)).copy_of == 70


def test_an_article_that_belongs_to_two_stories_shows_them_to_be_one() -> None:
    english, russian = news(story_id=1, places=()), news(TRUCE_RU, language="ru", story_id=2)

    found = placement(news(), english, russian)

    assert (found.story_id, found.merges) == (1, (2,))


def test_an_article_that_is_only_somewhat_like_a_second_story_merges_nothing() -> None:
    second = news("Ceasefire monitors return to the border", story_id=2, places=(), reports=())

    assert placement(news(), news(story_id=1), second).merges == ()


def test_a_round_up_of_two_places_merges_nothing() -> None:
    lachin = news("Обстрел у Лачина", language="ru", story_id=1)
    goris = news("Обстрел у Гориса", language="ru", story_id=2, places=("Goris",))

    found = placement(news("Fighting at two towns", places=("Lachin", "Goris")), lachin, goris)

    assert (found.story_id, found.merges) == (1, ())


def test_a_follow_up_that_mentions_the_event_as_past_joins_its_story() -> None:
    follow_up = news(
        "Protests in the capital follow the truce at Lachin", places=("Lachin",), reports=(), mentions=("ceasefire",)
    )

    found = placement(follow_up, news(text=TRUCE_TEXT))

    assert found.reason.startswith("ceasefire at Lachin as background, and words like those of")


def test_an_anniversary_with_other_words_is_not_the_event() -> None:
    anniversary = news("Год назад замолчали пушки", language="ru", reports=(), mentions=("ceasefire",))

    assert placed(anniversary, news()) is None


def test_what_another_event_speaks_of_as_past_ties_them_only_where_their_words_are_alike() -> None:
    disarming = news(
        "Volunteers lay down their rifles in a schoolyard near Lachin",
        "Forty volunteers handed their rifles to the police on Friday, a day after the generals agreed to hold fire.",
        reports=("disarmament:holds",),
        mentions=("ceasefire",),
    )

    assert placed(disarming, news(text=TRUCE_TEXT)) is None


def test_a_capital_is_no_precise_place_though_a_gazetteer_lists_it_as_a_town() -> None:
    places = (
        Place("Yerevan", "capital", {}, country="AM"),
        Place("Yerevan", "town", {}, country="AM"),
        Place("Goris", "town", {}, country="AM"),
    )

    assert Geography.of(Profile("The region", (), (), places)).precise == {"Goris"}


@pytest.mark.parametrize(("hours", "story_id"), [(6, 7), (30, None)])
def test_another_days_fighting_at_the_same_place_is_news_again(hours: int, story_id: int | None) -> None:
    first = news("Mortars hit Goris during the night", reports=("shelling:holds",), places=("Goris",))
    new = news(
        "Goris: infantry assault repelled at dawn",
        reports=("offensive:holds",),
        places=("Goris",),
        at=NOW + timedelta(hours=hours),
    )

    assert placed(new, first) == story_id
