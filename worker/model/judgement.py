"""What is decided about an article: region, concepts, stance, rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args


class Region(StrEnum):
    """Whether an article is about the region."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    """What a sentence says of an event."""

    AGREED = "agreed"
    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    CALLED_FOR = "called_for"
    VIOLATED = "violated"
    DENIED = "denied"
    ENDED = "ended"
    BACKGROUND = "background"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How urgent an alert is; compare with `rank`."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return _SEVERITIES.index(self)


_SEVERITIES = [Severity.INFO, Severity.WARNING, Severity.CRITICAL]

ConceptName = Literal[
    "ceasefire",
    "disarmament",
    "offensive",
    "shelling",
    "casualties",
    "talks",
    "peace_deal",
    "displacement",
    "blockade",
    "troop_movement",
    "prisoner_exchange",
    "peacekeepers",
]
CONCEPTS: tuple[str, ...] = get_args(ConceptName)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a field of an article, in characters of the text as stored: `text[start:end]`."""

    field: str  # title | summary | text
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place, actor or institution of the gazetteer that an article names."""

    place: str  # the gazetteer's name
    kind: str  # city, province, country, actor, …
    term: str  # as written
    span: Span
    core: bool = False  # names the conflict by itself (Karabakh, Lachin corridor)


@dataclass(frozen=True, slots=True)
class Relevance:
    """Whether an article is about the region, and why."""

    region: Region
    places: tuple[str, ...] = ()  # the gazetteer's names, most telling first
    evidence: tuple[str, ...] = ()  # readable: "title names Stepanakert", "sport: Qarabağ FK"


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that an article reports, in one sentence."""

    concept: str
    stance: Stance
    terms: tuple[str, ...]  # as written
    sentence: str  # as written
    span: Span  # of the sentence
    marks: tuple[tuple[int, int], ...] = ()  # of the terms within the sentence
    cues: tuple[str, ...] = ()  # the words that decided the stance
    numbers: tuple[tuple[str, int], ...] = ()  # of casualties: ("killed", 3), ("wounded", 12)
    elsewhere: str = ""  # the place outside the region that this sentence is about; such a match raises nothing
    speaker: str = ""  # who says so, as written in the sentence; "" unknown
    speaker_side: str = ""  # whose voice that is: ISO 3166-1 country, or the profile's side of an actor; "" unknown


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What one rule made of one article."""

    rule_id: str
    fired: bool
    reason: str  # the first condition that failed, or what fired it
    match: Match | None = None  # the match that fired it
    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole decision on one article: stored with it, shown by `trucewire article`."""

    relevance: Relevance
    matches: tuple[Match, ...] = ()
    rules: tuple[RuleTrace, ...] = ()

    @property
    def fired(self) -> tuple[RuleTrace, ...]:
        """The rules that raise an alert."""
        return tuple(trace for trace in self.rules if trace.fired)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is configured. Empty conditions are no conditions."""

    rule_id: str
    title: str
    severity: Severity
    severities: Mapping[Stance, Severity] = field(default_factory=dict)  # where a stance makes it another one
    concepts: tuple[str, ...] = ()
    stances: tuple[Stance, ...] = ()
    any: tuple[str, ...] = ()  # own words and phrases; `*` at the end stands for any ending
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    near: int | None = None  # at most so many words between the words of `all` and one of `any`
    fields: tuple[str, ...] = ("title", "summary", "text")
    regions: tuple[Region, ...] = (Region.YES,)
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    enabled: bool = True
