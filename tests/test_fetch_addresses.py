"""Addresses that are never connected to, however they are spelt and whatever leads there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from tests.fetching import LIMITS, NOW, outcome_of
from tests.hostile_server import FEED, ROUTES, HostileServer, redirect, serving
from worker.connections.addresses import Address
from worker.connections.sockets import resolve
from worker.fetch import Fetcher
from worker.model.polling import FetchRequest, Outcome

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
def server() -> Iterator[HostileServer]:
    with serving(ROUTES) as running:
        yield running


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

    outcome = outcome_of(fetcher, f"http://{form}:{listener.getsockname()[1]}/")

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
        outcome = outcome_of(fetcher, server.url("/a", host="feeds.example"))

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

    outcome = outcome_of(
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

    outcome = outcome_of(
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

    assert outcome_of(fetcher, server.url("/feed", host="feeds.example")) is Outcome.BLOCKED_ADDRESS
