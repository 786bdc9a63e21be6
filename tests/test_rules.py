"""What a rule makes of an article, and the first condition that failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import an_article
from worker.model import Article, Match, Region, Relevance, Rule, RuleTrace, Severity, Span, Stance
from worker.rules import OWN_WORDS, Rules
from worker.text import read_passage

YES = Relevance(Region.YES, ("Lachin corridor",), ("title names Lachin corridor",))
CEASEFIRE = Match(
    "ceasefire", Stance.AGREED, ("truce",), "A truce was agreed.", Span("title", 0, 19), ((2, 7),), ("agreed",)
)


def a_rule(**changes: Any) -> Rule:
    return Rule(**{"rule_id": "rule", "title": "Rule", "severity": Severity.WARNING, **changes})


def trace(
    rule: Rule, article: Article | None = None, relevance: Relevance = YES, matches: tuple[Match, ...] = ()
) -> RuleTrace:
    article = article or an_article(title="Troops near Lachin open fire", summary="The road is closed, witnesses say.")
    passages = [read_passage("title", article.title), read_passage("summary", article.summary)]
    (made,) = Rules([rule]).traces(article, passages, relevance, matches)
    return made


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"concepts": ("ceasefire",), "regions": (Region.NO,)}, "region is yes (title names Lachin corridor)"),
        ({"concepts": ("ceasefire",), "languages": ("ru",)}, "language is en"),
        ({"concepts": ("ceasefire",), "publishers": ("Gazette",)}, "publisher is Outlet"),
        ({"concepts": ("ceasefire",), "places": ("Tavush",)}, "names none of Tavush"),
        ({"concepts": ("ceasefire",), "none": ("witness*",)}, "names 'witness*', which the rule excludes"),
        ({"concepts": ("ceasefire",), "all": ("Lachin", "tanks")}, "lacks 'tanks'"),
        ({"concepts": ("ceasefire",), "any": ("tanks", "guns")}, "names none of 'tanks', 'guns'"),
        ({"concepts": ("talks",)}, "reports no talks"),
        ({"concepts": ("ceasefire",), "fields": ("text",)}, "ceasefire is only in the title"),
        ({"concepts": ("ceasefire",), "stances": (Stance.VIOLATED,)}, "the ceasefire is agreed (agreed)"),
    ],
)
def test_the_trace_names_the_first_condition_that_failed(changes: dict[str, Any], reason: str) -> None:
    made = trace(a_rule(**changes), matches=(CEASEFIRE,))

    assert (made.fired, made.reason) == (False, reason)


def test_a_match_about_elsewhere_raises_nothing() -> None:
    gaza = Match("ceasefire", Stance.AGREED, ("truce",), "Truce in Gaza.", Span("title", 0, 14), elsewhere="Gaza")

    made = trace(a_rule(concepts=("ceasefire",)), matches=(gaza,))

    assert (made.fired, made.reason) == (False, "the ceasefire is about Gaza")


def test_a_concept_with_the_right_stance_fires_with_its_match() -> None:
    made = trace(a_rule(concepts=("ceasefire",), stances=(Stance.AGREED,)), matches=(CEASEFIRE,))

    assert made.fired
    assert made.match is CEASEFIRE
    assert made.severity is Severity.WARNING
    assert made.reason == "title reports ceasefire as agreed (agreed): truce"


def test_own_words_fire_with_the_sentence_they_stand_in() -> None:
    made = trace(a_rule(any=("clos*",)))

    assert made.fired
    assert made.match is not None
    assert (made.match.concept, made.match.sentence) == (OWN_WORDS, "The road is closed, witnesses say.")
    assert [made.match.sentence[start:end] for start, end in made.match.marks] == ["closed"]


@pytest.mark.parametrize(("near", "fired"), [(3, True), (1, False)])
def test_near_counts_the_words_in_between(near: int, fired: bool) -> None:
    made = trace(a_rule(all=("Troops", "fire"), near=near))

    assert made.fired is fired


def test_words_near_each_other_must_stand_in_one_field() -> None:
    made = trace(a_rule(all=("Lachin", "road"), near=50))

    assert made.reason == "its words are more than 50 words apart"


@pytest.mark.parametrize("word", ["(a+)+$", "fire|road", "\\w+"])
def test_an_own_word_is_never_a_regular_expression(word: str) -> None:
    made = trace(a_rule(any=(word,)), article=an_article(title="aaaaaaaaaaaaaaaaaaaaaaaa!", summary="nothing"))

    assert not made.fired


def test_a_disabled_rule_leaves_no_trace() -> None:
    rules = Rules([a_rule(concepts=("ceasefire",), enabled=False)])

    assert rules.traces(an_article(), [], YES, (CEASEFIRE,)) == ()
