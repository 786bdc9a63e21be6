"""What a headline says of its own article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.labels import LABELS, labels_of


@pytest.mark.parametrize(
    ("title", "labels"),
    [
        ("(URGENT) Shelling reported near Jermuk", ("urgent",)),
        ("BREAKING: Ministers leave the talks", ("urgent",)),
        ("UPDATE 2-Border post reopened after a night of talks", ("updated",)),
        ("Border post reopened (updated 14:05)", ("updated",)),
        ("Three wounded at Yeraskh (CORRECTED)", ("corrected",)),
        ("(CORRECTED) UPDATE 1: Three wounded", ("updated", "corrected")),
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
        # In ordinary case, apart from the headline
        ("Correction: Two wounded, not three", ("corrected",)),
        ("Clarification – Two wounded, not three", ("corrected",)),
        ("CORRECTING AND REPLACING Mine opens near Kapan", ()),
        ("CORRECTING and REPLACING: Mine opens near Kapan", ("corrected",)),
        ("CORRECTED-UPDATE 2-Three wounded at the border", ("updated", "corrected")),
        ("Three wounded at Yeraskh - corrected", ("corrected",)),
        ("Three wounded at Yeraskh (corrects place)", ("corrected",)),
        ("Ранены двое (исправлен заголовок)", ("corrected",)),
        ("Retraction: Report on a crossing", ("withdrawn",)),
        ("Story withdrawn: Report on a crossing", ("withdrawn",)),
        ("Новость отозвана: Сообщение о раненых", ("withdrawn",)),
        ("Отзыв сообщения: Сообщение о раненых", ("withdrawn",)),
        ("Обновлено: Переговоры прерваны", ("updated",)),
        ("UPD: Переговоры прерваны", ("updated",)),
        ("UPD 2. Переговоры прерваны", ("updated",)),
        ("Переговоры прерваны - UPD", ("updated",)),
        ("Срочно: Переговоры прерваны", ("urgent",)),
        ("🔴 Срочно! Переговоры прерваны", ("urgent",)),
        ("Срочно. Переговоры прерваны", ("urgent",)),
        ("СРОЧНО Переговоры прерваны", ("urgent",)),
        ("Молния! Переговоры прерваны", ("urgent",)),
        ("Շտապ՝ բանակցություններն ընդհատվել են", ("urgent",)),
        ("Շտա՛պ. Բանակցություններն ընդհատվել են", ("urgent",)),
        ("Ճշտում՝ վիրավորները երկուսն են", ("corrected",)),
        ("Ճշտում. վիրավորները երկուսն են", ("corrected",)),
        ("Güncelleme 2 - Sınır kapısı açıldı", ("updated",)),
        ("TƏCİLİ Danışıqlar dayandırıldı", ("urgent",)),
        ("Təcili: Danışıqlar dayandırıldı", ("urgent",)),
        ("İki yaralı var - YENİLƏNİB", ("updated",)),
        ("İki yaralı var (Yenilənib)", ("updated",)),
        ("Düzəliş: İki yaralı var", ("corrected",)),
        ("Son dakika: Görüşmeler durdu", ("urgent",)),
        ("Düzeltme: Yaralı sayısı iki", ("corrected",)),
        ("შესწორება: დაჭრილია ორი", ("corrected",)),
        # Somebody denies something: news, not a retraction
        ("Опровержение: Минобороны не вело огня", ("denial",)),
        ("İki yaralı var - TƏKZİB", ("denial",)),
        ("Հերքում. կրակոցներ չեն եղել", ()),
        ("Հերքում՝ կրակոցներ չեն եղել", ("denial",)),
        # Words of the news
        ("Killed (kill team) in the mountains", ()),
        ("Sanctions bill (withdrawn) returns to parliament", ()),
        ("Withdrawn: how the peacekeepers left", ()),
        ("WITHDRAWN: HOW THE PEACEKEEPERS LEFT", ()),
        ("Correction facility near Gori opens", ()),
        ("Gold in correction - analysts", ()),
        ("Retracted missiles, new talks", ()),
        ("Срочно созван Совет безопасности", ()),
        ("Срочное заседание: что известно", ()),
        ("Обновленный мост открыт", ()),
        ("Молния ударила в дом", ()),
        ("Təcili yardım gecikdi", ()),
        ("Yenilənən yol açıldı", ()),
        ("Şok: yollar bağlandı", ()),
    ],
)
def test_labels_are_told_from_words_of_the_news(title: str, labels: tuple[str, ...]) -> None:
    assert labels_of(title) == labels


@given(st.text(max_size=300))
def test_no_headline_is_too_odd(title: str) -> None:
    assert set(labels_of(title, title)) <= set(LABELS)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Two were wounded.\n\nAn earlier version of this article misstated the number.", ("corrected",)),
        ("This story has been corrected to say that two were wounded.", ("corrected",)),
        ("This article has been retracted.\n\nTwo were wounded.", ("withdrawn",)),
        ("Ранены двое. В предыдущей версии новости была допущена ошибка.", ("corrected",)),
        ("Эта новость была отозвана.", ("withdrawn",)),
        ("Xəbərin əvvəlki variantında səhvə yol verilib.", ("corrected",)),
        ("Bu haber geri çekilmiştir.", ("withdrawn",)),
        ("The ministry corrected its statement, and the article was corrected by the outlet it named.", ()),
        ("The bill has been withdrawn, the speaker said.", ()),
        ("An earlier version of this bridge stood upstream.", ()),
        ("Long. " * 100 + "This article has been retracted. " + "Long. " * 100, ()),
    ],
)
def test_a_notice_at_either_end_of_a_text_says_it_too(text: str, labels: tuple[str, ...]) -> None:
    assert labels_of("Two wounded at the border", text) == labels
