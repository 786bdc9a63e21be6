"""Signed webhooks, as receivers see them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from tests.hostile_server import (
    ROUTES,
    Conversation,
    Route,
    hang,
    head,
    raw,
    redirect,
    serving,
    silence,
    status,
)
from tests.messages import NOW, a_message
from worker.channels import Channels
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREVIOUS = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LIMITS = FetchLimits("Trucewire/1.0", allow=("127.0.0.1",))


@pytest.fixture
def channels() -> Iterator[Channels]:
    channels = Channels(LIMITS)
    yield channels
    channels.close()


def hook(url: str, **options: str) -> Channel:
    return Channel("room", "webhook", {"url": url, "secret": SECRET, **options})


def test_the_receiver_gets_the_payload_as_json(channels: Channels) -> None:
    payload = {"type": "alert.raised", "data": {"title": "Հրադադար — перемирие", "n": [1, None]}}

    with serving({"/hook": status(204)}) as server:
        channels.send(hook(server.url("/hook")), a_message(payload=payload), NOW)

    (request,) = server.log.requests
    assert (request.method, json.loads(request.body)) == ("POST", payload)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "Trucewire/1.0"


def test_the_receiver_can_verify_the_signature(channels: Channels) -> None:
    now = datetime.now(UTC)  # receivers refuse what is older than five minutes

    with serving({"/": status(200)}) as server:
        channels.send(hook(server.url("/")), a_message(payload={"ü": "ж"}), now)

    (request,) = server.log.requests
    assert Webhook(SECRET).verify(request.body, request.headers) == {"ü": "ж"}


def test_a_second_attempt_has_the_same_id_and_its_own_time(channels: Channels) -> None:
    message = a_message(key="msg_1")

    with serving({"/": status(200)}) as server:
        channels.send(hook(server.url("/")), message, NOW)
        channels.send(hook(server.url("/")), message, NOW + timedelta(seconds=90))

    first, second = server.log.requests
    assert (first.headers["webhook-id"], second.headers["webhook-id"]) == ("msg_1", "msg_1")
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 90
    assert int(first.headers["webhook-timestamp"]) == NOW.timestamp()


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_while_a_secret_changes_both_verify(channels: Channels, secret: str) -> None:
    with serving({"/": status(200)}) as server:
        channels.send(hook(server.url("/"), previous_secret=PREVIOUS), a_message(payload={}), datetime.now(UTC))

    (request,) = server.log.requests
    assert Webhook(secret).verify(request.body, request.headers) == {}


@pytest.mark.parametrize("number", [200, 201, 202, 204])
def test_any_2xx_is_accepted(channels: Channels, number: int) -> None:
    with serving({"/": status(number)}) as server:
        channels.send(hook(server.url("/")), a_message(), NOW)

    assert len(server.log.requests) == 1


@pytest.mark.parametrize(
    ("route", "permanent", "retry_after_s"),
    [
        (status(410), True, None),
        (status(400), False, None),
        (status(401), False, None),
        (status(404), False, None),
        (status(408), False, None),
        (status(413), False, None),
        (status(425), False, None),
        (status(429, Retry_After="120"), False, 120),
        (status(429, Retry_After="999999"), False, 86_400),
        (status(500), False, None),
        (status(502), False, None),
        (status(503, Retry_After="Tue, 03 Oct 2023 12:10:00 GMT", Date="Tue, 03 Oct 2023 12:00:00 GMT"), False, 600),
        (redirect("/elsewhere", 307), False, None),
        (redirect("/elsewhere", 301), False, None),
        (raw(b""), False, None),
        (raw(b"SSH-2.0-OpenSSH\r\n"), False, None),
    ],
)
def test_anything_else_failed_and_only_410_is_for_good(
    channels: Channels, route: Route, permanent: bool, retry_after_s: float | None
) -> None:
    with (
        serving({"/": route, "/elsewhere": status(200)}) as server,
        pytest.raises(DeliveryError, match=r"^room: ") as e,
    ):
        channels.send(hook(server.url("/")), a_message(), NOW)

    assert (e.value.permanent, e.value.retry_after_s) == (permanent, retry_after_s)
    assert [request.path for request in server.log.requests] == ["/"]


@pytest.mark.parametrize("route", [silence, hang(b"HTTP/1.1 200 OK\r\nContent-")])
def test_a_receiver_that_hangs_is_tried_again(route: Route) -> None:
    impatient = Channels(replace(LIMITS, read_s=0.3))

    with serving({"/": route}) as server, pytest.raises(DeliveryError, match="room: no answer in time") as raised:
        impatient.send(hook(server.url("/")), a_message(), NOW)

    assert not raised.value.permanent


def test_an_answer_that_hangs_after_a_2xx_head_is_accepted(channels: Channels) -> None:
    with serving({"/": hang(head(200, {"Content-Length": "100"}))}) as server:
        channels.send(hook(server.url("/")), a_message(), NOW)

    assert len(server.log.requests) == 1


def test_a_receiver_that_is_down_is_tried_again(channels: Channels) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(DeliveryError, match=r"room: no connection to 127\.0\.0\.1") as raised:
        channels.send(hook(f"http://127.0.0.1:{port}/"), a_message(), NOW)

    assert not raised.value.permanent


def test_a_private_receiver_is_never_connected_to_unless_it_is_allowed() -> None:
    channels = Channels(replace(LIMITS, allow=()))

    with serving(ROUTES) as server, pytest.raises(DeliveryError, match=r"127\.0\.0\.1 is loopback") as raised:
        channels.send(hook(server.url("/feed")), a_message(), NOW)

    assert raised.value.permanent
    assert server.log.connections == 0


def test_a_connection_is_kept_for_the_next_message(channels: Channels) -> None:
    with serving({"/": status(200)}) as server:
        channels.send(hook(server.url("/")), a_message(), NOW)
        channels.send(hook(server.url("/")), a_message(), NOW)

        assert server.log.connections == 1


def test_a_kept_connection_that_was_closed_is_replaced(channels: Channels) -> None:
    def once(c: Conversation) -> bool:
        return c.request.number == 1 and c.answer(200)

    with serving({"/": once}) as server:
        channels.send(hook(server.url("/")), a_message(key="msg_1"), NOW)
        channels.send(hook(server.url("/")), a_message(key="msg_2"), NOW)

    assert server.log.requests[-1].headers["webhook-id"] == "msg_2"
    assert server.log.connections == 2


def test_an_unknown_kind_of_channel_is_broken_for_good(channels: Channels) -> None:
    with pytest.raises(DeliveryError, match="loft: no kind of channel is called 'pigeon'") as raised:
        channels.send(Channel("loft", "pigeon"), a_message(), NOW)

    assert raised.value.permanent
