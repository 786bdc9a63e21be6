"""`trucewire try stories`, run as a user would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from worker.cli import app as command_line

CONFIG = Path(__file__).parents[1] / "config"
ENGLISH = {"title": "Guns fall silent at Goris", "text": "A ceasefire holds at Goris since noon, both armies said."}
RUSSIAN = {"title": "У Гориса прекращён огонь", "text": "Режим прекращения огня у Гориса соблюдается с полудня."}
OTHER = {"title": "Pomegranate harvest begins early", "text": "Growers in the valley expect the best crop in years."}


ITEMS: list[dict[str, Any]] = [
    {"id": "english", **ENGLISH, "lang": "en", "published_at": "2026-03-14T12:00:00Z"},
    {"id": "russian", **RUSSIAN, "lang": "ru", "time": 1_773_490_800},
    {"id": "other", "title": OTHER["title"], "summary": OTHER["text"], "date": "14 March 2026"},
    {"id": "undated", **OTHER},
    {"id": "a week later", **ENGLISH, "published_at": "2026-03-21T12:00:00Z"},
    {"id": "earlier", **ENGLISH, "published_at": "2026-03-07T12:00:00Z"},
]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The story of each item: one run, since reading the lexicons takes longest."""
    environment = {"TRUCEWIRE_DATA": str(tmp_path_factory.mktemp("data")), "TRUCEWIRE_CONFIG": str(CONFIG)}
    lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in ITEMS)
    result = CliRunner(env=environment).invoke(command_line.app, ["try", "stories", "-"], input=lines)
    assert result.exit_code == 0, result.output
    return {row["id"]: row["story"] for row in map(json.loads, result.stdout.splitlines())}


def test_every_item_has_a_story_in_the_order_of_the_file(stories: dict[str, int]) -> None:
    assert list(stories) == [item["id"] for item in ITEMS]


def test_one_event_in_two_languages_is_one_story_and_another_event_another(stories: dict[str, int]) -> None:
    assert stories["english"] == stories["russian"] != stories["other"]


def test_items_are_read_in_the_order_of_their_times(stories: dict[str, int]) -> None:
    assert stories["earlier"] == 1


def test_an_item_without_a_date_comes_with_the_one_before_it(stories: dict[str, int]) -> None:
    assert stories["undated"] == stories["other"]


def test_the_same_news_a_week_later_is_another_story(stories: dict[str, int]) -> None:
    assert len({stories["earlier"], stories["english"], stories["a week later"]}) == 3
