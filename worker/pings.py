"""What is wrong with Trucewire in; a ping to the dead-man's switch that watches over it out.

The address is that of one check of Healthchecks (https://healthchecks.io/docs/http_api/), or of anything that speaks
like it: a POST says that all is well, a POST to the same address with `/fail` behind it says what is not. If nothing
comes, the service at the other end raises the alarm: a machine that is off cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from worker.connections import Connections, absolute_url
from worker.errors import FetchError
from worker.model.polling import FetchLimits, Outcome

_BODY_BYTES = 10_000  # Healthchecks keeps as much


class Pings:
    """Pings. One per process, thread-safe, keeps its connection.

    Args:
        limits: of time and address: a switch in a private network is reached only where the allow-list opens it.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._connections = Connections(limits)

    def ping(self, url: str, complaints: Sequence[str]) -> None:
        """Say that all is well, or what is not.

        Raises:
            FetchError: the switch did not take it.
        """
        body = "\n".join(complaints).encode()[:_BODY_BYTES]
        headers = self._connections.headers_of("text/plain; charset=utf-8", body)
        address = absolute_url(_failing(url) if complaints else url)
        answer = self._connections.send(self._connections.exchange(), "POST", address, headers, body)
        answer.finish()
        if not 200 <= answer.status < 300:
            # The address is a secret: whoever knows it can keep the alarm silent.
            outcome = Outcome.SERVER_ERROR if answer.status >= 500 else Outcome.CLIENT_ERROR
            raise FetchError(f"the dead-man's switch answers HTTP {answer.status}", outcome, status=answer.status)

    def close(self) -> None:
        """Close the connection."""
        self._connections.close()


def _failing(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))
