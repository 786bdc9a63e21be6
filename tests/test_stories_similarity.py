"""How alike the words of two articles are."""

from __future__ import annotations

import pytest

from tests.factories import NOW, an_article
from worker.model import StorySignature
from worker.stories import signature_of
from worker.stories.similarity import likenesses


def signed(title: str, text: str = "", language: str = "en", story_id: int = 0) -> StorySignature:
    article = an_article(title=title, text=text, summary="", language=language)
    return signature_of(article, places=(), reports=(), at=NOW, story_id=story_id)


def likeness(one: StorySignature, other: StorySignature) -> float:
    return likenesses(one, [other])[0]


def test_articles_in_two_languages_are_not_compared() -> None:
    assert likeness(signed("Glacier melts"), signed("Glacier melts", language="de")) == 0.0


@pytest.mark.parametrize(
    ("language", "told", "topic", "event"),
    [
        ("en", "Parliament elects ombudsman", "Parliament debates harvest", "Weather delays ombudsman"),
        ("ru", "Парламент избрал омбудсмена", "Парламент обсудил урожай", "Погода задержала омбудсмена"),
        ("ka", "პარლამენტმა ომბუდსმენი აირჩია", "პარლამენტმა მოსავალზე იმსჯელა", "ამინდმა ომბუდსმენი დააგვიანა"),
    ],
)
def test_a_topic_tells_less_than_another_word(language: str, told: str, topic: str, event: str) -> None:
    one = signed(told, language=language)

    assert likeness(one, signed(topic, language=language)) < likeness(one, signed(event, language=language))


def test_words_that_headlines_share_count_for_more_where_there_are_more_of_them() -> None:
    short = likeness(signed("Miners rescued lake"), signed("Miners rescued shaft"))
    long = likeness(
        signed("Miners rescued lake", "Flood pumps drained tunnel yesterday cranes lifted cage"),
        signed("Miners rescued shaft", "Flood pumps drained gallery yesterday cranes lifted basket"),
    )

    assert short < long


def test_a_word_that_many_stories_use_tells_less() -> None:
    new = signed("Virus closes harbour")
    others = [signed(f"Virus {word} school", story_id=number) for number, word in enumerate("abcdefgh", 1)]
    rare = signed("Harbour visit school", story_id=9)

    *common, harbour = likenesses(new, [*others, rare])

    assert max(common) < harbour
