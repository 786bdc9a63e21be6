"""The web service: what hubs may and may not do to it, over real connections."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.factories import NOW
from tests.hub import called
from tests.switchboard import Switchboard
from tests.world import Item, World, rss
from worker import embedded, pipeline
from worker.bootstrap import services_for
from worker.errors import SettingsError
from worker.model.subscriptions import HubOffer, Subscription
from worker.settings import load_settings
from worker.web import callbacks, create_app, serving

HUB = "https://hub.example/"
TOPIC = "https://outlet.example/rss"


@dataclass
class Site:
    """The web service, and one subscription that a hub was asked for."""

    address: str
    world: World
    feed_id: int

    @property
    def subscription(self) -> Subscription:
        return self.world.store.subscriptions.of_feeds([self.feed_id])[self.feed_id]

    @property
    def callback(self) -> str:
        return f"{self.address}/websub/{self.subscription.token}"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """On one database: what differs between the two is behind the store."""
    return sqlite_engine


@pytest.fixture
def site(world: World, board: Switchboard) -> Site:
    feed_id = world.publishes(rss(Item(1, "Headline")))
    for batch in pipeline.tick(world.services):
        pipeline.poll(world.services, batch)
    world.store.subscriptions.offer([HubOffer(feed_id, HUB, TOPIC)], NOW)
    board.app = create_app(world.services)
    site = Site(board.address, world, feed_id)
    world.store.subscriptions.record_request(site.subscription.subscription_id, board.address, NOW, NOW)
    return site


@pytest.mark.parametrize("path", ["/websub", "/websub/", "/docs", "/openapi.json", "/websub/unknown/more"])
def test_there_is_nothing_else(site: Site, path: str) -> None:
    assert called(site.address + path).status == 404


@pytest.mark.parametrize("token", ["unknown", "x" * 5000, "%00", "..%2f", "%ff", "'--"])
def test_an_unknown_token_is_not_found(site: Site, token: str) -> None:
    url = f"{site.address}/websub/{token}"
    query = f"?hub.mode=subscribe&hub.topic={TOPIC}&hub.challenge=c"

    assert [called(url + query).status, called(url, b"<rss/>").status] == [404, 404]


def test_tokens_and_secrets_cannot_be_guessed(site: Site) -> None:
    first = site.subscription
    site.world.store.subscriptions.offer([HubOffer(site.feed_id, HUB, TOPIC)], NOW)
    second = site.subscription

    assert len({first.token, second.token, first.secret, second.secret}) == 4
    assert min(len(first.token), len(first.secret)) >= 43


def test_a_challenge_is_no_page(site: Site) -> None:
    reply = called(f"{site.callback}?hub.mode=subscribe&hub.topic={TOPIC}&hub.challenge=%3Cscript%3E")

    assert (reply.status, reply.body) == (200, "<script>")
    assert reply.content_type == "text/plain; charset=utf-8"


def test_a_topic_that_nobody_asked_for_is_not_confirmed(site: Site) -> None:
    query = "?hub.mode=subscribe&hub.topic=https://outlet.example/other&hub.challenge=c"

    assert called(site.callback + query).status == 404


def test_a_push_without_a_signature_is_answered_and_not_heard(site: Site) -> None:
    reply = called(site.callback, b"<rss/>")

    assert (reply.status, site.subscription.pushes) == (202, 0)


def test_a_push_after_the_end_is_gone(site: Site) -> None:
    site.world.store.subscriptions.end(site.subscription.subscription_id)

    replies = [called(site.callback, b"<rss/>"), called(f"{site.callback}?hub.mode=subscribe&hub.topic={TOPIC}")]

    assert [reply.status for reply in replies] == [410, 410]


def test_a_push_that_says_it_is_too_large_is_refused_before_it_is_read(site: Site) -> None:
    with closing(http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)) as connection:
        connection.putrequest("POST", site.callback.removeprefix(site.address))
        connection.putheader("Content-Length", str(callbacks.MAX_PUSH_BYTES + 1))
        connection.endheaders()

        assert connection.getresponse().status == 413


def test_a_push_without_end_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "MAX_PUSH_BYTES", 100_000)
    with closing(http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)) as connection:
        pieces = (b"x" * 10_000 for _ in range(11))
        connection.request("POST", site.callback.removeprefix(site.address), pieces, encode_chunked=True)

        assert connection.getresponse().status == 413


def test_a_push_that_does_not_get_on_is_cut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "PUSH_S", 0.1)
    with closing(http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)) as connection:
        connection.putrequest("POST", site.callback.removeprefix(site.address))
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"x")

        assert connection.getresponse().status == 408


def test_nobody_is_told_what_serves(site: Site) -> None:
    with closing(http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", "/")

        assert connection.getresponse().getheader("server") is None


def test_it_stops_although_a_connection_stays_open(world: World) -> None:
    with serving(create_app(world.services), "127.0.0.1", 0) as address:
        host, port = address.removeprefix("http://").split(":")
        idle = socket.create_connection((host, int(port)))

    with closing(idle), pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port))).close()


def test_an_address_in_use_is_one_clear_error(world: World) -> None:
    app = create_app(world.services)

    with (
        serving(app, "127.0.0.1", 0) as address,
        pytest.raises(SettingsError, match="set TRUCEWIRE_WEB_HOST"),
        serving(app, "127.0.0.1", int(address.rsplit(":", 1)[1])),
    ):
        pass


def test_trucewire_up_answers_hubs(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    settings = load_settings({"TRUCEWIRE_DATA": str(tmp_path)}, "0")
    services = services_for(replace(settings, public_url="https://monitor.example", web_port=port, channels=()))

    with embedded.running(services, ()):
        reply = called(f"http://127.0.0.1:{port}/websub/unknown")

    assert reply.status == 404
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_trucewire_web_listens_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", "from worker.cli import main; main()", "web"],
        env={**os.environ, "TRUCEWIRE_DATA": str(tmp_path), "TRUCEWIRE_WEB_PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout is not None
        first = process.stdout.readline()
        reply = called(f"http://127.0.0.1:{port}/websub/unknown")
        process.send_signal(number)
        rest = process.stdout.read()

    assert first.startswith(f"Listening on http://127.0.0.1:{port}")
    assert (reply.status, process.returncode) == (404, 0)
    assert "Stopped." in rest
    assert "Traceback" not in rest
