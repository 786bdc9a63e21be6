"""Fetching from servers that are slow, torn, greedy, lying, or well."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme

from tests.hostile_server import CHALLENGE, FEED, ROUTES, Conversation, HostileServer, bomb, encoded, redirect, serving
from worker.connections.addresses import Address
from worker.connections.sockets import resolve
from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model.polling import FetchLimits, FetchRequest, Outcome

NOW = datetime(2023, 10, 3, 12, 0, tzinfo=UTC)
LIMITS = FetchLimits(
    user_agent="Trucewire/1.0 (+https://example.org/contact)",
    connect_s=10.0,  # patient, so that a busy machine changes no outcome
    read_s=10.0,
    total_s=20.0,
    max_bytes=200_000,
    max_decompressed_bytes=400_000,
    max_redirects=5,
    allow=("127.0.0.1",),
)
IMPATIENT = replace(LIMITS, connect_s=0.5, read_s=0.3, total_s=0.6)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with serving(ROUTES) as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher(LIMITS, lambda: NOW)
    yield fetcher
    fetcher.close()


def failure_of(request: FetchRequest, limits: FetchLimits = LIMITS) -> FetchError:
    with pytest.raises(FetchError) as raised:
        Fetcher(limits, lambda: NOW).get(request)
    return raised.value


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
        result = _outcome(fetcher, server.url(f"/{hops}"))

    assert result is outcome


def test_a_redirect_to_a_dead_host_is_not_permanent(fetcher: Fetcher) -> None:
    with serving({"/": redirect("http://10.0.0.1/")}) as server, pytest.raises(FetchError) as raised:
        fetcher.get(FetchRequest(server.url("/")))

    assert (raised.value.outcome, raised.value.permanent) == (Outcome.BLOCKED_ADDRESS, False)


def _outcome(fetcher: Fetcher, url: str) -> Outcome | None:
    try:
        fetcher.get(FetchRequest(url))
    except FetchError as error:
        return error.outcome
    return None


# Connections.


@pytest.mark.parametrize("path", ["/feed", "/conditional", "/chunked-kept", "/not-found", "/moved"])
def test_a_connection_is_kept_for_the_next_request(path: str) -> None:
    body = b"5\r\nhello\r\n0\r\n\r\n"
    kept = {
        "/chunked-kept": lambda c: bool(
            c.wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body) or 1
        )
    }

    with serving({**ROUTES, **kept}) as server:
        fetcher = Fetcher(LIMITS, lambda: NOW)
        request = FetchRequest(server.url(path), etag='"1"')
        _outcome(fetcher, request.url)
        _outcome(fetcher, request.url)
        _outcome(fetcher, request.url)

        assert server.log.connections == 1


def test_a_connection_the_server_has_just_closed_is_replaced(fetcher: Fetcher) -> None:
    def once(c: Conversation) -> bool:
        return c.request.number == 1 and c.answer(200, {}, FEED)

    with serving({"/": once}) as server:
        fetcher.get(FetchRequest(server.url("/")))

        assert fetcher.get(FetchRequest(server.url("/"))).body == FEED


def test_a_server_that_never_answers_is_asked_once() -> None:
    with serving(ROUTES) as server:
        failure_of(FetchRequest(server.url("/empty")))

        assert len(server.log.requests) == 1


def test_nor_is_it_asked_twice_over_tls(trusting: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        outcome = _outcome(trusting, server.url("/empty"))

    assert (outcome, len(server.log.requests)) == (Outcome.BAD_RESPONSE, 1)


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    failure = failure_of(FetchRequest(f"http://127.0.0.1:{port}/"))

    assert (failure.outcome, failure.permanent) == (Outcome.UNREACHABLE, False)


def test_a_full_backlog_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as queued:
        address = listener.getsockname()
        first, second = (queued.enter_context(socket.socket()) for _ in range(2))
        first.setblocking(False)
        second.setblocking(False)
        first.connect_ex(address)
        second.connect_ex(address)

        result = _outcome(Fetcher(IMPATIENT, lambda: NOW), f"http://127.0.0.1:{address[1]}/")

    assert result is Outcome.TIMED_OUT


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://nowhere.invalid/", Outcome.UNREACHABLE),
        (f"http://{'a' * 70}.example/", Outcome.UNREACHABLE),
        ("http://a..b.example/", Outcome.UNREACHABLE),
        ("", Outcome.BLOCKED_ADDRESS),
        ("feed", Outcome.BLOCKED_ADDRESS),
        ("http:///feed", Outcome.BLOCKED_ADDRESS),
        ("file:///etc/passwd", Outcome.BLOCKED_ADDRESS),
        ("gopher://127.0.0.1/", Outcome.BLOCKED_ADDRESS),
        ("http://[::1", Outcome.BLOCKED_ADDRESS),
        ("http://127.0.0.1:99999/", Outcome.BLOCKED_ADDRESS),
    ],
)
def test_what_is_no_web_address_leads_nowhere(url: str, outcome: Outcome) -> None:
    assert failure_of(FetchRequest(url)).outcome is outcome


def test_a_resolver_that_hangs_times_out() -> None:
    never = threading.Event()

    def hang(host: str, port: int) -> list[Address]:
        never.wait()
        return []

    result = _outcome(Fetcher(IMPATIENT, lambda: NOW, hang), "http://slow.example/")
    never.set()

    assert result is Outcome.TIMED_OUT


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
        outcomes = list(pool.map(lambda _: _outcome(fetcher, server.url("/no-answer")), range(6)))

    assert set(outcomes) == {Outcome.TIMED_OUT, Outcome.INTERNAL_ERROR}


# TLS.


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetcher]:
    """A fetcher that trusts the test's authority, as an operator would make it."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    fetcher = Fetcher(LIMITS, lambda: NOW)
    yield fetcher
    fetcher.close()


def test_a_tls_connection_is_kept(trusting: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        outcomes = _outcome(trusting, server.url("/feed")), _outcome(trusting, server.url("/feed"))

        assert (outcomes, server.log.connections) == ((None, None), 1)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("path", ["/head-drips", "/body-drips"])
def test_the_deadline_holds_over_tls(authority: trustme.CA, path: str) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        assert _outcome(Fetcher(IMPATIENT, lambda: NOW), server.url(path)) is Outcome.TIMED_OUT


def test_a_certificate_of_an_unknown_authority_is_a_tls_error(fetcher: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        assert _outcome(fetcher, server.url("/feed")) is Outcome.TLS_ERROR


def test_a_certificate_for_another_name_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("example.org"))) as server:
        assert _outcome(trusting, server.url("/feed")) is Outcome.TLS_ERROR


def test_an_expired_certificate_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    expired = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))

    with serving(ROUTES, _tls(expired)) as server:
        assert _outcome(trusting, server.url("/feed")) is Outcome.TLS_ERROR


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_legacy_tls_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    context = _tls(authority.issue_cert("127.0.0.1"))
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    with serving(ROUTES, context) as server:
        assert _outcome(trusting, server.url("/feed")) is Outcome.TLS_ERROR


def test_plain_http_on_a_tls_port_is_a_tls_error(server: HostileServer, fetcher: Fetcher) -> None:
    assert _outcome(fetcher, server.url("/feed").replace("http:", "https:")) is Outcome.TLS_ERROR


def test_a_handshake_that_hangs_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = _outcome(Fetcher(IMPATIENT, lambda: NOW), f"https://127.0.0.1:{listener.getsockname()[1]}/")

    assert result is Outcome.TIMED_OUT


def test_from_https_to_http_is_followed_but_never_for_good(
    server: HostileServer, trusting: Fetcher, authority: trustme.CA
) -> None:
    with serving({"/": redirect(server.url("/feed"), 301)}, _tls(authority.issue_cert("127.0.0.1"))) as secure:
        response = trusting.get(FetchRequest(secure.url("/")))

    assert (response.body, response.permanent_url, response.redirects) == (FEED, None, (server.url("/feed"),))


# Addresses that are never connected to.

FORMS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.0x1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "00000177.1",
    "localhost",
    "LOCALHOST",
    "user@127.0.0.1",
    "example.org@127.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",
    "0.1.2.3",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:c0a8:101::1]",
    "[2001::1]",
    "[2001:db8::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "3232235521",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Listens on every address of this machine, IPv4 and IPv6, and must never be reached."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128) as listening:
        listening.setblocking(False)
        yield listening


def _assert_untouched(listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


def _resolver(host: str, port: int) -> list[Address]:
    """`feeds.example` is this machine, as an operator's own name for it would be."""
    return [ip_address("127.0.0.1")] if host == "feeds.example" else resolve(host, port)


@pytest.mark.parametrize("form", FORMS)
def test_no_spelling_of_a_forbidden_address_is_connected_to(listener: socket.socket, form: str) -> None:
    fetcher = Fetcher(replace(LIMITS, allow=()), lambda: NOW)

    outcome = _outcome(fetcher, f"http://{form}:{listener.getsockname()[1]}/")

    assert outcome is Outcome.BLOCKED_ADDRESS
    _assert_untouched(listener)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "form", ["127.0.0.1", "[::1]", "localhost", "2130706433", "169.254.169.254", "[::ffff:10.0.0.1]"]
)
def test_no_redirect_leads_to_a_forbidden_address(listener: socket.socket, form: str, status: int) -> None:
    target = f"http://{form}:{listener.getsockname()[1]}/"
    fetcher = Fetcher(replace(LIMITS, allow=("feeds.example",)), lambda: NOW, _resolver)

    with serving({"/a": redirect("/b", status), "/b": redirect(target, status)}) as server:
        outcome = _outcome(fetcher, server.url("/a", host="feeds.example"))

    assert outcome is Outcome.BLOCKED_ADDRESS
    _assert_untouched(listener)


@pytest.fixture
def forbidden() -> Iterator[socket.socket]:
    """Listens on 127.0.0.1 only, and must never be reached: 127.0.0.2 plays the permitted address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def test_an_address_that_changes_after_the_check_is_not_connected_to(forbidden: socket.socket) -> None:
    answers = iter(["127.0.0.2", "127.0.0.1", "127.0.0.1"])

    def rebinding(host: str, port: int) -> list[Address]:
        return [ip_address(next(answers))]

    outcome = _outcome(
        Fetcher(replace(LIMITS, allow=("127.0.0.2",)), lambda: NOW, rebinding),
        f"http://rebind.example:{forbidden.getsockname()[1]}/",
    )

    assert (outcome, list(answers)) == (Outcome.UNREACHABLE, ["127.0.0.1", "127.0.0.1"])
    _assert_untouched(forbidden)


def test_a_name_with_a_permitted_and_a_forbidden_address_never_reaches_the_forbidden_one(
    forbidden: socket.socket,
) -> None:
    def both(host: str, port: int) -> list[Address]:
        return [ip_address("127.0.0.1"), ip_address("::1"), ip_address("127.0.0.2")]

    outcome = _outcome(
        Fetcher(replace(LIMITS, allow=("127.0.0.2",)), lambda: NOW, both),
        f"http://both.example:{forbidden.getsockname()[1]}/",
    )

    assert outcome is Outcome.UNREACHABLE
    _assert_untouched(forbidden)


@pytest.mark.parametrize("allow", ["127.0.0.1", "127.0.0.0/8", "feeds.example", "Feeds.Example."])
def test_the_allow_list_opens_a_host_or_a_network(server: HostileServer, allow: str) -> None:
    fetcher = Fetcher(replace(LIMITS, allow=(allow,)), lambda: NOW, _resolver)

    assert fetcher.get(FetchRequest(server.url("/feed", host="feeds.example"))).body == FEED


@pytest.mark.parametrize("allow", ["127.0.0.2", "10.0.0.0/8", "example", "other.example"])
def test_the_allow_list_opens_nothing_else(server: HostileServer, allow: str) -> None:
    fetcher = Fetcher(replace(LIMITS, allow=(allow,)), lambda: NOW, _resolver)

    assert _outcome(fetcher, server.url("/feed", host="feeds.example")) is Outcome.BLOCKED_ADDRESS
