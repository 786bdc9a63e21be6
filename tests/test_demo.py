"""The made-up week: what it covers, that it replays in order, and that its server behaves like a good one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.demo import DemoServer
from worker.demo.documents import CONTENT_TYPES, article_page, feed_document
from worker.demo.news import Item, load_week
from worker.demo.replay import Release, Replay
from worker.judge import Judge
from worker.model import CONCEPTS, Article, Outcome
from worker.parse import parse
from worker.settings.lexicons import read_lexicons
from worker.settings.region import read_region
from worker.settings.rules import read_rules

NOW = datetime(2031, 5, 4, 12, 0, 0, 400_000, tzinfo=UTC)
WEEK = load_week()
FEEDS = sorted(WEEK.outlets)
LANGUAGES = ["az", "en", "hy", "ka", "ru", "tr"]
CONFIG = Path(__file__).parents[1] / "config"
FOREVER_S = 1e6
REPORTED = {
    "ceasefire",
    "disarmament",
    "shelling",
    "casualties",
    "talks",
    "peace_deal",
    "displacement",
    "blockade",
    "troop_movement",
    "prisoner_exchange",
}


class Stopwatch:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def server(stopwatch: Stopwatch) -> Iterator[DemoServer]:
    with DemoServer(NOW, pace_s=2.0, stopwatch=stopwatch) as running:
        yield running


@pytest.fixture(scope="module")
def fired() -> dict[Item, set[str]]:
    """The rules of the default profile that each item fires."""
    judge = Judge(read_region(CONFIG / "region.toml"), read_lexicons(), read_rules(CONFIG / "rules.toml"))
    return {item: {trace.rule_id for trace in judge.judge(article(item), dedicated=False).fired} for item in WEEK.items}


def article(item: Item) -> Article:
    return Article(
        key=item.slug,
        identity=item.slug,
        url="",
        title=item.title,
        summary=item.summary,
        text=item.text,
        language=language_of(item),
        published_at=NOW,
    )


def replay(pace_s: float = 2.5) -> Replay:
    return Replay(WEEK, NOW, pace_s)


def carried(elapsed_s: float) -> list[Release]:
    return [release for feed in FEEDS for release in replay().releases(feed, elapsed_s)]


def language_of(item: Item) -> str:
    return WEEK.outlets[item.feeds[0]].language


def published(text: str) -> datetime:
    return parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)


# What the week covers


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_reports_every_kind_of_event(language: str) -> None:
    reported = {concept for item in WEEK.items if language_of(item) == language for concept in item.expects}

    assert reported >= REPORTED


def test_expectations_are_concepts() -> None:
    assert {concept for item in WEEK.items for concept in item.expects} <= set(CONCEPTS)


def test_a_trap_expects_nothing() -> None:
    assert [item.slug for item in WEEK.items if item.trap and item.expects] == []


def test_there_are_traps_and_ordinary_news_too() -> None:
    traps = sum(bool(item.trap) for item in WEEK.items)
    ordinary = sum(not item.trap and not item.expects for item in WEEK.items)

    assert (traps >= 10, ordinary >= 10) == (True, True)


def test_every_outlet_lives_where_no_network_leads() -> None:
    assert [
        outlet.site for outlet in WEEK.outlets.values() if not re.match(r"https://[a-z-]+\.example(/|$)", outlet.site)
    ] == []


def test_an_item_speaks_one_language_and_its_feeds_exist() -> None:
    assert {len({WEEK.outlets[feed].language for feed in item.feeds}) for item in WEEK.items} == {1}


def test_no_word_mixes_scripts() -> None:
    text = " ".join(f"{item.title} {item.summary} {item.text}" for item in WEEK.items)

    mixed = re.findall(r"\w*(?:[A-Za-z][Ѐ-ӿԱ-֏Ⴀ-ჿ]|[Ѐ-ӿԱ-֏Ⴀ-ჿ][A-Za-z])\w*", text)

    assert mixed == []


def test_some_news_stands_in_two_feeds_under_one_address() -> None:
    arax = {release.url for release in replay().releases("arax", FOREVER_S)}
    politics = {release.url for release in replay().releases("arax-politics", FOREVER_S)}

    assert arax & politics


# What the default profile makes of it


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "concept",
    ["ceasefire", "disarmament", "shelling", "casualties", "talks", "displacement", "prisoner_exchange"],
)
def test_an_event_is_flagged_in_every_language(fired: dict[Item, set[str]], language: str, concept: str) -> None:
    reports = [item for item in WEEK.items if language_of(item) == language and concept in item.expects]

    assert any(concept in fired[item] for item in reports)


def test_no_trap_raises_an_alert_on_a_ceasefire_or_disarmament(fired: dict[Item, set[str]]) -> None:
    assert [item.slug for item in WEEK.items if item.trap and fired[item] & {"ceasefire", "disarmament"}] == []


# How it replays


def test_the_older_part_of_the_week_is_there_at_once() -> None:
    assert all(replay().releases(feed, 0.0) for feed in FEEDS)


def test_three_events_happen_within_ten_seconds() -> None:
    before = {release.url for release in carried(0.0)}

    fresh = {release.url for release in carried(10.0) if release.item.expects} - before

    assert len(fresh) >= 3


def test_life_goes_on_for_about_two_minutes() -> None:
    assert timedelta(seconds=90) < timedelta(seconds=replay().length_s) < timedelta(seconds=180)


@given(st.floats(min_value=0, max_value=300))
def test_no_news_comes_from_the_future(elapsed_s: float) -> None:
    newest = max(release.updated_at or release.published_at for release in carried(elapsed_s))

    assert newest <= NOW + timedelta(seconds=elapsed_s)


@given(st.floats(min_value=0, max_value=300), st.floats(min_value=0, max_value=300))
def test_nothing_is_withdrawn(one: float, other: float) -> None:
    earlier, later = sorted([one, other])

    assert {release.url for release in carried(earlier)} <= {release.url for release in carried(later)}


def test_a_feed_is_newest_first() -> None:
    times = [release.updated_at or release.published_at for release in replay().releases("meridian", FOREVER_S)]

    assert times == sorted(times, reverse=True)


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    (flash,) = [r for r in replay().releases("meridian", FOREVER_S) if r.item.slug == "flash-ceasefire"]

    assert flash.item.title.startswith("(CORRECTED)")
    assert flash.updated_at
    assert flash.updated_at > flash.published_at


# How it is written down


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_read_entry_by_entry(feed: str) -> None:
    releases = replay().releases(feed, FOREVER_S)
    outlet = WEEK.outlets[feed]

    read = parse(feed_document(outlet, releases), url=outlet.site, content_type=CONTENT_TYPES[outlet.format])

    assert (read.outcome, read.language, read.problems) == (Outcome.NEW, outlet.language, ())
    assert [(entry.url, entry.title) for entry in read.entries] == [(r.url, r.item.title) for r in releases]
    assert [published(entry.published) for entry in read.entries] == [
        r.published_at.replace(microsecond=0) for r in releases
    ]


def test_markup_in_a_headline_stays_text() -> None:
    item = Item(("arax",), timedelta(), "a&b", "<script>alert(1)</script> & co", "1 < 2")
    release = Release(item, "https://arax-herald.example/a&b", NOW)

    page = article_page(WEEK.outlets["arax"], release, [release])

    assert b"<script>" not in page
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page


# How it is served


def test_the_feeds_are_the_weeks_at_this_servers_address(server: DemoServer) -> None:
    feeds = server.feeds()

    assert [feed.name for feed in feeds] == [outlet.name for outlet in WEEK.outlets.values()]
    assert {feed.origin for feed in feeds} == {"demo"}
    assert all(feed.url.startswith("http://127.0.0.1:") for feed in feeds)


def test_an_unchanged_feed_answers_304(server: DemoServer) -> None:
    url = server.feeds()[0].url
    with urlopen(url, timeout=5) as first:
        etag = first.headers["ETag"]

    with pytest.raises(HTTPError) as second:
        urlopen(Request(url, headers={"If-None-Match": etag}), timeout=5)

    assert second.value.code == 304
    second.value.close()


def test_a_feed_with_news_answers_200_again(server: DemoServer, stopwatch: Stopwatch) -> None:
    url = f"{server.url}/feeds/meridian"
    with urlopen(url, timeout=5) as first:
        etag = first.headers["ETag"]

    stopwatch.seconds += 2.0
    with urlopen(Request(url, headers={"If-None-Match": etag}), timeout=5) as second:
        body = second.read()

    assert second.status == 200
    assert b"(URGENT)" in body


def test_an_article_is_served_as_a_page(server: DemoServer) -> None:
    with urlopen(f"{server.url}/articles/rustaveli/kakheti-wine-festival", timeout=5) as answer:
        page = answer.read().decode()

    assert "<h1>Kakheti wine festival draws record crowds to Telavi</h1>" in page


@pytest.mark.parametrize("path", ["/", "/feeds/nobody", "/articles/arax/nothing", "/feeds/../../etc/passwd"])
def test_anything_else_is_not_found(server: DemoServer, path: str) -> None:
    with pytest.raises(HTTPError) as answer:
        urlopen(server.url + path, timeout=5)

    assert answer.value.code == 404
    answer.value.close()
