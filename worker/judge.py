"""One article in, the whole decision on it out: places, relevance, matches, and what every rule makes of them.

The composition of `places`, `concepts` and `rules`, each of which knows nothing of the others. Built once from a
profile, the lexicons and the rules; pure ever after, and safe to share between threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from worker.concepts import Concepts, Name
from worker.model import (
    Article,
    ConceptTerms,
    Judgement,
    Lexicon,
    Match,
    Profile,
    Region,
    Relevance,
    Rule,
    RuleTrace,
    Severity,
    Span,
    Stance,
)
from worker.places import Places, Sighting, Sort, relevance_of
from worker.rules import Rules
from worker.text import Passage, read_passage, script_of

_LANGUAGE_OF_SCRIPT = {"armenian": "hy", "georgian": "ka", "cyrillic": "ru", "arabic": "fa"}
_SAID_OF_GAMES_TOO = frozenset({"offensive", "talks", "troop_movement"})  # attack, meeting, squad
_VOICES = frozenset({"capital", "person", "institution"})  # kinds of places that speak by themselves
_ACTORS = _VOICES | {"country", "region", "autonomous republic"}  # … and those that others speak for
_MATCH = tuple(field.name for field in fields(Match))
_BEGINNING = 400  # characters of a field that count as the article's beginning


class Judge:
    """Decides on articles."""

    def __init__(self, profile: Profile, lexicons: Iterable[Lexicon], rules: Iterable[Rule]) -> None:
        """Compile the profile, the lexicons and the rules.

        Raises:
            worker.text.TermError: a term is malformed; the settings readers have checked that before.
        """
        lexicons = tuple(_with_terms(lexicon, profile) for lexicon in lexicons)
        self._profile = profile
        self._places = Places(profile, lexicons)
        self._concepts = Concepts(lexicons)
        self._rules = Rules(rules)

    def judge(self, article: Article, *, dedicated: bool = False) -> Judgement:
        """The decision on `article`.

        Args:
            article: as it is kept; its language is believed unless its script contradicts.
            dedicated: whether it comes from a feed that is about the region.
        """
        passages = [
            read_passage(name, text)
            for name, text in (("title", article.title), ("summary", article.summary), ("text", article.text))
            if text
        ]
        language = self._language(article)
        year = article.published_at.year if article.published_at else None
        sightings = self._places.sightings(passages, language)
        matches = self._concepts.matches(passages, language, year=year, names=_names(sightings))
        relevance = relevance_of(
            self._profile,
            sightings,
            language=language,
            dedicated=dedicated,
            conflict=any(_is_conflict(match) for match in matches),
            words=sum(passage.folded.text.count(" ") + 1 for passage in passages),
        )
        placed = _placed(matches, passages, sightings, self._profile)
        return Judgement(relevance, placed, self._rules.traces(article, passages, relevance, placed))

    def _language(self, article: Article) -> str:
        by_script = _LANGUAGE_OF_SCRIPT.get(script_of(article.title or article.text[:200]), "")
        if by_script in {"hy", "ka"} or (by_script and not article.language):
            return by_script
        return article.language or "en"


def _with_terms(lexicon: Lexicon, profile: Profile) -> Lexicon:
    """`lexicon` with what the region calls its events."""
    more = (ConceptTerms(concept, terms) for concept, terms in profile.terms.get(lexicon.language, {}).items())
    return replace(lexicon, concepts=(*lexicon.concepts, *more))


def _is_conflict(match: Match) -> bool:
    """Whether a match at the article's beginning reports the conflict, whatever else the article is about."""
    return match.concept not in _SAID_OF_GAMES_TOO and (match.span.field == "title" or match.span.start < _BEGINNING)


def _names(sightings: Iterable[Sighting]) -> dict[str, list[Name]]:
    """Who may speak among the sightings, by field: countries and their capitals, people and institutions."""
    names: dict[str, list[Name]] = {}
    for seen in sightings:
        place = seen.place
        if place is None:
            if seen.sort is Sort.ELSEWHERE:
                names.setdefault(seen.field, []).append(Name(seen.start, seen.end, speaks=False))
        elif place.kind in _ACTORS or place.side != place.country:
            speaks = place.kind in _VOICES or place.side != place.country
            names.setdefault(seen.field, []).append(Name(seen.start, seen.end, speaks))
    return names


def _placed(
    matches: Sequence[Match], passages: Iterable[Passage], sightings: Sequence[Sighting], profile: Profile
) -> tuple[Match, ...]:
    """`matches`, saying which lie outside the region, by their sentence or the last place before it, and who speaks."""
    if not matches:
        return ()
    by_name = {passage.name: passage for passage in passages}
    # For every sentence that names a place: "" where it concerns the region, else the place elsewhere.
    concerned: dict[str, dict[int, str]] = {name: {} for name in by_name}
    for seen in sightings:
        if seen.sort in (Sort.REGION, Sort.ELSEWHERE):
            sentences = concerned[seen.field]
            number = by_name[seen.field].sentence_at(seen.start)
            if seen.sort is Sort.REGION:
                sentences[number] = ""
            elif number not in sentences or sentences[number] in profile.powers:
                sentences[number] = seen.name
    placed = []
    for match in matches:
        passage = by_name[match.span.field]
        elsewhere = _elsewhere(match, passage, concerned[match.span.field])
        # Russia alone may well be about the region; Russia beside Ukraine is not, and stands as Ukraine here.
        if elsewhere and elsewhere not in profile.powers:
            match = replace(match, elsewhere=elsewhere)
        if match.speaker and (side := _side(match, passage, sightings, profile)):
            match = replace(match, speaker_side=side)
        placed.append(match)
    return tuple(placed)


def _elsewhere(match: Match, passage: Passage, concerned: dict[int, str]) -> str:
    number = passage.sentence_at(passage.folded.position(match.span.start))
    while number >= 0 and number not in concerned:
        number -= 1
    return concerned.get(number, "")


def _side(match: Match, passage: Passage, sightings: Iterable[Sighting], profile: Profile) -> str:
    """Whose voice the match's speaker is: the side of the first name within it that has one."""
    begin = match.span.start + match.sentence.find(match.speaker)
    start, end = passage.folded.position(begin), passage.folded.position(begin + len(match.speaker))
    for seen in sightings:
        if seen.field == passage.name and start <= seen.start < end:
            side = seen.place.side if seen.place else profile.sides.get(seen.name, "")
            if side:
                return side
    return ""


def judgement_to_json(judgement: Judgement) -> dict[str, Any]:
    """`judgement` as what JSON can hold; empty parts are left out."""
    return {
        "region": str(judgement.relevance.region),
        "places": list(judgement.relevance.places),
        "evidence": list(judgement.relevance.evidence),
        "matches": [_compact(_parts(match)) for match in judgement.matches],
        "rules": [
            _compact(
                {
                    "rule_id": trace.rule_id,
                    "fired": trace.fired,
                    "reason": trace.reason,
                    "severity": str(trace.severity),
                    "match": judgement.matches.index(trace.match) if trace.match in judgement.matches else None,
                    "own_match": _parts(trace.match) if trace.match and trace.match not in judgement.matches else None,
                }
            )
            for trace in judgement.rules
        ],
    }


def _parts(match: Match) -> dict[str, Any]:
    # As `asdict`, which would copy every text and cost more than the rest of the judgement's form.
    return {name: getattr(match, name) for name in _MATCH} | {"span": asdict(match.span)}


def _compact(parts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value is not None and value not in ((), [], "")}


def judgement_from_json(stored: dict[str, Any]) -> Judgement:
    """The judgement that `judgement_to_json` wrote."""
    matches = tuple(match_from_json(match) for match in stored["matches"])
    rules = tuple(
        RuleTrace(
            rule["rule_id"],
            fired=rule["fired"],
            reason=rule["reason"],
            match=matches[rule["match"]]
            if "match" in rule
            else match_from_json(rule["own_match"])
            if "own_match" in rule
            else None,
            severity=Severity(rule["severity"]),
        )
        for rule in stored["rules"]
    )
    return Judgement(relevance_from_json(stored), matches, rules)


def relevance_from_json(stored: dict[str, Any]) -> Relevance:
    """The relevance within a judgement that was stored as JSON."""
    return Relevance(Region(stored["region"]), tuple(stored["places"]), tuple(stored["evidence"]))


def match_from_json(stored: dict[str, Any]) -> Match:
    """The match that was stored as JSON, whole or without its empty parts."""
    return Match(
        concept=stored["concept"],
        stance=Stance(stored["stance"]),
        terms=tuple(stored["terms"]),
        sentence=stored["sentence"],
        span=Span(**stored["span"]),
        marks=tuple((start, end) for start, end in stored.get("marks", ())),
        cues=tuple(stored.get("cues", ())),
        numbers=tuple((kind, number) for kind, number in stored.get("numbers", ())),
        elsewhere=stored.get("elsewhere", ""),
        speaker=stored.get("speaker", ""),
        speaker_side=stored.get("speaker_side", ""),
    )
