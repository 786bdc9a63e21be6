"""What a headline says of its own article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.labels import labels_of


@pytest.mark.parametrize(
    ("title", "labels"),
    [
        ("(URGENT) Shelling reported near Jermuk", ("urgent",)),
        ("BREAKING: Ministers leave the talks", ("urgent",)),
        ("UPDATE 2-Border post reopened after a night of talks", ("updated",)),
        ("Border post reopened (updated 14:05)", ("updated",)),
        ("Three wounded at Yeraskh (CORRECTED)", ("corrected",)),
        ("(CORRECTED) UPDATE 1: Three wounded", ("corrected",)),
        ("CORRECTION: Two wounded, not three", ("corrected",)),
        ("[WITHDRAWN] Report on a crossing", ("withdrawn",)),
        ("RETRACTED – Report on a crossing", ("withdrawn",)),
        ("СРОЧНО: Переговоры прерваны", ("urgent",)),
        ("Переговоры прерваны (обновлено)", ("updated",)),
        ("Уточнение числа раненых обсудили в парламенте", ()),
        ("ИСПРАВЛЕНО: ранены двое", ("corrected",)),
        ("ՇՏԱՊ. Բանակցություններն ընդհատվել են", ("urgent",)),
        ("Update. What we know", ()),
        ("ՇՏԱՊ: Բանակցություններն ընդհատվել են", ("urgent",)),
        ("Վիրավոր կա (թարմացվել է)", ("updated",)),
        ("TƏCİLİ: Danışıqlar dayandırıldı", ("urgent",)),
        ("İki yaralı var (YENİLƏNİB)", ("updated",)),
        ("SON DAKİKA! Görüşmeler durdu", ("urgent",)),
        ("DÜZELTME: Yaralı sayısı iki", ("corrected",)),
        ("მოლაპარაკება შეწყდა (განახლებულია)", ("updated",)),
        ("Minister calls for a correction of the border", ()),
        ("Update on the election", ()),
        ("Flash floods close the road to Goris", ()),
        ("Troops withdrawn from the heights", ()),
        ("", ()),
    ],
)
def test_labels_are_told_from_words_of_the_news(title: str, labels: tuple[str, ...]) -> None:
    assert labels_of(title) == labels


@given(st.text(max_size=300))
def test_no_headline_is_too_odd(title: str) -> None:
    assert set(labels_of(title)) <= {"urgent", "updated", "corrected", "withdrawn"}
