"""`trucewire discover` on sites of the tests' own, over real connections."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.world import Item, World, rss
from worker import pipeline
from worker.cli import app as command_line
from worker.errors import TrucewireError
from worker.settings.feeds import read_feeds

HEADLINES = (
    Item(1, "Parliament adopts the budget", "The parliament of the country adopted its budget for the next year."),
    Item(2, "Minister travels to Tbilisi", "The minister travels to the capital of the neighbour for talks on trade."),
)
RUSSIAN = (Item(7, "Парламент принял бюджет", "Парламент страны принял бюджет на следующий год, сообщили власти."),)
NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://outlet.example/of-the-map</loc><news:news><news:publication><news:name>Outlet</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2026-03-14T10:00:00Z</news:publication_date>
<news:title>Headline of the map</news:title></news:news></url></urlset>"""


@dataclass
class Site:
    """What stands at each path."""

    address: str = ""
    documents: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def has(self, path: str, document: str | bytes) -> None:
        self.documents[path] = document.encode() if isinstance(document, str) else document


@contextmanager
def local_site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            body = site.documents.get(self.path, b"<html>Nothing here</html>")
            known = self.path in site.documents
            self.send_response(301 if self.path in site.moved else 200 if known else 404)
            self.send_header("Location", site.moved.get(self.path, ""))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("TRUCEWIRE_ALLOW", "127.0.0.1")
    with local_site() as site:
        yield site


def named(href: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line.app, ["discover", *words])


def found(url: str) -> list[dict[str, Any]]:
    result = run(url, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def paths(site: Site, rows: list[dict[str, Any]]) -> list[str]:
    return [row["url"].removeprefix(site.address) for row in rows]


def test_feeds_that_a_page_names_are_read_and_told(site: Site) -> None:
    site.has("/", named("/en.rss") + named("/ru.rss"))
    site.has("/en.rss", rss(*HEADLINES))
    site.has("/ru.rss", rss(*RUSSIAN))

    rows = found(site.address)

    assert paths(site, rows) == ["/en.rss", "/ru.rss"]
    assert [row["languages"] for row in rows] == [["en"], ["ru"]]
    assert [row["entries"] for row in rows] == [2, 1]
    assert {row["title"] for row in rows} == {"Outlet"}
    assert {datetime.fromisoformat(row["newest_at"]) for row in rows} == {datetime(2026, 3, 14, 11, 55, tzinfo=UTC)}
    assert {row["source"] for row in rows} == {"link"}


def test_usual_places_are_tried_only_where_the_page_names_none(site: Site) -> None:
    site.has("/", named("/en.rss"))
    site.has("/en.rss", rss(*HEADLINES))
    site.has("/feed/", rss(*RUSSIAN))

    assert paths(site, found(site.address)) == ["/en.rss"]
    assert "/feed/" not in site.asked


def test_a_feed_in_a_usual_place_is_found(site: Site) -> None:
    site.has("/hy/", "<html>Front page</html>")
    site.has("/hy/rss.xml", rss(*HEADLINES))

    rows = found(f"{site.address}/hy/")

    assert [(row["source"], row["url"]) for row in rows] == [("path", f"{site.address}/hy/rss.xml")]


def test_a_site_that_refuses_its_page_may_still_have_a_feed_in_a_usual_place(site: Site) -> None:
    site.has("/rss.xml", rss(*HEADLINES))

    rows = found(f"{site.address}/shown-to-nobody")

    assert paths(site, rows) == ["/rss.xml"]


def test_a_page_that_lists_the_feeds_is_one_click_away(site: Site) -> None:
    site.has("/", '<a href="/rss">RSS</a>')
    site.has("/rss", '<a class="rss" href="/api/1">Politics</a><a class="rss" href="/api/2">World</a>')
    site.has("/api/1", rss(*HEADLINES))
    site.has("/api/2", rss(*RUSSIAN))

    assert paths(site, found(site.address)) == ["/api/1", "/api/2"]


def test_a_named_address_that_has_no_feed_is_left_out(site: Site) -> None:
    site.has("/", named("/gone") + named("/challenge") + named("/en.rss"))
    site.has("/challenge", "<html>Are you human?</html>")
    site.has("/en.rss", rss(*HEADLINES))

    assert paths(site, found(site.address)) == ["/en.rss"]


def test_the_same_articles_under_two_addresses_are_one_feed(site: Site) -> None:
    site.has("/", named("/rss.xml") + named("/rss2.xml") + named("/old"))
    site.has("/rss.xml", rss(*HEADLINES))
    site.has("/rss2.xml", rss(*reversed(HEADLINES)))
    site.moved["/old"] = "/rss.xml"

    assert paths(site, found(site.address)) == ["/rss.xml"]


def test_json_feed_and_news_sitemap_are_feeds_too(site: Site) -> None:
    site.has("/", '<link rel="alternate" type="application/feed+json" href="/feed.json">')
    item = {"id": "1", "url": "https://outlet.example/j", "title": "Headline", "date_published": "2026-03-14T10:00:00Z"}
    version = "https://jsonfeed.org/version/1.1"
    site.has("/feed.json", json.dumps({"version": version, "title": "Outlet", "language": "en", "items": [item]}))
    site.has("/robots.txt", f"User-agent: *\nSitemap: {site.address}/index.xml\n")
    index = f"<sitemapindex><sitemap><loc>{site.address}/maps/news.xml</loc></sitemap></sitemapindex>"
    site.has("/index.xml", index)
    site.has("/maps/news.xml", NEWS_SITEMAP)

    rows = found(site.address)

    assert paths(site, rows) == ["/feed.json", "/maps/news.xml"]
    assert [row["version"] for row in rows] == ["json11", "news_sitemap"]


def test_a_feed_finds_itself(site: Site) -> None:
    site.has("/en.rss", rss(*HEADLINES))

    rows = found(f"{site.address}/en.rss")

    assert [(row["source"], row["entries"]) for row in rows] == [("address", 2)]
    assert site.asked == ["/en.rss"]


def test_the_lines_for_feeds_toml_are_what_it_takes(site: Site, tmp_path: Path) -> None:
    site.has("/", named("/en.rss") + named("/world.rss") + named("/ru.rss"))
    site.has("/en.rss", rss(*HEADLINES))
    site.has("/world.rss", rss(Item(5, "A \\ headline", HEADLINES[0].text)))
    site.has("/ru.rss", rss(*RUSSIAN).replace(b"<title>Outlet", 'Сайт "Новости"'.join(("<title>", "")).encode()))

    output = run(site.address).stdout
    lines = output[output.index("[[publisher]]") :]
    (tmp_path / "feeds.toml").write_text(lines.replace(site.address, "https://outlet.example"), encoding="utf-8")
    feeds = read_feeds(tmp_path / "feeds.toml")

    assert tomllib.loads(lines)["publisher"][0]["name"] == "Outlet"
    assert [feed.languages for feed in feeds] == [("en",), ("en",), ("ru",)]
    assert len({feed.name for feed in feeds}) == 3


def test_a_site_without_a_feed_is_one_clear_error(site: Site) -> None:
    site.has("/", "<html>Front page</html>")

    result = run(site.address)

    assert isinstance(result.exception, TrucewireError)
    assert "no feed found" in str(result.exception)


@pytest.mark.parametrize("url", ["ftp://outlet.example/", "not an address", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    assert "no web address" in str(run(url).exception)


def test_a_page_at_a_private_address_is_not_fetched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUCEWIRE_ALLOW", "")

    assert isinstance(run(site.address).exception, TrucewireError)
    assert site.asked == []


def test_a_poll_of_a_page_says_where_the_feed_is(world: World) -> None:
    world.publishes(f"<html><head>{named('/rss.xml')}</head></html>".encode(), url="https://outlet.example/news")

    for batch in pipeline.tick(world.services):
        pipeline.poll(world.services, batch)

    row = world.services.queries.feeds()[0]
    assert row["last_outcome"] == "not_a_feed"
    assert row["last_error"].startswith("not a feed; the page names https://outlet.example/rss.xml")
