"""Passages of an article in; the concepts they report out, one match for each concept and sentence.

Every word comes from the lexicons. A match is a reading of one sentence: the terms found, the stance, and the cues
that decided it. What follows a heading such as "Don't miss" is not the article and is not read. Never decides
whether a match matters: that is the rules' work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from worker.concepts.speakers import Grammar, Name, speaker_in
from worker.concepts.stances import BROKEN, Mention, Verdict, stance_of, surrounds, years_in
from worker.concepts.tolls import Toll, toll_terms, tolls_in
from worker.model import ConceptTerms, Cue, Lexicon, Match, Span, SpeechRole, Stance
from worker.text import Hit, Passage, Term, TermIndex


@dataclass(frozen=True, slots=True)
class _Unless:
    """A word that gives terms of these concepts another sense."""

    terms: ConceptTerms


@dataclass(frozen=True, slots=True)
class _Tail:
    """A heading after which other articles are advertised."""


_Payload = ConceptTerms | _Unless | _Tail
_Marker = Cue | SpeechRole | Toll | int
_NEGATIVE = frozenset({"blockade"})  # concepts that a negation may name: lorries are *not let through*
_LONGEST_HEADING = 60  # characters of a line that may be a heading


class Concepts:
    """The lexicons' concepts and cues, compiled once."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._readers = {
            lexicon.language: _Reader(
                TermIndex(_terms(lexicon)),
                TermIndex(_marker_terms(lexicon)),
                tuple(f" {word} " for word in lexicon.determiners),
                lexicon.names_are_capitalised,
                Grammar(lexicon.verb_last, lexicon.capitals, lexicon.locative, lexicon.where),
            )
            for lexicon in lexicons
        }

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have a lexicon, ISO 639-1."""
        return frozenset(self._readers)

    def matches(
        self,
        passages: Iterable[Passage],
        language: str,
        *,
        year: int | None,
        names: Mapping[str, Sequence[Name]] | None = None,
    ) -> tuple[Match, ...]:
        """Every concept the passages report, in order.

        Args:
            passages: title, summary, text.
            language: of the lexicon to read with; a language without one has no matches.
            year: when the article was published, for telling news from history; None for unknown.
            names: by passage, the countries, people and institutions it names, for telling who speaks.
        """
        reader = self._readers.get(language)
        if reader is None:
            return ()
        names = names or {}
        found: list[Match] = []
        excluded: frozenset[int] = frozenset()  # by the title, for the whole article
        for passage in passages:
            hits = reader.terms.find(passage.folded.text, passage.spaced)
            if passage.name == "title":
                excluded = frozenset(id(hit.payload.terms) for hit in hits if isinstance(hit.payload, _Unless))
            sentences = list(_sentences(passage, hits, excluded))
            years = years_in(passage.folded.text, year) if sentences else []
            for sentence in sentences:
                found.extend(_matches_in(passage, sentence, reader, years, names.get(passage.name, ())))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What one language is read with."""

    terms: TermIndex[_Payload]
    markers: TermIndex[_Marker]  # looked for only in sentences that name a concept
    determiners: tuple[str, ...]  # each between blanks
    names_are_capitalised: bool
    grammar: Grammar

    def is_definite(self, passage: Passage, start: int) -> bool:
        """Whether the term at `start` is one the reader is taken to know: *the* truce, *Iran's* truce, *Gaza* truce."""
        before = f" {passage.folded.text[max(0, start - 12) : start]}"
        if before.endswith((*self.determiners, "'s ")):
            return True
        if not self.names_are_capitalised or not before[-2:-1].isalnum():
            return False
        begin = passage.folded.text.rfind(" ", 0, start - 1) + 1
        return passage.written(begin, begin + 1).isupper()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence that names a concept."""

    start: int
    end: int
    terms: list[Hit[ConceptTerms]]


def _marker_terms(lexicon: Lexicon) -> Iterator[Term[_Marker]]:
    for cue in lexicon.cues:
        for written in cue.terms:
            yield Term(written, cue, lexicon.endings)
    for role, terms in lexicon.speech.items():
        for written in terms:
            yield Term(written, role, lexicon.endings)
    for toll in toll_terms(lexicon):
        yield Term(toll.written, toll.payload, toll.endings)


def _terms(lexicon: Lexicon) -> Iterator[Term[_Payload]]:
    for concept in lexicon.concepts:
        for written in concept.terms:
            yield Term(written, concept, lexicon.endings)
        for written in concept.unless:
            yield Term(written, _Unless(concept), lexicon.endings)
    for written in lexicon.tails:
        yield Term(written, _Tail(), lexicon.endings)


def _sentences(passage: Passage, hits: Sequence[Hit[_Payload]], excluded: frozenset[int]) -> Iterator[_Sentence]:
    """The sentences of the article itself that name a concept."""
    end = _end_of_article(passage, hits)
    found: dict[int, list[Hit[_Payload]]] = {}
    naming: set[int] = set()
    for hit in hits:
        if hit.start < end:
            number = passage.sentence_at(hit.start)
            found.setdefault(number, []).append(hit)
            if isinstance(hit.payload, ConceptTerms):
                naming.add(number)
    for number in sorted(naming):
        held = found[number]
        other_sense = excluded | {id(hit.payload.terms) for hit in held if isinstance(hit.payload, _Unless)}
        terms = [
            cast("Hit[ConceptTerms]", hit)
            for hit in held
            if isinstance(hit.payload, ConceptTerms) and id(hit.payload) not in other_sense
        ]
        if terms:
            yield _Sentence(*passage.sentences[number], _whole(terms))


def _end_of_article(passage: Passage, hits: Sequence[Hit[_Payload]]) -> int:
    """Where the article ends and the advertising of others begins."""
    for hit in hits:
        if isinstance(hit.payload, _Tail):
            start, end = passage.sentences[passage.sentence_at(hit.start)]
            if hit.start - start <= 2 and end - start <= _LONGEST_HEADING and start > 0:
                return start
    return len(passage.folded.text)


def _matches_in(
    passage: Passage,
    sentence: _Sentence,
    reader: _Reader,
    years: Sequence[tuple[int, int]],
    names: Sequence[Name],
) -> Iterator[Match]:
    text, span = passage.folded.text[: sentence.end], (sentence.start, sentence.end)
    markers = reader.markers.find(text, passage.spaced[sentence.start : sentence.end + 2], sentence.start)
    cues = cast("list[Hit[Cue]]", [hit for hit in markers if isinstance(hit.payload, Cue)])
    speech = cast("list[Hit[SpeechRole]]", [hit for hit in markers if isinstance(hit.payload, SpeechRole)])
    speaker = speaker_in(passage, span, speech, names, reader.grammar)
    beside = {hit.payload.concept for hit in sentence.terms}
    dates = [year for year in years if sentence.start <= year[0] < sentence.end]
    dates += [(cue.start, cue.end) for cue in cues if cue.payload.dates]
    applying = {concept: _applying(cues, concept, sentence.terms) for concept in beside} if cues else {}
    held: dict[str, list[tuple[Hit[ConceptTerms], Verdict]]] = {}
    for hit in sentence.terms:
        definite = reader.is_definite(passage, hit.start)
        concept = hit.payload.concept
        mention = Mention(text, hit.start, hit.end, concept, hit.payload.stance, definite, beside)
        held.setdefault(concept, []).append((hit, stance_of(mention, applying.get(concept, ()), dates)))
    for concept, verdicts in held.items():
        numbers: tuple[tuple[str, int], ...] = ()
        if concept == "casualties":
            numbers = tolls_in(
                text, span, [cast("Hit[Toll | int]", hit) for hit in markers if isinstance(hit.payload, (Toll, int))]
            )
        yield _match(passage, span, concept, verdicts, numbers, speaker)


def _applying(cues: Sequence[Hit[Cue]], concept: str, terms: Sequence[Hit[ConceptTerms]]) -> list[Hit[Cue]]:
    """The `cues` that may say something of a concept."""
    meant = [cue for cue in cues if not cue.payload.concepts or concept in cue.payload.concepts]
    own = [term for term in terms if term.payload.concept == concept]
    # *talks on* says nothing of other talks: a cue that is itself a mention of a concept is none for that concept. It
    # hides what is part of it all the same: *if … not* is no denial.
    return [cue for cue in _outermost(meant) if not any(_names(cue, term) for term in own)]


def _names(cue: Hit[Cue], term: Hit[ConceptTerms]) -> bool:
    """Whether a cue is a part of a mention, or the other way round, and no denial within or around it."""
    if cue.start >= term.end or term.start >= cue.end or surrounds(cue, term.start, term.end):
        return False
    return cue.payload.stance is not Stance.DENIED or cue.start <= term.start or term.payload.concept in _NEGATIVE


def _outermost(cues: Sequence[Hit[Cue]]) -> list[Hit[Cue]]:
    """`cues`, in order, without those that are part of a longer one with another stance: *agree* in *fail to agree*."""
    if len(cues) < 2:
        return list(cues)
    kept: list[Hit[Cue]] = []
    outer: list[Hit[Cue]] = []  # those that reach furthest so far; longest first where several begin together
    for cue in cues:
        outer = [other for other in outer if other.end > cue.start]
        if not any(
            other.end >= cue.end
            and other.payload.stance is not cue.payload.stance
            and other.end - other.start > cue.end - cue.start
            and not (cue.payload.stance in BROKEN and other.payload.disputes)
            for other in outer
        ):
            kept.append(cue)
            outer.append(cue)
    return kept


def _whole(terms: Sequence[Hit[ConceptTerms]]) -> list[Hit[ConceptTerms]]:
    """`terms` without what a longer one holds: *ceasefire* in *ceasefire deal*, *fighting* in *halt the fighting*."""
    if len(terms) == 1:
        return list(terms)
    return [
        hit
        for hit in terms
        if not any(
            other.start <= hit.start
            and other.end >= hit.end
            and other.end - other.start > hit.end - hit.start
            and other.payload.concept in (hit.payload.concept, "ceasefire")
            # *agreed to meet* says more than *leaders agreed to meet*: what the term says of itself is heard.
            and (hit.payload.stance is None or other.payload.stance is not None or other.payload.concept == "ceasefire")
            for other in terms
        )
    ]


def _match(
    passage: Passage,
    sentence: tuple[int, int],
    concept: str,
    held: Sequence[tuple[Hit[ConceptTerms], Verdict]],
    numbers: tuple[tuple[str, int], ...],
    speaker: str,
) -> Match:
    decisive = held[0][1] if len(held) == 1 else max((verdict for _, verdict in held), key=_strength)
    start, end = passage.folded.origin(*sentence)
    marks: list[tuple[int, int]] = []
    for hit, _ in held:
        mark = passage.folded.origin(hit.start, hit.end)
        if not marks or mark[0] >= marks[-1][1] + start:
            marks.append((mark[0] - start, mark[1] - start))
    return Match(
        concept=concept,
        stance=decisive.stance,
        terms=tuple(dict.fromkeys([passage.text[start + a : start + b] for a, b in marks])),
        sentence=passage.text[start:end],
        span=Span(passage.name, start, end),
        marks=tuple(marks),
        cues=tuple([passage.written(*cue) for cue in decisive.cues]),
        numbers=numbers,
        speaker=speaker,
    )


def _strength(verdict: Verdict) -> float:
    return verdict.strength
