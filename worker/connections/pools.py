"""urllib3's pools, with our sockets and our limits on headers.

Nothing here knows feeds or channels. `http.client` stops at 100 header lines, which real sites exceed, and lets each of
them be 64 KB long; `LimitedResponse` counts lines and bytes itself and passes on only what Trucewire reads.
"""

from __future__ import annotations

import http.client
from typing import Any, BinaryIO, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from worker.connections.exchange import Exchange, current
from worker.connections.sockets import DeadlineSocket, connect
from worker.errors import FetchError
from worker.model.polling import Outcome

# Framing, validators, redirects, caching, waiting, and what tells a challenge page. The rest, mostly cookies and
# policies for browsers, is counted and dropped, which spares the costly header parser most of its work.
KEPT_HEADERS = frozenset(
    b"age|alt-svc|cache-control|cf-mitigated|connection|content-encoding|content-language|content-length|content-location"
    b"|content-type|date|etag|expires|keep-alive|last-modified|link|location|proxy-connection|ratelimit-reset|retry-after"
    b"|server|transfer-encoding|vary|via|warning|x-cache|x-ratelimit-reset|x-robots-tag".split(b"|")
)


class HeaderReader:
    """The head of a response: counts every line and byte, passes on the lines that are kept.

    Args:
        stream: the buffered socket.
        exchange: whose limits hold. Interim responses (100 Continue) count, too.
    """

    def __init__(self, stream: BinaryIO, exchange: Exchange) -> None:
        self._stream = stream
        self._lines = exchange.limits.max_headers + 2  # the status line and the blank one
        self._bytes = exchange.limits.max_header_bytes
        self._kept = True
        self._status_line = True

    def readline(self, limit: int = -1) -> bytes:
        """The next line that is kept; b"" at the end of the stream."""
        while True:
            line = self._stream.readline(min(limit, self._bytes + 1) if limit >= 0 else self._bytes + 1)
            self._bytes -= len(line)
            self._lines -= 1
            if self._bytes < 0 or self._lines < 0:
                raise FetchError("the response has too many headers, or too large ones", Outcome.TOO_LARGE)
            blank = line in (b"\r\n", b"\n", b"")
            if blank or self._status_line:
                self._status_line = blank  # another one follows an interim response
                return line
            if line[:1] not in b" \t":  # those continue the header before them (obsolete folding)
                name, colon, _ = line.partition(b":")
                self._kept = bool(colon) and name.strip().lower() in KEPT_HEADERS
            if self._kept:
                return line

    def close(self) -> None:
        """Close the stream, as `http.client` does after a status line that is not HTTP."""
        self._stream.close()


class LimitedResponse(http.client.HTTPResponse):
    """A response whose head is read through a `HeaderReader`."""

    def begin(self) -> None:
        """Read status line and headers.

        Raises:
            FetchError: too_large.
        """
        stream = self.fp
        self.fp = cast(Any, HeaderReader(cast(BinaryIO, stream), current.get()))
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = stream


class GuardedConnection(HTTPConnection):
    """A connection that reaches checked addresses only and keeps the exchange's deadline."""

    response_class = LimitedResponse
    served = 0  # requests over the present socket

    def _new_conn(self) -> DeadlineSocket:
        self.served = 0
        return connect(self._dns_host, self.port, current.get())

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request as the base class does, under the current exchange's deadline."""
        exchange = current.get()
        if self.sock is None:
            self.connect()
        exchange.reused = self.served > 0
        self.served += 1
        cast(DeadlineSocket, self.sock).exchange = exchange
        super().request(*args, **kwargs)


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS."""


class GuardedPool(HTTPConnectionPool):
    """The connections to one host and port."""

    ConnectionCls = GuardedConnection


class GuardedTLSPool(HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = GuardedTLSConnection
