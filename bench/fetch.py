"""CPU per exchange: `Fetcher` beside `requests.get`, `requests.Session` and a bare `HTTPAdapter`, and over TLS.

Each client talks to a server process of its own over loopback; only the client's CPU (user and system) is counted.
Run with `python -m bench fetch [REQUESTS]`. Quote the ratios, not the times.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from statistics import median

import requests
import trustme
from requests.adapters import HTTPAdapter
from rich.console import Console
from rich.table import Table

from worker.fetch import Fetcher
from worker.model import FetchLimits, FetchRequest

BODY = b"<item><title>Headline</title></item>\n" * 1500  # 55 KB
# What the edge of a news site's CDN sends along.
HEADERS = b"".join(
    line + b"\r\n"
    for line in (
        b"Date: Tue, 03 Oct 2023 12:00:00 GMT",
        b"Server: nginx",
        b'ETag: "5f3"',
        b"Cache-Control: max-age=60",
        b"Vary: Accept",
        b"X-Frame-Options: DENY",
        b"X-Content-Type-Options: nosniff",
        b"Strict-Transport-Security: max-age=31536000",
        b"Content-Security-Policy: default-src 'self'",
        b"Referrer-Policy: same-origin",
        b"X-Cache: HIT",
        b"Via: 1.1 edge",
        b"",
    )
)
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n" + HEADERS
OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n" % len(BODY)
    + HEADERS
    + b"\r\n"
    + BODY
)
CONDITIONAL = {"If-None-Match": '"5f3"'}
ROUNDS = 7
Get = Callable[[str, dict[str, str]], int]


def serve(listener: socket.socket, tls: trustme.LeafCert | None) -> None:
    """Answer one connection after another: 304 to a conditional request, 200 to any other; /once ends it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tls:
        tls.configure_cert(context)
    while True:
        wire, _ = listener.accept()
        with suppress(OSError), context.wrap_socket(wire, server_side=True) if tls else wire as wire:
            while request := wire.recv(65536):
                wire.sendall(NOT_MODIFIED if b"If-None-Match" in request else OK)
                if request.startswith(b"GET /once"):
                    break


@contextmanager
def serving(path: str = "/feed.xml", tls: trustme.LeafCert | None = None) -> Iterator[str]:
    """A server process; gives its feed's address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = multiprocessing.Process(target=serve, args=(listener, tls), daemon=True)
        server.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}{path}"
        server.terminate()
        server.join()


def fetching() -> Get:
    """A `Fetcher` of its own."""
    fetcher = Fetcher(FetchLimits("bench/1.0", allow=("127.0.0.1",)), lambda: datetime.now(UTC))
    return lambda url, headers: fetcher.get(FetchRequest(url, etag=headers.get("If-None-Match"))).status


def clients() -> dict[str, Get]:
    """Each takes an address and extra headers, reads the whole answer and returns its status."""
    session, adapter = requests.Session(), HTTPAdapter()

    def bare(url: str, headers: dict[str, str]) -> int:
        request = requests.Request("GET", url, headers).prepare()
        response = adapter.send(request, stream=True, timeout=(5, 10))
        return response.status_code if response.content is not None else 0

    return {
        "Fetcher": fetching(),
        "HTTPAdapter.send": bare,
        "requests.Session": lambda url, headers: session.get(url, headers=headers, timeout=(5, 10)).status_code,
        "requests.get": lambda url, headers: requests.get(url, headers=headers, timeout=(5, 10)).status_code,
    }


def cpu_us(get: Get, url: str, headers: dict[str, str], times: int) -> float:
    """CPU per exchange in µs."""
    began = time.process_time()
    for _ in range(times):
        get(url, headers)
    return (time.process_time() - began) / times * 1e6


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table.

    Args:
        arguments: the number of requests in each of the rounds; 300 unless given.
    """
    times = int(arguments[0]) if arguments else 300
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    getters = clients()
    with ExitStack() as opened:
        os.environ["SSL_CERT_FILE"] = opened.enter_context(authority.cert_pem.tempfile())
        urls = {name: opened.enter_context(serving()) for name in getters}
        for name, path in (("Fetcher, TLS kept", "/feed.xml"), ("Fetcher, TLS anew", "/once")):
            getters[name], urls[name] = fetching(), opened.enter_context(serving(path, certificate))
        unchanged: dict[str, list[float]] = {name: [] for name in getters}
        full: dict[str, list[float]] = {name: [] for name in getters}
        # Round by round through all clients, so that they share the machine's ups and downs.
        for name, get in [*getters.items()] * ROUNDS:
            assert (get(urls[name], CONDITIONAL), get(urls[name], {})) == (304, 200)
            unchanged[name].append(cpu_us(get, urls[name], CONDITIONAL, times))
            full[name].append(cpu_us(get, urls[name], {}, times))
    table = Table("client", "304, µs", "÷ Session", "200 of 55 KB, µs", "÷ Session", title="CPU per exchange")
    base = median(unchanged["requests.Session"]), median(full["requests.Session"])
    for name in getters:
        costs = median(unchanged[name]), median(full[name])
        ratios = costs[0] / base[0], costs[1] / base[1]
        table.add_row(name, f"{costs[0]:.0f}", f"{ratios[0]:.2f}", f"{costs[1]:.0f}", f"{ratios[1]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
