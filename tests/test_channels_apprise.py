"""Apprise, through its json:// plugin to a local receiver."""

from __future__ import annotations

import json
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hostile_server import Route, hang, raw, serving, silence, status
from tests.messages import NOW, a_message
from worker.channels import Channels
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits, Severity

CHANNELS = Channels(FetchLimits("Trucewire/1.0"))


def phone(port: int, timeout_s: float = 10.0) -> Channel:
    url = f"json://user:token@127.0.0.1:{port}/?cto={timeout_s}&rto={timeout_s}"
    return Channel("phone", "apprise", {"url": url})


@pytest.mark.parametrize(
    ("severity", "kind"), [(Severity.INFO, "info"), (Severity.WARNING, "warning"), (Severity.CRITICAL, "failure")]
)
def test_the_receiver_gets_subject_text_and_severity(severity: Severity, kind: str) -> None:
    message = a_message(subject="Ceasefire in Lachin", text="Перемирие <b>& more</b>\nline *two*", severity=severity)

    with serving({"/": status(200)}) as server:
        CHANNELS.send(phone(server.port), message, NOW)

    (request,) = server.log.requests
    body = json.loads(request.body)
    assert (body["title"], body["message"], body["type"]) == (message.subject, message.text, kind)


@pytest.mark.parametrize(
    "route",
    [
        status(400),
        status(410),
        status(429, Retry_After="5"),
        status(500),
        raw(b""),
    ],
)
def test_no_failure_is_permanent(route: Route) -> None:
    with serving({"/": route}) as server, pytest.raises(DeliveryError, match=r"^phone: ") as raised:
        CHANNELS.send(phone(server.port), a_message(), NOW)

    assert (raised.value.permanent, raised.value.retry_after_s) == (False, None)


@pytest.mark.parametrize("route", [silence, hang(b"HTTP/1.1 200 OK\r\nContent-")])
def test_a_receiver_that_hangs_is_tried_again(route: Route) -> None:
    with serving({"/": route}) as server, pytest.raises(DeliveryError, match="phone: ") as raised:
        CHANNELS.send(phone(server.port, timeout_s=0.3), a_message(), NOW)

    assert not raised.value.permanent


def test_a_failure_says_what_apprise_said() -> None:
    with serving({"/": status(500)}) as server, pytest.raises(DeliveryError, match="error=500"):
        CHANNELS.send(phone(server.port), a_message(), NOW)


def test_a_receiver_that_is_down_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(DeliveryError) as raised:
        CHANNELS.send(phone(port), a_message(), NOW)

    assert not raised.value.permanent


def test_an_address_that_apprise_cannot_read_is_broken_for_good_and_stays_secret() -> None:
    with pytest.raises(DeliveryError, match="phone: Apprise cannot read its address") as raised:
        CHANNELS.send(Channel("phone", "apprise", {"url": "nonsense://hunter2"}), a_message(), NOW)

    assert raised.value.permanent
    assert "hunter2" not in str(raised.value)


def test_nothing_listens_to_apprise_after_a_failure() -> None:
    before = list(logging.getLogger("apprise").handlers)

    with serving({"/": status(500)}) as server, pytest.raises(DeliveryError):
        CHANNELS.send(phone(server.port), a_message(), NOW)

    assert logging.getLogger("apprise").handlers == before


def test_two_sends_at_once_do_not_take_each_others_reason() -> None:
    together = threading.Barrier(2, timeout=5)

    def late(number: int) -> Route:
        return lambda c: bool(together.wait() >= 0 and c.answer(number))

    def reason(port: int) -> str:
        with pytest.raises(DeliveryError) as raised:
            CHANNELS.send(phone(port), a_message(), NOW)
        return str(raised.value)

    with serving({"/": late(500)}) as one, serving({"/": late(404)}) as other, ThreadPoolExecutor(2) as pool:
        first, second = pool.map(reason, (one.port, other.port))

    assert ("error=500" in first, "error=404" in second) == (True, True)
