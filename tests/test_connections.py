"""Addresses, waiting times and the form in which an address is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile_server import HostileServer, serving
from worker.connections import AllowList, absolute_url, retry_after_s
from worker.connections.addresses import refusal
from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model.polling import FetchLimits, FetchRequest, Outcome

NOW = datetime(2023, 10, 3, 12, 0, tzinfo=UTC)
CAP_S = 86_400.0
# A busy machine fails no property.
STEADY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMITS = FetchLimits("Trucewire/1.0", allow=("127.0.0.1",))


# Which addresses are public.


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "172.15.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255"],
)
def test_public_ipv4_is_connected_to(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "2a00:1450::1", "2001:200::1", "64:ff9b::808:808"])
def test_public_ipv6_is_connected_to(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "cloud metadata"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("64:ff9b::7f00:1", "NAT64, loopback"),
        ("2002:7f00:1::", "6to4"),
        ("::ffff:127.0.0.1", "not global unicast"),
    ],
)
def test_a_refusal_says_why(address: str, reason: str) -> None:
    assert refusal(ip_address(address)) == reason


@STEADY
@given(st.ip_addresses(v=4).filter(lambda a: not a.is_global))
def test_what_python_calls_not_global_is_refused_in_ipv4(address: IPv4Address) -> None:
    assert refusal(address) is not None


@STEADY
@given(st.ip_addresses(v=6).filter(lambda a: not a.is_global))
def test_what_python_calls_not_global_is_refused_in_ipv6(address: IPv6Address) -> None:
    assert refusal(address) is not None


@STEADY
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_nat64_is_judged_as_itself(address: IPv4Address) -> None:
    inside = IPv6Address(int(IPv6Address("64:ff9b::")) | int(address))

    assert (refusal(inside) is None) == (refusal(address) is None)


@pytest.mark.parametrize(
    ("items", "host", "address", "opened"),
    [
        (["10.0.0.0/8"], "x.example", "10.1.2.3", True),
        (["10.0.0.1/8"], "x.example", "10.1.2.3", True),  # a network by one of its hosts
        (["10.0.0.0/8"], "x.example", "11.1.2.3", False),
        (["::1"], "x.example", "::1", True),
        (["[::1]"], "x.example", "::1", True),
        (["10.0.0.0/8"], "x.example", "::1", False),
        (["Feeds.Internal."], "feeds.internal", "10.1.2.3", True),
        (["feeds.internal"], "FEEDS.internal.", "10.1.2.3", True),
        (["internal"], "feeds.internal", "10.1.2.3", False),
        ([], "feeds.internal", "10.1.2.3", False),
    ],
)
def test_the_allow_list_opens_hosts_by_name_and_networks(
    items: list[str], host: str, address: str, opened: bool
) -> None:
    assert AllowList.of(items).opens(host, ip_address(address)) is opened


# The form in which an address is sent.


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/A", "https://example.org:443/A"),
        ("http://example.org/a b?q=ä#part", "http://example.org/a%20b?q=%C3%A4"),
        ("http://user:pw@example.org/", "http://example.org/"),
        ("http://новости.example/лента", "http://xn--b1amnebsh.example/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0"),
        ("  http://example.org/", "http://example.org/"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_an_address_is_sent_in_ascii_without_fragment_and_credentials(url: str, sent: str) -> None:
    assert absolute_url(url) == sent


@STEADY
@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text().map("https://a.example/".__add__)))
def test_any_text_is_an_address_or_a_named_failure(text: str) -> None:
    result = sent_or_named(text)

    assert result is Outcome.BLOCKED_ADDRESS or re.fullmatch(r"https?://[!-~]+", result)
    assert result is Outcome.BLOCKED_ADDRESS or absolute_url(result) == result


def sent_or_named(text: str) -> str:
    try:
        return absolute_url(text)
    except FetchError as error:
        return error.outcome


# Retry-After.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "316800"}, CAP_S),
        ({"retry-after": "9" * 400}, CAP_S),
        ({"retry-after": "Tue, 03 Oct 2023 12:01:00 GMT"}, 60),
        ({"retry-after": "Tuesday, 03-Oct-23 12:01:00 GMT"}, 60),
        ({"retry-after": "Tue Oct  3 12:01:00 2023"}, 60),
        ({"retry-after": "Tue, 03 Oct 2023 11:00:00 GMT"}, 0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, CAP_S),
        # A server whose clock is an hour behind means its own hour.
        ({"retry-after": "Tue, 03 Oct 2023 11:01:00 GMT", "date": "Tue, 03 Oct 2023 11:00:00 GMT"}, 60),
        ({"retry-after": "Tue, 03 Oct 2023 12:01:00 GMT", "date": "today"}, 60),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW, CAP_S) == seconds


@STEADY
@given(st.text())
def test_any_retry_after_is_within_bounds_or_none(value: str) -> None:
    seconds = retry_after_s({"retry-after": value, "date": value}, NOW, CAP_S)

    assert seconds is None or 0 <= seconds <= CAP_S


@STEADY
@given(st.integers(0, 86_400), st.integers(-12, 14))
def test_a_date_is_measured_whatever_its_zone(seconds: int, hours: int) -> None:
    until = (NOW + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours)))

    assert retry_after_s({"retry-after": format_datetime(until)}, NOW, CAP_S) == seconds


# Whatever a server says.

LINES = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 302 Found\r\n",
    b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 100 Continue\r\n",
    b"HTTP/1.0 200\r\n",
    b"A: b\r\n",
    b" folded\r\n",
    b":\r\n",
    b"\r\n",
    b"\n",
    b"\x00\xff",
    b"Content-Length: 3\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Location: //\r\n",
    b"ETag: \xff\r\n",
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
]


@pytest.fixture(scope="module")
def parrot() -> Iterator[HostileServer]:
    """Answers what it is asked to, as hexadecimal digits in the query."""
    with serving({"/": lambda c: c.raw(bytes.fromhex(c.request.path.partition("?")[2]))}) as server:
        yield server


@STEADY
@given(start=st.sampled_from([b"", LINES[0]]), lines=st.lists(st.sampled_from(LINES), max_size=12))
def test_any_answer_is_a_response_or_a_named_failure(parrot: HostileServer, start: bytes, lines: list[bytes]) -> None:
    url = parrot.url(f"/?{(start + b''.join(lines)).hex()}")

    result = status_or_named(Fetcher(LIMITS, lambda: NOW), FetchRequest(url, etag='"1"'))

    assert result in {200, 304, *Outcome} - {Outcome.INTERNAL_ERROR, Outcome.TIMED_OUT}


def status_or_named(fetcher: Fetcher, request: FetchRequest) -> int | Outcome:
    try:
        return fetcher.get(request).status
    except FetchError as error:
        return error.outcome
