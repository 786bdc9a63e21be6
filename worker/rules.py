"""An article, its relevance and its matches in; what every rule makes of them out.

A rule's conditions are tried in a fixed order, cheap ones first, and its trace names the first one that failed or
what fired it. Compiled once: thousands of own words cost one pass. Never raises an alert by itself, never looks at
another article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from worker.model import Article, Match, Relevance, Rule, RuleTrace, Span, Stance
from worker.text import Hit, Passage, Term, TermIndex

OWN_WORDS = "words"  # the concept of a match that a rule's own words made


@dataclass(frozen=True, slots=True)
class _Word:
    rule_id: str
    part: str  # any | all | none
    word: str


class Rules:
    """The rules of a configuration, compiled once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._wordy = tuple(rule for rule in self.rules if rule.enabled and (rule.any or rule.all or rule.none))
        self._index = TermIndex(
            Term(escaped(word), _Word(rule.rule_id, part, word), {})
            for rule in self.rules
            for part, words in (("any", rule.any), ("all", rule.all), ("none", rule.none))
            for word in words
        )

    def read(self, article: Article, relevance: Relevance) -> bool:
        """Whether any rule asks for words of its own in `article`: if none does, its text need not be read."""
        return any(not _refusal(rule, article, relevance) for rule in self._wordy)

    def traces(
        self, article: Article, passages: Sequence[Passage], relevance: Relevance, matches: Sequence[Match]
    ) -> tuple[RuleTrace, ...]:
        """What every enabled rule makes of `article`, in the order of the configuration."""
        words = [
            (passage, hit) for passage in passages for hit in self._index.find(passage.folded.text, passage.spaced)
        ]
        return tuple(_trace(rule, article, relevance, matches, words) for rule in self.rules if rule.enabled)


def escaped(word: str) -> str:
    """A rule's own word as a term: only a `*` at the end of a word has a meaning."""
    kept = "".join(char if char.isalnum() or char in "-'’ *" else " " for char in word)
    return " ".join(part.rstrip("*").replace("*", "") + ("*" if part.endswith("*") else "") for part in kept.split())


_Found = tuple[Passage, Hit[_Word]]


def _trace(
    rule: Rule, article: Article, relevance: Relevance, matches: Sequence[Match], found: Sequence[_Found]
) -> RuleTrace:
    if reason := _refusal(rule, article, relevance):
        return RuleTrace(rule.rule_id, fired=False, reason=reason, severity=rule.severity)
    words = [item for item in found if item[1].payload.rule_id == rule.rule_id and item[0].name in rule.fields]
    if reason := _refusal_of_words(rule, words):
        return RuleTrace(rule.rule_id, fired=False, reason=reason, severity=rule.severity)
    if not rule.concepts:
        return _fired_by_words(rule, words)
    return _fired_by_concept(rule, matches, words)


def _refusal(rule: Rule, article: Article, relevance: Relevance) -> str:
    """Why the article as a whole is none for this rule; "" where it may be."""
    if rule.regions and relevance.region not in rule.regions:
        because = f" ({relevance.evidence[0]})" if relevance.evidence else ""
        return f"region is {relevance.region}{because}"
    if rule.languages and article.language not in rule.languages:
        return f"language is {article.language or 'unknown'}"
    if rule.publishers and not {article.publisher, article.family} & set(rule.publishers):
        return f"publisher is {article.publisher or 'unknown'}"
    if rule.places and not set(rule.places) & set(relevance.places):
        return f"names none of {', '.join(rule.places)}"
    return ""


def _refusal_of_words(rule: Rule, found: Sequence[_Found]) -> str:
    hits = [hit.payload for _, hit in found]
    for word in hits:
        if word.part == "none":
            return f"names {word.word!r}, which the rule excludes"
    present = {word.word for word in hits if word.part == "all"}
    for wanted in rule.all:
        if wanted not in present:
            return f"lacks {wanted!r}"
    if rule.any and not any(word.part == "any" for word in hits):
        return f"names none of {', '.join(map(repr, rule.any[:5]))}"
    if rule.near is not None and not _near(rule, rule.near, found):
        return f"its words are more than {rule.near} words apart"
    return ""


def _near(rule: Rule, near: int, found: Sequence[_Found]) -> bool:
    """Whether the rule's parts (each word of `all`, one of `any`) stand close together in one field."""
    groups = [*rule.all, *(["\0any"] if rule.any else [])]
    for passage in {id(passage): passage for passage, _ in found}.values():
        hits = sorted(
            ((hit.start, hit.end, hit.payload.word if hit.payload.part == "all" else "\0any"))
            for other, hit in found
            if other is passage
        )
        for first in hits:
            last = {group: hit for hit in reversed(hits) if hit[0] >= first[0] for group in [hit[2]]}
            if len(last) == len(set(groups)):
                end = max(hit[0] for hit in last.values())
                if passage.folded.text.count(" ", first[1], end) - 1 <= near:
                    return True
    return False


def _fired_by_words(rule: Rule, found: Sequence[_Found]) -> RuleTrace:
    positive = [item for item in found if item[1].payload.part != "none"]
    if not positive:
        return RuleTrace(rule.rule_id, fired=False, reason="the rule asks for no concept and no word")
    passage, hit = positive[0]
    sentence = passage.sentences[passage.sentence_at(hit.start)]
    start, end = passage.folded.origin(*sentence)
    mark = passage.folded.origin(hit.start, hit.end)
    term = passage.text[mark[0] : mark[1]]
    match = Match(
        OWN_WORDS,
        Stance.UNKNOWN,
        (term,),
        passage.text[start:end],
        Span(passage.name, start, end),
        ((mark[0] - start, mark[1] - start),),
    )
    return RuleTrace(
        rule.rule_id, fired=True, reason=f"{passage.name} says {term!r}", match=match, severity=rule.severity
    )


def _fired_by_concept(rule: Rule, matches: Sequence[Match], found: Sequence[_Found]) -> RuleTrace:
    reason = f"reports no {' or '.join(rule.concepts)}"
    for match in matches:
        if match.concept not in rule.concepts:
            continue
        if match.span.field not in rule.fields:
            reason = f"{match.concept} is only in the {match.span.field}"
        elif match.elsewhere:
            reason = f"the {match.concept} is about {match.elsewhere}"
        elif rule.stances and match.stance not in rule.stances:
            reason = f"the {match.concept} is {_worded(match)}"
        else:
            fired = f"{match.span.field} reports {match.concept} as {_worded(match)}: {', '.join(match.terms)}"
            severity = rule.severities.get(match.stance, rule.severity)
            return RuleTrace(rule.rule_id, fired=True, reason=fired, match=match, severity=severity)
    return RuleTrace(rule.rule_id, fired=False, reason=reason, severity=rule.severity)


def _worded(match: Match) -> str:
    cues = f" ({', '.join(match.cues)})" if match.cues else ""
    return f"{match.stance.replace('_', ' ')}{cues}"
