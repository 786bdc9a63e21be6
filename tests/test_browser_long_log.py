"""Every page in a real Chromium, on a log of a hundred thousand articles and on the demo as it runs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench._desk import furnish
from tests.chromium import OVERFLOW, TRANSFERRED, chromium_of_this_machine, visiting
from tests.world import World
from worker.database import connect
from worker.judge import Judge
from worker.settings import Settings
from worker.store import Store
from worker.web import create_app, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # axe-core reads thousands of elements a page

ARTICLES = 100_000
POLLED = timedelta(days=2)
STARTS_S = 60.0
PAGES = [
    "/",
    "/log",
    "/log?q=the",
    "/log?region=unknown&language=hy",
    "/stories",
    "/stories/1",
    "/articles/1",
    "/articles/1/why",
    "/map",
    "/map?span=90d",
    "/trends",
    "/trends?days=90d",
    "/feeds",
    "/feeds/1",
    "/rules",
    "/audit",
]
VIEWS = [(1440, "light"), (390, "dark")]


@contextmanager
def long_log(folder: Path, migrated: Path, settings: Settings, judge: Judge) -> Iterator[str]:
    """The address of the pages of a log that was filled at once."""
    path = folder / "trucewire.db"
    shutil.copy(migrated, path)
    engine = connect(f"sqlite:///{path}")
    furnish(engine, ARTICLES, datetime.now(UTC), [place.name for place in settings.profile.places], POLLED)
    world = World(Store.on(engine), settings, judge, now=datetime.now(UTC))
    with serving(create_app(world.services), "127.0.0.1", 0) as address:
        yield address
    engine.dispose()


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """The address of the pages of `trucewire demo`, once it has a story."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"TRUCEWIRE_DATA": str(folder), "TRUCEWIRE_WEB_PORT": str(port)}
    command = [str(Path(sys.executable).with_name("trucewire")), "demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + STARTS_S
        while time.monotonic() < end and not _has_a_story(port):
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)


def _has_a_story(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection, suppress(OSError):
        connection.request("GET", "/stories/1")
        return connection.getresponse().status == 200
    return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_of_this_machine() as browser:
        yield browser


@pytest.fixture(scope="module", params=["long log", "demo"])
def address(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    migrated_sqlite: Path,
    settings: Settings,
    judge: Judge,
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("long")
    is_demo = request.param == "demo"
    with running_demo(folder) if is_demo else long_log(folder, migrated_sqlite, settings, judge) as address:
        yield address


@pytest.mark.parametrize(("width", "theme"), VIEWS, ids=[f"{width}-{theme}" for width, theme in VIEWS])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_and_light(chromium: Browser, address: str, path: str, width: int, theme: str) -> None:
    with visiting(chromium, address, width, theme) as visit:
        page = visit.opens(path)
        size = page.evaluate(TRANSFERRED)
        overflow = page.evaluate(OVERFLOW)
        serious = visit.serious_faults()

    assert serious == []
    assert visit.faults == []
    assert overflow == 0
    assert 0 < size <= 150 * 1024


def test_a_reader_goes_from_an_alert_to_its_story_and_through_the_log_by_keys_alone(
    chromium: Browser, address: str
) -> None:
    with visiting(chromium, address) as visit:
        page = visit.opens("/")
        page.wait_for_selector("[data-item]")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/stories/*")
        page.keyboard.press("g")
        page.keyboard.press("l")
        page.wait_for_url("**/log")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/articles/*")

    assert visit.faults == []
