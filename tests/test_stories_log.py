"""Articles that come one after another, put into stories as the store puts them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW, an_article
from worker.model import StorySignature
from worker.stories import Geography, StoryLog, signature_of

COUNTRIES = {"Armenia": "AM", "Azerbaijan": "AZ", "Lachin": "AZ", "Goris": "AM", "Tegh": "AM"}
GEOGRAPHY = Geography(frozenset({"Lachin", "Goris", "Tegh"}), COUNTRIES)


@dataclass(frozen=True)
class News:
    """One made-up article: on which event, in which language, what it says, minutes after the first."""

    event: str
    language: str
    title: str
    text: str
    minutes: int
    places: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


TRUCE: dict[str, Any] = {"places": ("Lachin", "Azerbaijan"), "reports": ("ceasefire:holds",)}
SHELLED: dict[str, Any] = {"places": ("Goris",), "reports": ("shelling:holds",)}
WEEK = [
    News("truce", "en", "Guns fall silent at Lachin after four days",
         "The generals of both armies agreed on Monday to stop firing at Lachin from noon, a spokesman said.", 0,
         **TRUCE),
    News("truce", "ru", "У Лачина прекращён огонь",
         "Генералы обеих армий договорились прекратить стрельбу у Лачина с полудня понедельника.", 4, **TRUCE),
    News("truce", "hy", "Լաչինի մոտ կրակը դադարեցվել է",
         "Երկու բանակների գեներալները պայմանավորվել են երկուշաբթի կեսօրից դադարեցնել կրակը։", 9, **TRUCE),
    News("truce", "az", "Laçın yaxınlığında atəş dayandırıldı",
         "İki ordunun generalları bazar ertəsi günortadan Laçın yaxınlığında atəşi dayandırmağa razılaşdılar.", 15,
         **TRUCE),
    News("truce", "ka", "ლაჩინთან სროლა შეწყდა",
         "ორი არმიის გენერლები შეთანხმდნენ, რომ ორშაბათს შუადღიდან სროლას შეწყვეტენ.", 21, **TRUCE),
    News("truce", "tr", "Laçın yakınlarında silahlar sustu",
         "İki ordunun generalleri pazartesi öğleden itibaren ateşi durdurmakta anlaştı.", 30, **TRUCE),
    News("truce", "en", "Generals agree to stop firing at Lachin",
         "Both armies will stop firing at Lachin from noon on Monday after their generals agreed by telephone.", 41,
         **TRUCE),
    News("shelling", "en", "School roof hit as shells land in Goris",
         "Three shells landed in the west of Goris overnight and tore the roof off a school, residents said.", 50,
         **SHELLED),
    News("shelling", "ru", "Снаряды упали в Горисе, повреждена крыша школы",
         "Ночью на западе Гориса разорвались три снаряда, сорвана крыша школы, говорят жители.", 58, **SHELLED),
    News("harvest", "en", "Pomegranate growers expect the best harvest in a decade",
         "Growers in the southern valleys expect the best pomegranate harvest in ten years after a mild spring.", 66),
    News("harvest", "en", "Best pomegranate harvest in a decade expected in southern valleys",
         "After a mild spring the growers of the southern valleys look forward to their best harvest in ten years.",
         70),
    News("strike", "ru", "Машинисты метро объявили забастовку",
         "Профсоюз машинистов метро объявил двухдневную забастовку и потребовал повышения зарплаты.", 75),
    News("strike", "ru", "Забастовка машинистов остановила метро",
         "Поезда метро стоят: машинисты начали двухдневную забастовку, профсоюз требует повысить зарплату.", 95),
    News("denial", "tr", "Tegh köyünde çatışma haberleri yalanlandı",
         "Savunma bakanlığı Tegh köyünde çatışma çıktığı haberlerini yalanladı.", 99, places=("Tegh",),
         reports=("offensive:denied",)),
]  # fmt: skip


def signature(number: int, news: News, begun: datetime = NOW) -> StorySignature:
    at = begun + timedelta(minutes=news.minutes)
    article = an_article(
        title=news.title, text=news.text, summary="", language=news.language, published_at=at, first_seen_at=at
    )
    return signature_of(article, places=news.places, reports=news.reports, at=at, article_id=number)


def placed(signatures: Sequence[StorySignature]) -> dict[int, int]:
    log = StoryLog(GEOGRAPHY)
    for one in signatures:
        log.place(one)
    return log.stories


def together(stories: dict[int, int]) -> set[tuple[int, int]]:
    return {(one, other) for one, other in combinations(sorted(stories), 2) if stories[one] == stories[other]}


ARRIVALS = [signature(number, news) for number, news in enumerate(WEEK, 1)]
EVENTS = dict(enumerate((news.event for news in WEEK), 1))


def test_articles_in_six_languages_make_one_story_of_each_event() -> None:
    expected = {(one, other) for one, other in combinations(EVENTS, 2) if EVENTS[one] == EVENTS[other]}

    assert together(placed(ARRIVALS)) == expected


def test_the_same_news_a_week_later_is_new() -> None:
    later = [signature(100 + number, news, NOW + timedelta(days=7)) for number, news in enumerate(WEEK, 1)]

    stories = placed([*ARRIVALS, *later])

    assert not {stories[number] for number in EVENTS} & {stories[100 + number] for number in EVENTS}


def test_placing_the_same_articles_twice_over_gives_the_same_stories() -> None:
    assert placed(ARRIVALS) == placed(ARRIVALS)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_arrivals_shuffled_within_ten_minutes_change_hardly_a_pair(seed: int) -> None:
    delay = random.Random(seed)
    shuffled = sorted(ARRIVALS, key=lambda one: one.at + timedelta(minutes=delay.uniform(0, 10)))

    changed = together(placed(shuffled)) ^ together(placed(ARRIVALS))

    assert len(changed) <= 0.02 * len(list(combinations(EVENTS, 2)))


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_two_stories_are_merged_by_the_article_that_bridges_them(order: tuple[int, ...]) -> None:
    english = replace(ARRIVALS[0], places=frozenset(), reports=frozenset())
    russian, bridge = ARRIVALS[1], ARRIVALS[6]
    arrivals = [(english, russian, bridge)[at] for at in order]

    assert len(set(placed(arrivals).values())) == 1


def test_a_merge_is_told_with_the_placement_that_shows_it() -> None:
    log = StoryLog(GEOGRAPHY)
    log.place(replace(ARRIVALS[0], places=frozenset(), reports=frozenset()))
    log.place(ARRIVALS[1])

    placement = log.place(ARRIVALS[6])

    assert {placement.story_id, *placement.merges} == {1, 2}
