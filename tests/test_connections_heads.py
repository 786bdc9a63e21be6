"""Heads of HTTP messages: what of a response's head is kept, what is counted, and that a header stays one line."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fetching import LIMITS, NOW
from tests.hostile_server import serving
from worker.connections import Connections
from worker.connections.heads import HeadReader, header_line
from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model.polling import FetchLimits, FetchRequest, Outcome

FEED = b"<rss/>"


def headers_of(head: bytes, limits: FetchLimits = LIMITS) -> list[tuple[str, str]]:
    return HeadReader(BytesIO(head), Connections(limits).exchange()).headers()


def test_what_nobody_reads_is_dropped() -> None:
    head = b'Set-Cookie: a=1\r\nETag: "1"\r\nX-Frame-Options: DENY\r\nServer:nginx\r\n\r\nEtag: "body"\r\n'

    assert headers_of(head) == [("etag", '"1"'), ("server", "nginx")]


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"Location: /a\r\n /b\r\n\r\n", [("location", "/a /b")]),
        (b"Set-Cookie: a\r\n b: c\r\nDate: now\r\n\r\n", [("date", "now")]),
        (b" etag: before any\r\nAge: 1\r\n\r\n", [("age", "1")]),
    ],
)
def test_a_folded_line_continues_the_header_before_it(head: bytes, kept: list[tuple[str, str]]) -> None:
    assert headers_of(head) == kept


def test_lines_that_are_dropped_are_counted_all_the_same() -> None:
    limits = replace(LIMITS, max_headers=10)

    with pytest.raises(FetchError) as raised:
        headers_of(b"X-Much: 1\r\n" * 20 + b"\r\n", limits)

    assert raised.value.outcome is Outcome.TOO_LARGE


@given(st.binary(max_size=400))
def test_any_head_is_headers_in_lower_case(head: bytes) -> None:
    found = headers_of(head)

    assert all(name == name.lower() and "\n" not in value for name, value in found)


@pytest.mark.parametrize(
    ("name", "value"), [("ETag", "a\r\nHost: b"), ("ETag", "a\nb"), ("E Tag", "a"), ("", "a"), ("a\n", "b")]
)
def test_a_header_that_could_be_taken_for_two_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="is no header"):
        header_line(name, value)


@pytest.mark.parametrize("interim", [b"100 Continue\r\n", b"103 Early Hints\r\nLink: </style.css>\r\n"])
def test_an_interim_response_is_not_the_answer(interim: bytes) -> None:
    final = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(FEED), FEED)

    with serving({"/feed": lambda c: c.raw(b"HTTP/1.1 " + interim + b"\r\n" + final)}) as server:
        response = Fetcher(LIMITS, lambda: NOW).get(FetchRequest(server.url("/feed")))

    assert (response.body, response.headers.get("link")) == (FEED, None)


@pytest.mark.parametrize("of_its_body", [b"", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 500\r\n"])
def test_one_connection_serves_a_304_after_another(of_its_body: bytes) -> None:
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n' + of_its_body + b"\r\n"

    with serving({"/feed": lambda c: not c.raw(unchanged)}) as server:
        fetcher = Fetcher(LIMITS, lambda: NOW)
        answers = [fetcher.get(FetchRequest(server.url("/feed"), etag='"1"')) for _ in range(3)]

    assert [answer.status for answer in answers] == [304, 304, 304]
    assert server.log.connections == 1


def test_the_last_coding_frames_the_body_whatever_else_is_said_of_it() -> None:
    framing = b"Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked\r\nContent-Length: 0\r\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)

    with serving({"/feed": lambda c: not c.raw(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n" + chunks)}) as server:
        response = Fetcher(LIMITS, lambda: NOW).get(FetchRequest(server.url("/feed")))

    assert response.body == FEED


@pytest.mark.parametrize("said", [b"6, 6", b"6\r\nContent-Length: 6", b"6,6 , 06"])
def test_a_length_that_is_said_twice_is_one(said: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: " + said + b"\r\n\r\n"

    with serving({"/feed": lambda c: not c.raw(head + FEED)}) as server:
        fetcher = Fetcher(LIMITS, lambda: NOW)
        bodies = [fetcher.get(FetchRequest(server.url("/feed"))).body for _ in range(2)]

    assert bodies == [FEED, FEED]
    assert server.log.connections == 1


@pytest.mark.parametrize("said", [b"6, 3", b"6\r\nContent-Length: 3", b"6, 6, 7"])
def test_lengths_that_differ_are_refused(said: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: " + said + b"\r\n\r\n"

    with serving({"/feed": lambda c: c.raw(head + FEED)}) as server, pytest.raises(FetchError) as raised:
        Fetcher(LIMITS, lambda: NOW).get(FetchRequest(server.url("/feed")))

    assert raised.value.outcome is Outcome.BAD_RESPONSE
