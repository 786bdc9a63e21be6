"""Who may come in: open on loopback, signed in elsewhere; forms of our own pages only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.browser import Browser
from tests.factories import NOW
from tests.switchboard import Switchboard
from tests.world import World
from worker.credentials import form_key
from worker.database import connect
from worker.errors import SettingsError
from worker.judge import Judge
from worker.model.people import Role
from worker.queries.people import audit_log
from worker.settings import Settings
from worker.store import Store
from worker.store.people import PeopleStore
from worker.tables import audit, sessions, tokens, users
from worker.web import create_app
from worker.web.access import refuse_open_doors
from worker.web.pace import MOST_BUCKETS, STRANGER, Allowance, Pace

PASSWORD = "correct horse battery"


@dataclass
class Site:
    """A running service on a database of its own, and its world."""

    app: FastAPI
    world: World


def site_of(path: Path, settings: Settings, judge: Judge) -> Site:
    world = World(Store.on(connect(f"sqlite:///{path}")), settings, judge)
    services = replace(world.services, now=lambda: world.now)
    return Site(create_app(services), world)


@pytest.fixture(scope="module")
def open_site(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, settings: Settings, judge: Judge
) -> Iterator[Site]:
    """That only this machine reaches, and that nobody changes."""
    path = tmp_path_factory.mktemp("open") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    site = site_of(path, settings, judge)
    yield site
    site.world.store.engine.dispose()


@pytest.fixture(scope="module")
def peopled_site(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, settings: Settings, judge: Judge
) -> Iterator[Site]:
    """With a user of each role: made once, since a password costs a tenth of a second."""
    path = tmp_path_factory.mktemp("peopled") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    site = site_of(path, settings, judge)
    for role in Role:
        site.world.store.people.add_user(f"the-{role}", PASSWORD, role, NOW)
    yield site
    site.world.store.engine.dispose()


@pytest.fixture
def world(peopled_site: Site) -> Iterator[World]:
    """Of the service with users, which afterwards is as it was."""
    world = peopled_site.world
    world.now = NOW
    with world.store.engine.connect() as connection:
        before = [dict(row) for row in connection.execute(users.select()).mappings()]
    yield world
    with world.store.engine.begin() as connection:
        for table in (sessions, tokens, audit, users):
            connection.execute(table.delete())
        connection.execute(users.insert(), before)


@pytest.fixture
def browser(open_site: Site, board: Switchboard) -> Browser:
    """At a service that only this machine reaches."""
    board.app = open_site.app
    return Browser(board.address)


@pytest.fixture
def guarded(peopled_site: Site, world: World, board: Switchboard) -> Browser:
    """At a service with a user of each role."""
    board.app = peopled_site.app
    return Browser(board.address)


def signed_in(browser: Browser, role: str) -> Browser:
    answer = browser.post("/login", {"name": f"the-{role}", "password": PASSWORD})
    assert answer.status == 303
    return browser


def test_on_loopback_nobody_is_asked(browser: Browser) -> None:
    assert browser.get("/login").headers["location"] == "/"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:8642.evil.example", "10.0.0.1", "", "a b", "[::1"]
)
def test_a_host_that_is_not_ours_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/login", Host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8642", "LOCALHOST:80"])
def test_every_name_of_loopback_is_ours(browser: Browser, host: str) -> None:
    assert browser.get("/login", Host=host).status == 303


def test_every_answer_has_its_headers(browser: Browser) -> None:
    headers = [browser.get(path, **more).headers for path, more in (("/login", {}), ("/x", {}), ("/x", {"Host": "x"}))]

    for one in headers:
        assert "unsafe" not in one["content-security-policy"]
        assert "frame-ancestors 'none'" in one["content-security-policy"]
        assert one["x-content-type-options"] == "nosniff"
        assert one["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in one


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_an_open_service_behind_a_proxy_lets_nobody_in(browser: Browser, name: str) -> None:
    assert browser.get("/", **{name: "192.0.2.1"}).status == 403


def test_a_public_address_closes_the_doors(open_site: Site, board: Switchboard) -> None:
    settings = replace(open_site.world.services.settings, public_url="https://monitor.example")
    board.app = create_app(replace(open_site.world.services, settings=settings))

    answer = Browser(board.address).get("/log?q=x")

    assert (answer.status, answer.headers["location"]) == (303, "/login?next=/log%3Fq%3Dx")


@pytest.mark.parametrize("published", ["0.0.0.0", "192.0.2.7", "::"])
def test_a_service_that_others_reach_does_not_start_without_a_user(settings: Settings, published: str) -> None:
    settings = replace(settings, web_host=published, web_published=published)

    with pytest.raises(SettingsError, match="trucewire user add"):
        refuse_open_doors(settings, anybody=False)
    refuse_open_doors(settings, anybody=True)


def test_a_container_whose_port_is_published_on_loopback_starts(settings: Settings) -> None:
    refuse_open_doors(replace(settings, web_host="0.0.0.0", web_published="127.0.0.1"), anybody=False)


def test_a_stranger_is_sent_to_sign_in(guarded: Browser) -> None:
    page, program = guarded.get("/"), guarded.get("/api/v1/articles", Accept="application/json")

    assert (page.status, page.headers["location"]) == (303, "/login")
    assert (program.status, program.headers["content-type"]) == (401, "application/problem+json")
    assert "Bearer" in program.headers["www-authenticate"]


def test_a_password_opens_a_session_under_a_new_cookie(guarded: Browser) -> None:
    guarded.get("/login")
    before = dict(guarded.cookies)

    signed_in(guarded, "admin")

    assert guarded.cookies != before
    assert guarded.get("/login").headers["location"] == "/"


def test_a_session_cookie_is_out_of_reach_of_scripts(guarded: Browser) -> None:
    cookie = guarded.get("/login").headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_session_ends_when_one_signs_out(guarded: Browser) -> None:
    signed_in(guarded, "admin")
    cookies = dict(guarded.cookies)

    answer = guarded.post("/logout", {"csrf": form_key(cookies["trucewire"])})

    guarded.cookies = cookies
    assert answer.status == 303
    assert guarded.get("/").headers["location"] == "/login"


def test_a_session_ends_by_itself(guarded: Browser, world: World) -> None:
    signed_in(guarded, "admin")
    world.passes(days=31)

    assert guarded.get("/").headers["location"] == "/login"


def test_a_session_gets_a_new_secret_day_by_day(guarded: Browser, world: World) -> None:
    signed_in(guarded, "admin")
    old = dict(guarded.cookies)
    world.passes(days=2)

    problem = guarded.get("/nowhere")
    thief = Browser(guarded.address, cookies=old)

    assert problem.status == 404
    assert guarded.cookies != old
    assert guarded.get("/nowhere").status == 404
    assert thief.get("/nowhere").headers["location"] == "/login?next=/nowhere"


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people.set_role("the-admin", Role.READER),
        lambda people: people.set_password("the-admin", "another password"),
        lambda people: people.remove_user("the-admin"),
    ],
    ids=["role", "password", "removed"],
)
def test_a_change_of_a_user_ends_their_sessions(
    guarded: Browser, world: World, change: Callable[[PeopleStore], bool]
) -> None:
    signed_in(guarded, "admin")

    changed = change(world.store.people)

    assert changed
    assert guarded.get("/").headers["location"] == "/login"


def test_guesses_are_slowed_and_written_down(guarded: Browser, world: World) -> None:
    wrong = [guarded.post("/login", {"name": "the-admin", "password": "x"}).status for _ in range(6)]
    right = guarded.post("/login", {"name": "the-admin", "password": PASSWORD}).status
    world.passes(minutes=16)
    later = guarded.post("/login", {"name": "the-admin", "password": PASSWORD}).status

    assert (wrong, right, later) == ([401] * 5 + [429], 429, 303)
    assert [row["action"] for row in audit_log(world.store.engine)] == ["login", *["login.failed"] * 5]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(guarded: Browser, target: str) -> None:
    answer = guarded.post("/login", {"name": "the-admin", "password": PASSWORD, "next": target})

    assert answer.headers["location"] == "/"


def test_a_name_with_markup_is_text(guarded: Browser) -> None:
    page = guarded.get("/login?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
def test_a_form_of_another_site_is_refused(guarded: Browser, headers: dict[str, str], status: int) -> None:
    fields = {"name": "the-admin", "password": PASSWORD}

    assert guarded.post("/login", fields, **headers).status == status


@pytest.mark.parametrize("key", ["", "0" * 64, "ы"])
def test_a_form_without_its_key_is_refused(guarded: Browser, key: str) -> None:
    assert guarded.post("/login", {"name": "the-admin", "password": PASSWORD, "csrf": key}).status == 403


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json"])
def test_a_form_of_another_kind_is_refused(guarded: Browser, kind: str) -> None:
    assert guarded.post("/login", {"name": "the-admin", "password": PASSWORD}, Content_Type=kind).status == 403


def test_a_reader_changes_nothing(guarded: Browser) -> None:
    signed_in(guarded, "reader")

    assert guarded.post("/anything").status == 403


def test_a_token_is_known_by_its_digest_alone(guarded: Browser, world: World) -> None:
    token = world.store.people.add_token("robot", Role.READER, NOW) or ""
    program = Browser(guarded.address, {"Authorization": f"Bearer {token}"})

    assert token.startswith("tw_")
    assert program.get("/nowhere").status == 404
    assert world.store.people.add_token("robot", Role.READER, NOW) is None


@pytest.mark.parametrize(
    "end",
    [lambda world: world.store.people.revoke_token("robot", NOW), lambda world: world.passes(hours=2)],
    ids=["revoked", "expired"],
)
def test_a_token_ends(guarded: Browser, world: World, end: Callable[[World], object]) -> None:
    token = world.store.people.add_token("robot", Role.READER, NOW, NOW + timedelta(hours=1))
    program = Browser(guarded.address, {"Authorization": f"Bearer {token}"})

    end(world)

    assert program.get("/nowhere").status == 401


def test_a_token_in_the_query_is_heard_for_feeds_only(guarded: Browser, world: World) -> None:
    token = world.store.people.add_token("reader", Role.READER, NOW)

    assert guarded.get(f"/nowhere.atom?token={token}").status == 404
    assert guarded.get(f"/nowhere?token={token}").status == 303


def test_a_large_form_is_refused(guarded: Browser) -> None:
    assert guarded.post("/login", {"name": "x" * 300_000}).status == 413


def test_a_form_of_too_many_fields_is_refused(guarded: Browser) -> None:
    assert guarded.post("/login", {f"f{number}": "" for number in range(101)}).status == 400


def test_a_head_is_that_of_a_get(guarded: Browser) -> None:
    head = guarded.ask("HEAD", "/login", None, {"Accept": "text/html"})

    assert (head.status, head.raw, head.headers["content-type"]) == (200, b"", "text/html; charset=utf-8")


def test_strangers_are_slowed_down(guarded: Browser, world: World, board: Switchboard) -> None:
    board.app = create_app(world.services)

    answers = [guarded.get("/api/v1/me", Accept="application/json").status for _ in range(STRANGER.burst)]
    slowed = guarded.get("/api/v1/me", Accept="application/json")

    assert set(answers) == {401}
    assert (slowed.status, slowed.headers["content-type"]) == (429, "application/problem+json")
    assert int(slowed.headers["retry-after"]) >= 1
    assert guarded.get("/static/trucewire.css").status == 200


def test_a_pace_is_a_burst_and_then_so_many_a_second() -> None:
    pace, allowance = Pace(), Allowance(3, 0.5)
    later = NOW + timedelta(seconds=2)

    waits = [pace.wait_s("ani", allowance, NOW) for _ in range(4)]

    assert waits == [0, 0, 0, 2]
    assert pace.wait_s("somebody else", allowance, NOW) == 0
    assert [pace.wait_s("ani", allowance, later) for _ in range(2)] == [0, 2]


def test_no_more_visitors_are_remembered_than_there_is_room_for() -> None:
    pace = Pace()

    waits = [pace.wait_s(str(number), Allowance(1, 1.0), NOW) for number in range(MOST_BUCKETS + 1)]

    assert set(waits) == {0}
    assert pace.wait_s("0", Allowance(1, 1.0), NOW) == 0
    assert pace.wait_s(str(MOST_BUCKETS), Allowance(1, 1.0), NOW) == 1
