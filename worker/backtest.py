"""Stored articles with the judgements on them, and rules that are not in force yet, in; what would change, out.

Judges nothing anew: concepts, stances and region are those that the match stage stored. Only the rules' own words are
looked for in the text, and only where a rule has any. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from worker.judge import match_from_json, relevance_from_json
from worker.model import Rule, StoredArticle
from worker.rules import Rules
from worker.text import read_passage

EXAMPLES = 5  # of each kind and rule
Example = tuple[int, str, str]  # article id, title, the rule's reason


@dataclass(slots=True)
class RuleChange:
    """What one rule would have raised over the log, beside what the rule of this id has raised."""

    rule_id: str
    articles: int = 0  # it would have fired on
    stories: set[str] = field(default_factory=set)  # … and so many alerts that is
    stories_before: set[str] = field(default_factory=set)
    added: list[Example] = field(default_factory=list)
    removed: list[Example] = field(default_factory=list)

    @property
    def added_count(self) -> int:
        """Alerts that would have been raised and were not."""
        return len(self.stories - self.stories_before)

    @property
    def removed_count(self) -> int:
        """Alerts that were raised and would not have been."""
        return len(self.stories_before - self.stories)


class Backtest:
    """Runs rules over the log, article by article.

    Args:
        rules: to be tried.
        fresh_for: an article older than this when it was first seen raises nothing, as in the match stage.
    """

    def __init__(self, rules: Iterable[Rule], fresh_for: timedelta) -> None:
        self._rules = Rules(rules)
        self._fresh_for = fresh_for
        self._concepts = {concept for rule in self._rules.rules for concept in rule.concepts}
        self.changes = {rule.rule_id: RuleChange(rule.rule_id) for rule in self._rules.rules}
        self.articles = 0

    def add(self, stored: StoredArticle, judgement: dict[str, Any]) -> None:
        """Take one article into account; `judgement` is what the log holds of the judgement on it."""
        self.articles += 1
        article = stored.article
        seen_at, published_at = article.first_seen_at, article.published_at
        if published_at and seen_at and seen_at - published_at > self._fresh_for:
            return
        # Only what the rules ask for is taken out of the JSON, as there are a hundred thousand articles of it.
        fired_before = {trace["rule_id"] for trace in judgement["rules"] if trace["fired"]}
        matches = [match_from_json(match) for match in judgement["matches"] if match["concept"] in self._concepts]
        relevance = relevance_from_json(judgement)
        fields = (("title", article.title), ("summary", article.summary), ("text", article.text))
        read = self._rules.read(article, relevance)
        passages = [read_passage(name, text) for name, text in fields if text] if read else []
        story = f"story {stored.story_id}" if stored.story_id else f"article {stored.article_id}"
        for trace in self._rules.traces(article, passages, relevance, matches):
            change = self.changes[trace.rule_id]
            before = trace.rule_id in fired_before
            example = (stored.article_id, article.title, trace.reason)
            if trace.fired:
                change.articles += 1
                _count(change.stories, story, change.added, None if before else example)
            if before:
                _count(change.stories_before, story, change.removed, None if trace.fired else example)


def _count(stories: set[str], story: str, examples: list[Example], example: Example | None) -> None:
    if example is not None and story not in stories and len(examples) < EXAMPLES:
        examples.append(example)
    stories.add(story)
