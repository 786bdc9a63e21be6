"""A coverage-guided fuzzer (atheris) on what strangers' bytes meet first.

`make fuzz`, or `python -m bench._fuzz parse|plain|fetch [SECONDS] [CORPUS]`.

`parse` reads a document as a poll does, into articles; `fetch` unpacks a body and reads headers and redirects. Neither
may raise anything but a named `FetchError`, and no input may take longer than ten seconds or a gigabyte. `plain` holds
what is read without feedparser against what feedparser reads. What breaks a rule is left in a file `crash-…` or
`timeout-…` beside the corpus. atheris is no dependency, as it has no wheels
for some machines: `pip install 'atheris>=3'`.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.farm import Farm

SECONDS = 200  # for each target: ten minutes in all
LONGEST = 20_000  # bytes of an input
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
URL = "https://outlet.example/feeds/news.xml"
_HEAD = b'Content-Length: 3\r\nETag: "1"\r\nLocation: /a\r\n /b\r\n\r\nabc'
_JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Outlet",
    "items": [{"id": "1", "url": "/1", "title": "One", "content_html": "<p>x</p>", "date_published": "2026-03-14"}],
}
_SITEMAP = (
    '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://outlet.example/1</loc>'
    "<news:news><news:publication_date>2026-03-14</news:publication_date><news:title>One</news:title></news:news>"
    "</url></urlset>"
)
_RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
    "<title>Outlet</title></channel><item><title>One</title><link>https://outlet.example/1</link></item></rdf:RDF>"
)
_CODINGS = ("gzip", "deflate", "br", "zstd", "identity")
Target = Callable[[bytes], None]


def main(arguments: list[str]) -> None:
    try:
        import atheris
    except ImportError:
        sys.exit("bench._fuzz: atheris is missing: pip install 'atheris>=3'")
    name, seconds, *folder = [*arguments, *("parse", str(SECONDS))[len(arguments) :]]
    if name not in _TARGETS:
        sys.exit(f"bench._fuzz: no target is called {name!r}: {', '.join(_TARGETS)}")
    corpus = Path(folder[0] if folder else tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    corpus.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["worker", "feedparser"]):
        make, seeds = _TARGETS[name]
        target = make()
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=1024"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={corpus}-", str(corpus)], target)
    atheris.Fuzz()


def _parse() -> Target:
    from worker.discovery import where_the_feed_is
    from worker.model import Feed, Outcome
    from worker.normalise import articles_of
    from worker.parse import parse

    feed = Feed(URL, "Outlet", "Outlet", "outlet", ("en", "ru"), "AM")

    def target(data: bytes) -> None:
        parsed = parse(data, URL, "application/xml")
        if parsed.outcome is Outcome.NOT_A_FEED:
            where_the_feed_is(data, URL, "text/html")
        for article in articles_of(parsed, feed, NOW):
            f"{article.title}{article.summary}{article.text}{article.key}{article.url}".encode()

    return target


def _plain() -> Target:
    from unittest.mock import patch

    from worker.model import Outcome
    from worker.parse import parse, xml_feed
    from worker.parse.elements import NotPlainError
    from worker.parse.xml_feed import read_plain_feed

    def target(data: bytes) -> None:
        try:
            plain = read_plain_feed(data, URL, frozenset())
        except UnicodeDecodeError:
            return
        if plain is None:
            return
        with patch.object(xml_feed, "read_plain_items", side_effect=NotPlainError):
            whole = parse(data, URL)
        if whole.outcome is Outcome.NEW and not whole.problems and whole.entries != plain.entries:
            raise AssertionError(f"{plain.entries}\nby feedparser: {whole.entries}")

    return target


def _fetch() -> Target:
    from worker.connections import Connections, absolute_url, retry_after_s
    from worker.connections.addresses import numeric_address, refusal
    from worker.connections.heads import HeadReader
    from worker.errors import FetchError
    from worker.fetch.decoding import unpacked
    from worker.fetch.redirects import Chain
    from worker.model import FetchLimits

    exchange = Connections(FetchLimits("fuzz/1.0")).exchange()

    def attempt(work: Callable[[], Any]) -> None:
        with suppress(FetchError):
            work()

    def target(data: bytes) -> None:
        if not data:
            return
        coding, body, text = _CODINGS[data[0] % len(_CODINGS)], data[1:], data[1:2000].decode("latin-1")
        attempt(lambda: sum(map(len, unpacked([body[:100], body[100:]], coding, 10_000, 1_000_000))))
        attempt(lambda: HeadReader(BytesIO(body), exchange).headers())
        attempt(lambda: absolute_url(text))
        attempt(lambda: Chain(URL, 3).follow(301, text))
        retry_after_s({"retry-after": text, "date": text[::-1]}, NOW, 3600.0)
        if address := numeric_address(text):
            refusal(address)

    return target


def _documents() -> list[bytes]:
    with tempfile.TemporaryDirectory() as name:
        farm = Farm(Path(name), feeds=6, entries=2)
        made = [Path(name, feed).read_bytes() for feed in farm.names]
    return [*made, json.dumps(_JSON_FEED).encode(), _SITEMAP.encode(), _RDF.encode()]


def _bodies() -> list[bytes]:
    packed = (gzip.compress(b"feed " * 50), zlib.compress(b"feed " * 50), b"\x0b\x02\x80feed \x03")
    texts = (
        b"http://127.1:80/feed",
        b"//0x7f000001/",
        b"Tue, 03 Oct 2023 12:00:00 GMT",
        b"[::ffff:10.0.0.1]",
        b"120",
        _HEAD,
    )
    return [*(bytes([number]) + body for number, body in enumerate(packed)), *(b"\x04" + text for text in texts)]


_TARGETS: dict[str, tuple[Callable[[], Target], Callable[[], list[bytes]]]] = {
    "parse": (_parse, _documents),
    "plain": (_plain, _documents),
    "fetch": (_fetch, _bodies),
}


if __name__ == "__main__":
    main(sys.argv[1:])
