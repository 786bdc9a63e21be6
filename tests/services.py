"""The messaging services of the world, played by one proxy: it answers for whatever host it is asked to connect to.

A client that is told of it by HTTPS_PROXY, and trusts its certificates by REQUESTS_CA_BUNDLE, believes that it talks to
the service itself; so a service's own address, which no option changes, is tested as it is.
"""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import trustme

from tests.hostile_server import Request, _read, head


@dataclass(frozen=True)
class Delivery:
    """One request that a service got."""

    host: str
    request: Request

    def as_json(self) -> dict[str, Any]:
        """What of it is worth keeping: where it went, and what it said."""
        body: Any = self.request.body.decode()
        with suppress(ValueError):
            body = json.loads(body, object_hook=_without_times)
        return {"host": self.host, "method": self.request.method, "path": self.request.path, "body": body}


def _without_times(node: dict[str, Any]) -> dict[str, Any]:
    """What says when it was sent is another every time (Slack's `ts`)."""
    return {name: value for name, value in node.items() if name != "ts"}


@dataclass
class Services:
    """What was delivered, and what each host answers: 200 and `{"ok": true}` unless told otherwise."""

    port: int
    answers: Mapping[str, tuple[int, bytes]]
    deliveries: list[Delivery] = field(default_factory=list)


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, authority: trustme.CA, answers: Mapping[str, tuple[int, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.authority = authority
        self.services = Services(int(self.server_address[1]), answers)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is a test's matter."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        wire: socket.socket = self.request
        wire.settimeout(10)
        asked = _read(wire, 1, 1)
        if asked is None or asked.method != "CONNECT":
            return
        host = asked.path.partition(":")[0]
        wire.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        context = _tls_for(self.server.authority, host)
        with suppress(OSError), closing(context.wrap_socket(wire, server_side=True)) as tls:
            while request := _read(tls, 1, 1):
                self.server.services.deliveries.append(Delivery(host, request))
                status, body = self.server.services.answers.get(host, (200, b'{"ok": true}'))
                headers = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
                tls.sendall(head(status, headers) + body)


def _tls_for(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@contextmanager
def playing(authority: trustme.CA, answers: Mapping[str, tuple[int, bytes]]) -> Iterator[Services]:
    """The services, running."""
    with _Proxy(authority, answers) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield proxy.services
        finally:
            proxy.shutdown()
