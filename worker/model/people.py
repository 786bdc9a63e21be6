"""People who use the pages and the API: what they may do, and how they were known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What somebody may do. Each may all that the one before it may."""

    READER = "reader"  # look
    ANALYST = "analyst"  # … acknowledge, snooze, silence, give feedback
    ADMIN = "admin"  # … enable feeds and channels, read the audit log

    def includes(self, other: Role) -> bool:
        """Whether who has this role may do what `other` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


class How(StrEnum):
    """How a visitor was known."""

    LOOPBACK = "loopback"  # not at all: only this machine reaches the service
    SESSION = "session"  # a password, earlier
    TOKEN = "token"  # noqa: S105  the word, no secret
    LINK = "link"  # a signed link out of a message
    COMMAND = "command"  # whoever may run `trucewire` on the installation


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    name: str
    role: Role
    how: How
    address: str = ""  # of the network; "" where it does not matter


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log: what somebody did or tried."""

    action: str  # as in `alert.acknowledge`
    subject: str = ""  # what it was done to: an id, a name
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that is in force."""

    visitor: Visitor
    expires_at: datetime
    renew: bool  # old enough that its secret should be replaced
