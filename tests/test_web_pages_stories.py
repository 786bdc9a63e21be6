"""The pages Stories and Audit, what a story's page is made of, and the names that it shows."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.browser import Browser
from tests.factories import NOW
from tests.newsroom import fill
from tests.switchboard import Switchboard
from tests.world import World
from worker.database import connect
from worker.model import Profile
from worker.model.people import Role
from worker.tables import articles, stories
from worker.web import create_app
from worker.web.pages.claims import claims_table
from worker.web.pages.names import Names
from worker.web.pages.words import reports

PASSWORD = "nine cats by the river"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A database with the made-up week, to be copied."""
    path = tmp_path_factory.mktemp("week") / "week.db"
    shutil.copy(migrated_sqlite, path)
    engine = connect(f"sqlite:///{path}")
    fill(engine, NOW, quiet=0)
    engine.dispose()
    return path


@pytest.fixture
def engine(sqlite_engine: Engine, week: Path) -> Engine:
    """On one database: what differs between the two is behind the queries."""
    with closing(sqlite3.connect(week)) as full, closing(sqlite3.connect(str(sqlite_engine.url.database))) as copy:
        full.backup(copy)
    return sqlite_engine


@pytest.fixture
def desk(world: World, board: Switchboard) -> Browser:
    """At a service whose log holds the made-up week."""
    board.app = create_app(world.services)
    return Browser(board.address)


def test_stories_are_listed_with_what_they_rest_on(desk: Browser) -> None:
    page = desk.get("/stories").text

    assert 'id="story-1"' in page
    assert "independently confirmed" in page
    assert "media of Armenia" in page
    assert 'data-live="stories"' in page


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("place=Meghri", "Road to Meghri closed", "Ministry denies"),
        ("rule=blockade", "Road to Meghri closed", "Ministry denies"),
        ("concept=shelling", "Shells fall on two villages", "Road to Meghri"),
        ("state=closed", "No story is like that", 'id="story-'),
        ("language=fr", "No story is like that", 'id="story-'),
        ("confirmation=x&since=never&state=y", "No story is like that", 'id="story-'),
    ],
)
def test_stories_are_filtered(desk: Browser, query: str, found: str, not_found: str) -> None:
    page = desk.get(f"/stories?{query}").text

    assert found in page
    assert not_found not in page


def test_stories_come_a_page_at_a_time(desk: Browser, engine: Engine) -> None:
    with engine.begin() as connection:
        row = dict(connection.execute(stories.select().where(stories.c.id == 1)).mappings().one())
        connection.execute(stories.insert(), [row | {"id": 1000 + number} for number in range(60)])

    first = desk.get("/stories").text
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = desk.get(older).text

    ids = [part.split('"')[0] for page in (first, second) for part in page.split('<article class="row story-row')[1:]]
    assert len(ids) == 60 + 6
    assert 'rel="prev" href="/stories"' in second
    assert desk.get("/stories?before=nonsense").status == 422


def test_a_story_has_a_table_of_who_says_what(desk: Browser) -> None:
    page = desk.get("/stories/1").text

    assert '<th scope="col">Armenia</th>' in page
    assert "In whose words" in page


def test_nobody_reads_a_sentence_twice_that_is_its_headline(desk: Browser, engine: Engine) -> None:
    with engine.begin() as connection:
        said = "Both ministries agreed on a ceasefire along the Lachin road"
        connection.execute(update(articles).values(title=said))

    page = desk.get("/").text

    assert page.count("ceasefire</mark> along the Lachin road") == 1


@pytest.mark.parametrize("path", ["/audit", "/audit?who=local&action=alert.acknowledge&subject=1&since=1d"])
def test_admins_see_who_did_what(desk: Browser, path: str) -> None:
    desk.post("/alerts/1/ack")

    page = desk.get(path).text

    assert '<a href="/alerts/1" data-open>alert 1</a>' in page
    assert "whoever sits at this machine" in page


def test_the_audit_log_says_that_nobody_did_that(desk: Browser) -> None:
    desk.post("/alerts/1/ack")

    assert "Nobody did that" in desk.get("/audit?subject=7").text


def test_only_admins_see_the_audit_log_and_its_link(desk: Browser, world: World) -> None:
    world.store.people.add_user("ani", PASSWORD, Role.ANALYST, NOW)
    desk.post("/login", {"name": "ani", "password": PASSWORD})

    assert desk.get("/audit").status == 403
    assert 'href="/audit"' not in desk.get("/log").text


def test_claims_stand_under_the_side_that_makes_them() -> None:
    voices = [
        {"side": "AM", "articles": [{"publisher": "Herald", "family": "h", "article_id": 1}]},
        {"side": "", "articles": [{"publisher": "", "family": "wire", "article_id": number} for number in (2, 3)]},
    ]
    report = {"concept": "ceasefire", "says": "broken", "confirmation": "single_source", "voices": voices}

    sides, rows = claims_table([report])

    assert sides == ["AM", ""]
    assert (rows[0].stance, rows[0].voices) == ("violated", 2)
    assert rows[0].by_side["AM"].publishers == (("Herald", 1),)
    assert rows[0].by_side[""].publishers == (("wire", 2),)


def test_no_more_sides_are_columns_than_fit() -> None:
    voices = [
        {"side": side, "articles": [{"publisher": side, "family": side, "article_id": 1}]}
        for side in ("A", "B", "C", "D", "E", "F")
    ]
    report = {"concept": "talks", "says": "agreed", "confirmation": "independent", "voices": voices}

    sides, rows = claims_table([report], most=1)

    assert sides == ["A", "B", "C", "D", ""]
    assert (rows[0].by_side[""].publishers, rows[0].by_side[""].more) == ((("E", 1),), 1)


NAMES = Names(
    Profile("here", (), (), (), sides={"Russia": "RU"}),
    [("Lusardzak", "lusardzak"), ("The Arax Herald", "lusardzak"), ("", "wire")],
)


@pytest.mark.parametrize(
    ("voice", "name"),
    [("RU", "Russia"), ("lusardzak", "Lusardzak/The Arax Herald"), ("wire", "wire"), ("ABKHAZIA", "Abkhazia")],
)
def test_voices_are_called_as_people_know_them(voice: str, name: str) -> None:
    assert NAMES.voice(voice) == name


def test_an_updates_line_names_who_confirms_and_leaves_the_rest_alone() -> None:
    assert NAMES.detail("RU said; confirmed by lusardzak, beside RU") == (
        "RU said; confirmed by Lusardzak/The Arax Herald, beside Russia"
    )
    assert NAMES.detail("11 killed, after 4 by lusardzak") == "11 killed, after 4 by lusardzak"


def test_a_concept_is_told_once_and_an_unknown_stance_only_alone() -> None:
    found = ["ceasefire:unknown", "ceasefire:agreed", "talks:unknown", "ceasefire:agreed"]

    assert reports(found) == [("ceasefire", ["agreed"]), ("talks", ["unknown"])]
