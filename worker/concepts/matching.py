"""Passages of an article in; the concepts they report out, one match for each concept and sentence.

Every word comes from the lexicons. A match is a reading of one sentence: the terms found, the stance, and the cues
that decided it. What follows a heading such as "Don't miss" is not the article and is not read. Never decides
whether a match matters: that is the rules' work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from worker.concepts.stances import Mention, Verdict, stance_of
from worker.model import ConceptTerms, Cue, Lexicon, Match, Span
from worker.text import Hit, Passage, Term, TermIndex


@dataclass(frozen=True, slots=True)
class _Unless:
    """A word that gives terms of these concepts another sense."""

    terms: ConceptTerms


@dataclass(frozen=True, slots=True)
class _Tail:
    """A heading after which other articles are advertised."""


_Payload = ConceptTerms | Cue | _Unless | _Tail
_LONGEST_HEADING = 60  # characters of a line that may be a heading


class Concepts:
    """The lexicons' concepts and cues, compiled once."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._indexes = {lexicon.language: TermIndex(_terms(lexicon)) for lexicon in lexicons}

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have a lexicon, ISO 639-1."""
        return frozenset(self._indexes)

    def matches(self, passages: Iterable[Passage], language: str, *, year: int | None) -> tuple[Match, ...]:
        """Every concept the passages report, in order.

        Args:
            passages: title, summary, text.
            language: of the lexicon to read with; a language without one has no matches.
            year: when the article was published, for telling news from history; None for unknown.
        """
        index = self._indexes.get(language)
        if index is None:
            return ()
        found: list[Match] = []
        excluded: set[int] = set()  # by the title, for the whole article
        for passage in passages:
            hits = index.find(passage.folded.text)
            if passage.name == "title":
                excluded = {id(hit.payload.terms) for hit in hits if isinstance(hit.payload, _Unless)}
            found.extend(_matches_in(passage, hits, excluded, year))
        return tuple(found)


def _terms(lexicon: Lexicon) -> Iterator[Term[_Payload]]:
    for concept in lexicon.concepts:
        for written in concept.terms:
            yield Term(written, concept, lexicon.endings)
        for written in concept.unless:
            yield Term(written, _Unless(concept), lexicon.endings)
    for cue in lexicon.cues:
        for written in cue.terms:
            yield Term(written, cue, lexicon.endings)
    for written in lexicon.tails:
        yield Term(written, _Tail(), lexicon.endings)


def _matches_in(
    passage: Passage, hits: Sequence[Hit[_Payload]], excluded: Collection[int], year: int | None
) -> Iterator[Match]:
    end = _end_of_article(passage, hits)
    by_sentence: dict[int, list[Hit[_Payload]]] = defaultdict(list)
    for hit in hits:
        if hit.start < end:
            by_sentence[passage.sentence_at(hit.start)].append(hit)
    for number, found in sorted(by_sentence.items()):
        yield from _matches_in_sentence(passage, passage.sentences[number], found, excluded, year)


def _end_of_article(passage: Passage, hits: Sequence[Hit[_Payload]]) -> int:
    """Where the article ends and the advertising of others begins."""
    for hit in hits:
        if isinstance(hit.payload, _Tail):
            start, end = passage.sentences[passage.sentence_at(hit.start)]
            if hit.start - start <= 2 and end - start <= _LONGEST_HEADING and start > 0:
                return start
    return len(passage.folded.text)


def _matches_in_sentence(
    passage: Passage,
    sentence: tuple[int, int],
    hits: Sequence[Hit[_Payload]],
    excluded: Collection[int],
    year: int | None,
) -> Iterator[Match]:
    text = passage.folded.text
    cues = _outermost([Hit(hit.start, hit.end, hit.payload) for hit in hits if isinstance(hit.payload, Cue)])
    excluded = {*excluded, *(id(hit.payload.terms) for hit in hits if isinstance(hit.payload, _Unless))}
    named = [
        (hit, hit.payload) for hit in hits if isinstance(hit.payload, ConceptTerms) and id(hit.payload) not in excluded
    ]
    named = [(hit, concept) for hit, concept in named if not _is_part(hit, concept, named)]
    beside = {concept.concept for _, concept in named}
    verdicts: dict[str, list[tuple[Hit[_Payload], Verdict]]] = defaultdict(list)
    for hit, concept in named:
        mention = Mention(text, hit.start, hit.end, concept.concept, concept.stance, sentence, year, beside)
        verdicts[concept.concept].append((hit, stance_of(mention, cues)))
    for concept_name, held in verdicts.items():
        yield _match(passage, sentence, concept_name, held)


def _outermost(cues: Sequence[Hit[Cue]]) -> list[Hit[Cue]]:
    """`cues` without those that are part of a longer one with another stance: *agree* in *failed to agree*."""
    return [
        cue
        for cue in cues
        if not any(
            other.start <= cue.start
            and other.end >= cue.end
            and other.end - other.start > cue.end - cue.start
            and other.payload.stance is not cue.payload.stance
            for other in cues
        )
    ]


def _is_part(hit: Hit[_Payload], concept: ConceptTerms, named: Sequence[tuple[Hit[_Payload], ConceptTerms]]) -> bool:
    """Whether a longer term of the same concept holds this one: *ceasefire* in *ceasefire deal*."""
    return any(
        other.start <= hit.start
        and other.end >= hit.end
        and other.end - other.start > hit.end - hit.start
        and same.concept == concept.concept
        for other, same in named
    )


def _match(
    passage: Passage, sentence: tuple[int, int], concept: str, held: Sequence[tuple[Hit[_Payload], Verdict]]
) -> Match:
    decisive = max((verdict for _, verdict in held), key=lambda verdict: verdict.strength)
    start, end = passage.folded.origin(*sentence)
    marks: list[tuple[int, int]] = []
    for hit, _ in held:
        mark = passage.folded.origin(hit.start, hit.end)
        if not marks or mark[0] >= marks[-1][1] + start:
            marks.append((mark[0] - start, mark[1] - start))
    return Match(
        concept=concept,
        stance=decisive.stance,
        terms=tuple(dict.fromkeys(passage.text[start + a : start + b] for a, b in marks)),
        sentence=passage.text[start:end],
        span=Span(passage.name, start, end),
        marks=tuple(marks),
        cues=tuple(passage.written(*cue) for cue in decisive.cues),
    )
