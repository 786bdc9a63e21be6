"""Labelled news and a judge in; how often each rule, language and stance is right, out.

Two shapes of labels are read. Feedback: `{rule, verdict: right | wrong, title, …}`, as `trucewire export feedback`
writes it. Gold: `{title, lang, about_region, rule_ceasefire, rule_disarm, kw_ceasefire, kw_disarm, events}`. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.model import Judgement, Stance

# Gold's words for what a mention of a concept says → the stances that mean the same.
_STANCES = {
    "asserted": {Stance.AGREED, Stance.IN_FORCE},
    "violated_or_collapsed": {Stance.VIOLATED, Stance.ENDED},
    "proposed_or_called_for": {Stance.CALLED_FOR, Stance.PROPOSED},
    "negated_or_denied": {Stance.DENIED},
    "past_or_background": {Stance.BACKGROUND},
}
_GOLD_RULES = {"ceasefire": "rule_ceasefire", "disarmament": "rule_disarm"}
_GOLD_MENTIONS = {"ceasefire": "kw_ceasefire", "disarmament": "kw_disarm"}
_GOLD_EVENTS = {
    "attack": {"offensive", "shelling"},
    "casualties": {"casualties"},
    "talks": {"talks", "peace_deal"},
    "displacement": {"displacement"},
    "blockade": {"blockade"},
    "troop-movement": {"troop_movement"},
    "prisoner-exchange": {"prisoner_exchange"},
}


@dataclass(slots=True)
class Score:
    """How often something was found, against how often it should have been."""

    right: int = 0
    false_alarms: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None where nothing was found."""
        found = self.right + self.false_alarms
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None where nothing is."""
        there = self.right + self.missed
        return self.right / there if there else None

    def count(self, *, expected: bool, found: bool) -> None:
        """Take one decision into account."""
        self.right += expected and found
        self.false_alarms += found and not expected
        self.missed += expected and not found


def scores_of(labelled: Iterable[tuple[Mapping[str, Any], str, Judgement]]) -> dict[tuple[str, str], Score]:
    """Scores by (what, language); language "all" sums up.

    Args:
        labelled: (labels, language, the judgement on the item) each.

    Returns:
        Keys such as ("rule ceasefire", "ru"), ("region", "all"), ("event attack", "en"), ("stance denied", "all").
    """
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for labels, language, judgement in labelled:
        for what, expected, found in _decisions(labels, judgement):
            for of in ("all", language):
                scores[what, of].count(expected=expected, found=found)
    return dict(sorted(scores.items()))


def _decisions(labels: Mapping[str, Any], judgement: Judgement) -> Iterator[tuple[str, bool, bool]]:
    """(what, whether it should be found, whether it was) for each label."""
    fired = {trace.rule_id for trace in judgement.fired}
    if "verdict" in labels:
        yield f"rule {labels['rule']}", labels["verdict"] == "right", labels["rule"] in fired
    if "about_region" in labels:
        yield "region", bool(labels["about_region"]), judgement.relevance.region == "yes"
    for rule, label in _GOLD_RULES.items():
        if labels.get(label, "optional") != "optional":
            yield f"rule {rule}", labels[label] == "fire", rule in fired
    for concept, label in _GOLD_MENTIONS.items():
        if labels.get(label) in _STANCES:
            stances = {match.stance for match in judgement.matches if match.concept == concept}
            yield f"stance {labels[label]}", True, bool(stances & _STANCES[labels[label]])
    if "events" in labels:
        told = {match.concept for match in judgement.matches if match.stance is not Stance.BACKGROUND}
        for event, concepts in _GOLD_EVENTS.items():
            yield f"event {event}", event in labels["events"], bool(concepts & told)
