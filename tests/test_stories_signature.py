"""What is compared of an article, how it is stored, and under which keys it is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, an_article
from worker.model import StorySignature
from worker.stories import keys_of, signature_from_bytes, signature_of, signature_to_bytes
from worker.stories.keys import MOST_KEYS

TEXT = "Rescuers pulled 12 miners out of a flooded shaft near the northern lake on Sunday, the mayor said. " * 3


def signed(title: str, text: str = "", language: str = "en", **said: Any) -> StorySignature:
    article = an_article(title=title, text=text, summary="", language=language)
    full: dict[str, Any] = {"places": (), "reports": (), "at": NOW} | said
    return signature_of(article, **full)


def shared_keys(one: StorySignature, other: StorySignature) -> set[int]:
    return set(keys_of(one)) & set(keys_of(other))


@given(title=st.text(max_size=200), text=st.text(max_size=2000), language=st.sampled_from(["en", "ru", "ka", "hy", ""]))
def test_a_signature_of_any_text_survives_storage(title: str, text: str, language: str) -> None:
    signature = signed(title, text, language, places=("Lachin",), reports=("ceasefire:holds",), tolls=[("killed", 3)])

    assert signature_from_bytes(0, 0, signature_to_bytes(signature)) == signature
    assert len(keys_of(signature)) <= MOST_KEYS


def test_a_stored_signature_gets_its_ids_from_beside_it() -> None:
    restored = signature_from_bytes(7, 70, signature_to_bytes(signed("Miners rescued", TEXT)))

    assert (restored.story_id, restored.article_id) == (7, 70)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Ceasefires", "ceasefire's"),
        ("ru", "Шахтёрами", "шахтеров"),
        ("hy", "Հանքափորներին", "հանքափորը"),
        ("ka", "მაღაროელებმა", "მაღაროელის"),
        ("ka", "გათავისუფლდა", "გაათავისუფლეს"),
        ("ka", "აშენდა", "აშენდება"),
        ("az", "Mədənçilərin", "mədənçiyə"),
        ("tr", "Madencilere", "madencinin"),
    ],
)
def test_inflected_words_are_the_same_word(language: str, one: str, other: str) -> None:
    assert signed(one, language=language).headline == signed(other, language=language).headline


def test_common_words_tell_nothing() -> None:
    assert signed("What they said about it today", language="en").words == {}


def test_names_and_numbers_of_a_headline_are_its_own() -> None:
    plain = signed("Rescuers reach 12 miners")
    named = signed("Rescuers of Tegh reach 12 miners")

    assert (len(plain.own), len(named.own)) == (1, 2)


def test_capitals_of_a_headline_in_capitals_are_no_names() -> None:
    assert signed("Rescuers Reach Miners In Flooded Shaft").own == frozenset()


def test_the_headline_counts_double_and_its_names_come_first() -> None:
    signature = signed("Rescuers reach miners near Tegh", "The miners of Tegh were found. The miners were well.")

    counts = list(signature.words.values())

    assert counts[:2] == [4, 3]


def test_a_short_text_has_no_minhash() -> None:
    assert signed("Miners rescued", "All are well.").minhash == ()
    assert len(signed("Miners rescued", TEXT).minhash) == 64


def test_an_article_without_any_time_is_undated() -> None:
    article = an_article(published_at=None, first_seen_at=None)

    assert not signature_of(article, places=(), reports=(), at=NOW).dated
    assert signed("Miners rescued").dated


def test_keys_are_signed_integers_of_64_bits() -> None:
    keys = keys_of(signed("Miners rescued from a flooded shaft", TEXT, reports=("casualties:holds",)))

    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert len(set(keys)) == len(keys)


def test_reports_of_one_concept_meet_under_a_key_in_every_language() -> None:
    english = signed("Truce near Lachin", places=("Lachin",), reports=("ceasefire:holds",))
    russian = signed("Перемирие сорвано", language="ru", places=("Lachin",), reports=("ceasefire:broken",))

    assert len(shared_keys(english, russian)) == 2


def test_texts_under_different_headlines_meet_under_a_key() -> None:
    assert shared_keys(signed("All safe", TEXT), signed("Twelve come home", f"LAKE — {TEXT}"))


def test_articles_on_different_things_share_no_key() -> None:
    assert not shared_keys(signed("Miners rescued", TEXT), signed("Harvest of grapes begins", "Growers are glad."))


def test_times_keep_their_zone_in_storage() -> None:
    at = datetime(2026, 3, 14, 12, 0, 30, 500, tzinfo=UTC)

    assert signature_from_bytes(0, 0, signature_to_bytes(signed("Miners rescued", at=at))).at == at
