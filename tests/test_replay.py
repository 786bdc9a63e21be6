"""Five hundred articles on twelve events, through the real stages: who is told what, and after which article.

On SQLite and PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from tests.replay import ARTICLES, OUTLETS, SCRIPTS, Script, fortnight, name_of, replay, run_stages
from tests.world import World
from worker.database import connect
from worker.judge import Judge
from worker.queries.stories import StoryFilter, StoryQueries
from worker.settings import Settings
from worker.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, settings: Settings, judge: Judge
) -> Iterator[World]:
    """The world after the fortnight."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")()
    else:
        path = tmp_path_factory.mktemp("replay") / "trucewire.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{path}"
    engine = connect(url)
    world = World(Store.on(engine), settings, judge)
    replay(world)
    yield world
    engine.dispose()


def asked(world: World) -> StoryQueries:
    return StoryQueries(world.store.engine, world.settings.profile.opposed)


def event_of(story: dict[str, Any]) -> str:
    """The event that a story's first article is about."""
    return name_of(story["articles"][0]["url"]).partition("/")[0]


def stories_of(world: World) -> dict[str, dict[str, Any]]:
    """The stories that raised alerts, by event."""
    whole = [asked(world).story(row["id"]) for row in asked(world).stories(StoryFilter(alerted=True), 100)]
    return {event_of(story): story for story in whole if story}


def test_there_are_as_many_articles_publishers_and_languages_as_are_told_of() -> None:
    assert (len(fortnight().articles), ARTICLES) == (500, 500)
    assert (len(OUTLETS), len({one.language for one in OUTLETS.values()})) == (40, 6)


def test_twelve_events_raise_twelve_alerts(told: World) -> None:
    stories = stories_of(told)

    assert {event: [alert["rule_id"] for alert in story["alerts"]] for event, story in stories.items()} == {
        "ceasefire": ["ceasefire"],
        "sotk": ["shelling"],
        "jermuk": ["casualties"],
        "askeran": ["casualties"],
        "corridor": ["blockade"],
        "exodus": ["displacement"],
        "meghri": ["troop_movement"],
        "prisoners": ["prisoner_exchange"],
        "treaty": ["peace_deal"],
        "arms": ["disarmament"],
        "shushi": ["offensive"],
        "goris": ["shelling"],
    }


def test_every_article_on_an_event_is_in_its_story_and_no_other_article_is(told: World) -> None:
    wrong = [
        (event, name_of(article["url"]))
        for event, story in stories_of(told).items()
        for article in story["articles"]
        if not name_of(article["url"]).startswith(f"{event}/")
    ]
    counted = {event: len(story["articles"]) for event, story in stories_of(told).items()}

    assert wrong == []
    assert counted == Counter(name.partition("/")[0] for name in fortnight().articles if not name.startswith("noise"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.event)
def test_an_alert_is_updated_by_the_right_article_for_the_right_reason(told: World, script: Script) -> None:
    (alert,) = stories_of(told)[script.event]["alerts"]

    updates = [(update["reason"], name_of(update["url"])) for update in alert["updates"]]
    assert updates == [("raised", f"{script.event}/0"), *fortnight().updates[script.event]]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.event)
def test_an_alert_is_as_sure_as_its_independent_sources_make_it(told: World, script: Script) -> None:
    (alert,) = stories_of(told)[script.event]["alerts"]

    assert alert["confirmation"] == script.confirmation


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script.voices], ids=lambda script: script.event)
def test_copies_rewrites_and_one_sides_media_count_as_one_voice(told: World, script: Script) -> None:
    story = stories_of(told)[script.event]

    (report,) = story["reports"]
    assert (len(report["voices"]), len(report["voices"][0]["articles"])) == (script.voices, len(story["articles"]))


def test_both_sides_denials_stand_in_the_claims(told: World) -> None:
    denials = [claim for claim in stories_of(told)["sotk"]["claims"] if claim["stance"] == "denied"]

    assert {claim["side"] for claim in denials} == {"AZ"}
    assert {claim["language"] for claim in denials} == {"az", "en"}


def test_everybody_is_told_of_every_revision_that_was_routed_and_of_none_twice(told: World) -> None:
    keys = [message.key for _, message in told.sent]

    assert len(keys) == len(set(keys)) > 0


def test_the_stages_run_again_change_nothing(told: World) -> None:
    before = _tables(told)
    with told.store.engine.begin() as connection:
        connection.execute(text("UPDATE articles SET matched_at = NULL, match_lease_until = NULL"))

    for _ in range(4):
        run_stages(told)

    assert _tables(told) == before


def _tables(world: World) -> dict[str, list[Any]]:
    questions = {
        "stories": "SELECT id, title, confirmation, merged_into_id FROM stories ORDER BY id",
        "articles": "SELECT id, story_id, copy_of_id FROM articles ORDER BY id",
        "alerts": "SELECT id, revision, stance, severity, confirmation, reason, detail FROM alerts ORDER BY id",
        "updates": "SELECT alert_id, revision, reason, article_id FROM alert_updates ORDER BY alert_id, revision",
        "claims": "SELECT article_id, concept, stance, side FROM claims ORDER BY article_id, concept, stance",
        "voices": "SELECT alert_id, article_id, stance FROM alert_articles ORDER BY alert_id, article_id",
        "sent": "SELECT COUNT(*) FROM notifications",
    }
    with world.store.engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(text(asked))] for name, asked in questions.items()}
