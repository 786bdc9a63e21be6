"""What the pages ask, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import NOW
from tests.newsroom import fill
from worker.model import Severity
from worker.queries.arrivals import ArrivalQueries
from worker.queries.copies import CopyQueries
from worker.queries.map import MapQueries
from worker.queries.now import NowQueries
from worker.queries.outcomes import OutcomeQueries
from worker.queries.trends import TrendQueries

WEEK = NOW - timedelta(days=7)


@pytest.fixture
def full(engine: Engine) -> Engine:
    fill(engine, NOW, quiet=6)
    return engine


def test_open_alerts_come_with_their_families_and_updates_handled_ones_last(full: Engine) -> None:
    found = NowQueries(full).open_alerts(50)

    assert [alert["severity"] for alert in found] == ["critical"] * 3 + ["warning", "info", "info"]
    assert found[-1]["acknowledged_by"] == "nino"
    assert [update["reason"] for update in found[0]["updates"]] == ["confirmed"]
    assert "lrnayin" in found[0]["families"]


def test_the_flow_of_news_is_counted(full: Engine) -> None:
    flow = NowQueries(full).flow(NOW)

    assert (flow.feeds, flow.asked, flow.answered, flow.waiting, flow.notices) == (9, 9, 8, 0, 1)
    assert flow.articles_today == 22


def test_what_changed_of_late_is_found_with_its_time(full: Engine) -> None:
    changed = NowQueries(full).changed_alerts(NOW - timedelta(minutes=20), NOW)

    assert [(row["id"], row["changed_at"]) for row in changed] == [(1, NOW - timedelta(minutes=15))]


def test_articles_arrive_above_the_newest_and_in_gaps_below_it(full: Engine) -> None:
    queries = ArrivalQueries(full)
    newest = queries.newest()

    assert queries.arrived(newest - 2, [newest - 5, newest + 9], 10) == [newest, newest - 1, newest - 5]


def test_copies_are_found_from_both_sides(full: Engine) -> None:
    queries = CopyQueries(full)

    copies = queries.beside(7)
    originals = queries.beside(copies[0]["id"])

    assert [row["relation"] for row in copies] == ["copy"]
    assert [(row["id"], row["relation"]) for row in originals] == [(7, "original")]


def test_places_are_counted_with_the_highest_severity(full: Engine) -> None:
    queries = MapQueries(full)

    places = {row["place"]: row["articles"] for row in queries.places(WEEK, NOW)}
    severities = queries.severities(WEEK, NOW)

    assert places["Jermuk"] == 2
    assert severities["Kapan"][0] is Severity.WARNING


@pytest.mark.parametrize(("step", "form"), [("hour", "%Y-%m-%dT%H"), ("day", "%Y-%m-%d")])
def test_arrivals_are_counted_by_hour_and_day(full: Engine, step: str, form: str) -> None:
    found = MapQueries(full).arrivals(WEEK, NOW, step)

    assert sum(found.values()) == 22
    assert f"{NOW - timedelta(hours=3):{form}}" in found


def test_days_are_counted(full: Engine) -> None:
    queries = TrendQueries(full)

    days = queries.articles_by_day(WEEK)
    events = {row["concept"]: row["stories"] for row in queries.events_by_day(WEEK)}
    tolls = {(toll.side, toll.kind): toll.number for toll in queries.tolls_by_day(WEEK)}

    assert sum(day["articles"] for day in days) == 22
    assert events["ceasefire"] == 1
    assert tolls == {("AM", "killed"): 6, ("AM", "wounded"): 10}


def test_the_latest_polls_of_each_feed_are_few_and_in_order(full: Engine) -> None:
    queries = OutcomeQueries(full)

    found = queries.latest_polls(NOW - timedelta(days=1), 4)

    assert [outcome for outcome, _ in found[7]] == ["timed_out"] * 4
    assert {len(polled) for polled in found.values()} == {4}
    assert queries.feeds()[0]["name"] == "Doğu Gündemi"


def test_what_a_rule_has_raised_is_counted(full: Engine) -> None:
    found = OutcomeQueries(full).rules(NOW - timedelta(hours=1))

    assert (found["ceasefire"]["alerts"], found["ceasefire"]["lately"], found["ceasefire"]["right"]) == (1, 1, 1)
    assert found["blockade"]["lately"] == 0
