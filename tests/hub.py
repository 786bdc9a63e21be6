"""A WebSub hub of the tests' own: takes subscriptions over HTTP, verifies them, pushes."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

CHALLENGE = "a challenge & more"


@dataclass
class Reply:
    """What a callback answered."""

    status: int
    body: str = ""
    content_type: str = ""


@dataclass
class LocalHub:
    """What has been asked of it, and how it answers."""

    url: str = ""
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    verifies_at_once: bool = False
    forms: list[dict[str, str]] = field(default_factory=list)
    verifications: list[Reply] = field(default_factory=list)

    @property
    def callback(self) -> str:
        """Of the latest request."""
        return self.forms[-1]["hub.callback"]

    def verify(self, **changes: str) -> Reply:
        """Ask the callback whether the latest request was meant."""
        form = self.forms[-1]
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": CHALLENGE,
            "hub.lease_seconds": "864000",
        } | {f"hub.{name}": value for name, value in changes.items()}
        self.verifications.append(called(f"{self.callback}?{urlencode(query)}"))
        return self.verifications[-1]

    def push(self, body: bytes = b"<rss/>", *, method: str = "sha256", secret: str | None = None) -> Reply:
        """Push, signed with the subscription's secret or with another one."""
        secret = self.forms[-1]["hub.secret"] if secret is None else secret
        signature = f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"
        return called(self.callback, body, {"X-Hub-Signature": signature})

    def push_unsigned(self, body: bytes = b"<rss/>") -> Reply:
        """Push as a hub that forgot the secret."""
        return called(self.callback, body)


def called(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """GET, or POST where there is a body."""
    try:
        with urlopen(Request(url, body, headers or {}), timeout=10) as response:
            return Reply(response.status, response.read().decode(), response.headers["content-type"] or "")
    except HTTPError as error:
        with error:
            return Reply(error.code)


@contextmanager
def local_hub() -> Iterator[LocalHub]:
    """A hub on a free port of the loopback."""
    hub = LocalHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hub.forms.append(dict(parse_qsl(body.decode())))
            if hub.verifies_at_once:
                hub.verify()
            self.send_response(hub.status)
            for name, value in hub.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
