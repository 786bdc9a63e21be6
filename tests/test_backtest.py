"""Rules tried on the stored log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.factories import NOW, a_judgement, a_match, a_stored
from worker.backtest import EXAMPLES, Backtest
from worker.judge import judgement_to_json
from worker.model import Rule, Severity, Stance

CEASEFIRE = Rule("ceasefire", "Ceasefire", Severity.CRITICAL, concepts=("ceasefire",))


def tried(*rules: Rule, articles: Any) -> Backtest:
    backtest = Backtest(rules, timedelta(hours=24))
    for stored, judgement in articles:
        backtest.add(stored, judgement_to_json(judgement))
    return backtest


def test_a_rule_as_it_is_changes_nothing() -> None:
    change = tried(CEASEFIRE, articles=[(a_stored(1), a_judgement())]).changes["ceasefire"]

    assert (change.articles, change.added_count, change.removed_count) == (1, 0, 0)


def test_a_narrower_rule_removes_alerts_and_names_them() -> None:
    narrower = replace(CEASEFIRE, stances=(Stance.VIOLATED,))

    change = tried(narrower, articles=[(a_stored(1), a_judgement())]).changes["ceasefire"]

    assert (change.articles, change.removed_count) == (0, 1)
    assert [article_id for article_id, _, _ in change.removed] == [1]


def test_a_rule_of_a_new_id_adds_what_it_fires_on() -> None:
    rule = Rule("border", "Border", Severity.INFO, any=("headlin*",))

    change = tried(rule, articles=[(a_stored(1), a_judgement()), (a_stored(2, title="Other"), a_judgement())]).changes[
        "border"
    ]

    assert (change.articles, change.added_count) == (1, 1)
    assert change.added[0][1] == "Headline 1"


def test_articles_of_one_story_are_one_alert() -> None:
    articles = [(a_stored(number, story_id=7), a_judgement()) for number in range(1, 4)]

    change = tried(CEASEFIRE, articles=articles).changes["ceasefire"]

    assert (change.articles, len(change.stories)) == (3, 1)


def test_an_article_that_was_old_when_it_came_raises_nothing() -> None:
    old = a_stored(1, published_at=NOW - timedelta(days=3))

    assert tried(CEASEFIRE, articles=[(old, a_judgement())]).changes["ceasefire"].articles == 0


def test_examples_are_few() -> None:
    rule = Rule("talks", "Talks", Severity.INFO, concepts=("talks",))
    talks = a_judgement(a_match(concept="talks", stance=Stance.IN_FORCE))
    talks = replace(talks, rules=())

    change = tried(rule, articles=[(a_stored(number), talks) for number in range(1, 20)]).changes["talks"]

    assert (change.added_count, len(change.added)) == (19, EXAMPLES)
