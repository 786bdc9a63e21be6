"""A time in, an HTTP server on a free port of 127.0.0.1 out, which replays the made-up week from that time on.

`/feeds/<id>` is a feed with an ETag, `/articles/<id>/<slug>` an article as a page. Never listens on another address.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from worker.demo.documents import CONTENT_TYPES, article_page, feed_document
from worker.demo.news import load_week
from worker.demo.replay import Replay
from worker.model import Feed, FullText

PACE_S = 2.5  # seconds between two new items: about two minutes of life


class DemoServer:
    """The replay as a context manager: it serves from `__enter__` to `__exit__`.

    Args:
        now: when the replay starts, aware.
        pace_s: seconds between two items that appear after the start.
        stopwatch: seconds since any fixed moment.
    """

    def __init__(
        self, now: datetime, *, pace_s: float = PACE_S, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        self.replay = Replay(load_week(), now, pace_s)
        self._stopwatch = stopwatch
        self._started = stopwatch()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo", daemon=True
        )

    def __enter__(self) -> Self:
        """Start to serve; the stopwatch starts here."""
        self._started = self._stopwatch()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop to serve, and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def feeds(self) -> tuple[Feed, ...]:
        """The feeds to be polled."""
        return tuple(
            Feed(
                url=f"{self.url}/feeds/{outlet.id}",
                name=outlet.name,
                publisher=outlet.publisher,
                family=outlet.family,
                languages=(outlet.language,),
                country=outlet.country,
                dedicated=outlet.dedicated,
                full_text=FullText.NEVER,  # the addresses lead nowhere
                origin="demo",
            )
            for outlet in self.replay.week.outlets.values()
        )

    def document(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body of what stands at `path` right now, None where there is nothing."""
        match path.split("?")[0].strip("/").split("/"):
            case ["feeds", feed_id] if outlet := self.replay.week.outlets.get(feed_id):
                releases = self.replay.releases(feed_id, self._elapsed_s())
                return CONTENT_TYPES[outlet.format], feed_document(outlet, releases)
            case ["articles", feed_id, slug] if outlet := self.replay.week.outlets.get(feed_id):
                releases = self.replay.releases(feed_id, self._elapsed_s())
                for release in releases:
                    if release.item.slug == slug:
                        others = [other for other in releases if other is not release][:3]
                        return "text/html; charset=utf-8", article_page(outlet, release, others)
        return None

    def _elapsed_s(self) -> float:
        return self._stopwatch() - self._started

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        document = self.document

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body leave in one packet
            timeout = 30

            def do_GET(self) -> None:  # the name that http.server asks for
                found = document(self.path)
                if found is None:
                    self._answer(404, "text/plain; charset=utf-8", b"nothing here\n")
                    return
                content_type, body = found
                etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
                if self.headers.get("If-None-Match") == etag:
                    self._answer(304, "", b"", etag)
                else:
                    self._answer(200, content_type, body, etag)

            def _answer(self, status: int, content_type: str, body: bytes, etag: str = "") -> None:
                self.send_response_only(status)
                if etag:
                    self.send_header("ETag", etag)
                if status != 304:
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name http.server gives it
                """The poll log tells it already."""

        return Handler
