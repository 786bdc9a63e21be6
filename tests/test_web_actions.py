"""Signed links act when a button is pressed; a story's evidence is whole; proxies are believed when they are named."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.browser import Browser
from tests.factories import NOW, raise_alerts
from tests.factories import an_article as article
from tests.switchboard import Switchboard
from tests.world import World
from worker.evidence import check_bundle
from worker.links import Do, link
from worker.pipeline.reactions import link_secret
from worker.queries.people import audit_log
from worker.web import create_app, serving


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the store."""
    return sqlite_engine


@pytest.fixture
def phone(world: World, board: Switchboard) -> Browser:
    """Of somebody who has got a message and is not signed in."""
    raise_alerts(world.store, article(1))
    settings = replace(world.services.settings, public_url="https://monitor.example")
    board.app = create_app(replace(world.services, settings=settings))
    return Browser(board.address)


def path_of(world: World, do: Do, alert_id: int = 1) -> str:
    return link("", link_secret(world.services), do, alert_id, NOW + timedelta(days=1))


def test_a_link_asks_before_it_acts(phone: Browser, world: World) -> None:
    page = phone.get(path_of(world, Do.ACKNOWLEDGE))

    alert = world.store.alerts.alert(1)
    assert (page.status, alert and alert.acknowledged_at) == (200, None)
    assert "Acknowledge this alert" in page.text


def test_a_link_acts_when_its_button_is_pressed(phone: Browser, world: World) -> None:
    acknowledged = phone.post(path_of(world, Do.ACKNOWLEDGE))
    snoozed = phone.post(path_of(world, Do.SNOOZE_2H))

    alert = world.store.alerts.alert(1)
    assert alert is not None
    assert (acknowledged.status, snoozed.status) == (200, 200)
    assert (alert.acknowledged_by, alert.snoozed_until) == ("link", NOW + timedelta(hours=2))
    assert [row["how"] for row in audit_log(world.store.engine)] == ["link", "link"]


def test_a_link_of_an_alert_that_is_gone_says_so(phone: Browser, world: World) -> None:
    assert phone.get(path_of(world, Do.ACKNOWLEDGE, 99)).status == 404


@pytest.mark.parametrize("change", [lambda path: path[:-1] + "_", lambda path: path[:-3], lambda path: "/do/x"])
def test_a_link_that_was_changed_does_nothing(phone: Browser, world: World, change: object) -> None:
    assert callable(change)
    path = change(path_of(world, Do.ACKNOWLEDGE))

    assert [phone.get(path).status, phone.post(path).status] == [410, 410]


def test_a_link_ends(phone: Browser, world: World) -> None:
    path = path_of(world, Do.ACKNOWLEDGE)
    world.passes(days=2)

    assert phone.get(path).status == 410


def test_the_evidence_of_a_story_is_whole(world: World, board: Switchboard) -> None:
    raise_alerts(world.store, article(1))
    board.app = create_app(world.services)
    browser = Browser(board.address)

    answer = browser.get("/api/v1/exports/stories/1.zip")
    verdict = check_bundle(io.BytesIO(answer.raw))

    assert (verdict.story_id, verdict.faults) == (1, ())
    assert answer.headers["x-trucewire-manifest-sha256"] == verdict.manifest_sha256
    assert browser.get("/api/v1/exports/stories/99.zip").status == 404
    assert browser.get("/api/v1/stories/1").json["articles"][0]["title"] == "Headline 1"


def test_a_named_proxy_is_believed(world: World) -> None:
    settings = replace(world.services.settings, public_url="https://monitor.example")
    app = create_app(replace(world.services, settings=settings))
    forwarded = {"X_Forwarded_For": "192.0.2.1", "X_Forwarded_Proto": "https", "Host": "monitor.example"}

    with serving(app, "127.0.0.1", 0, ("127.0.0.1",)) as address:
        believed = Browser(address).get("/login", **forwarded)
    with serving(app, "127.0.0.1", 0) as address:
        unbelieved = Browser(address).get("/login", **forwarded)

    assert "max-age" in believed.headers["strict-transport-security"]
    assert believed.headers["set-cookie"].startswith("__Host-trucewire=")
    assert "secure" in believed.headers["set-cookie"].lower()
    assert "strict-transport-security" not in unbelieved.headers
