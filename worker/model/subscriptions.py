"""WebSub: what is agreed with a hub about one feed (https://www.w3.org/TR/websub/)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    WANTED = "wanted"  # a feed names the hub, which has not been asked yet
    REQUESTED = "requested"  # asked; the hub has not verified yet
    ACTIVE = "active"  # verified: pushes are expected
    REFUSED = "refused"  # the hub said no, and is asked ever more rarely
    SILENT = "silent"  # accepted, but no push came although the feed brought news
    ENDING = "ending"  # the feed is watched no longer, the hub is to be told
    ENDED = "ended"  # the hub has been told; the callback is gone


@dataclass(frozen=True, slots=True)
class HubOffer:
    """A feed's document names a hub, under which address the feed is known there."""

    feed_id: int
    hub_url: str
    topic: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at one hub."""

    subscription_id: int
    feed_id: int
    feed_url: str
    hub_url: str
    topic: str
    token: str = field(repr=False)  # the unguessable end of the callback's address
    secret: str = field(repr=False)  # what pushes are signed with
    state: SubscriptionState
    next_attempt_at: datetime
    requested_at: datetime | None = None
    verified_at: datetime | None = None  # since when it has been active without a break
    lease_until: datetime | None = None
    last_push_at: datetime | None = None  # a signed one
    pushes: int = 0
    failures: int = 0  # requests in a row that led to no verification
    feed_last_new_at: datetime | None = None  # when a poll of the feed last brought new articles


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What a hub said to a request."""

    status: int
    text: str = ""  # its beginning, printable
    retry_after_s: float | None = None
