"""Questions that take too long are ended, told as a problem, and leave nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from tests.browser import Browser
from tests.factories import an_article, raise_alerts
from tests.switchboard import Switchboard
from tests.world import World
from worker.database import at_most, limits, reading
from worker.errors import TooSlowError
from worker.judge import Judge
from worker.settings import Settings
from worker.store import Store
from worker.web import create_app, security

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 100 + 1 FROM n) SELECT count(*) FROM n")


def test_a_question_without_end_is_ended(engine: Engine) -> None:
    with pytest.raises(TooSlowError, match=r"longer than 0\.05 s"), at_most(0.05), reading(engine) as connection:
        connection.execute(ENDLESS)


def test_the_next_question_on_the_same_connection_is_answered(engine: Engine) -> None:
    with pytest.raises(TooSlowError), at_most(0.05), reading(engine) as connection:
        connection.execute(ENDLESS)

    with reading(engine) as connection:
        answer = connection.scalar(text("SELECT 1"))

    assert answer == 1


def test_a_limit_ends_with_its_block(postgresql_engine: Engine) -> None:
    shown = text("SHOW statement_timeout")

    with at_most(7), reading(postgresql_engine) as connection:
        within = connection.scalar(shown)
    with reading(postgresql_engine) as connection:
        after = connection.scalar(shown)

    assert (within, after) == ("7s", "0")


def test_writes_are_never_cut_short(postgresql_engine: Engine) -> None:
    with at_most(7), postgresql_engine.begin() as connection:
        limit = connection.scalar(text("SHOW statement_timeout"))

    assert limit == "0"


def test_other_errors_stay_what_they_are(engine: Engine) -> None:
    with pytest.raises(Exception, match="nowhere"), at_most(7), reading(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere"))


@pytest.fixture
def hurried(
    sqlite_engine: Engine, settings: Settings, judge: Judge, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> Browser:
    """At a service that has no time for any question, once somebody has come in."""
    world = World(Store.on(sqlite_engine), settings, judge)
    raise_alerts(world.store, an_article(1))
    board.app = create_app(world.services)
    browser = Browser(board.address)
    browser.get("/log")
    monkeypatch.setattr(security, "QUESTION_S", 0.0)
    monkeypatch.setattr(limits, "_STEPS", 1)
    return browser


@pytest.mark.parametrize("path", ["/api/v1/articles?q=ceasefire", "/api/v1/stories", "/log.json?q=ceasefire"])
def test_a_program_is_told_so_as_a_problem(hurried: Browser, path: str) -> None:
    answer = hurried.get(path, Accept="application/json")

    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Narrow it" in answer.json["detail"]


@pytest.mark.parametrize("path", ["/log?q=ceasefire", "/", "/trends"])
def test_a_reader_is_told_so_on_a_page(hurried: Browser, path: str) -> None:
    answer = hurried.get(path)

    assert (answer.status, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Narrow it" in answer.text


def test_the_log_keeps_its_form_so_that_the_search_can_be_narrowed(hurried: Browser) -> None:
    answer = hurried.get("/log?q=ceasefire")

    assert 'value="ceasefire"' in answer.text


def test_a_slow_answer_to_who_asks_is_no_mistake_of_ours(hurried: Browser) -> None:
    answer = Browser(hurried.address, headers={"Authorization": "Bearer unknown"}).get("/")

    assert answer.status == 503
