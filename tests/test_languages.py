from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from worker.languages import _CYRILLIC, _LETTERS, _NOT_RUSSIAN, _by_letters, _script_of, language_of
from worker.languages.classifier import LATIN, rank

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Հրադադար սահմանին", "hy"),
        ("ცეცხლის შეწყვეტა საზღვარზე", "ka"),
        ("Перемирие на границе", "ru"),
        ("Мир", "ru"),
        ("На кордоні припинили вогонь", "uk"),
        ("Ceasefire on the border", "en"),
        ("Sərhəddə atəşkəs", "az"),
        ("Nazir Bakıya qayıtdı", "az"),
        ("Yaralanan yoxdur", "az"),
        ("Xankəndidə yanğın", "az"),
        ("QARABAĞDA GƏRGİNLİK", "az"),
        ("Zelenski Bakıda", "az"),
        ("Erdoğan Bakıda", "az"),
        ("Putin Bakıda", "az"),
        ("COP29 Bakıda", "az"),
        ("Macron Yerevanda", "az"),
        ("Erdoğan Bakü'de", "tr"),
        ("Zelenskiy Moskova'da", "tr"),
        ("Paşinyan Tiflis'te", "tr"),
        ("Putin in Baku", "en"),
        ("NATO chief in Tbilisi", "en"),
        ("Sınırda ateşkes", "tr"),
        ("Bakan Bakü'ye döndü", "tr"),
        ("İKİ ASKER YARALANDI", "tr"),
        ("Waffenruhe an der Grenze", "de"),
        ("Cessez-le-feu à la frontière", "fr"),
        ("آتش بس در مرز", "fa"),
        ("وقف إطلاق النار على الحدود", "ar"),
        ("הפסקת אש בגבול", "he"),
        ("国境で停戦が成立した", "ja"),
    ],
)
def test_a_short_title_is_enough(title: str, language: str) -> None:
    assert language_of(title) == language


def test_latin_look_alikes_do_not_make_a_cyrillic_title_latin() -> None:
    assert language_of("Cтpeльбa y гpaницы") == "ru"


def test_a_latin_title_with_a_cyrillic_word_stays_latin() -> None:
    assert language_of("Minister (Министр) visits the border") == "en"


@pytest.mark.parametrize("nothing", ["", "   ", "123", "\ufeff", "!?", "🔴", "COP29", "NATO", "UN OCHA", "G7 - EU"])
def test_no_letters_are_no_language(nothing: str) -> None:
    assert language_of(nothing) == ""


def test_the_text_decides_where_the_title_says_little() -> None:
    assert language_of("Baku", "Die Gespräche wurden am Abend ohne Ergebnis beendet.") == "de"


def test_a_foreign_name_does_not_turn_an_article_into_another_language() -> None:
    title = "The village of Şıxlı was shelled for an hour, officials of the region said on Monday evening"

    assert language_of(title) == "en"


def test_the_outlets_language_breaks_a_tie() -> None:
    assert language_of("Video", outlet=("az",)) == "az"
    assert language_of("Video", outlet=("de",)) == "de"


def test_the_outlets_language_is_not_the_answer() -> None:
    assert language_of("Talks between the ministers were put off until Monday", outlet=("az",)) == "en"
    assert language_of("Перемирие на границе", outlet=("hy",)) == "ru"


@given(st.text(), st.text())
def test_any_text_has_a_language_of_two_or_three_letters_or_none(title: str, text: str) -> None:
    assert len(language_of(title, text)) in (0, 2, 3)


@given(st.text("aəйәїґѓъъђӕҝғўԱხيかア中א .1", max_size=12))
def test_the_script_is_that_of_most_letters_whichever_comes_first(sample: str) -> None:
    letters = {script: sum(map(len, runs.findall(sample))) for script, runs in _LETTERS.items()}

    found = letters.get(_script_of(sample), 0)

    assert 2 * found > len(sample) or found == max(letters.values()) or _script_of(sample) in ("cyrillic", "ja")


@given(st.text(st.characters(min_codepoint=0x400, max_codepoint=0x52F) | st.sampled_from("аъбйАЪБ ᲆ"), max_size=12))
def test_only_text_with_letters_that_russian_lacks_can_be_in_a_neighbours_language(sample: str) -> None:
    assert _NOT_RUSSIAN.search(sample) or _by_letters(sample, _CYRILLIC, "ru") == "ru"


@pytest.fixture(scope="module")
def whole_model() -> LanguageIdentifier:
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages(LATIN)
    return model


@given(st.text(st.characters(max_codepoint=0x27F)))
def test_the_part_of_the_model_that_is_kept_scores_latin_text_as_the_whole(
    whole_model: LanguageIdentifier, text: str
) -> None:
    assert rank(text) == whole_model.rank(text)


def test_letters_of_other_scripts_say_nothing_of_a_latin_language() -> None:
    assert rank("Ceasefire Перемирие") == rank("Ceasefire  ")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the measuring data is not here")
def test_labelled_titles_and_texts_get_their_language() -> None:
    lines = [
        json.loads(line)
        for name in ("gold_dev", "headlines")
        for line in (SHARED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    items = [item for item in lines if item["lang"] in ("en", "ru", "hy", "az", "tr", "ka")]
    texts = [item for item in items if item.get("summary")]

    titles_right = Counter((i["lang"], language_of(i["title"]) == i["lang"]) for i in items)
    texts_right = Counter((i["lang"], language_of(i["title"], i["summary"]) == i["lang"]) for i in texts)

    languages = {language for language, _ in titles_right}
    assert {
        language
        for language in languages
        if titles_right[language, True] < 0.97 * (titles_right[language, True] + titles_right[language, False])
    } == set()
    assert {
        language
        for language in languages
        if texts_right[language, True] < 0.99 * (texts_right[language, True] + texts_right[language, False])
    } == set()
