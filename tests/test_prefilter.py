from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from unittest.mock import Mock, patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker import labels
from worker.boilerplate import counters, paragraphs
from worker.bylines import machines
from worker.prefilter import Lookout, Prefilter, folded, needed_by

EXPRESSIONS = {
    "read also": paragraphs._OPENER,
    "read also, with a headline": paragraphs._POINTED,
    "subscribe": paragraphs._CALL,
    "a teaser's end": paragraphs._TEASER_END,
    "a counter": counters._INLINE,
    "so long ago": counters._AGO,
    "updated at": counters._UPDATED_AT,
    "made by a machine": machines._SENTENCE,
    "a label before a colon": labels._BEFORE_COLON,
    "a label in brackets": labels._AT_THE_END,
    "a label in capitals": labels._LOUD_FRONT,
    "corrected": labels._NOTICES[labels.CORRECTED],
    "withdrawn": labels._NOTICES[labels.WITHDRAWN],
}
MATCHES = {name: st.from_regex(expression) for name, expression in EXPRESSIONS.items()}
FILTERS = {name: Prefilter(expression, lookout=Lookout()) for name, expression in EXPRESSIONS.items()}
# Letters for which case is more than one step, and some that have none.
ALPHABET = "aAiIıİsSſkKåéÉжЖёЁеъњԱաևիҐґəƏğĞüßǅ 1.-:\n"


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("ceasefire", {"ceasefire"}),
        ("cease-?fire", {"ceasefire", "cease-fire"}),
        (r"read (?:also|more)\b", {"read also", "read more"}),
        (r"\W{0,3}(?:truce|peace)s?\s+of", {"truce", "truces", "peace", "peaces"}),
        (r".{0,80}\b(?:sign up|subscribe)\b.{0,60}(?:app|letter)", {"sign up", "subscribe"}),
        (r"(?:in\s+)?(?:the\s+)?summit", {"summit"}),
        (r"(?<!no )news(?! at ten)", {"news"}),
        (r"(?:calm\w+ )+today", {"today"}),
        (r"[ab]c(?>de)++f", {"de"}),
    ],
)
def test_what_every_match_holds_is_read_off_the_expression(expression: str, needed: set[str]) -> None:
    assert needed_by(re.compile(expression)) == needed


@pytest.mark.parametrize("expression", [r"\d+", "a?b?", r"(?:views|\d+)", ".*", r"(x)?\1"])
def test_an_expression_that_needs_no_letters_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="without any letter of its own"):
        Prefilter(re.compile(expression), lookout=Lookout())


def test_a_text_without_any_of_the_needed_letters_is_told_at_a_look() -> None:
    either = Prefilter(re.compile("read also", re.IGNORECASE), re.compile(r"\d views"), lookout=Lookout())

    assert not either.may_match("Both sides signed the ceasefire.")
    assert either.may_match("READ ALSO")
    assert either.may_match("1,234 views")


def test_filters_that_look_together_tell_their_texts_apart() -> None:
    together = Lookout()
    read_also, also = (Prefilter(re.compile(form), lookout=together) for form in ("read also", "also"))

    found = [(read_also.may_match(text), also.may_match(text)) for text in ("READ ALSO", "also", "neither")]

    assert found == [(True, True), (False, True), (False, False)]


def test_a_filter_that_joins_while_a_text_is_looked_at_finds_it_all_the_same() -> None:
    lookout = Lookout()
    Prefilter(re.compile("read also"), lookout=lookout)
    looking = lookout.found_in
    assert looking("neither") == 0
    late = Prefilter(re.compile("subscribe"), lookout=lookout)

    assert looking("Subscribe to the letter") == 0  # what another thread began with is remembered apart
    assert late.may_match("Subscribe to the letter")


def test_words_are_looked_for_besides_expressions() -> None:
    assert Prefilter(re.compile("robot"), words=(" ai",), lookout=Lookout()).may_match("Written by AI")


@pytest.mark.parametrize("name", EXPRESSIONS)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_an_expression_matches_gets_through(name: str, data: st.DataObject) -> None:
    text = data.draw(MATCHES[name])

    assert FILTERS[name].may_match(text)


@given(
    st.lists(st.text(ALPHABET.replace("\n", ""), min_size=1, max_size=4), min_size=1, max_size=4),
    st.text(ALPHABET, max_size=40),
)
def test_a_match_in_any_case_is_never_missed(words: list[str], text: str) -> None:
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)

    assert Prefilter(pattern, lookout=Lookout()).may_match(text) or not pattern.search(text)


FILTERED: dict[str, tuple[ModuleType, str, Callable[[list[str]], object]]] = {
    "paragraphs": (paragraphs, "_ANY_OF_THESE", paragraphs.own_paragraphs),
    "counters": (counters, "_COUNTED_OR_TIMED", lambda lines: counters.settled_text("\n".join(lines))),
    "labels": (labels, "_ANY_WORD", lambda lines: labels.labels_of(" ".join(lines))),
    "notices": (labels, "_ANY_NOTICE", lambda lines: labels.labels_of("", "\n".join(lines))),
    "machines": (machines, "_ANY_OF_THESE", lambda lines: machines.machine_hint("", "\n".join(lines))),
}
LINES = st.sampled_from(
    [
        *(
            "Both sides signed.",
            "5 killed in the village",
            "Read also",
            "READ MORE: talks",
            "Похожие новости: суд",
            "ad",
        ),
        *(
            "İlgili haber: görüşme",
            "By AI",
            "author: ChatGPT",
            "source — AI.",
            "Translated by AI",
            "written\nby Claude",
        ),
        *("1,234 views", "12 min ago", "Updated: 14:05", "URGENT: talks", "Talks (updated)", "SON DAKİKA: görüşme"),
        *("Обновлённый текст", "This article was corrected", "Эта новость была отозвана", "— corrected", "ДОПОЛНЕНО -"),
        *("The road was spread with gravel.", "He said that the main hall was kept.", "Հրատապ․ բանակցություններ"),
    ]
) | st.text(ALPHABET, max_size=12)


@pytest.mark.parametrize("name", FILTERED)
@given(lines=st.lists(LINES, max_size=6))
def test_a_filter_changes_nothing_but_the_time_it_takes(name: str, lines: list[str]) -> None:
    module, attribute, clean = FILTERED[name]

    with patch.object(module, attribute, Mock(**{"may_match.return_value": True})):
        unfiltered = clean(lines)

    assert clean(lines) == unfiltered


@given(st.text(ALPHABET))
def test_folding_is_the_same_letter_by_letter(text: str) -> None:
    assert folded(text) == "".join(map(folded, text))
