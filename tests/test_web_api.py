"""The API: the same questions as the pages, a page at a time, errors as problems, actions written down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from tests.browser import Browser
from tests.factories import a_poll_plan, an_article, raise_alerts
from tests.switchboard import Switchboard
from tests.world import World
from worker.database import connect
from worker.judge import Judge
from worker.queries.people import audit_log
from worker.settings import Settings
from worker.store import Store
from worker.web import create_app
from worker.web.api.cursors import cursor

API = "/api/v1"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the queries."""
    return sqlite_engine


@pytest.fixture
def program(world: World, board: Switchboard) -> Browser:
    """At a service whose log has five articles, each of which raised an alert."""
    raise_alerts(world.store, *(an_article(number) for number in range(1, 6)))
    board.app = create_app(world.services)
    return Browser(board.address)


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, settings: Settings, judge: Judge
) -> Iterator[FastAPI]:
    """A service as above that nobody changes."""
    path = tmp_path_factory.mktemp("log") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    world = World(Store.on(connect(f"sqlite:///{path}")), settings, judge)
    raise_alerts(world.store, *(an_article(number) for number in range(1, 6)))
    yield create_app(world.services)
    world.store.engine.dispose()


@pytest.fixture
def reader(served: FastAPI, board: Switchboard) -> Browser:
    """At that service."""
    board.app = served
    return Browser(board.address)


def items(program: Browser, path: str) -> list[dict[str, Any]]:
    answer = program.get(API + path)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_articles_come_newest_first_a_page_at_a_time(reader: Browser) -> None:
    first = reader.get(f"{API}/articles?limit=2").json
    second = reader.get(f"{API}/articles?limit=2&cursor={first['next']}").json
    third = reader.get(f"{API}/articles?limit=2&cursor={second['next']}").json

    titles = [item["title"] for page in (first, second, third) for item in page["items"]]
    assert titles == [f"Headline {number}" for number in (5, 4, 3, 2, 1)]
    assert third["next"] is None


def test_what_arrives_meanwhile_moves_no_page(program: Browser, world: World) -> None:
    first = program.get(f"{API}/articles?limit=2").json
    world.store.polls.apply_polls([a_poll_plan(an_article(6), feed_id=1)])

    second = program.get(f"{API}/articles?limit=2&cursor={first['next']}").json

    assert [item["title"] for item in second["items"]] == ["Headline 3", "Headline 2"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=headline", 5),
        ("q=%22headline+3%22", 1),
        ("q=headline+-3", 4),
        ("place=Lachin", 5),
        ("place=Elsewhere", 0),
        ("rule=ceasefire", 5),
        ("rule=shelling", 0),
        ("concept=ceasefire", 5),
        ("stance=agreed", 5),
        ("concept=ceasefire&stance=denied", 0),
        ("region=yes", 5),
        ("region=unknown", 0),
        ("language=en", 5),
        ("publisher=outlet", 5),
        ("since=2026-03-14T12:00:00Z", 5),
        ("until=2026-03-14T12:00:00Z", 0),
        ("until=2026-03-14T12:00:01", 5),
        ("q=headline&place=Lachin&rule=ceasefire&language=en&since=2026-01-01", 5),
    ],
)
def test_articles_are_filtered(reader: Browser, query: str, count: int) -> None:
    assert len(items(reader, f"/articles?{query}")) == count


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("q=---", "q"),
        ("q=%00", "q"),
        ("region=mars", "region"),
        ("stance=shaky", "stance"),
        ("since=yesterday", "since"),
        ("since=0001-01-01T00:00:00%2B14:00", "since"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("feed=99999999999999999999", "feed"),
        (f"q={'x' * 201}", "q"),
        ("cursor=nonsense", "cursor"),
        (f"cursor={cursor('alerts', 3)}", "cursor"),
        (f"cursor={cursor('articles', 2**70)}", "cursor"),
    ],
)
def test_what_is_not_understood_is_a_problem(reader: Browser, query: str, parameter: str) -> None:
    answer = reader.get(f"{API}/articles?{query}")

    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json["parameters"] == [parameter]


@pytest.mark.parametrize(
    ("path", "parameter", "meant"),
    [
        (f"{API}/articles?sinse=2026-03-01", "sinse", "“since”"),
        (f"{API}/exports/articles.csv?lang=ka", "lang", "“language”"),
        (f"{API}/alerts?severities=critical", "severities", "“severity”"),
        (f"{API}/articles/1?full=1", "full", "nothing can be asked for"),
        (f"{API}/me?who=x", "who", "nothing can be asked for"),
        ("/log.atom?plase=Lachin", "plase", "“place”"),
        ("/alerts.json?rules=x", "rules", "“rule”"),
    ],
)
def test_a_parameter_that_nothing_reads_is_named(reader: Browser, path: str, parameter: str, meant: str) -> None:
    answer = reader.get(path, Accept="application/json")

    assert (answer.status, answer.json["parameters"]) == (422, [parameter])
    assert meant in answer.json["detail"]


def test_an_article_has_its_text_and_why(reader: Browser) -> None:
    article = reader.get(f"{API}/articles/1").json
    why = reader.get(f"{API}/articles/1/why").json

    assert article["matches"][0]["concept"] == "ceasefire"
    assert article["alert_ids"] == [1]
    assert why["judgement"]["rules"][0]["fired"] is True


@pytest.mark.parametrize(
    "path",
    ["/articles/99", "/articles/99/why", "/articles/99/capture", "/alerts/99", "/nowhere", "/articles/1/capture"],
)
def test_what_is_not_there_is_a_problem(reader: Browser, path: str) -> None:
    answer = reader.get(API + path)

    assert (answer.status, answer.json["title"]) == (404, "Not Found")


@pytest.mark.parametrize("identifier", ["0", "-1", "x", "1e3", "99999999999999999999", "%00"])
def test_an_id_that_cannot_be_is_a_problem(reader: Browser, identifier: str) -> None:
    assert reader.get(f"{API}/articles/{identifier}").status == 422


def test_an_answer_that_is_known_is_not_sent_again(reader: Browser) -> None:
    first = reader.get(f"{API}/articles")
    again = reader.get(f"{API}/articles", If_None_Match=first.headers["etag"])
    other = reader.get(f"{API}/articles?limit=1", If_None_Match=first.headers["etag"])

    assert (again.status, again.raw, other.status) == (304, b"", 200)


def test_an_alert_has_its_articles_and_sentence(reader: Browser) -> None:
    alert = reader.get(f"{API}/alerts/1").json

    assert alert["sentence"] == "Armenia and Azerbaijan agreed on a ceasefire."
    assert [article["id"] for article in alert["articles"]] == [1]
    assert [item["id"] for item in items(reader, "/alerts?open=true&severity=critical&limit=2")] == [5, 4]


def test_an_acknowledgement_is_kept_and_written_down(program: Browser, world: World) -> None:
    done = program.send("POST", f"{API}/alerts/1/acknowledge")

    alert = program.get(f"{API}/alerts/1").json
    assert (done.status, alert["acknowledged_by"]) == (200, "local")
    assert [(row["action"], row["subject"]) for row in audit_log(world.store.engine)] == [("alert.acknowledge", "1")]


def test_a_snooze_ends(program: Browser) -> None:
    done = program.send("POST", f"{API}/alerts/1/snooze", {"hours": 4}).json

    assert done["until"].startswith("2026-03-14T16:00:00")
    assert program.get(f"{API}/alerts/1").json["snoozed_until"].startswith("2026-03-14T16:00:00")


def test_feedback_becomes_labelled_data(program: Browser, world: World) -> None:
    program.send("POST", f"{API}/alerts/2/feedback", {"right": False, "reason": "a drill"})

    assert [(row["verdict"], row["reason"]) for row in world.services.queries.feedback()] == [("wrong", "a drill")]


def test_a_silence_is_added_and_ended(program: Browser) -> None:
    made = program.send("POST", f"{API}/silences", {"comment": "drill", "hours": 1, "rules": ["ceasefire"]})
    ended = program.send("DELETE", f"{API}/silences/{made.json['id']}")
    again = program.send("DELETE", f"{API}/silences/{made.json['id']}")

    assert (made.status, ended.status, again.status) == (201, 200, 404)
    assert [silence["rules"] for silence in items(program, "/silences")] == [["ceasefire"]]


def test_a_silence_that_would_match_nothing_is_a_problem(reader: Browser) -> None:
    answer = reader.send("POST", f"{API}/silences", {"comment": "x", "hours": 1, "rules": ["no such rule"]})

    assert answer.status == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/alerts/1/snooze", {"hours": -1}),
        ("/alerts/1/snooze", {"hours": "inf"}),
        ("/alerts/1/snooze", {"hour": 5}),
        ("/alerts/1/feedback", {}),
        ("/alerts/1/feedback", []),
        ("/silences", {"comment": "", "hours": 1}),
        ("/rules/try", {"rules": "not toml ["}),
        ("/rules/try", {"rules": ""}),
    ],
)
def test_a_body_that_cannot_be_is_a_problem(reader: Browser, path: str, body: Any) -> None:
    assert reader.send("POST", API + path, body).status == 422


def test_the_api_takes_json_only(reader: Browser) -> None:
    answer = reader.ask("POST", f"{API}/alerts/1/snooze", b"hours=1", {"Content-Type": "text/plain"})

    assert answer.status == 415


def test_a_rule_is_tried_on_the_log(reader: Browser) -> None:
    rule = '[[rule]]\nid = "words"\ntitle = "Words"\nseverity = "info"\nany = ["headline"]\n'

    trial = reader.send("POST", f"{API}/rules/try", {"rules": rule}).json

    assert (trial["articles"], trial["complete"], trial["items"][0]["articles"]) == (5, True, 5)


def test_the_overview_tells_what_the_pages_show(reader: Browser) -> None:
    flow, notices = reader.get(f"{API}/flow").json, reader.get(f"{API}/notices").json
    places, trends = reader.get(f"{API}/map?since=2020-01-01").json, reader.get(f"{API}/trends?days=7").json

    assert (flow["feeds"], flow["last_alert_at"] is not None, notices) == (1, True, {"items": []})
    assert places["parameters"] == ["since", "until"]
    assert [row["articles"] for row in trends["articles"]] == [5]
    assert reader.get(f"{API}/map").json["items"] == []
    assert reader.get(f"{API}/trends?days=0").status == 422


def test_a_feed_is_switched_and_reset(program: Browser) -> None:
    feed_id = items(program, "/feeds")[0]["id"]

    program.send("POST", f"{API}/feeds/{feed_id}/disable")
    disabled = program.get(f"{API}/feeds/{feed_id}").json
    program.send("POST", f"{API}/feeds/{feed_id}/enable")
    enabled = program.get(f"{API}/feeds/{feed_id}").json
    program.send("POST", f"{API}/feeds/{feed_id}/reset")

    assert (disabled["enabled"], disabled["switched_by"], enabled["enabled"]) == (False, "local", True)
    assert program.get(f"{API}/feeds/{feed_id}").json["switched_at"] is None
    assert program.send("POST", f"{API}/feeds/99/enable").status == 404
    assert program.send("POST", f"{API}/feeds/99/reset").status == 404
    assert program.get(f"{API}/feeds/99").status == 404


def test_a_channel_that_an_error_has_disabled_is_enabled(program: Browser) -> None:
    assert program.send("POST", f"{API}/channels/desk/enable").json == {"name": "desk", "waiting": 0}
    assert program.send("POST", f"{API}/channels/nobody/enable").status == 404


@pytest.mark.parametrize(
    "path", ["/polls", "/rules", "/places", "/channels", "/silences", "/notifications", "/users", "/tokens", "/audit"]
)
def test_every_list_is_answered(reader: Browser, path: str) -> None:
    assert isinstance(items(reader, path), list)


def test_the_visitor_is_told_who_they_are(reader: Browser) -> None:
    assert reader.get(f"{API}/me").json == {"name": "local", "role": "admin", "how": "loopback"}


def test_forms_of_the_pages_lead_back(program: Browser, world: World) -> None:
    answers = [
        program.post("/alerts/1/ack", {"next": "/?x=1"}),
        program.post("/alerts/1/snooze", {"for": "4h"}),
        program.post("/alerts/1/silence", {"comment": "drill", "for": "1d"}),
        program.post("/alerts/1/right"),
        program.post("/alerts/1/wrong", {"reason": "a drill"}),
    ]

    assert [answer.status for answer in answers] == [303] * 5
    assert answers[0].headers["location"] == "/?x=1"
    silence = world.services.queries.silences()[0]
    assert (silence["rules"], silence["places"]) == (["ceasefire"], ["Lachin"])


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/alerts/1/snooze", {"for": "9y"}, 422),
        ("/alerts/1/silence", {"for": "1d"}, 422),
        ("/alerts/1/whatever", {}, 404),
        ("/alerts/99/ack", {}, 404),
    ],
)
def test_a_form_that_cannot_be_is_a_page_that_says_so(
    program: Browser, path: str, fields: dict[str, str], status: int
) -> None:
    answer = program.post(path, fields)

    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_the_description_names_every_schema(reader: Browser) -> None:
    description = reader.get(f"{API}/openapi.json").json

    assert {"ArticlePage", "Alert", "Problem", "RuleTrial"} <= set(description["components"]["schemas"])
    assert all(path.startswith(API) for path in description["paths"])
