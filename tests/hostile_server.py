"""A local HTTP server that does what it likes: every route writes its own bytes.

A route is a function of a `Conversation`; what it returns says whether the connection stays open. `ROUTES` holds one
for each way in which servers are known to misbehave.
"""

from __future__ import annotations

import gzip
import socket
import socketserver
import ssl
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>A</title></channel></rss>"
UNPACKED_BOMB_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Request:
    """As it arrived."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    number: int  # on its connection, from 1
    connection: int  # from 1


@dataclass
class Conversation:
    """One request, and the wire to answer it on."""

    request: Request
    wire: socket.socket

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> bool:
        """A proper response; keeps the connection."""
        self.wire.sendall(head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)
        return True

    def raw(self, data: bytes) -> bool:
        """Some bytes, then the connection ends."""
        self.wire.sendall(data)
        return False

    def drip(self, data: bytes, every_s: float = 0.05) -> bool:
        """The bytes, one at a time."""
        for byte in data:
            self.wire.sendall(bytes([byte]))
            time.sleep(every_s)
        return False

    def flood(self, data: bytes, times: int = 2000) -> bool:
        """The bytes again and again, for as long as anyone listens."""
        for _ in range(times):
            self.wire.sendall(data)
        return False


Route = Callable[[Conversation], bool]


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


@dataclass
class Log:
    """What the server has seen."""

    connections: int = 0
    requests: list[Request] = field(default_factory=list)


class HostileServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 and answers by its routes; an unknown path is 404."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, routes: dict[str, Route], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes = routes
        self.tls = tls
        self.log = Log()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on a hostile server; that is the point."""


class _Handler(socketserver.BaseRequestHandler):
    server: HostileServer

    def handle(self) -> None:
        log = self.server.log
        log.connections += 1
        connection = log.connections
        wire: socket.socket = self.request
        wire.settimeout(10)
        if self.server.tls:
            wire = self.server.tls.wrap_socket(wire, server_side=True)
        number = 0
        with suppress(OSError), closing(wire):
            while request := _read(wire, number := number + 1, connection):
                log.requests.append(request)
                route = self.server.routes.get(request.path.partition("?")[0], status(404))
                if not route(Conversation(request, wire)):
                    with suppress(OSError):
                        wire.shutdown(socket.SHUT_WR)
                    return


def _read(wire: socket.socket, number: int, connection: int) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = wire.recv(65536)
        if not piece:
            return None
        data += piece
        if data[0] == 0x16:  # a TLS handshake, on a port for plain HTTP
            wire.sendall(head(400, {"Content-Length": "0"}))
            return None
    first, _, rest = data.partition(b"\r\n")
    block, _, body = rest.partition(b"\r\n\r\n")
    pairs = (line.partition(":") for line in block.decode("latin-1").split("\r\n") if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", 0)):
        body += wire.recv(65536)
    method, path, _ = first.decode("latin-1").split(" ")
    return Request(method, path, headers, body, number, connection)


@contextmanager
def serving(routes: dict[str, Route], tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """A running server."""
    with HostileServer(routes, tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def feed(c: Conversation) -> bool:
    return c.answer(200, {"Content-Type": "application/rss+xml", "ETag": '"1"'}, FEED)


def conditional(c: Conversation) -> bool:
    return c.answer(304, {"ETag": '"1"'}) if c.request.headers.get("if-none-match") == '"1"' else feed(c)


def encoded(coding: str, body: bytes) -> Route:
    return lambda c: c.answer(200, {"Content-Encoding": coding}, body)


def redirect(location: str, status: int = 302) -> Route:
    return lambda c: c.answer(status, {"Location": location})


def status(number: int, **headers: str) -> Route:
    return lambda c: c.answer(number, {name.replace("_", "-"): value for name, value in headers.items()})


def raw(data: bytes) -> Route:
    return lambda c: c.raw(data)


def drip(data: bytes) -> Route:
    return lambda c: c.drip(data)


def flood(start: bytes, again: bytes) -> Route:
    return lambda c: not c.raw(start) and c.flood(again)


def silence(c: Conversation) -> bool:
    c.wire.recv(1)  # until the client gives up
    return False


def hang(start: bytes) -> Route:
    return lambda c: not c.raw(start) and silence(c)


def refuses_connection_headers(c: Conversation) -> bool:
    """A CDN that hangs when it is told about the connection."""
    return silence(c) if "connection" in c.request.headers else feed(c)


def refuses_bots(c: Conversation) -> bool:
    return feed(c) if c.request.headers["user-agent"].startswith("Mozilla/") else c.answer(403)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return head(200, {"Transfer-Encoding": "chunked"}) + b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in chunks) + end


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, compresslevel=1),
    "deflate": lambda data: zlib.compress(data, level=1),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": lambda data: zstd.compress(data, level=1),
}


def greedy_zstd(data: bytes) -> bytes:
    """A frame that asks its reader for a window of 128 MB."""
    packer = zstd.ZstdCompressor(options={int(zstd.CompressionParameter.window_log): 27})
    return packer.compress(data) + packer.flush()


def bomb(coding: str) -> bytes:
    """A small body that unpacks to 32 MB of nothing."""
    return PACKERS[coding](bytes(UNPACKED_BOMB_BYTES))


OK = head(200, {})
CHALLENGE = b"<!doctype html><title>Just a moment...</title><script>prove()</script>"

ROUTES: dict[str, Route] = {
    "/feed": feed,
    "/conditional": conditional,
    "/challenge": lambda c: c.answer(200, {"Content-Type": "text/html"}, CHALLENGE),
    "/connection-header": refuses_connection_headers,
    "/refuses-bots": refuses_bots,
    "/forbidden": status(403),
    "/not-acceptable": status(406),
    "/unauthorised": status(401),
    "/legal": status(451),
    "/not-found": status(404),
    "/gone": status(410),
    "/teapot": status(418),
    "/rate-limited": status(429, Retry_After="120"),
    "/rate-limited-88h": status(429, Retry_After=str(88 * 3600)),
    "/rate-limited-nonsense": status(429, Retry_After="soon"),
    "/unavailable": status(503, Retry_After="Tue, 03 Oct 2023 12:10:00 GMT", Date="Tue, 03 Oct 2023 12:00:00 GMT"),
    "/unavailable-no-date": status(503, Retry_After="Tue, 03 Oct 2023 12:10:00 GMT"),
    "/broken": status(500),
    "/cloudflare": status(520),
    "/nothing": status(204),
    "/part": lambda c: c.answer(206, {"Content-Range": "bytes 0-3/99"}, FEED[:4]),
    "/odd-status": status(777),
    "/unasked-304": status(304),
    # Redirects.
    "/to-nowhere": status(302),
    "/to-itself": redirect("/to-itself"),
    "/circle-a": redirect("/circle-b"),
    "/circle-b": redirect("/circle-a"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-ftp": redirect("ftp://127.0.0.1/x"),
    "/to-script": redirect("javascript:alert(1)"),
    "/to-data": redirect("data:text/xml,<rss/>"),
    "/to-no-host": redirect("http://"),
    "/to-broken-host": redirect("http://[::1/"),
    "/multiple-choices": status(300),
    "/moved": redirect("/feed", 301),
    "/moved-308": redirect("/moved", 308),
    "/found": redirect("/feed", 302),
    "/moved-then-found": redirect("/found", 301),
    "/found-then-moved": redirect("/moved", 302),
    "/to-unicode": redirect("/лента"),
    "/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0": feed,
    # Heads.
    "/150-headers": lambda c: c.answer(200, {**{f"X-{n}": "v" for n in range(150)}, "ETag": '"late"'}, FEED),
    "/1000-headers": lambda c: c.answer(200, {f"X-{n}": "v" for n in range(1000)}, FEED),
    "/long-header": lambda c: c.answer(200, {"X-Long": "x" * 100_000}, FEED),
    "/long-kept-header": lambda c: c.answer(200, {"ETag": "x" * 100_000}, FEED),
    "/folded-header": raw(b'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nETag: "f"\r\nContent-Length: 2\r\n\r\nhi'),
    "/headers-without-colon": raw(b'HTTP/1.1 200 OK\r\nnonsense\r\nETag: "c"\r\nContent-Length: 2\r\n\r\nhi'),
    "/endless-headers": flood(b"HTTP/1.1 200 OK\r\n", b"X-More: of the same\r\n" * 50),
    "/endless-header": flood(b"HTTP/1.1 200 OK\r\nX-More: ", b"x" * 4096),
    "/endless-status-line": flood(b"HTTP/1.1 200 ", b"x" * 4096),
    "/endless-interim": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    "/interim": raw(b"HTTP/1.1 100 Continue\r\n\r\n" + head(200, {"Content-Length": "2"}) + b"hi"),
    "/head-drips": drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 100),
    "/no-answer": silence,
    "/head-hangs": hang(b"HTTP/1.1 200 OK\r\nContent-"),
    "/empty": raw(b""),
    "/not-http": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "/http-0.9": raw(FEED),
    "/binary": raw(bytes(range(256)) * 10),
    "/two-lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"),
    # Bodies.
    "/until-close": raw(OK + FEED),
    "/chunked": raw(chunked(FEED[:10], FEED[10:])),
    "/body-drips": drip(head(200, {"Content-Length": "500"}) + b"x" * 500),
    "/chunks-drip": drip(chunked(*[b"x"] * 100)),
    "/body-hangs": hang(head(200, {"Content-Length": "500"}) + b"x" * 100),
    "/torn-length": raw(head(200, {"Content-Length": "500"}) + FEED),
    "/torn-chunk": raw(chunked(FEED, end=b"ff\r\nhalf")),
    "/no-last-chunk": raw(chunked(FEED, end=b"")),
    "/bad-chunk-size": raw(chunked(FEED, end=b"zz\r\n")),
    "/announced-too-large": raw(head(200, {"Content-Length": str(10**12)})),
    "/announced-absurd": raw(head(200, {"Content-Length": "9" * 5000})),
    "/too-large": flood(OK, b"x" * 4096),
    "/too-large-chunked": flood(head(200, {"Transfer-Encoding": "chunked"}), b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "/more-than-announced": raw(head(200, {"Content-Length": "2"}) + b"hi" + b"HTTP/1.1 200 OK\r\n\r\nsmuggled"),
    # Codings.
    "/gzip": encoded("gzip", gzip.compress(FEED)),
    "/x-gzip": encoded("X-GZIP", gzip.compress(FEED)),
    "/gzip-members": encoded("gzip", gzip.compress(FEED[:20]) + gzip.compress(FEED[20:])),
    "/gzip-padded": encoded("gzip", gzip.compress(FEED) + bytes(100)),
    "/gzip-file": lambda c: c.answer(200, {"Content-Type": "application/gzip"}, gzip.compress(FEED)),
    "/deflate": encoded("deflate", zlib.compress(FEED)),
    "/raw-deflate": encoded("deflate", raw_deflate(FEED)),
    "/br": encoded("br", brotli.compress(FEED)),
    "/zstd": encoded("zstd", zstd.compress(FEED)),
    "/zstd-frames": encoded("zstd", zstd.compress(FEED[:20]) + zstd.compress(FEED[20:])),
    "/torn-gzip": raw(head(200, {"Content-Encoding": "gzip"}) + gzip.compress(FEED)[:-12]),
    "/torn-br": raw(head(200, {"Content-Encoding": "br"}) + brotli.compress(FEED)[:-4]),
    "/not-gzip": encoded("gzip", FEED),
    "/not-br": encoded("br", FEED),
    "/not-zstd": encoded("zstd", FEED),
    "/unknown-coding": encoded("compress", FEED),
    "/stacked-codings": encoded("gzip, gzip", gzip.compress(gzip.compress(FEED))),
}
