"""The live stream: what changes reaches whoever reads, rendered as on the page."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, insert, update

from tests.browser import Browser
from tests.factories import NOW
from tests.newsroom import fill
from tests.world import World
from worker.tables import alerts, articles, stories
from worker.web import create_app, serving
from worker.web.assets import all_assets
from worker.web.pages.live import MOST_EACH, MOST_WAITING, Broadcast, Changes, Event, Reader
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    fill(sqlite_engine, NOW, quiet=0)
    return sqlite_engine


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with serving(create_app(world.services), "127.0.0.1", 0) as address:
        yield address


@contextmanager
def reading(address: str, about: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream, past its beginning."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", f"/live?about={about}&since={NOW.timestamp()}")
        response = connection.getresponse()
        assert response.headers["content-type"].startswith("text/event-stream")
        response.readline()
        yield response


def next_event(stream: http.client.HTTPResponse) -> tuple[str, dict[str, Any]]:
    """The kind of the next event, and what it tells."""
    lines = iter(stream.readline, b"")
    kind = next(line for line in lines if line.startswith(b"event: "))
    told = next(line for line in lines if line.startswith(b"data: "))
    return kind.decode().split()[1], json.loads(told.removeprefix(b"data: "))


def test_an_alert_that_gets_an_update_is_told_with_its_story(address: str, engine: Engine) -> None:
    with reading(address, "alerts") as stream:
        with engine.begin() as connection:
            changed = update(alerts).where(alerts.c.id == 2)
            connection.execute(changed.values(updated_at=NOW, revision=3, confirmation="independent"))
        kind, told = next_event(stream)

    assert kind == "story"
    assert (told["story_id"], told["severity"], told["open"]) == (2, "critical", True)
    assert "independently confirmed" in told["html"]


def test_an_alert_that_somebody_takes_on_leaves_the_page(address: str, engine: Engine) -> None:
    with reading(address, "alerts") as stream:
        with engine.begin() as connection:
            connection.execute(update(alerts).where(alerts.c.id == 3).values(acknowledged_at=NOW, acknowledged_by="x"))
        _, told = next_event(stream)

    assert (told["story_id"], told["open"], told["news"]) == (3, False, False)


def test_articles_are_counted(address: str, engine: Engine) -> None:
    with reading(address, "articles") as stream:
        with engine.begin() as connection:
            row = dict(connection.execute(articles.select().where(articles.c.id == 1)).mappings().one())
            connection.execute(insert(articles), row | {"id": 999, "key": "https://outlet.example/999"})
        kind, told = next_event(stream)

    assert (kind, told["new"], told["rows"][0]["id"]) == ("articles", 1, 999)
    assert 'id="article-999"' in told["rows"][0]["html"]


def test_an_article_is_told_again_when_it_has_been_judged(address: str, engine: Engine) -> None:
    with reading(address, "articles") as stream:
        with engine.begin() as connection:
            row = dict(connection.execute(articles.select().where(articles.c.id == 1)).mappings().one())
            row |= {"id": 999, "key": "https://outlet.example/999", "region": None, "matched_at": None}
            connection.execute(insert(articles), row)
        _, arrived = next_event(stream)
        with engine.begin() as connection:
            connection.execute(update(articles).where(articles.c.id == 999).values(region="no", matched_at=NOW))
        _, judged = next_event(stream)

    assert "not judged yet" in arrived["rows"][0]["html"]
    assert (judged["new"], "not about the region" in judged["rows"][0]["html"]) == (0, True)


def test_an_article_that_is_committed_after_a_later_one_is_told_too(address: str, engine: Engine) -> None:
    row = an_article_of(engine)
    with reading(address, "articles") as stream:
        with engine.begin() as connection:
            connection.execute(insert(articles), row | {"id": 999, "key": "https://outlet.example/999"})
        _, first = next_event(stream)
        with engine.begin() as connection:
            connection.execute(insert(articles), row | {"id": 997, "key": "https://outlet.example/997"})
        _, second = next_event(stream)

    assert [told["rows"][0]["id"] for told in (first, second)] == [999, 997]


def an_article_of(engine: Engine) -> dict[str, Any]:
    """A row to be stored under another id."""
    with engine.begin() as connection:
        return dict(connection.execute(articles.select().where(articles.c.id == 1)).mappings().one())


def test_a_story_is_told_although_a_newer_one_was_told_before(address: str, engine: Engine) -> None:
    with reading(address, "stories") as stream:
        numbers = []
        for story_id, seconds in ((4, -1), (3, -5)):
            with engine.begin() as connection:
                joined = update(stories).where(stories.c.id == story_id)
                connection.execute(joined.values(last_at=NOW + timedelta(seconds=seconds)))
            numbers.append(next_event(stream)[1]["rows"][0]["id"])

    assert numbers == [4, 3]


def test_a_story_that_an_article_joins_is_told(address: str, engine: Engine) -> None:
    with reading(address, "stories") as stream:
        with engine.begin() as connection:
            connection.execute(update(stories).where(stories.c.id == 4).values(last_at=NOW + timedelta(seconds=1)))
        kind, told = next_event(stream)

    assert (kind, told["new"], told["rows"][0]["id"]) == ("stories", 1, 4)
    assert 'href="/stories/4"' in told["rows"][0]["html"]


def test_who_comes_back_is_given_what_was_missed_and_nothing_twice(address: str, engine: Engine) -> None:
    with reading(address, "alerts") as stream:
        for alert_id in (2, 3):
            with engine.begin() as connection:
                changed = update(alerts).where(alerts.c.id == alert_id)
                connection.execute(changed.values(acknowledged_at=NOW, acknowledged_by="x"))
            next_event(stream)
    number = last_id(address, "alerts", "")
    begun = number.partition(".")[0]

    missed = last_id(address, "alerts", f"{begun}.1")

    assert (number, missed) == (f"{begun}.1", f"{begun}.2")
    assert last_id(address, "alerts", "another process.1") == f"{begun}.1"


def last_id(address: str, about: str, last: str) -> str:
    """The id of the first event that is given to a reader who comes back."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        path = f"/live?about={about}&since={NOW.timestamp()}"
        connection.request("GET", path, headers={"Last-Event-ID": last})
        lines = iter(connection.getresponse().readline, b"")
        return next(line for line in lines if line.startswith(b"id: ")).decode().split()[1]


class ManyAtOnce(Changes):
    """More events in the second look than one reader's queue holds."""

    looks = 0

    def look(self) -> list[Event]:
        self.looks += 1
        numbers = range(1, MOST_WAITING + 3) if self.looks == 2 else ()
        return [Event(number, "alerts", NOW, b"%d" % number) for number in numbers]


def test_who_falls_behind_is_let_go_and_misses_nothing(world: World) -> None:
    async def read_twice() -> tuple[list[bytes], list[bytes]]:
        broadcast = Broadcast(ManyAtOnce(Pages(world.services, all_assets())))
        cut_short = [wire async for wire in broadcast.events(Reader("alerts", NOW))]
        again = broadcast.events(Reader("alerts", NOW))
        return cut_short, [await anext(again) for _ in range(MOST_WAITING + 3)]

    cut_short, again = asyncio.run(read_twice())

    assert cut_short == again[:1]  # how soon to come back
    assert again[1:] == [b"%d" % number for number in range(1, MOST_WAITING + 3)]


def test_after_a_pause_a_page_is_told_what_it_does_not_show(world: World, engine: Engine) -> None:
    changes, row = Changes(Pages(world.services, all_assets())), an_article_of(engine)
    changes.look()
    world.passes(minutes=40)
    happened = world.now - timedelta(minutes=30)
    with engine.begin() as connection:
        new = {"id": 999, "key": "https://outlet.example/999", "first_seen_at": happened}
        connection.execute(insert(articles), row | new)
        connection.execute(update(stories).where(stories.c.id == 4).values(last_at=happened))
        connection.execute(update(alerts).where(alerts.c.id == 2).values(updated_at=happened, revision=3))

    events = changes.look()
    slept, fresh = NOW, world.now

    for about in ("alerts", "articles", "stories"):
        assert [event.about for event in events if Reader(about, slept).wants(event)] == [about]
        assert not [event for event in events if Reader(about, fresh).wants(event)]


def test_a_visitor_leaves_room_for_others(world: World) -> None:
    async def open_many() -> None:
        broadcast = Broadcast(Changes(Pages(world.services, all_assets())))
        streams = [broadcast.events(Reader("alerts", NOW, "session nino")) for _ in range(MOST_EACH)]
        for stream in streams:
            broadcast.refuse_too_many("session nino")
            await anext(stream)
        broadcast.refuse_too_many("session ana")
        broadcast.refuse_too_many("")
        broadcast.refuse_too_many("session nino")

    with pytest.raises(ProblemError, match="too many live pages"):
        asyncio.run(open_many())


def test_a_stream_about_nothing_known_is_refused(address: str) -> None:
    assert Browser(address).get("/live?about=weather").status == 422
