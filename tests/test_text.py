"""Folding, sentences and terms."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.text import (
    LONGEST_PASSAGE,
    LONGEST_SENTENCE,
    Term,
    TermError,
    TermIndex,
    check_term,
    fold,
    read_passage,
    script_of,
    sentence_spans,
)

ENDINGS = {"n": "s|'s|", "case": "а|у|ом|е|"}


def found(terms: list[str], text: str) -> list[str]:
    """What `terms` find in `text`, as written."""
    index = TermIndex([Term(term, term, ENDINGS) for term in terms])
    folded = fold(text)
    spans = [folded.origin(hit.start, hit.end) for hit in index.find(folded.text)]
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("CEASE\u2010FIRE", "cease-fire"),
        ("cease\u2011fire", "cease-fire"),
        ("cease\u00adfire", "ceasefire"),
        ("cease\u200bfire", "ceasefire"),
        ("İLHAM", "ilham"),
        ("KARABAĞ SINIRI", "karabağ siniri"),
        ("sınırı", "siniri"),
        (unicodedata.normalize("NFD", "Karabağ"), "karabağ"),
        (unicodedata.normalize("NFD", "Цхинвалий"), "цхинвалий"),
        ("Ещё", "еще"),
        ("Карабах\u0301", "карабах"),
        ("ПЕРЕМИPИЕ", "перемирие"),  # a Latin P
        ("Aзербайджан", "азербайджан"),  # a Latin A
        ("ի՞նչ", "ինչ"),
        ("Երեւան", "երևան"),
        ("ԵՐԵՎԱՆ", "երևան".replace("և", "եվ")),
        ("ᲡᲝᲛᲮᲔᲗᲘ", "სომხეთი"),
        ("Baku’s", "baku's"),
        ("Nagorno\u00a0Karabakh", "nagorno karabakh"),
    ],
)
def test_what_readers_take_for_the_same_is_folded_alike(written: str, same: str) -> None:
    assert fold(written).text == same


def test_diacritics_that_tell_words_apart_stay() -> None:
    assert fold("öldü").text != fold("oldu").text


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once


@given(st.text(alphabet=st.characters(codec="utf-8")), st.data())
def test_every_folded_stretch_comes_from_a_stretch_of_the_original(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))

    origin = folded.origin(start, end)

    assert 0 <= origin[0] <= origin[1] <= len(text)
    assert folded.offsets is None or folded.position(origin[0]) <= start


def test_a_stretch_is_found_again_behind_dropped_characters() -> None:
    text = "A soft\u00adhyphen\u0301ed cease\u2011fire"
    folded = fold(text)
    start = folded.text.index("cease")

    assert text[slice(*folded.origin(start, len(folded.text)))] == "cease\u2011fire"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Ceasefire", "latin"),
        ("Перемирие Reuters", "cyrillic"),
        ("Հրադադար", "armenian"),
        ("ცეცხლი", "georgian"),
        ("آتش‌بس", "arabic"),
        ("1994", ""),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Aliyev met Mr. Pashinyan. They talked.", ["Mr. Aliyev met Mr. Pashinyan.", "They talked."]),
        ("It cost 3.5 million. Who pays?", ["It cost 3.5 million.", "Who pays?"]),
        ("“It holds.” So they say.", ["“It holds.”", "So they say."]),
        ("U.S. envoys left. Talks go on", ["U.S. envoys left.", "Talks go on"]),
        (
            "В 2023 г. стороны встретились. И. О. министра уехал.",
            ["В 2023 г. стороны встретились.", "И. О. министра уехал."],
        ),
        ("Հրադադարը խախտվել է։Զոհեր կան։ Այո՛", ["Հրադադարը խախտվել է։", "Զոհեր կան։", "Այո՛"]),
        ("Նա եկավ: Նա գնաց:", ["Նա եկավ:", "Նա գնաց:"]),
        ("ზავი დაცულია. ბრძოლები არ არის.", ["ზავი დაცულია.", "ბრძოლები არ არის."]),
        ("Ateşkes sürüyor. Çatışma yok!", ["Ateşkes sürüyor.", "Çatışma yok!"]),
        ("Headline\n\nFirst line\nSecond line", ["Headline", "First line", "Second line"]),
        ("One: two", ["One: two"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text(alphabet="ab .!?։\n\"'A1"))
def test_sentences_hold_everything_but_blanks_in_order(text: str) -> None:
    spans = sentence_spans(text)

    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


def test_what_is_longer_than_any_sentence_is_cut_at_a_blank() -> None:
    spans = sentence_spans("ceasefire " * 1_000 + "x" * 5_000)

    assert max(end - start for start, end in spans) <= LONGEST_SENTENCE


def test_no_more_of_a_text_is_read_than_an_article_may_have() -> None:
    passage = read_passage("text", "word " * LONGEST_PASSAGE)

    assert len(passage.text) == LONGEST_PASSAGE


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("truce", "A truce, not a trucebridge", ["truce"]),
        ("cease fire", "cease-fire, cease\u2011fire and cease fire", ["cease-fire", "cease\u2011fire", "cease fire"]),
        ("truce(s)?", "truces and truce and trucer", ["truces", "truce"]),
        ("Карабах~case", "в Карабахе, карабахом, карабахец", ["Карабахе", "карабахом"]),
        ("разоруж*", "разоружение", ["разоружение"]),
        ("lay/laid down .. arms", "They laid down all of their arms", ["laid down all of their arms"]),
        ("lay/laid down .. arms", "They laid down. Their arms hurt", []),
        ("sign ..1 deal", "sign a deal; sign a very big deal", ["sign a deal"]),
        ("pull_out/leave now", "leave now or pull out now", ["leave now", "pull out now"]),
        ("«Газа»", "сектор «Газа»", ["Газа"]),
        ("# dead", "12 dead, 1,200 dead, a dozen dead", ["12 dead", "1,200 dead", "200 dead"]),
        ("killed ..1 #/many", "killed at 3; killed many; killed none", ["killed at 3", "killed many"]),
    ],
)
def test_a_term_finds_what_it_describes(term: str, text: str, hits: list[str]) -> None:
    assert found([term], text) == hits


@pytest.mark.parametrize(
    ("term", "complaint"),
    [
        ("truce~x", "unknown ending 'x'"),
        ("truce ..", "no term"),
        (".. truce", "no term"),
        ("", "no term"),
        ("t*", "too few letters"),
        ("truce(s", "cannot be read"),
        ("truce(s|*)", "no regular expression"),
    ],
)
def test_a_malformed_term_is_refused_with_a_remedy(term: str, complaint: str) -> None:
    with pytest.raises(TermError, match=complaint) as caught:
        check_term(term, ENDINGS)

    assert "; " in str(caught.value)


@pytest.mark.parametrize("text", ["shells hit", "shells have hit", "shells fell", "shells landed", "shells in hand"])
def test_many_terms_of_one_beginning_find_what_each_finds_alone(text: str) -> None:
    terms = ["shells hit", "shells ..2 hit", "shells fell/landed", "shells ..1 (in|on)", "shell*"]

    together = found(terms, text)

    assert sorted(together) == sorted(hit for term in terms for hit in found([term], text))


def test_an_index_of_no_terms_finds_nothing() -> None:
    assert found([], "anything") == []


def test_a_passage_knows_its_sentences_and_what_was_written() -> None:
    passage = read_passage("text", "A soft\u00adened tone. The cease\u2011fire holds.")
    start = passage.folded.text.index("cease")

    assert passage.sentence_at(start) == 1
    assert passage.written(start, start + len("cease-fire")) == "cease\u2011fire"
