"""Atom and JSON Feed of alerts and of any search: read by a feed reader, and never more than text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser
import pytest
from lxml import etree
from sqlalchemy import Engine

from tests.browser import Browser
from tests.factories import NOW, a_poll_plan, an_article, raise_alerts
from tests.switchboard import Switchboard
from tests.world import World
from worker.model.people import Role
from worker.web import create_app

HOSTILE = '<script>alert(1)</script> & "\x0b\x00￾ ]]>'
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the store."""
    return sqlite_engine


@pytest.fixture
def reader(world: World, board: Switchboard) -> Browser:
    """A feed reader at a log of three articles, of which one is hostile."""
    hostile = an_article(3, title=HOSTILE, publisher=HOSTILE, url="javascript:alert(1)")
    raise_alerts(world.store, an_article(1), an_article(2), hostile)
    board.app = create_app(world.services)
    return Browser(board.address)


@pytest.mark.parametrize("path", ["/alerts.atom", "/log.atom", "/log.atom?q=headline&language=en"])
def test_an_atom_feed_is_read_by_a_feed_reader(reader: Browser, path: str) -> None:
    answer = reader.get(path)

    parsed = feedparser.parse(answer.raw)

    assert answer.headers["content-type"] == "application/atom+xml"
    assert (parsed.version, parsed.bozo) == ("atom10", False)
    assert {entry.link for entry in parsed.entries if entry.title.endswith("Headline 1")} <= {
        f"{reader.address}/alerts/1",
        f"{reader.address}/articles/1",
    }


def test_an_atom_feed_has_what_the_standard_demands(reader: Browser) -> None:
    feed = etree.fromstring(reader.get("/alerts.atom").raw)

    entries = feed.findall(f"{ATOM}entry")
    demanded = [f"{ATOM}{name}" for name in ("id", "title", "updated")]
    assert [one.findtext(name) for one in (feed, *entries) for name in demanded if not one.findtext(name)] == []
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    assert all(datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo for entry in entries)
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}


@pytest.mark.parametrize("path", ["/alerts.json", "/log.json"])
def test_a_json_feed_has_what_the_standard_demands(reader: Browser, path: str) -> None:
    answer = reader.get(path)

    feed: dict[str, Any] = answer.json
    assert answer.headers["content-type"] == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == reader.address + path
    assert all(isinstance(item["id"], str) and item["content_text"] and item["url"] for item in feed["items"])
    assert all(datetime.fromisoformat(item["date_published"]).tzinfo for item in feed["items"])


@pytest.mark.parametrize("path", ["/alerts.atom", "/log.atom", "/alerts.json", "/log.json"])
def test_a_hostile_article_stays_text(reader: Browser, path: str) -> None:
    answer = reader.get(path)

    assert "javascript:" not in answer.text
    assert path.endswith(".json") or "<script" not in answer.text


def test_an_item_is_known_by_the_same_name_for_ever(reader: Browser, world: World, board: Switchboard) -> None:
    before = [item["id"] for item in reader.get("/log.json").json["items"]]
    world.store.polls.apply_polls([a_poll_plan(an_article(4), feed_id=1)])
    settings = replace(world.services.settings, public_url="https://monitor.example")
    token = world.store.people.add_token("reader", Role.READER, NOW)
    board.app = create_app(replace(world.services, settings=settings))

    after = reader.get(f"/log.json?token={token}").json

    assert [item["id"] for item in after["items"]][1:] == before
    assert token is not None
    assert token not in str(after)
    assert after["feed_url"] == "https://monitor.example/log.json"


def test_a_feed_that_is_known_is_not_sent_again(reader: Browser) -> None:
    first = reader.get("/alerts.atom")

    assert reader.get("/alerts.atom", If_None_Match=first.headers["etag"]).status == 304


def test_a_search_that_names_no_word_is_a_problem(reader: Browser) -> None:
    assert reader.get("/log.atom?q=-", Accept="*/*").status == 422


def test_exports_of_a_search_are_files(reader: Browser) -> None:
    lines = reader.get("/api/v1/exports/articles.jsonl?q=headline")
    table = reader.get("/api/v1/exports/articles.csv")
    parquet = reader.get("/api/v1/exports/articles.parquet")

    assert [len(lines.text.splitlines()), len(parquet.raw) > 1000] == [2, True]
    assert "attachment" in table.headers["content-disposition"]
    assert reader.get("/api/v1/exports/articles.exe").status == 422
    assert reader.get("/api/v1/exports/articles.csv?q=-").status == 422
