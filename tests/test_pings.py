"""The dead-man's switch, as it hears of Trucewire."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import NOW
from tests.hostile_server import Route, hang, serving, silence, status
from tests.world import World
from worker import pipeline
from worker.errors import FetchError
from worker.health import QUEUES, STALLED_AFTER
from worker.model import FetchLimits
from worker.pings import Pings

LIMITS = FetchLimits("Trucewire/1.0", allow=("127.0.0.1",), total_s=0.5, read_s=0.5)


def test_all_is_well() -> None:
    with serving({"/ping/one": status(200)}) as server:
        Pings(LIMITS).ping(server.url("/ping/one"), [])

    (request,) = server.log.requests
    assert (request.method, request.path, request.body) == ("POST", "/ping/one", b"")


def test_what_is_wrong_goes_to_the_failing_end_of_the_address() -> None:
    with serving({"/ping/one/fail": status(200)}) as server:
        Pings(LIMITS).ping(server.url("/ping/one?create=1"), ["a feed has been due for 900 s", "չորս"])

    (request,) = server.log.requests
    assert request.path == "/ping/one/fail?create=1"
    assert request.body.decode() == "a feed has been due for 900 s\nչորս"


@pytest.mark.parametrize("route", [status(404), status(500), silence, hang(b"HTTP/1.1 200 OK\r\nX-")])
def test_a_switch_that_does_not_take_it_is_a_named_failure_that_keeps_the_address_secret(route: Route) -> None:
    with serving({"/secret": route}) as server, pytest.raises(FetchError) as raised:
        Pings(LIMITS).ping(server.url("/secret"), [])

    assert "secret" not in str(raised.value)


def test_a_switch_in_a_private_network_must_be_opened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(FetchError, match=r"127\.0\.0\.1"):
        Pings(FetchLimits("Trucewire/1.0")).ping(f"http://127.0.0.1:{server.getsockname()[1]}/", [])


def test_without_an_address_nothing_is_pinged(world: World) -> None:
    beating(world)

    pipeline.ping(world.services)

    assert world.pings == []


def test_a_start_says_nothing_until_every_queue_has_moved(watched: World) -> None:
    watched.store.upkeep.beat("poll", NOW)

    pipeline.ping(watched.services)

    assert watched.pings == []


def test_a_line_that_moves_is_well(watched: World) -> None:
    beating(watched)

    pipeline.ping(watched.services)

    assert watched.pings == [[]]


def test_a_queue_that_stands_still_is_told(watched: World) -> None:
    beating(watched)
    watched.now = NOW + STALLED_AFTER + timedelta(seconds=1)
    watched.store.upkeep.beat("poll", watched.now)

    pipeline.ping(watched.services)

    (complaints,) = watched.pings
    assert [complaint.split(" came")[0] for complaint in complaints] == ["the last heartbeat"] * 2


def beating(world: World) -> None:
    world.store.upkeep.beat(QUEUES[0], NOW)
    world.store.upkeep.beat(QUEUES[1], NOW)
    world.store.upkeep.beat(QUEUES[2], NOW)


@pytest.fixture
def watched(world: World) -> World:
    """A world with a dead-man's switch."""
    world.settings = replace(world.settings, ping_url="https://switch.example/abc")
    return world
