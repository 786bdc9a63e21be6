"""A request to a WebSub hub in, its answer out: an HTTP POST over the guarded connections.

A hub's address comes from a feed, so it may be anything: private addresses are refused unless the allow-list opens
them, at every redirect, too. Follows 307 and 308, which hubs that have moved to TLS answer with, and no other redirect.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode, urljoin

from worker.connections import Answer, Connections, absolute_url, retry_after_s
from worker.errors import FetchError
from worker.model.polling import FetchLimits, Outcome
from worker.model.subscriptions import HubAnswer

MAX_REDIRECTS = 3
_TEXT_BYTES = 200


class Hubs:
    """Asks hubs. One per process, thread-safe, keeps its connections.

    Args:
        limits: of time, size and address.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._connections = Connections(limits)

    def ask(self, hub_url: str, form: Mapping[str, str], now: datetime) -> HubAnswer:
        """POST `form` to the hub.

        Raises:
            FetchError: no answer, with the outcome that a poll would have.
        """
        body = urlencode(form).encode()
        headers = self._connections.headers_of("application/x-www-form-urlencoded", body)
        exchange, url = self._connections.exchange(), absolute_url(hub_url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._connections.send(exchange, "POST", url, headers, body)
            try:
                if answer.status not in (307, 308):
                    wait_s = retry_after_s(answer.headers, now, self._connections.limits.max_retry_after_s)
                    return HubAnswer(answer.status, _beginning(answer), wait_s)
                url = absolute_url(urljoin(url, answer.headers.get("location", "")))
            finally:
                answer.finish()
        raise FetchError(f"{hub_url}: redirects more than {MAX_REDIRECTS} times", Outcome.BAD_REDIRECT)

    def close(self) -> None:
        """Close every idle connection."""
        self._connections.close()


def _beginning(answer: Answer) -> str:
    """What a person can read of the answer: hubs explain a refusal in words."""
    piece = b""
    if not 200 <= answer.status < 300:
        with suppress(FetchError):  # the status has said what counts
            piece = next(answer.pieces(), b"")
    text = piece[:_TEXT_BYTES].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()
