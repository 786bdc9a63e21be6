"""Sixty payloads in every parameter, path and form field: none becomes markup, SQL, a header or a 5xx."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text

from tests.browser import Browser
from tests.factories import an_article, raise_alerts
from tests.switchboard import Switchboard
from tests.world import World
from worker.web import create_app

pytestmark = pytest.mark.slow

PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE articles; --",
    '" OR ""="',
    "1; SELECT pg_sleep(5)",
    "1) UNION SELECT password_hash FROM users --",
    "' UNION SELECT sql FROM sqlite_master --",
    "%' AND 1=1 --",
    "\\'; --",
    "$$; DROP TABLE users; $$",
    "{{7*7}}",
    "{% raw %}{{ config }}{% endraw %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(x)s",
    "%s%s%s%n",
    ":name",
    "?",
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--<script>alert(1)//-->",
    "]]><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=&#106;avascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "\u202e<script>",
    "\ufeff<script>",
    "\u2028alert(1)",
    "＜script＞alert(1)＜/script＞",
    "\r\nSet-Cookie: trucewire=stolen",
    "\r\n\r\n<html>",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd\x00.html",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "//evil.example/",
    "; id",
    "| id",
    "`id`",
    "$(id)",
    '"*"',
    "NEAR(a b)",
    "title:x AND (",
    'a" NOT "b',
    "a:* & !b | (c",
    "*" * 100,
    "(" * 100,
    '"' * 99,
    "-" * 100,
    "\ud83d",
    "9" * 100,
    "İıſß",
)
PLACES = (
    "/api/v1/articles?q={}",
    "/api/v1/articles?place={}&rule={}&publisher={}&language={}",
    "/api/v1/articles?since={}",
    "/api/v1/articles?cursor={}",
    "/api/v1/articles/{}",
    "/api/v1/alerts?rule={}&severity={}",
    "/api/v1/stories?place={}&concept={}&rule={}",
    "/api/v1/polls?outcome={}",
    "/api/v1/audit?who={}",
    "/api/v1/exports/articles.csv?q={}",
    "/log.atom?q={}",
    "/log?q={}&place={}&publisher={}&since={}",
    "/stories?place={}&concept={}&rule={}&since={}",
    "/stories?before={}",
    "/feeds?name={}&state={}&country={}",
    "/rules?rule={}",
    "/audit?who={}&action={}&subject={}",
    "/login?next={}",
    "/do/{}",
    "/{}",
)
MARKUP = (
    "<script>alert",
    "onerror=alert(1)>",
    "<svg onload",
    "<svg/onload",
    "<iframe",
    "<details open",
    "<!--<script",
    "</title><script",
)


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the store."""
    return sqlite_engine


@pytest.fixture
def browser(world: World, board: Switchboard) -> Browser:
    raise_alerts(world.store, an_article(1), *(an_article(2 + n, title=text) for n, text in enumerate(PAYLOADS[:37])))
    board.app = create_app(world.services)
    return Browser(board.address)


def harm_of(browser: Browser, place: str, payload: str) -> str:
    """What a payload in a place has done; "" nothing."""
    sent = quote(payload.encode("utf-8", "surrogatepass"), safe="")
    answer = browser.get(place.replace("{}", sent))
    if answer.status >= 500:
        return f"{place} {payload!r}: {answer.status}"
    if "stolen" in answer.headers.get("set-cookie", "") or "evil" in answer.headers.get("location", "")[:9]:
        return f"{place} {payload!r}: {answer.headers}"
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if is_page and any(markup in answer.text.lower() for markup in MARKUP):
        return f"{place} {payload!r}: markup"
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_no_payload_hurts(browser: Browser, world: World, place: str) -> None:
    harm = [done for payload in PAYLOADS if (done := harm_of(browser, place, payload))]

    assert len(PAYLOADS) >= 60
    assert harm == []
    with world.store.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM articles")) == 38


@pytest.mark.parametrize("field", ["reason", "comment", "next", "for", "csrf"])
def test_no_payload_in_a_form_hurts(browser: Browser, field: str) -> None:
    clean = [payload.encode("utf-8", "replace").decode() for payload in PAYLOADS]

    answers = [
        browser.post(path, {"comment": "x", "for": "1h"} | {field: payload})
        for payload in clean
        for path in ("/alerts/1/wrong", "/alerts/1/silence")
    ]

    assert [answer.status for answer in answers if answer.status >= 500] == []
    assert [answer.headers["location"] for answer in answers if "evil" in answer.headers.get("location", "")[:9]] == []


def test_no_payload_in_json_hurts(browser: Browser) -> None:
    bodies = [{"comment": payload, "hours": 1, "rules": [payload], "places": [payload]} for payload in PAYLOADS]

    statuses = {browser.send("POST", "/api/v1/silences", body).status for body in bodies}

    assert statuses == {422}
