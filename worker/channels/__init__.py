"""A channel and a message in; the message delivered, or a `DeliveryError`, out.

One kind = one small module with a `send`, one row in `KINDS`, one test file. A `send` returns once the channel has
accepted the message, and never retries: that is the caller's matter, with the same idempotency key.
Only what breaks the channel for every message is permanent: it disables the channel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from worker.channels import apprise, console, email, webhook
from worker.connections import Connections
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits, Message

Send = Callable[[Channel, Message, datetime, Connections], None]

KINDS: dict[str, Send] = {
    "apprise": apprise.send,
    "console": console.send,
    "email": email.send,
    "webhook": webhook.send,
}


class Channels:
    """Sends messages through channels of every kind. One per process, thread-safe, keeps its HTTP connections.

    Args:
        limits: of webhooks' exchanges. Their allow-list opens receivers in private networks.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._connections = Connections(limits)

    def send(self, channel: Channel, message: Message, now: datetime) -> None:
        """Deliver `message`.

        Raises:
            DeliveryError: the channel did not accept it.
        """
        kind = KINDS.get(channel.kind)
        if kind is None:
            raise DeliveryError(f"{channel.name}: no kind of channel is called {channel.kind!r}", permanent=True)
        kind(channel, message, now, self._connections)

    def close(self) -> None:
        """Close every idle connection."""
        self._connections.close()
