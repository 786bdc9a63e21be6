from __future__ import annotations

import pytest

from worker.boilerplate import is_banner, without_tail


@pytest.mark.parametrize(
    "opener",
    [
        "Don't Miss", "Don’t miss:", "Read also", "READ MORE", "See also:", "Related Articles", "You may also like",
        "More from Outlet", "Most read", "Читайте также:", "Читайте также", "По теме", "Ещё по теме",
        "Կարդացեք նաև", "Həmçinin oxuyun:", "Digər xəbərlər", "İlgili Haberler", "Ayrıca okuyun",
        "წაიკითხეთ ასევე", "Lire aussi :", "Lesen Sie auch",
    ],
)  # fmt: skip
def test_a_tail_of_other_news_is_cut_with_its_headlines(opener: str) -> None:
    kept, cut = without_tail(["Both sides signed.", opener, "War elsewhere goes on", "Ceasefire talks in another city"])

    assert kept == ["Both sides signed."]
    assert cut == opener


@pytest.mark.parametrize(
    "sentence",
    [
        "Don't miss the point, the minister said.",
        "Read more than the headlines, he advised his readers.",
        "Related talks were held in Geneva.",
        "По теме переговоров высказался министр.",
    ],
)
def test_a_sentence_that_begins_like_a_tail_is_kept(sentence: str) -> None:
    paragraphs = ["Both sides signed.", sentence, "The talks go on."]

    assert without_tail(paragraphs) == (paragraphs, "")


def test_a_text_is_never_cut_to_nothing() -> None:
    assert without_tail(["Read also", "Both sides signed."]) == (["Read also", "Both sides signed."], "")


@pytest.mark.parametrize(
    ("line", "banner"),
    [
        ("Today: Mar 14, 2026", True),
        ("Today is Saturday, March 14, 2026", False),
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
