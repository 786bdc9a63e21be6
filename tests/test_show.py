"""What a person is told of an article's own page, and of what changed in an article."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.world import Item, World, rss
from worker import pipeline
from worker.cli import app as command_line
from worker.database import connect
from worker.errors import FetchError
from worker.judge import Judge
from worker.model import Outcome
from worker.settings import Settings
from worker.store import Store

URL = "https://outlet.example/1"
TEASER = Item(1, "Evening news from Stepanakert", "What we know so far.")
CONFIG = Path(__file__).parents[1] / "config"


@pytest.fixture
def world(
    tmp_path: Path, migrated_sqlite: Path, settings: Settings, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The world whose log the commands show."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    monkeypatch.setenv("TRUCEWIRE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(CONFIG))
    engine = connect(f"sqlite:///{tmp_path / 'trucewire.db'}")
    yield World(Store.on(engine), settings, judge)
    engine.dispose()


def poll_and_read(world: World) -> None:
    services = world.services
    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)
    pipeline.match(services)
    pipeline.read(services)


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line.app, list(words))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.DISALLOWED, "the site's robots.txt asks not to fetch it"),
        (Outcome.REFUSED, "the site refused it (401, 403 or 451)"),
        (Outcome.NOT_FOUND, "the site has no such page (404)"),
        (Outcome.TLS_ERROR, "tls error"),
    ],
)
def test_why_a_page_was_not_read_is_said(world: World, outcome: Outcome, said: str) -> None:
    world.publishes(rss(TEASER))
    world.documents[URL] = FetchError("no", outcome, permanent=True)
    poll_and_read(world)

    shown, kept = run("article", "1").output, str(run("capture", "1", "--page").exception)

    assert f"its page was not read: {said}" in " ".join(shown.split())
    assert kept == f"no page is kept for article 1: {said}"


def test_what_changed_from_revision_to_revision_is_shown_in_colour(world: World) -> None:
    world.publishes(rss(Item(1, "Five hurt near Jermuk")))
    poll_and_read(world)
    world.passes(hours=1)
    world.publishes(rss(Item(1, "Seven hurt near Jermuk")))
    poll_and_read(world)

    command = [sys.executable, "-c", "from worker.cli import main; main()", "article", "1", "--revisions"]
    shown = subprocess.run(command, env=os.environ | {"FORCE_COLOR": "1"}, capture_output=True, check=True, text=True)

    assert "\x1b[31m-Five hurt near Jermuk" in shown.stdout
    assert "\x1b[32m+Seven hurt near Jermuk" in shown.stdout
