"""urllib3's pools, with our sockets and our heads.

Nothing here knows feeds or channels. What urllib3 does for each request beyond that (looking through the headers for
what it might add, copying those of the response twice) is left out: we say all that is sent, and read what is kept.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any, cast

from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from worker.connections.exchange import current
from worker.connections.heads import LimitedResponse, header_line
from worker.connections.sockets import DeadlineSocket, connect

_FRAMING = ("content-length", "transfer-encoding")  # what urllib3 itself looks at, to miss what does not come


class GuardedResponse(HTTPResponse):
    """A response that knows the headers that were kept."""

    kept: dict[str, str]  # names in lower case, repeated ones joined by commas


class GuardedConnection(HTTPConnection):
    """A connection that reaches checked addresses only and keeps the exchange's deadline."""

    response_class = LimitedResponse
    served = 0  # requests over the present socket
    _method: str

    def _new_conn(self) -> DeadlineSocket:
        self.served = 0
        return connect(self._dns_host, self.port, current.get())

    def request(
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Send a request as the base class does, under the current exchange's deadline."""
        exchange = current.get()
        if self.sock is None:
            self.connect()
        exchange.reused = self.served > 0
        self.served += 1
        cast(DeadlineSocket, self.sock).exchange = exchange
        if body is not None:
            super().request(method, url, body, headers, **options)
            return
        self.sock.settimeout(self.timeout)
        self.putrequest(method, url, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            self._output(header_line(name, value))  # type: ignore[attr-defined]  # putheader checks each anew
        self.endheaders()

    def getresponse(self) -> GuardedResponse:  # type: ignore[override]  # as in urllib3, it is no http.client's
        """The head of the response, read within the exchange's limits; its body is still on the wire."""
        self.sock.settimeout(self.timeout)
        head = cast(LimitedResponse, http.client.HTTPConnection.getresponse(self))
        if not head.length and not head.chunked and not head.will_close:
            head.close()  # there is no body: what else would tell the connection only once somebody has tried to read
        response = GuardedResponse(
            body=cast(Any, head),
            headers=HTTPHeaderDict({name: head.kept[name] for name in _FRAMING if name in head.kept}),
            status=head.status,
            version=head.version,
            reason=head.reason,
            preload_content=False,
            decode_content=False,
            original_response=cast(Any, head),
            request_method=self._method,
        )
        response.kept = head.kept
        return response


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS."""


class GuardedPool(HTTPConnectionPool):
    """The connections to one host and port."""

    ConnectionCls = GuardedConnection


class GuardedTLSPool(HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = GuardedTLSConnection
