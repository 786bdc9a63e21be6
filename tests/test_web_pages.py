"""The pages: what each shows on an empty log and on a full one; what publishers write stays text."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.browser import Browser
from tests.factories import NOW
from tests.newsroom import fill
from tests.switchboard import Switchboard
from tests.world import World
from worker.database import connect
from worker.model import Severity, Silence
from worker.tables import articles
from worker.web import create_app

PAGES = ["/", "/stories", "/log", "/map", "/trends", "/feeds", "/audit"]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the queries."""
    return sqlite_engine


@pytest.fixture
def reader(world: World, board: Switchboard) -> Browser:
    """At a service that has just been set up."""
    board.app = create_app(world.services)
    return Browser(board.address)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A database with the made-up week, to be copied."""
    path = tmp_path_factory.mktemp("week") / "week.db"
    shutil.copy(migrated_sqlite, path)
    engine = connect(f"sqlite:///{path}")
    fill(engine, NOW)
    engine.dispose()
    return path


@pytest.fixture
def desk(reader: Browser, engine: Engine, week: Path) -> Browser:
    """At a service whose log holds the made-up week."""
    with closing(sqlite3.connect(week)) as full, closing(sqlite3.connect(str(engine.url.database))) as copy:
        full.backup(copy)
    return reader


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_something_to_say_before_anything_came_in(reader: Browser, path: str) -> None:
    page = reader.get(path)

    assert page.status == 200
    assert 'class="headline"' in page.text


@pytest.mark.parametrize("path", [*PAGES, "/rules", "/feeds/1", "/stories/1", "/articles/1", "/articles/61/why"])
def test_a_page_needs_nothing_inline_and_nothing_from_elsewhere(desk: Browser, path: str) -> None:
    page = desk.get(path)

    assert page.status == 200
    assert ' style="' not in page.text
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/static/')
    assert 'href="http' not in page.text.replace('rel="noopener noreferrer"', "").split("<main")[0]


def test_now_shows_open_alerts_with_their_sentence_and_who_says_so(desk: Browser) -> None:
    page = desk.get("/").text

    assert "agreed on a <mark>ceasefire</mark> along the Lachin road" in page
    assert "says <b" in page
    assert "both sides" in page
    assert "8 publishers" not in page.split("story-2")[1]


def test_now_says_since_when_nothing_is_new(reader: Browser) -> None:
    page = reader.get("/").text

    assert "No alert has been raised yet" in page


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("q=lachin", "Ceasefire agreed on the Lachin road", "Road to Meghri"),
        ("language=ka", "მხარეები", "Ceasefire agreed"),
        ("place=Meghri", "Road to Meghri closed", "Ceasefire agreed"),
        ("concept=shelling", "Shells fall on two villages", "Ceasefire agreed"),
        ("stance=denied", "Ministry denies shelling", "Shells fall on two villages"),
        ("rule=blockade", "Road to Meghri closed", "Ministry denies"),
        ("publisher=Meridian+Wire", "Armoured columns seen", "Road to Meghri closed"),
        ("region=unknown", "Snow closes mountain pass", "Ceasefire agreed"),
        ("since=1h", "Ceasefire agreed", "Road to Meghri closed"),
        ("story=2", "Ministry denies shelling", "Ceasefire agreed"),
    ],
)
def test_the_log_is_searched_and_filtered(desk: Browser, query: str, found: str, not_found: str) -> None:
    page = desk.get(f"/log?{query}").text

    assert found in page
    assert not_found not in page


def test_the_log_is_paged_without_gap(desk: Browser) -> None:
    first = desk.get("/log").text
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")

    second = desk.get(older).text

    ids = [part.split('"')[0] for page in (first, second) for part in page.split('id="article-')[1:]]
    assert len(ids) == len(set(ids)) == 76


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/log?plase=Lachin", "There is no parameter “plase”; did you mean “place”?"),
        ("/log?since=yesterday", "“yesterday” is left out"),
        ("/log?feed=first", "“first” is left out"),
        ("/stories?conceptt=shelling", "did you mean “concept”?"),
        ("/feeds?contry=AM", "did you mean “country”?"),
        ("/map?sinc=7d", "did you mean “since”?"),
        ("/trends?day=7d", "did you mean “days”?"),
        ("/audit?whom=x", "did you mean “who”?"),
        ("/map?span=2y", "“2y” is left out: “span” is one of 1d, 7d, 30d, 90d."),
        ("/trends?days=9", "“9” is left out: “days” is one of 7d, 30d, 90d."),
        ("/stories?state=opne", "“opne” is left out: “state” is one of open, closed."),
    ],
)
def test_what_a_page_leaves_out_of_its_address_it_says(desk: Browser, path: str, said: str) -> None:
    page = desk.get(path)

    assert page.status == 200
    assert said in page.text


@pytest.mark.parametrize("query", ["since=7d&language=en", "since=2026-03-14&until=2026-03-15T12:00", "until=1d"])
def test_a_search_offers_a_feed_that_can_be_read(desk: Browser, query: str) -> None:
    page = desk.get(f"/log?{query}").text

    for kind in ("atom", "json"):
        address = re.search(rf'href="(/log\.{kind}[^"]*)"', page)
        assert address is not None
        assert desk.get(html.unescape(address[1])).status == 200


@pytest.mark.parametrize(
    "query", ["q=-only", "q=%22", "since=never", "before=x&feed=-1", "stance=%00", "until=9999-99"]
)
def test_a_search_that_cannot_be_read_is_no_mistake_of_the_server(desk: Browser, query: str) -> None:
    assert desk.get(f"/log?{query}").status == 200


def test_an_article_shows_what_its_publisher_changed(desk: Browser) -> None:
    number = desk.get("/log?q=monitors").text.split('id="article-')[1].split('"')[0]

    article = desk.get(f"/articles/{number}").text

    assert '<del><span class="put">−</span>talks</del><ins><span class="put">+</span>agreed</ins>' in article
    assert "is repeated by" in article


def test_an_article_in_persian_runs_from_right_to_left(desk: Browser) -> None:
    page = desk.get("/log?language=fa").text

    assert 'lang="fa" dir="rtl"' in page


def test_a_story_shows_who_says_what_and_whose_voices_those_are(desk: Browser) -> None:
    page = desk.get("/stories/1").text

    assert "Müdafiə Nazirliyi" in page
    assert "copy of article" in page
    assert "changes its article" in page
    assert page.count('aria-labelledby="beside-') == 7


def test_an_alert_leads_to_its_story(desk: Browser) -> None:
    answer = desk.get("/alerts/2")

    assert (answer.status, answer.headers["location"]) == (303, "/stories/2#alert-2")


def test_the_trace_names_what_each_rule_made_of_an_article(desk: Browser) -> None:
    page = desk.get("/articles/61/why").text

    assert "title names Lachin" in page
    assert "summary reports ceasefire" in page
    assert "reports no talks" in page
    assert "<td>desk</td>" in page


def test_the_map_draws_places_by_severity_and_leads_to_their_articles(desk: Browser) -> None:
    page = desk.get("/map").text

    assert 'class="spot critical"' in page
    assert "/log?place=Goris&amp;since=" in page
    assert ' articles, 1 alert, critical"' in page


@pytest.mark.parametrize(
    "query", ["span=90d", "since=2026-03-14T00:00Z&until=2026-03-14T06:00Z", "since=x&until=1", "since=2030-01-01"]
)
def test_the_time_of_the_map_is_chosen_by_its_address(desk: Browser, query: str) -> None:
    assert desk.get(f"/map?{query}").status == 200


def test_trends_have_their_numbers_as_tables_too(desk: Browser) -> None:
    page = desk.get("/trends?days=7d").text

    assert '<th scope="row">2026-03-14</th>' in page
    assert "Armenia: killed" in page


def test_feeds_say_who_fails_and_what_is_quiet(desk: Browser) -> None:
    page = desk.get("/feeds").text

    assert "4 times in a row" in page
    assert "no answer within 30 s" in page
    assert "Doğu Gündemi is quiet" in page
    assert "4 of the last 36 polls failed" in page


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("state=failing", "4 times in a row", ">well<"),
        ("state=well", ">well<", "4 times in a row"),
        ("language=ka", "Georgian", "times in a row"),
        ("name=nothing-like-it", "No feed is like that", "data-open"),
    ],
)
def test_feeds_are_filtered(desk: Browser, query: str, found: str, not_found: str) -> None:
    page = desk.get(f"/feeds?{query}").text.split("Clear all filters")[1]

    assert found in page
    assert not_found not in page


def test_an_admin_switches_a_feed_off_and_back(desk: Browser) -> None:
    desk.post("/feeds/2/disable", {"next": "/feeds/2"})
    off = desk.get("/feeds/2").text
    desk.post("/feeds/2/reset", {"next": "/feeds/2"})
    desk.post("/feeds/2/poll", {"next": "/feeds/2"})

    assert "Switched off by <b>local</b>" in off
    assert "Switched off" not in desk.get("/feeds/2").text
    assert desk.post("/feeds/99/poll").status == 404


def test_a_silence_is_seen_for_as_long_as_it_lasts_and_ended(desk: Browser) -> None:
    desk.post("/alerts/1/silence", {"comment": "an exercise", "for": "1d"})
    now, rules = desk.get("/").text, desk.get("/rules").text
    desk.post("/silences/1/end", {"next": "/rules"})

    assert "1 silence in force" in now
    assert "an exercise" in rules
    assert 'action="/silences/1/end"' in rules
    assert "an exercise" not in desk.get("/rules").text


def test_a_silence_that_leaves_what_is_urgent_loud_says_so(desk: Browser, world: World) -> None:
    silence = Silence(0, "an exercise", NOW, NOW + timedelta(days=1), maximum_severity=Severity.WARNING)
    world.store.alerts.add_silence(silence, NOW)

    page = desk.get("/rules").text

    assert page.partition("every alert")[2].partition("</td>")[0].startswith(' <span class="soft">up to</span>')


def test_a_rule_in_force_is_where_a_change_begins(desk: Browser) -> None:
    page = desk.get("/rules?rule=ceasefire").text

    assert "id = &#34;ceasefire&#34;" in page
    assert desk.get("/rules?rule=%00").status == 200


def test_a_rule_is_tried_on_the_log_and_stores_nothing(desk: Browser) -> None:
    rule = '[[rule]]\nid = "prisoners"\ntitle = "P"\nseverity = "info"\nconcepts = ["prisoner_exchange"]\n'

    page = desk.post("/rules", {"rules": rule, "days": "7"})

    assert page.status == 200
    assert "prisoners: 1 alert on 1 article" in page.text
    assert "Eleven prisoners exchanged at Margara" in page.text


def test_a_rule_that_cannot_be_is_said_what_is_wrong_with_it(desk: Browser) -> None:
    page = desk.post("/rules", {"rules": "[[rule]]\nid = 1", "days": "x"})

    assert page.status == 422
    assert 'role="alert"' in page.text


def test_a_capture_is_shown_as_text_with_its_digest(desk: Browser) -> None:
    page = desk.get("/articles/1/captured").text

    assert "&lt;item&gt;&lt;title&gt;" in page
    assert "the bytes are as they were fetched" in page
    assert desk.get("/articles/1/captured?page=true").status == 404


def test_the_capture_is_given_to_be_kept_and_never_shown(desk: Browser) -> None:
    capture = desk.get("/articles/1/capture")

    assert capture.status == 200
    assert capture.headers["content-type"] == "application/octet-stream"
    assert capture.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "/articles/99999",
        "/articles/0",
        "/articles/99999/why",
        "/articles/x",
        "/stories/99",
        "/alerts/99",
        "/feeds/99",
        "/no-page",
    ],
)
def test_what_is_not_there_is_said_so(desk: Browser, path: str) -> None:
    assert desk.get(path).status in {404, 422}


@pytest.mark.parametrize("path", ["/", "/log", "/articles/61", "/articles/61/why", "/stories/1", "/feeds/1"])
def test_what_publishers_write_stays_text(desk: Browser, engine: Engine, path: str) -> None:
    values = dict.fromkeys(("title", "summary", "text", "author", "publisher", "credit"), HOSTILE)
    with engine.begin() as connection:
        connection.execute(update(articles).values(url="javascript:alert(1)", language='"><b>', **values))

    page = desk.get(path)

    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "javascript:" not in page.text


def test_a_page_that_is_as_it_was_is_not_sent_again(desk: Browser) -> None:
    first = desk.get("/articles/61")

    again = desk.get("/articles/61", If_None_Match=first.headers["etag"])

    assert again.status == 304
    assert again.raw == b""


def test_static_files_are_kept_for_ever_under_a_name_of_their_content(reader: Browser) -> None:
    page = reader.get("/").text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = reader.get(sheet, Accept_Encoding="br")

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "br"


@pytest.mark.parametrize("path", ["/static/trucewire.css", "/favicon.ico", "/robots.txt"])
def test_a_file_without_a_hash_in_its_name_is_found_too(reader: Browser, path: str) -> None:
    assert reader.get(path).status == 200


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/..%2fapp.py"])
def test_no_other_file_is_given(reader: Browser, path: str) -> None:
    assert reader.get(path).status == 404
