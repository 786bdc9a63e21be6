"""What the language layer knows: lexicons by language, and the profile of a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from worker.model.judgement import Stance


class SpeechRole(StrEnum):
    """What a word does in a sentence that says who speaks."""

    VERB = "verb"  # said, reported
    PREPOSITION = "preposition"  # the speaker stands behind it: according to
    POSTPOSITION = "postposition"  # the speaker stands before it: Azerbaijani -nin sözlərinə görə
    SPEAKER = "speaker"  # ministry, spokesman: who may speak
    NOBODY = "nobody"  # pronouns, and what only looks like a verb of saying: was reported


@dataclass(frozen=True, slots=True)
class Cue:
    """Words beside a concept's term that say which stance a sentence takes."""

    stance: Stance
    terms: tuple[str, ...]
    strength: float  # the strongest cue decides; each word of distance costs a little
    before: int = 0  # how many words before the concept's term it may stand, 0 = never there
    after: int = 0  # how many words after it
    concepts: tuple[str, ...] = ()  # empty = all
    accepts: bool = False  # of an agreed cue: what is proposed and accepted is agreed
    dates: bool = False  # of a background cue: it says when, as a past year does: thirty years ago
    beside: tuple[str, ...] = ()  # concepts of which one must stand in the same sentence: during the ceasefire … killed
    disputes: bool = False  # that something was done, as *denies* and *is untrue* do, and *refuses* does not


@dataclass(frozen=True, slots=True)
class ConceptTerms:
    """How one language names a concept."""

    concept: str
    terms: tuple[str, ...]
    stance: Stance | None = None  # what the term says of itself where no cue contradicts: "peace deal signed"
    unless: tuple[str, ...] = ()  # words in the sentence that give the term another sense: tariff truce


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of one language. Terms are written as `worker.text.terms` says."""

    language: str  # ISO 639-1
    endings: Mapping[str, str] = field(default_factory=dict)  # name → regular expression
    concepts: tuple[ConceptTerms, ...] = ()
    cues: tuple[Cue, ...] = ()
    determiners: tuple[str, ...] = ()  # *the* ceasefire is one that the reader knows of
    names_are_capitalised: bool = False  # and nothing else is: the *Gaza* ceasefire is a known one too
    tails: tuple[str, ...] = ()  # headings after which other articles are advertised: "Don't miss"
    tolls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # killed, wounded → terms
    numbers: Mapping[str, int] = field(default_factory=dict)  # words that count: three, трое
    speech: Mapping[SpeechRole, tuple[str, ...]] = field(default_factory=dict)
    verb_last: bool = False  # who speaks begins the sentence, and the verb of saying ends it
    locative: tuple[str, ...] = ()  # how a name ends that says where: Yerevan-*ում*, Bakı-*da*
    where: tuple[str, ...] = ()  # … or the word before it: *in* Yerevan
    capitals: bool = True  # the script has capitals, and names begin with them
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sport, culture, … → terms that are sure signs
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # … → terms of which one alone says nothing
    world: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # country or theatre of war → terms


@dataclass(frozen=True, slots=True)
class Place:
    """A place, actor or institution of a region's gazetteer."""

    name: str
    kind: str  # country, capital, city, village, province, corridor, person, institution, …
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # language ("" = any) → terms
    country: str = ""  # ISO 3166-1 alpha-2
    side: str = ""  # whose voice it is where it speaks: mostly its country
    core: bool = False  # names the conflict by itself
    weight: float = 1.0  # how much one mention says that the article is about the region
    latitude: float | None = None  # degrees north
    longitude: float | None = None  # degrees east
    needs: bool = False  # a name that means something else too: counts only beside another place of the region

    @property
    def label(self) -> str:
        """Its name for people and in all that is stored, without what tells it from another entry of the same place.

        `Georgia (country)` is the entry of the names that mean nothing else, and `Georgia` that of the one that may.
        """
        return self.name.partition(" (")[0]


@dataclass(frozen=True, slots=True)
class Profile:
    """A region: what it consists of, and what only sounds like it."""

    name: str
    countries: tuple[str, ...]  # as the lexicons' `world` calls them: these are not elsewhere
    languages: tuple[str, ...]  # ISO 639-1: news in them that names no place is about the region
    places: tuple[Place, ...]
    powers: tuple[str, ...] = ()  # countries that act in the region: a sentence naming one may well be about the region
    traps: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Language → what only sounds like the region → terms: Georgia (USA) → Atlanta, Georgia Tech, …"""
    company: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language → words beside which an ambiguous name means the region: Georgia and *breakaway*, *foreign agents*."""
    sides: Mapping[str, str] = field(default_factory=dict)  # countries abroad → whose voice they are: Russia → RU
    opposed: tuple[frozenset[str], ...] = ()  # pairs of sides at odds: where both say so, both sides say so
    terms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Language → concept → what the region calls it, beside the lexicon's own terms."""
