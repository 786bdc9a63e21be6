"""Real feeds, captured in the wild, polled from a real server: every entry once, every file with a named outcome."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.factories import a_feed
from worker import pipeline
from worker.bootstrap import Services
from worker.database import reading
from worker.fetch import Fetcher
from worker.judge import Judge
from worker.model import ParsedFeed
from worker.model.subscriptions import HubAnswer
from worker.normalise import articles_of
from worker.parse import parse
from worker.queries import ArticleFilter, Queries
from worker.settings import Settings
from worker.store import Store
from worker.tables import entries

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FILES = ("*.xml", "*.rss", "*.atom", "*.rdf", "*.html", "*.json")


@pytest.fixture(scope="module")
def documents(shared: Path) -> dict[str, bytes]:
    """Every captured file by its name."""
    found = {path.name: path.read_bytes() for pattern in FILES for path in (shared / "data" / "feeds").glob(pattern)}
    assert len(found) > 200
    return found


@pytest.fixture(scope="module")
def address(documents: dict[str, bytes]) -> Iterator[str]:
    """Where a server gives them, with ETags."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = documents[unquote(self.path[1:])]
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            fresh = self.headers.get("If-None-Match") == etag
            self.send_response(304 if fresh else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if fresh else str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if fresh else body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def services(
    store: Store, settings: Settings, judge: Judge, address: str, documents: dict[str, bytes]
) -> Iterator[Services]:
    """The line watching all of them, with the real fetcher."""
    store.feeds.add([a_feed(url=f"{address}/{quote(name)}", name=name, publisher=name) for name in documents], NOW)
    settings = replace(settings, fetch=replace(settings.fetch, allow=("127.0.0.1",)))
    fetcher = Fetcher(settings.fetch, lambda: NOW)
    times = iter(NOW + timedelta(hours=hours) for hours in range(10_000))
    yield Services(
        settings=settings,
        store=store,
        queries=Queries(store.engine),
        judge=lambda stored: judge.judge(stored.article),
        fetch=fetcher.get,
        fetch_page=fetcher.get,
        send=lambda *_: None,
        ask_hub=lambda *_: HubAnswer(404),
        ping=lambda *_: None,
        now=lambda: next(times),
        chance=lambda: 0.5,
        close=fetcher.close,
    )
    fetcher.close()


def poll_all(services: Services) -> None:
    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)


def expected_keys(documents: dict[str, bytes], address: str) -> set[str]:
    keys: set[str] = set()
    for name, body in documents.items():
        url = f"{address}/{quote(name)}"
        keys |= {article.key for article in articles_of(parse(body, url), a_feed(url=url, publisher=name), NOW)}
    return keys


def test_every_entry_is_stored_once_and_every_file_has_a_named_outcome(
    services: Services, documents: dict[str, bytes], address: str
) -> None:
    poll_all(services)

    stored = services.queries.count_articles(ArticleFilter())
    outcomes = {row["name"]: row["last_outcome"] for row in services.queries.feeds()}
    assert stored == len(expected_keys(documents, address))
    assert set(outcomes.values()) <= {"new", "nothing_new", "empty", "not_a_feed"}
    assert set(outcomes) == set(documents)


def test_a_second_poll_stores_nothing_and_parses_nothing(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    poll_all(services)
    stored = services.queries.count_articles(ArticleFilter())
    parsable = sum(row["last_outcome"] not in ("not_a_feed", "too_large") for row in services.queries.feeds())
    parsed: list[str] = []

    def watched(body: bytes, url: str, content_type: str, known: frozenset[str]) -> ParsedFeed:
        parsed.append(url)
        return parse(body, url, content_type, known)

    monkeypatch.setattr(sys.modules["worker.pipeline.poll"], "parse", watched)

    poll_all(services)

    outcomes = [row["last_outcome"] for row in services.queries.feeds()]
    with reading(services.store.engine) as connection:
        linked = connection.execute(entries.select()).all()
    assert services.queries.count_articles(ArticleFilter()) == stored
    assert outcomes.count("unchanged") == parsable
    assert len(parsed) == len(outcomes) - parsable
    assert len({(row.feed_id, row.identity) for row in linked}) == len(linked)
