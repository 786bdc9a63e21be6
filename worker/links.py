"""An action on an alert in, a signed link out; and back again: the pure half of the links that messages carry.

A token names one action on one alert and when it ends, signed with HMAC-SHA256. It can be read by everyone and made by
nobody without the secret. Reading one changes nothing: mail scanners follow links, so whoever serves the page acts on a
POST only. Never knows the time, and never remembers a token: doing the same twice is harmless.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from worker.errors import LinkError

SECRET_LENGTH = 32  # characters at least
_SIGNATURE_BYTES = 20  # 160 bits: RFC 2104 advises no less than half of the hash


class Do(StrEnum):
    """What a link can do."""

    ACKNOWLEDGE = "ack"
    SNOOZE_2H = "snooze2h"
    SNOOZE_12H = "snooze12h"
    SNOOZE_24H = "snooze24h"

    @property
    def snooze(self) -> timedelta | None:
        """For how long it snoozes; None where it does something else."""
        return _SNOOZES.get(self)


_SNOOZES = {
    Do.SNOOZE_2H: timedelta(hours=2),
    Do.SNOOZE_12H: timedelta(hours=12),
    Do.SNOOZE_24H: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody who holds a link may do."""

    do: Do
    alert_id: int
    expires_at: datetime


def link(base_url: str, secret: str, action: Do, alert_id: int, expires_at: datetime) -> str:
    """The address, `{base_url}/do/{token}`.

    Args:
        base_url: of the web service as it is reached from outside, without a slash at the end.
        secret: at least 32 characters; whoever knows it can make links.
        action: what the link does.
        alert_id: to which alert.
        expires_at: aware; from then on the link does nothing.

    Raises:
        ValueError: the secret is too short.
    """
    if len(secret) < SECRET_LENGTH:
        raise ValueError(f"a secret for links needs at least {SECRET_LENGTH} characters")
    body = f"{action}.{alert_id}.{int(expires_at.timestamp())}"
    return f"{base_url}/do/{body}.{_signature(body, secret)}"


def read(token: str, secret: str, now: datetime) -> Action:
    """What a token allows.

    Raises:
        LinkError: it was not made with this secret, or has expired.
    """
    body, _, signature = token.rpartition(".")
    if len(token) > 200 or not hmac.compare_digest(
        signature.encode("utf-8", "replace"), _signature(body, secret).encode()
    ):
        raise LinkError("this link is not one of ours: it may have been cut off on its way")
    do, alert_id, expires = body.split(".")  # signed, so it is as it was made
    action = Action(Do(do), int(alert_id), datetime.fromtimestamp(int(expires), UTC))
    if action.expires_at <= now:
        raise LinkError(f"this link has expired on {action.expires_at:%Y-%m-%d %H:%M} UTC")
    return action


def _signature(body: str, secret: str) -> str:
    # The prefix keeps a signature from counting anywhere else, should the secret ever be used twice.
    digest = hmac.digest(secret.encode(), f"trucewire link 1\n{body}".encode("utf-8", "replace"), hashlib.sha256)
    return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=")
