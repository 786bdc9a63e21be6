"""A message's JSON by POST, signed after Standard Webhooks (https://www.standardwebhooks.com, version 1.0.0).

`webhook-id` is the idempotency key, the same at every attempt; `webhook-timestamp` is the attempt's. The receiver is
reached through the guarded connections, so it lies in a private network only where the allow-list opens it.

What an answer means follows the specification's advice: 2xx is accepted, 410 switches the channel off, everything else
failed and is tried again: a 404 during a deployment, or a 400 for one payload, must not silence a channel for good.
Redirects are not followed; `Retry-After` is passed on with every failure.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook

from worker.connections import Connections, absolute_url, retry_after_s
from worker.errors import DeliveryError, FetchError
from worker.model import Channel, Message


def send(channel: Channel, message: Message, now: datetime, connections: Connections) -> None:
    """POST the payload.

    Raises:
        DeliveryError: permanent for 410, and for an address that is never connected to.
    """
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
    data = body.encode()
    headers = connections.headers_of("application/json", data) | signature(channel, message.key, now, body)
    try:
        exchange = connections.exchange()
        answer = connections.send(exchange, "POST", absolute_url(channel.options["url"]), headers, data)
    except FetchError as error:
        raise DeliveryError(f"{channel.name}: {error}", permanent=error.permanent) from error
    answer.finish()  # the head of the answer decides; what it says beyond that is for people
    if not 200 <= answer.status < 300:
        raise DeliveryError(
            f"{channel.name}: HTTP {answer.status}",
            permanent=answer.status == 410,
            retry_after_s=retry_after_s(answer.headers, now, connections.limits.max_retry_after_s),
        )


def signature(channel: Channel, key: str, now: datetime, body: str) -> dict[str, str]:
    """The three `webhook-…` headers; signed with the previous secret, too, while receivers change over."""
    at = now.astimezone(UTC)
    secrets = (channel.options[name] for name in ("secret", "previous_secret") if channel.options.get(name))
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(key, at, body) for secret in secrets),
    }
