from __future__ import annotations

import pytest

from worker.boilerplate import is_banner, own_paragraphs, settled_text, settled_title


@pytest.mark.parametrize(
    "opener",
    [
        "Don't Miss", "Don’t miss:", "Read also", "READ MORE", "See also:", "Related Articles", "You may also like",
        "More from Outlet", "Most read", "Читайте также:", "Читайте также", "По теме", "Ещё по теме",
        "Կարդացեք նաև", "Həmçinin oxuyun:", "Digər xəbərlər", "İlgili Haberler", "Ayrıca okuyun",
        "წაიკითხეთ ასევე", "Lire aussi :", "Lesen Sie auch",
        "Самое читаемое", "Ամենաընթերցված", "Ən çox oxunan", "პოპულარული",
    ],
)  # fmt: skip
def test_a_tail_of_other_news_is_cut_with_its_headlines(opener: str) -> None:
    kept, cut = own_paragraphs(
        ["Both sides signed.", opener, "War elsewhere goes on", "Ceasefire talks in another city"]
    )

    assert kept == ["Both sides signed."]
    assert cut == [opener]


def test_a_tail_of_headlines_and_teasers_is_cut_whole() -> None:
    tail = [
        "Read also",
        "War elsewhere goes on",
        "It entered its third week.",
        "Talks fail",
        "They ended without result.",
    ]

    assert own_paragraphs(["Both sides signed.", *tail])[0] == ["Both sides signed."]


@pytest.mark.parametrize(
    "box", [["Read also", "War elsewhere goes on"], ["Read also"], ["Read also: War elsewhere goes on"]]
)
def test_a_box_between_paragraphs_goes_and_the_text_after_it_stays(box: list[str]) -> None:
    before = ["Both sides signed on Monday."]
    after = ["The text was made public in the evening.", "It has twelve articles, the ministry said."]

    assert own_paragraphs([*before, *box, *after])[0] == before + after


@pytest.mark.parametrize(
    "line",
    [
        "Read more: War elsewhere goes on",
        "ALSO READ: War elsewhere goes on",
        "Читайте также: Война в другой стране",
        "Կարդացեք նաև՝ Պատերազմ այլ երկրում",
        "Həmçinin oxuyun: Başqa ölkədə müharibə",
        "Ayrıca okuyun: Başka bir ülkede savaş",
        "წაიკითხეთ ასევე: ომი სხვა ქვეყანაში",
        "À lire aussi La guerre ailleurs",
        "İlgili Haber: Başka bir ülkede savaş",
        "Oxşar xəbərlər: Başqa ölkədə müharibə",
        "Похожие новости: Война в другой стране",
        "Նմանատիպ նյութեր՝ Պատերազմ այլ երկրում",
        "ამავე თემაზე: ომი სხვა ქვეყანაში",
        "Sign up for our newsletter to get the day's news",
        "Подписывайтесь на наш канал в Telegram",
        "Bizi Telegram-da izləyin",
        "The post Both sides sign appeared first on Border Gazette.",
        "Запись Стороны подписали перемирие впервые появилась Вестник границы.",
        "Continue reading…",
        "Advertisement",
        "We use cookies to improve your experience on this site.",
        "Сайт использует файлы cookie, чтобы улучшить работу.",
        "Bu sayt kukilərdən istifadə edir.",
        "Bu sitede çerezler kullanılmaktadır.",
        "Реклама",
        "Читать далее →",
    ],
)
def test_lines_that_point_elsewhere_are_dropped_one_by_one(line: str) -> None:
    kept, cut = own_paragraphs(["Both sides signed.", line, "The talks go on."])

    assert kept == ["Both sides signed.", "The talks go on."]
    assert cut == [line]


@pytest.mark.parametrize(
    "counter",
    [
        "Views: 1 234",
        "1,234 views",
        "Просмотров: 57",
        "Комментарии (3)",
        "Baxış sayı: 90",
        "Oxunub: 1204",
        "12 yorum",
        "Դիտում՝ 8",
        "14:05",
        "14:05 GMT",
        "5 minutes ago",
        "2 часа назад",
        "1 234",
        "2.5k",
    ],
)
def test_counters_do_not_make_revisions(counter: str) -> None:
    assert own_paragraphs(["Both sides signed.", counter]) == (["Both sides signed."], [])


@pytest.mark.parametrize(
    "sentence",
    [
        "Don't miss the point, the minister said.",
        "Read more than the headlines, he advised his readers.",
        "Related talks were held in Geneva.",
        "По теме переговоров высказался министр.",
        "Konuyla ilgili açıklama yapan bakan konuştu.",
        "2023",
        "1.",
    ],
)
def test_a_sentence_that_begins_like_a_tail_is_kept(sentence: str) -> None:
    paragraphs = ["Both sides signed.", sentence, "The talks go on."]

    assert own_paragraphs(paragraphs) == (paragraphs, [])


def test_a_text_is_never_cut_to_nothing() -> None:
    assert own_paragraphs(["Read also", "Both sides signed."]) == (["Read also", "Both sides signed."], [])


@pytest.mark.parametrize(
    ("line", "banner"),
    [
        ("Today: Mar 14, 2026", True),
        ("Today is Saturday, March 14, 2026", True),
        ("Сегодня 14 марта 2026", True),
        ("Current date: 14.03.2026", True),
        ("Today twelve villages joined in 2026", False),
        ("Today 12 villages joined", False),
        ("Сегодня: 14 марта 2026", True),
        ("Bugün: 14 Mart 2026", True),
        ("Bu gün: 14 mart 2026", True),
        ("Այսօր՝ 14 մարտի, 2026", True),
        ("დღეს: 14 მარტი, 2026", True),
        ("March 14, 2026", False),
        ("Today: both sides signed, and the talks of 2026 go on.", False),
    ],
)
def test_a_banner_dates_the_visit(line: str, banner: bool) -> None:
    assert is_banner(line) is banner


@pytest.mark.parametrize(
    ("teaser", "text"),
    [
        ("Both sides signed. Read more", "Both sides signed."),
        ("Both sides signed. Read More »", "Both sides signed."),
        ("Both sides signed … Continue reading →", "Both sides signed …"),
        ("Both sides signed […] Continue reading “Both sides sign”", "Both sides signed […]"),
        ("Both sides signed. [...] The post Both sides sign appeared first on Gazette.", "Both sides signed. [...]"),
        ("Стороны подписали. Читать далее", "Стороны подписали."),
        ("Стороны подписали… Подробнее →", "Стороны подписали…"),
        ("Կողմերը ստորագրեցին։ Կարդալ ավելին", "Կողմերը ստորագրեցին։"),
        ("Tərəflər imzaladı. Ətraflı", "Tərəflər imzaladı."),
        ("Taraflar imzaladı. Devamını oku", "Taraflar imzaladı."),
        ("მხარეებმა მოაწერეს. სრულად", "მხარეებმა მოაწერეს."),
        ("He wants to read more", "He wants to read more"),
        ("Both sides signed. Read more books, the minister said.", None),
        ("Talks continue. Continue reading was his advice.", None),
    ],
)
def test_a_teaser_loses_its_call_to_read_on(teaser: str, text: str | None) -> None:
    assert own_paragraphs([teaser, "The talks go on."])[0][0] == (teaser if text is None else text)


@pytest.mark.parametrize(
    "buttons",
    [
        "Share on Facebook", "Share", "Share this article", "Tweet", "Facebook Twitter Telegram", "Paylaş",
        "Facebook-da paylaş", "Bu xəbəri paylaş", "Facebook'ta Paylaş", "Поделиться", "Поделиться в Telegram",
        "Поделитесь с друзьями", "Կիսվել", "გააზიარე", "Share: WhatsApp | Viber | Email",
    ],
)  # fmt: skip
def test_buttons_are_no_part_of_a_text(buttons: str) -> None:
    assert own_paragraphs(["Both sides signed.", buttons, "The talks go on."])[0] == [
        "Both sides signed.",
        "The talks go on.",
    ]


@pytest.mark.parametrize("line", ["Share of Telegram falls", "Print works close", "X", "Поделиться опытом в Гори"])
def test_a_line_about_networks_is_kept(line: str) -> None:
    assert own_paragraphs(["Both sides signed.", line, "The talks go on."])[0][1] == line


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Shelling near Jermuk (VIDEO)", "Shelling near Jermuk"),
        ("VIDEO: Shelling near Jermuk", "Shelling near Jermuk"),
        ("Shelling near Jermuk | Photos", "Shelling near Jermuk"),
        ("Shelling near Jermuk [photo+video]", "Shelling near Jermuk"),
        ("Shelling near Jermuk (+video)", "Shelling near Jermuk"),
        ("Shelling near Jermuk -- VIDEO", "Shelling near Jermuk"),
        ("Shelling near Jermuk (01:39)", "Shelling near Jermuk"),
        ("Обстрел под Джермуком (ФОТО, ВИДЕО)", "Обстрел под Джермуком"),
        ("Обстрел под Джермуком +ФОТО", "Обстрел под Джермуком"),
        ("Cermukda atəş – VİDEO", "Cermukda atəş"),
        ("Cermukda atəş - FOTO - VİDEO", "Cermukda atəş"),
        ("Կրակոցներ Ջերմուկում (տեսանյութ)", "Կրակոցներ Ջերմուկում"),
        ("სროლა ჯერმუკთან (ვიდეო)", "სროლა ჯერმუკთან"),
        ("Shelling near Jermuk - 1,234 views", "Shelling near Jermuk - 1,240 views"),
        ("Shelling near Jermuk | 345 views | 12 shares", "Shelling near Jermuk"),
        ("Shelling near Jermuk (viewed 345 times)", "Shelling near Jermuk (viewed 360 times)"),
        ("Обстрел под Джермуком – 345 репостов", "Обстрел под Джермуком"),
        ("Cermukda atəş – 345 paylaşım", "Cermukda atəş – 350 paylaşım"),
        ("სროლა ჯერმუკთან – 345 გაზიარება", "სროლა ჯერმუკთან"),
        ("Shelling near Jermuk (12)", "Shelling near Jermuk (15)"),
        ("Обстрел под Джермуком (5 комментариев)", "Обстрел под Джермуком (7 комментариев)"),
        ("👁 1204 Обстрел под Джермуком", "👁 1310 Обстрел под Джермуком"),
        ("14:05 Shelling near Jermuk", "14:07 Shelling near Jermuk"),
        ("Shelling near Jermuk (updated 14:05)", "Shelling near Jermuk (updated 14:20)"),
        ("Shelling near Jermuk | 14:05", "Shelling near Jermuk | 14:10"),
        ("Shelling near Jermuk, 5 minutes ago", "Shelling near Jermuk, 9 minutes ago"),
    ],
)
def test_counters_clocks_and_marks_in_a_headline_are_no_change(title: str, other: str) -> None:
    assert settled_title(title) == settled_title(other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("5 killed near Jermuk", "7 killed near Jermuk"),
        ("Killed near Jermuk: 5", "Killed near Jermuk: 7"),
        ("Near Jermuk (5 killed)", "Near Jermuk (7 killed)"),
        ("Curfew from 14:00 in Jermuk", "Curfew from 16:00 in Jermuk"),
        ("Video shows shelling", "Shows shelling"),
        ("5 shares of the bank sold", "7 shares of the bank sold"),
        ("Three wounded", "Three wounded (CORRECTED)"),
        ("В Шуше ранены 3 человека", "В Шуше ранены 4 человека"),
    ],
)
def test_numbers_and_words_of_the_news_are_a_change(title: str, other: str) -> None:
    assert settled_title(title) != settled_title(other)


def test_a_text_is_compared_without_its_counters() -> None:
    before = "Both sides signed. Views: 1 204. Updated 14:05"
    after = "Both sides signed. Views: 1 377. Updated 15:12"

    assert settled_text(before) == settled_text(after)
    assert settled_text("5 were killed") != settled_text("7 were killed")
