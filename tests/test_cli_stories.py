"""The command line of stories: the list, and one story whole, as text and as JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.test_pipeline import run_line
from tests.world import Item, World, rss
from worker.bootstrap import utc_now
from worker.cli import app as command_line
from worker.database import connect
from worker.errors import TrucewireError
from worker.judge import Judge
from worker.settings import Settings
from worker.store import Store

AGREED = Item(
    1,
    "Armenia and Azerbaijan agree ceasefire in Karabakh",
    "Armenia and Azerbaijan have agreed on a ceasefire in Nagorno-Karabakh from midnight, both governments said.",
)
COPY = Item(2, AGREED.title, AGREED.text)
DENIED = Item(
    3,
    "Baku denies ceasefire agreed with Armenia in Karabakh",
    "Azerbaijan denies that a ceasefire has been agreed with Armenia in Nagorno-Karabakh, its ministry said.",
)
SHELLED = Item(4, "Village of Sotk shelled at night", "Azerbaijan shelled the Armenian village of Sotk at night.")


@pytest.fixture
def installation(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of an installation with an empty database; its file."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    monkeypatch.setenv("TRUCEWIRE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(Path(__file__).parents[1] / "config"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "trucewire.db"


@pytest.fixture
def told(installation: Path, settings: Settings, judge: Judge) -> Iterator[World]:
    """A ceasefire that one publisher reports, another copies and a third denies; and a village that is shelled."""
    engine = connect(f"sqlite:///{installation}")
    world = World(Store.on(engine), settings, judge)
    world.now = utc_now()
    for number, items in enumerate([(AGREED, SHELLED), (COPY,), (DENIED,)], 1):
        dated = [Item(item.number, item.title, item.text, f"{world.now:%a, %d %b %Y %H:%M:%S} GMT") for item in items]
        name = f"Outlet {number}"
        world.publishes(rss(*dated), f"https://outlet{number}.example/rss", publisher=name, family=f"outlet-{number}")
        run_line(world)
        world.passes(minutes=1)
    yield world
    engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line.app, list(words))


def rows(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*words, "--json").stdout.splitlines()]


def test_stories_are_listed_with_what_is_known_of_each(told: World) -> None:
    shown = run("stories").output

    assert "Village of Sotk shelled at night" in shown
    assert DENIED.title in shown  # what is so now
    assert "single source" in shown
    assert len(rows("stories")) == 2


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (["--concept", "ceasefire"], [DENIED.title]),
        (["--rule", "shelling"], [SHELLED.title]),
        (["--alerted", "--limit", "1", "--concept", "shelling"], [SHELLED.title]),
        (["--closed"], []),
        (["--language", "ka"], []),
    ],
)
def test_stories_are_chosen_by_options(told: World, words: list[str], titles: list[str]) -> None:
    found = [row["title"] for row in rows("stories", *words)]

    assert found == titles


def test_a_story_is_shown_with_its_claims_its_sources_and_what_happened(told: World) -> None:
    (found,) = rows("stories", "--concept", "ceasefire")

    shown = run("story", str(found["id"])).output

    assert shown.startswith(DENIED.title)
    assert "3 articles by 3 publisher families in en" in shown
    assert "ceasefire: denied" in shown
    assert "copy of article" in shown
    assert "sources: 2 voices" in shown
    assert "turned" in shown.partition("timeline")[2]


def test_a_story_as_json_has_all_that_is_shown(told: World) -> None:
    (found,) = rows("stories", "--concept", "ceasefire")

    whole = json.loads(run("story", str(found["id"]), "--json").stdout)

    assert [article["title"] for article in whole["articles"]] == [AGREED.title, AGREED.title, DENIED.title]
    assert {claim["stance"] for claim in whole["claims"]} >= {"agreed", "denied"}
    assert {event["kind"] for event in whole["timeline"]} >= {"article", "copy", "raised", "turned"}


def test_an_empty_log_has_no_stories(installation: Path) -> None:
    result = run("stories")

    assert (result.exit_code, result.output) == (0, "No story is like that.\n")
    assert run("stories", "--json").stdout == ""


def test_an_unknown_story_is_one_clear_line(installation: Path) -> None:
    result = run("story", "7")

    assert result.exit_code != 0
    assert isinstance(result.exception, TrucewireError)
    assert str(result.exception) == "there is no story 7; see trucewire stories"


@pytest.mark.parametrize("words", [["--concept", "xyzzy"], ["--confirmation", "sure"]])
def test_an_unknown_choice_is_told_with_what_there_is(installation: Path, words: list[str]) -> None:
    result = run("stories", *words)

    assert result.exit_code != 0
    assert "ceasefire" in f"{result.output}{result.exception}" or "one_side" in result.output
