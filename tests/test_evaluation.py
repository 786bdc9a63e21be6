"""Rules scored on labelled news."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import a_judgement, a_match
from worker.evaluation import Score, scores_of
from worker.model import Region, Stance


def scored(labels: dict[str, Any], judgement: Any = None, language: str = "en") -> dict[tuple[str, str], Score]:
    return scores_of([(labels, language, judgement or a_judgement())])


@pytest.mark.parametrize(
    ("verdict", "right", "false_alarms"), [("right", 1, 0), ("wrong", 0, 1)], ids=["rightly fired", "wrongly fired"]
)
def test_feedback_scores_its_rule(verdict: str, right: int, false_alarms: int) -> None:
    score = scored({"rule": "ceasefire", "verdict": verdict})["rule ceasefire", "all"]

    assert (score.right, score.false_alarms) == (right, false_alarms)


def test_every_language_is_scored_and_all_together() -> None:
    scores = scored({"rule": "ceasefire", "verdict": "right"}, language="hy")

    assert set(scores) == {("rule ceasefire", "all"), ("rule ceasefire", "hy")}


def test_gold_labels_score_region_rules_stances_and_events() -> None:
    labels = {
        "about_region": False,
        "rule_ceasefire": "fire",
        "rule_disarm": "optional",
        "kw_ceasefire": "asserted",
        "kw_disarm": "absent",
        "events": ["talks"],
    }

    scores = scored(labels)

    assert scores["region", "all"].false_alarms == 1
    assert scores["rule ceasefire", "all"].right == 1
    assert ("rule disarmament", "all") not in scores
    assert scores["stance asserted", "all"].right == 1
    assert scores["event talks", "all"].missed == 1


def test_background_is_no_event() -> None:
    judgement = a_judgement(a_match(concept="talks", stance=Stance.BACKGROUND), region=Region.YES)

    assert scored({"events": []}, judgement)["event talks", "all"].false_alarms == 0


def test_shares_of_nothing_are_unknown() -> None:
    assert (Score().precision, Score().recall) == (None, None)
    assert (Score(3, 1, 2).precision, Score(3, 1, 2).recall) == (0.75, 0.6)
