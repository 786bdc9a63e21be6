"""The pages in a real Chromium: both themes, a phone, keys only, live, and whatever a publisher may write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, insert, update

from tests.chromium import OVERFLOW, TRANSFERRED, Visit, chromium_of_this_machine, visiting
from tests.newsroom import fill
from tests.world import World
from worker.database import connect
from worker.judge import Judge
from worker.settings import Settings
from worker.store import Store
from worker.tables import alert_updates, alerts, articles, stories
from worker.web import create_app, serving

pytestmark = pytest.mark.slow

PAGES = [
    "/",
    "/log",
    "/log?q=ceasefire&language=en",
    "/log?q=nothing-like-this",
    "/stories",
    "/stories?state=closed",
    "/stories/1",
    "/stories/2",
    "/articles/61",
    "/articles/61/why",
    "/articles/61/captured",
    "/map",
    "/map?span=30d",
    "/trends",
    "/feeds",
    "/feeds?state=failing",
    "/feeds/7",
    "/rules?rule=ceasefire",
    "/audit",
    "/audit?who=nobody",
]
VIEWS = [(1440, "light"), (1024, "dark"), (390, "light"), (390, "dark")]
PAYLOADS = [line for line in (Path(__file__).parent / "data" / "payloads.txt").read_text("utf-8").splitlines() if line]
HANDLERS = """[...document.querySelectorAll("*")]
    .filter(one => [...one.attributes].some(each => each.name.startsWith("on"))).length"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_of_this_machine() as browser:
        yield browser


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("browser") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    engine = connect(f"sqlite:///{path}")
    fill(engine, datetime.now(UTC))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def address(engine: Engine, settings: Settings, judge: Judge) -> Iterator[str]:
    world = World(Store.on(engine), settings, judge, now=datetime.now(UTC))
    with serving(create_app(world.services), "127.0.0.1", 0) as address:
        yield address


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    with visiting(chromium, address) as visit:
        yield visit


@pytest.mark.parametrize(("width", "theme"), VIEWS, ids=[f"{width}-{theme}" for width, theme in VIEWS])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_in_every_width_and_theme(
    chromium: Browser, address: str, path: str, width: int, theme: str
) -> None:
    with visiting(chromium, address, width, theme) as visit:
        page = visit.opens(path)
        serious = visit.serious_faults()
        overflow = page.evaluate(OVERFLOW)

    assert serious == []
    assert visit.faults == []
    assert overflow == 0


def test_everything_can_be_reached_by_keys_alone(visit: Visit) -> None:
    page = visit.opens("/")

    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.className")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stories/*")
    story = page.url
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/log")
    page.keyboard.press("/")
    page.keyboard.type("meghri")
    page.keyboard.press("Enter")
    page.wait_for_url("**/log?q=meghri*")

    assert skip == "skip"
    assert story.endswith(second.replace("story-", "/stories/"))
    assert page.locator("[data-item]").count() == 2
    assert visit.faults == []


def test_a_first_visit_is_light(visit: Visit) -> None:
    page = visit.opens("/")

    size = page.evaluate(TRANSFERRED)

    assert 0 < size <= 150 * 1024


def test_the_keys_are_told(visit: Visit) -> None:
    page = visit.opens("/")

    page.keyboard.press("?")
    shown = page.locator("dialog[open] h2").inner_text()
    page.keyboard.press("Escape")

    assert shown.lower() == "keys"
    assert page.locator("dialog[open]").count() == 0


def test_a_chosen_theme_stays_and_stands_before_anything_is_painted(visit: Visit) -> None:
    page = visit.opens("/")
    page.keyboard.press("d")
    page.keyboard.press("d")

    page.goto(f"{visit.address}/log", wait_until="commit")
    page.wait_for_selector("body")
    theme = page.evaluate("document.documentElement.dataset.theme")

    assert theme == "dark"


def test_an_alert_can_be_acknowledged_by_its_form(visit: Visit, engine: Engine) -> None:
    page = visit.opens("/")
    before = page.locator("[data-section] [data-item]").count()

    page.locator("#story-5 [data-ack]").click()
    page.wait_for_load_state("load")
    after = page.locator("[data-section] [data-item]").count()
    with engine.begin() as connection:
        connection.execute(update(alerts).where(alerts.c.story_id == 5).values(acknowledged_at=None))

    assert (before - after, visit.faults) == (1, [])


def test_what_is_new_comes_in_by_itself_and_the_reader_keeps_the_place(visit: Visit, engine: Engine) -> None:
    page = visit.opens("/")
    page.wait_for_selector("[data-live-state=on]")
    page.evaluate("document.getElementById('story-4').scrollIntoView({block: 'start'})")
    before = page.evaluate("document.getElementById('story-4').getBoundingClientRect().top")

    story_id = _new_alert(engine)
    page.wait_for_selector(f"#story-{story_id}", timeout=10_000)
    after = page.evaluate("document.getElementById('story-4').getBoundingClientRect().top")

    assert abs(after - before) < 2
    assert page.locator("[data-news] button").inner_text() == "1 new"
    assert page.locator(f"#story-{story_id} [data-csrf]").first.input_value() != ""
    assert visit.faults == []


def _new_alert(engine: Engine) -> int:
    now = datetime.now(UTC)
    with engine.begin() as connection:
        first = connection.execute(alerts.select().where(alerts.c.id == 1)).mappings().one()
        story = {"title": "New", "opened_at": now, "last_at": now, "confirmation": "single_source"}
        story_id = connection.execute(insert(stories).returning(stories.c.id), story).scalar_one()
        row = dict(first) | {"story_id": story_id, "raised_at": now, "updated_at": None, "revision": 1}
        row.pop("id")
        alert_id = connection.execute(insert(alerts).returning(alerts.c.id), row).scalar_one()
        told = {"alert_id": alert_id, "revision": 1, "reason": "raised", "detail": "", "at": now}
        told |= {"article_id": first["article_id"], "severity": "critical", "stance": "agreed"}
        connection.execute(insert(alert_updates), told)
    return int(story_id)


@pytest.mark.parametrize(("path", "kind"), [("/log", "article"), ("/stories", "story")])
def test_the_readers_place_is_kept_when_rows_come_in(visit: Visit, engine: Engine, path: str, kind: str) -> None:
    page = visit.opens(path)
    page.wait_for_selector("[data-live-state=on]")
    page.locator("[data-item]").nth(3).scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, 400)")
    read = page.evaluate(
        "[...document.querySelectorAll('[data-item]')].find(one => one.getBoundingClientRect().top > 60).id"
    )
    before = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", read)

    number = _new_article(engine) if kind == "article" else _new_story(engine)
    page.wait_for_selector(f"#{kind}-{number}", state="attached")
    after = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", read)

    assert abs(after - before) < 2
    assert page.locator("[data-news] button").inner_text() == "1 new"
    assert visit.faults == []


def _new_article(engine: Engine) -> int:
    with engine.begin() as connection:
        row = dict(connection.execute(articles.select().where(articles.c.id == 61)).mappings().one())
        row |= {"key": f"https://outlet.example/{datetime.now(UTC).timestamp()}", "story_id": None}
        row.pop("id")
        return int(connection.execute(insert(articles).returning(articles.c.id), row).scalar_one())


def _new_story(engine: Engine) -> int:
    now = datetime.now(UTC)
    row = {"title": "New", "opened_at": now, "last_at": now, "confirmation": "single_source"}
    with engine.begin() as connection:
        return int(connection.execute(insert(stories).returning(stories.c.id), row).scalar_one())


def test_the_time_of_the_map_is_chosen_by_dragging(visit: Visit) -> None:
    page = visit.opens("/map")
    page.locator("[data-brush]").scroll_into_view_if_needed()
    box = page.locator("[data-brush]").bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**/map?*since=*")

    assert page.get_by_text("the whole time again").count() == 1
    assert visit.faults == []


def test_there_are_sixty_payloads() -> None:
    assert len(PAYLOADS) >= 60


def test_nothing_that_a_publisher_writes_runs(chromium: Browser, address: str, engine: Engine) -> None:
    numbers = list(range(1, 61))
    with engine.begin() as connection:
        saved = connection.execute(articles.select().where(articles.c.id.in_(numbers))).mappings().all()
        for number, payload in zip(numbers, PAYLOADS, strict=False):
            texts = dict.fromkeys(("title", "summary", "text", "author", "publisher", "credit"), payload)
            connection.execute(update(articles).where(articles.c.id == number).values(url=payload, **texts))

    with visiting(chromium, address) as visit:
        visit.opens("/log")
        visit.opens("/log?before=40")
        handlers = sum(visit.opens(f"/articles/{number}").evaluate(HANDLERS) for number in numbers)
    with engine.begin() as connection:
        for row in saved:
            connection.execute(update(articles).where(articles.c.id == row["id"]).values(**row))

    assert (handlers, visit.faults) == (0, [])


def test_nothing_that_is_searched_for_runs(chromium: Browser, address: str) -> None:
    with visiting(chromium, address) as visit:
        handlers = [_searched(visit, payload) for payload in PAYLOADS]

    assert visit.faults == []
    assert sum(handlers) == 0


def _searched(visit: Visit, payload: str) -> int:
    """Search for it in every field; how many elements then have a handler of events."""
    page = visit.opens(f"/log?{urlencode(dict.fromkeys(('q', 'place', 'publisher', 'region'), payload))}")
    count: int = page.evaluate(HANDLERS)
    return count


def test_every_action_on_an_alert_has_a_key(visit: Visit) -> None:
    page = visit.opens("/")
    page.keyboard.press("j")

    opened = []
    for key in ("z", "x", "n"):
        page.keyboard.press(key)
        opened.append(page.locator("details.menu[open] summary").inner_text())
        page.keyboard.press("Escape")
    closed = page.locator("details.menu[open]").count()
    held = page.evaluate("document.activeElement.hasAttribute('data-item')")
    page.keyboard.press("w")
    page.wait_for_url("**/why")

    assert opened == ["Snooze", "Silence", "Wrong"]
    assert (closed, held) == (0, True)
    assert visit.faults == []
