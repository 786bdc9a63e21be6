"""Fetching from servers that are slow, torn, greedy, lying, or well."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.fetching import IMPATIENT, LIMITS, NOW, failure_of, outcome_of
from tests.hostile_server import CHALLENGE, FEED, ROUTES, Conversation, HostileServer, bomb, encoded, redirect, serving
from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model.polling import FetchRequest, Outcome


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with serving(ROUTES) as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher(LIMITS, lambda: NOW)
    yield fetcher
    fetcher.close()


HAZARDS = {
    "/forbidden": Outcome.REFUSED,
    "/unauthorised": Outcome.REFUSED,
    "/legal": Outcome.REFUSED,
    "/not-acceptable": Outcome.CLIENT_ERROR,
    "/not-found": Outcome.NOT_FOUND,
    "/gone": Outcome.GONE,
    "/teapot": Outcome.CLIENT_ERROR,
    "/rate-limited": Outcome.RATE_LIMITED,
    "/unavailable": Outcome.SERVER_ERROR,
    "/broken": Outcome.SERVER_ERROR,
    "/cloudflare": Outcome.SERVER_ERROR,
    "/nothing": Outcome.BAD_RESPONSE,
    "/part": Outcome.BAD_RESPONSE,
    "/odd-status": Outcome.BAD_RESPONSE,
    "/unasked-304": Outcome.BAD_RESPONSE,
    "/to-nowhere": Outcome.BAD_REDIRECT,
    "/to-itself": Outcome.BAD_REDIRECT,
    "/circle-a": Outcome.BAD_REDIRECT,
    "/multiple-choices": Outcome.BAD_REDIRECT,
    "/to-file": Outcome.BLOCKED_ADDRESS,
    "/to-ftp": Outcome.BLOCKED_ADDRESS,
    "/to-script": Outcome.BLOCKED_ADDRESS,
    "/to-data": Outcome.BLOCKED_ADDRESS,
    "/to-no-host": Outcome.BAD_REDIRECT,
    "/to-broken-host": Outcome.BLOCKED_ADDRESS,
    "/1000-headers": Outcome.TOO_LARGE,
    "/long-header": Outcome.TOO_LARGE,
    "/long-kept-header": Outcome.TOO_LARGE,
    "/endless-headers": Outcome.TOO_LARGE,
    "/endless-header": Outcome.TOO_LARGE,
    "/endless-status-line": Outcome.TOO_LARGE,
    "/endless-interim": Outcome.TOO_LARGE,
    "/head-drips": Outcome.TIMED_OUT,
    "/no-answer": Outcome.TIMED_OUT,
    "/head-hangs": Outcome.TIMED_OUT,
    "/empty": Outcome.BAD_RESPONSE,
    "/not-http": Outcome.BAD_RESPONSE,
    "/http-0.9": Outcome.BAD_RESPONSE,
    "/binary": Outcome.BAD_RESPONSE,
    "/two-lengths": Outcome.BAD_RESPONSE,
    "/body-drips": Outcome.TIMED_OUT,
    "/chunks-drip": Outcome.TIMED_OUT,
    "/body-hangs": Outcome.TIMED_OUT,
    "/torn-length": Outcome.BAD_RESPONSE,
    "/torn-chunk": Outcome.BAD_RESPONSE,
    "/no-last-chunk": Outcome.BAD_RESPONSE,
    "/bad-chunk-size": Outcome.BAD_RESPONSE,
    "/announced-too-large": Outcome.TOO_LARGE,
    "/announced-absurd": Outcome.TOO_LARGE,
    "/too-large": Outcome.TOO_LARGE,
    "/too-large-chunked": Outcome.TOO_LARGE,
    "/torn-gzip": Outcome.BAD_RESPONSE,
    "/torn-br": Outcome.BAD_RESPONSE,
    "/not-gzip": Outcome.BAD_RESPONSE,
    "/not-br": Outcome.BAD_RESPONSE,
    "/not-zstd": Outcome.BAD_RESPONSE,
    "/unknown-coding": Outcome.BAD_RESPONSE,
    "/stacked-codings": Outcome.BAD_RESPONSE,
}


@pytest.mark.parametrize(("path", "outcome"), HAZARDS.items())
def test_each_hazard_has_its_name(server: HostileServer, path: str, outcome: Outcome) -> None:
    limits = {Outcome.TIMED_OUT: IMPATIENT}.get(outcome, LIMITS)

    failure = failure_of(FetchRequest(server.url(path)), limits)

    assert (failure.outcome, failure.permanent) == (outcome, outcome is Outcome.GONE)
    assert str(failure).startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "path",
    [
        "/feed",
        "/connection-header",
        "/refuses-bots",
        "/150-headers",
        "/until-close",
        "/chunked",
        "/gzip",
        "/x-gzip",
        "/gzip-members",
        "/gzip-padded",
        "/gzip-file",
        "/deflate",
        "/raw-deflate",
        "/br",
        "/zstd",
        "/zstd-frames",
        "/moved",
        "/found",
        "/to-unicode",
    ],
)
def test_a_whole_body_arrives_in_every_dress(server: HostileServer, fetcher: Fetcher, path: str) -> None:
    response = fetcher.get(FetchRequest(server.url(path)))

    assert (response.status, response.body) == (200, FEED)


@pytest.mark.parametrize("path", ["/interim", "/folded-header", "/headers-without-colon", "/more-than-announced"])
def test_an_odd_head_does_not_spoil_the_body(server: HostileServer, fetcher: Fetcher, path: str) -> None:
    assert fetcher.get(FetchRequest(server.url(path))).body == b"hi"


def test_a_challenge_page_is_left_to_the_parser(server: HostileServer, fetcher: Fetcher) -> None:
    response = fetcher.get(FetchRequest(server.url("/challenge")))

    assert (response.body, response.headers["content-type"]) == (CHALLENGE, "text/html")


@pytest.mark.parametrize(
    ("path", "etag"), [("/150-headers", '"late"'), ("/folded-header", '"f"'), ("/headers-without-colon", '"c"')]
)
def test_headers_are_read_past_the_odd_ones(server: HostileServer, fetcher: Fetcher, path: str, etag: str) -> None:
    assert fetcher.get(FetchRequest(server.url(path))).headers["etag"] == etag


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_stopped_at_the_cap(fetcher: Fetcher, coding: str) -> None:
    with serving({"/bomb": encoded(coding, bomb(coding))}) as server, pytest.raises(FetchError) as raised:
        fetcher.get(FetchRequest(server.url("/bomb")))

    assert raised.value.outcome is Outcome.TOO_LARGE


def test_large_bodies_that_wait_for_each_other_all_arrive() -> None:
    body = bytes(3 * 2**19)
    limits = replace(LIMITS, max_bytes=2**21, max_decompressed_bytes=2**21, per_host=8)

    with serving({"/": encoded("gzip", gzip.compress(body, 1))}) as server, ThreadPoolExecutor(8) as pool:
        fetcher = Fetcher(limits, lambda: NOW)
        bodies = list(pool.map(lambda _: fetcher.get(FetchRequest(server.url("/"))).body, range(8)))

    assert bodies == [body] * 8


@pytest.mark.parametrize(
    ("path", "status"), [("/torn-gzip", 200), ("/not-found", 404), ("/to-itself", 302), ("/empty", None)]
)
def test_a_failure_carries_the_status_where_there_was_one(server: HostileServer, path: str, status: int | None) -> None:
    assert failure_of(FetchRequest(server.url(path))).status == status


def test_one_bad_server_does_not_harm_the_next_request(server: HostileServer, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError):
        fetcher.get(FetchRequest(server.url("/torn-chunk")))

    assert fetcher.get(FetchRequest(server.url("/feed"))).body == FEED


def test_nothing_smuggled_behind_a_body_is_taken_for_the_next_answer(server: HostileServer, fetcher: Fetcher) -> None:
    fetcher.get(FetchRequest(server.url("/more-than-announced")))

    assert fetcher.get(FetchRequest(server.url("/feed"))).body == FEED


# Conditional requests.


@pytest.mark.parametrize(
    "request_",
    [FetchRequest("", etag='"1"'), FetchRequest("", etag='"1"', last_modified="Tue, 03 Oct 2023 12:00:00 GMT")],
)
def test_an_unchanged_feed_is_a_304_without_a_body(
    server: HostileServer, fetcher: Fetcher, request_: FetchRequest
) -> None:
    response = fetcher.get(replace(request_, url=server.url("/conditional")))

    assert (response.status, response.not_modified, response.body) == (304, True, b"")
    assert response.headers["etag"] == '"1"'


def test_validators_travel_as_they_came(server: HostileServer, fetcher: Fetcher) -> None:
    date = "Tue, 03 Oct 2023 12:00:00 GMT"

    fetcher.get(FetchRequest(server.url("/feed"), etag='W/"x"', last_modified=date))

    headers = server.log.requests[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"x"', date)


@pytest.mark.parametrize("etag", ['"a\r\nHost: evil"', '"ж"', '"' + "x" * 2000 + '"', ""])
def test_a_validator_that_cannot_be_sent_is_left_out(server: HostileServer, fetcher: Fetcher, etag: str) -> None:
    fetcher.get(FetchRequest(server.url("/feed"), etag=etag))

    assert "if-none-match" not in server.log.requests[-1].headers


# What is sent.


def test_a_request_says_who_asks_and_what_it_can_read(server: HostileServer, fetcher: Fetcher) -> None:
    fetcher.get(FetchRequest(server.url("/feed"), accept="text/html"))

    headers = server.log.requests[-1].headers
    assert headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "Trucewire/1.0 (+https://example.org/contact)",
        "accept": "text/html",
        "accept-encoding": "gzip, deflate, br, zstd",
    }


def test_cookies_are_not_kept(fetcher: Fetcher) -> None:
    with serving({"/": lambda c: c.answer(200, {"Set-Cookie": "id=1; Path=/"}, FEED)}) as server:
        fetcher.get(FetchRequest(server.url("/")))
        fetcher.get(FetchRequest(server.url("/")))

        assert "cookie" not in server.log.requests[-1].headers


def test_proxies_of_the_environment_are_ignored(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert Fetcher(LIMITS, lambda: NOW).get(FetchRequest(server.url("/feed"))).body == FEED


def test_credentials_in_an_address_are_not_sent(server: HostileServer, fetcher: Fetcher) -> None:
    fetcher.get(FetchRequest(f"http://user:secret@127.0.0.1:{server.port}/feed"))

    assert "authorization" not in server.log.requests[-1].headers


# The second User-Agent.


def test_a_403_is_believed_only_after_a_second_user_agent() -> None:
    with serving(ROUTES) as server:
        failure_of(FetchRequest(server.url("/forbidden")))

        agents = [request.headers["user-agent"] for request in server.log.requests]

    assert agents == [LIMITS.user_agent, "Mozilla/5.0 (compatible; Trucewire/1.0; +https://example.org/contact)"]


def test_the_user_agent_that_was_let_in_is_tried_first_next_time(fetcher: Fetcher) -> None:
    with serving(ROUTES) as server:
        fetcher.get(FetchRequest(server.url("/refuses-bots")))
        fetcher.get(FetchRequest(server.url("/refuses-bots")))

        assert len(server.log.requests) == 3


def test_another_status_is_not_asked_again() -> None:
    with serving(ROUTES) as server:
        failure_of(FetchRequest(server.url("/not-found")))

        assert len(server.log.requests) == 1


# Retry-After.


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/rate-limited", 120),
        ("/rate-limited-88h", 24 * 3600),
        ("/rate-limited-nonsense", None),
        ("/unavailable", 600),
        ("/unavailable-no-date", 600),
        ("/broken", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_capped(server: HostileServer, path: str, seconds: float | None) -> None:
    assert failure_of(FetchRequest(server.url(path))).retry_after_s == seconds


# Redirects.


@pytest.mark.parametrize(
    ("path", "permanent_path", "passed"),
    [
        ("/feed", None, []),
        ("/moved", "/feed", ["/feed"]),
        ("/moved-308", "/feed", ["/moved", "/feed"]),
        ("/found", None, ["/feed"]),
        ("/moved-then-found", "/found", ["/found", "/feed"]),
        ("/found-then-moved", None, ["/moved", "/feed"]),
    ],
)
def test_a_move_is_permanent_as_far_as_its_chain_is_unbroken(
    server: HostileServer, fetcher: Fetcher, path: str, permanent_path: str | None, passed: list[str]
) -> None:
    response = fetcher.get(FetchRequest(server.url(path)))

    assert response.permanent_url == (permanent_path and server.url(permanent_path))
    assert response.redirects == tuple(server.url(p) for p in passed)
    assert response.url == server.url("/feed")


@pytest.mark.parametrize(("hops", "outcome"), [(5, None), (6, Outcome.BAD_REDIRECT)])
def test_redirects_are_followed_up_to_the_limit(fetcher: Fetcher, hops: int, outcome: Outcome | None) -> None:
    routes = {f"/{n}": redirect(f"/{n - 1}") for n in range(1, hops + 1)}

    with serving({**ROUTES, **routes, "/0": ROUTES["/feed"]}) as server:
        result = outcome_of(fetcher, server.url(f"/{hops}"))

    assert result is outcome


def test_a_redirect_to_a_dead_host_is_not_permanent(fetcher: Fetcher) -> None:
    with serving({"/": redirect("http://10.0.0.1/")}) as server, pytest.raises(FetchError) as raised:
        fetcher.get(FetchRequest(server.url("/")))

    assert (raised.value.outcome, raised.value.permanent) == (Outcome.BLOCKED_ADDRESS, False)


# Politeness.


def test_a_host_gets_no_more_requests_at_once_than_its_limit() -> None:
    busy, most, lock = [0], [0], threading.Lock()

    def slow(c: Conversation) -> bool:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.03)
        with lock:
            busy[0] -= 1
        return c.answer(200, {}, FEED)

    with serving({"/": slow}) as server, ThreadPoolExecutor(8) as pool:
        fetcher = Fetcher(replace(LIMITS, per_host=2), lambda: NOW)
        statuses = list(pool.map(lambda _: fetcher.get(FetchRequest(server.url("/"))).status, range(10)))

    assert (statuses, most[0]) == ([200] * 10, 2)


def test_waiting_for_a_turn_does_not_count_against_the_server() -> None:
    def slow(c: Conversation) -> bool:
        threading.Event().wait(0.9)
        return c.answer(200, {}, FEED)

    with serving({"/": slow}) as server, ThreadPoolExecutor(2) as pool:
        fetcher = Fetcher(replace(LIMITS, per_host=1, total_s=1.5), lambda: NOW)
        bodies = list(pool.map(lambda _: fetcher.get(FetchRequest(server.url("/"))).body, range(2)))

    assert bodies == [FEED, FEED]


def test_a_host_that_keeps_its_turns_does_not_keep_the_worker() -> None:
    with serving(ROUTES) as server, ThreadPoolExecutor(8) as pool:
        fetcher = Fetcher(replace(LIMITS, per_host=1, total_s=0.3), lambda: NOW)
        outcomes = list(pool.map(lambda _: outcome_of(fetcher, server.url("/no-answer")), range(6)))

    assert set(outcomes) == {Outcome.TIMED_OUT, Outcome.INTERNAL_ERROR}
