"""Connections that are kept, closed, refused, hung up, or secured."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.fetching import IMPATIENT, LIMITS, NOW, failure_of, outcome_of
from tests.hostile_server import FEED, ROUTES, Conversation, HostileServer, redirect, serving
from worker.connections.addresses import Address
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
        outcome_of(fetcher, request.url)
        outcome_of(fetcher, request.url)
        outcome_of(fetcher, request.url)

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
        outcome = outcome_of(trusting, server.url("/empty"))

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

        result = outcome_of(Fetcher(IMPATIENT, lambda: NOW), f"http://127.0.0.1:{address[1]}/")

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

    result = outcome_of(Fetcher(IMPATIENT, lambda: NOW, hang), "http://slow.example/")
    never.set()

    assert result is Outcome.TIMED_OUT


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
        outcomes = outcome_of(trusting, server.url("/feed")), outcome_of(trusting, server.url("/feed"))

        assert (outcomes, server.log.connections) == ((None, None), 1)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("path", ["/head-drips", "/body-drips"])
def test_the_deadline_holds_over_tls(authority: trustme.CA, path: str) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        assert outcome_of(Fetcher(IMPATIENT, lambda: NOW), server.url(path)) is Outcome.TIMED_OUT


def test_a_certificate_of_an_unknown_authority_is_a_tls_error(fetcher: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("127.0.0.1"))) as server:
        assert outcome_of(fetcher, server.url("/feed")) is Outcome.TLS_ERROR


def test_a_certificate_for_another_name_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    with serving(ROUTES, _tls(authority.issue_cert("example.org"))) as server:
        assert outcome_of(trusting, server.url("/feed")) is Outcome.TLS_ERROR


def test_an_expired_certificate_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    expired = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))

    with serving(ROUTES, _tls(expired)) as server:
        assert outcome_of(trusting, server.url("/feed")) is Outcome.TLS_ERROR


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_legacy_tls_is_a_tls_error(trusting: Fetcher, authority: trustme.CA) -> None:
    context = _tls(authority.issue_cert("127.0.0.1"))
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    with serving(ROUTES, context) as server:
        assert outcome_of(trusting, server.url("/feed")) is Outcome.TLS_ERROR


def test_plain_http_on_a_tls_port_is_a_tls_error(server: HostileServer, fetcher: Fetcher) -> None:
    assert outcome_of(fetcher, server.url("/feed").replace("http:", "https:")) is Outcome.TLS_ERROR


def test_a_handshake_that_hangs_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = outcome_of(Fetcher(IMPATIENT, lambda: NOW), f"https://127.0.0.1:{listener.getsockname()[1]}/")

    assert result is Outcome.TIMED_OUT


def test_from_https_to_http_is_followed_but_never_for_good(
    server: HostileServer, trusting: Fetcher, authority: trustme.CA
) -> None:
    with serving({"/": redirect(server.url("/feed"), 301)}, _tls(authority.issue_cert("127.0.0.1"))) as secure:
        response = trusting.get(FetchRequest(secure.url("/")))

    assert (response.body, response.permanent_url, response.redirects) == (FEED, None, (server.url("/feed"),))
