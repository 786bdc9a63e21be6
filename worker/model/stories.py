"""Stories: who says what in them, and what is known of their alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from worker.model.alerts import Confirmation, UpdateReason
from worker.model.judgement import Match, Severity, Stance

CLAIM_NUMBERS = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one article says of one concept; (article, concept, stance) is its natural key."""

    article_id: int
    concept: str
    stance: Stance
    sentence: str
    speaker: str  # who says so, as written; "" unknown
    side: str  # whose voice it is: the speaker's side, else the publisher's; "" nobody's but the publisher's own
    family: str  # of the publisher
    at: datetime  # published, or first seen where that is unknown
    numbers: CLAIM_NUMBERS = ()  # ("killed", 3), ("wounded", 12)


@dataclass(frozen=True, slots=True)
class Source:
    """An article of a story as a witness: whose it is, and what it is made of."""

    article_id: int
    publisher: str
    family: str
    at: datetime
    side: str = ""  # of the publisher: state media speak for their state
    credit: str = ""  # the agency whose text it prints
    copy_of: int | None = None  # the earlier article that it repeats
    machine_written: bool = False
    withdrawn: bool = False  # its publisher takes it back
    title: str = ""
    language: str = ""  # ISO 639-1, "" unknown


@dataclass(frozen=True, slots=True)
class Told:
    """One revision of an alert, with what matters of the article behind it."""

    reason: UpdateReason
    stance: Stance
    article_id: int
    family: str
    at: datetime | None = None  # when


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """An alert as it stands before an article of its story is taken into account."""

    alert_id: int
    rule_id: str
    revision: int
    severity: Severity
    concept: str
    stance: Stance
    said_at: datetime  # when the article that made it say so was published
    confirmation: Confirmation
    told: tuple[Told, ...]  # its revisions, oldest first
    numbers: Mapping[str, int] = field(default_factory=dict)  # the highest told so far, by kind
    spoke: Mapping[int, int] = field(default_factory=dict)  # articles behind it → their revision when they said so
    closed: bool = False


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What an article changes of an alert. `reason` None: nothing that anybody is told of."""

    alert_id: int
    confirmation: Confirmation
    reason: UpdateReason | None = None
    detail: str = ""  # one line for people
    severity: Severity | None = None  # None: as it was
    match: Match | None = None  # what the alert says now; None: as it was
    numbers: Mapping[str, int] | None = None
    independent: int = 0  # voices of no party that say what the alert says now
