"""Delivery: routes that lead alerts to channels, notices beside alerts, and what a channel is handed at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from worker.model.alerts import Alert, Confirmation
from worker.model.judgement import Severity, Stance


class NoticeKind(StrEnum):
    """What Trucewire has to say that is no news."""

    CHANNEL_DISABLED = "channel_disabled"
    DELIVERY_FAILED = "delivery_failed"  # a channel has not taken a message, for good
    SOURCE_QUIET = "source_quiet"
    FEED_FAILING = "feed_failing"
    CUT_OFF = "cut_off"  # most feeds fail at once: the fault is here


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about Trucewire itself. (kind, subject) is its natural key while it is open."""

    notice_id: int
    kind: str
    subject: str  # what it is about: a channel's name, a feed's address
    severity: Severity
    title: str  # one line
    text: str
    raised_at: datetime
    closed_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # to say the same in another language; empty: unknown


class Purpose(StrEnum):
    """Why a channel is told."""

    ALERT = "alert"  # a route leads there
    ESCALATION = "escalation"  # nobody has acknowledged what another channel got
    NOTICE = "notice"


class Form(StrEnum):
    """What a message carries."""

    ALERT = "alert"  # one alert
    GROUP = "group"  # alerts that belong together
    DIGEST = "digest"  # whatever was held for a time
    NOTICE = "notice"


class GroupBy(StrEnum):
    """Which alerts of a channel become one message."""

    NONE = "none"
    STORY = "story"
    RULE = "rule"
    PLACE = "place"  # the first place an alert names
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Names:
    """Which names pass: those in `only`, or all where it is empty; never those in `never`."""

    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def let(self, *names: str) -> bool:
        """Whether one of an alert's names is wanted, and none unwanted."""
        return (not self.only or not self.only.isdisjoint(names)) and self.never.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which alerts a route takes. Empty conditions take everything; a severity is only ever a minimum."""

    minimum_severity: Severity = Severity.INFO
    rules: Names = Names()
    concepts: Names = Names()
    stances: Names = Names()
    confirmations: Names = Names()
    places: Names = Names()
    languages: Names = Names()
    countries: Names = Names()  # of the publisher
    sides: Names = Names()  # whose voice the publisher is
    families: Names = Names()  # of publishers


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `messages` in any `period`; what is more waits."""

    messages: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` by the clock of the route's zone; over midnight where `end` is the earlier one."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Digest:
    """When what was held is sent together: at each full hour, or daily at `at` by the clock of the route's zone."""

    at: time | None = None  # None = hourly


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told when nobody acknowledges a critical alert in time."""

    after: timedelta
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to which channels, and when. Every route that takes an alert counts; their order does not."""

    name: str
    channels: tuple[str, ...] = ()  # empty = all
    conditions: Conditions = field(default_factory=Conditions)
    notices: bool = False  # takes notices, too
    group_by: GroupBy = GroupBy.STORY
    group_wait: timedelta = timedelta(0)  # how long the first alert of a group waits for others
    group_interval: timedelta = timedelta(0)  # the least between two messages of a group
    throttle: Throttle | None = None
    quiet_hours: tuple[QuietHours, ...] = ()
    digest: Digest | None = None
    zone: tzinfo = UTC
    let_pass: Severity | None = Severity.CRITICAL  # from here on no throttle, no quiet hours, no digest; None = nothing
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Inhibition:
    """An alert that takes the floor from lesser ones of the same story."""

    name: str
    source: Conditions
    target_maximum: Severity = Severity.INFO
    target_rules: Names = Names()
    within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Routing:
    """What `routes.toml` says."""

    routes: tuple[Route, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A notification that a channel has had, or is about to have."""

    channel: str
    alert_id: int
    route: str
    bundle: str
    severity: Severity
    at: datetime  # when it was, or will be, sent
    waits: bool  # not sent yet, and nobody is sending it: others can still join it


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one channel is handed at once. Its members and its key are the same at every attempt."""

    message_id: int
    channel: str
    key: str
    form: Form
    created_at: datetime
    attempts: int
    alerts: tuple[Alert, ...] = ()
    escalates: bool = False  # nobody acknowledged what another channel got
    notice: Notice | None = None
    # Notifications that were to go along, by id, and what is wrong with what they are to tell.
    unreadable: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """An alert that a channel should have a notification of, and has none."""

    alert_id: int
    revision: int
    channel: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Alerts × channels, counted."""

    pairs: int
    by_status: dict[str, int]  # of those pairs
    unrouted: int  # alerts whose newest revision waits for routing
    unexplained: int  # suppressed or failed without a reason
    gaps: tuple[Gap, ...]


# What a confirmation's name may be, for those who check settings.
CONFIRMATIONS = tuple(str(one) for one in Confirmation)
STANCES = tuple(str(one) for one in Stance)
