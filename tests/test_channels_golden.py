"""An alert as each messaging service receives it: what went over the wire, kept in tests/data/messages.

A golden file that is missing is written and fails once; look at what it says before it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import trustme

from tests.hostile_server import Route, serving
from tests.messages import NOW, a_message
from tests.services import Services, playing
from worker.channels import Channels
from worker.model import Channel, FetchLimits, Message

GOLDEN = Path(__file__).parent / "data" / "messages"
CHANNELS = Channels(FetchLimits("Trucewire/1.0"))
BODY = (
    "  Կողմերը »հրադադարի« մասին պայմանավորվել են։ Стороны договорились о »перемирии«.\n\n"
    "Where: Lachin\nPublisher: Outlet (not confirmed by another publisher)\n"
    "Link: https://outlet.example/1?a=1&b=2\nWhy: rule ceasefire"
)
MESSAGE = a_message(
    subject="[critical] ceasefire, agreed · Lachin: Sides *agree* <to> stop firing & talk",
    text=f"CRITICAL: ceasefire, agreed\nSides *agree* <to> stop firing & talk\n\n{BODY}",
    body=BODY,
)
LONG = a_message(text=f"CRITICAL: ceasefire, agreed\nHeadline\n\n{'Որոշում ' * 900}\nLink: https://outlet.example/1")
HOSTED = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "teams": "workflows://prod-1.westus.logic.azure.com:443/643e69f83c8944/438ea58b",
    "googlechat": "gchat://workspace/key/token",
    "pushover": "pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@tttttttttttttttttttttttttttttt",
}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def services(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Every hosted service, in the place of the real one."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with playing(authority, {"hooks.slack.com": (200, b"ok"), "discord.com": (204, b"")}) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{running.port}")
        yield running


def sent_through(services: Services, name: str, message: Message) -> list[dict[str, Any]]:
    CHANNELS.send(Channel(name, "apprise", {"url": HOSTED[name]}), message, NOW)
    return [delivery.as_json() for delivery in services.deliveries]


@pytest.mark.parametrize("name", sorted(HOSTED))
def test_a_hosted_service_gets_the_alert(services: Services, name: str) -> None:
    assert sent_through(services, name, MESSAGE) == golden(name, services)


@pytest.mark.parametrize(
    ("name", "limit"), [("slack", 35_000), ("telegram", 4096), ("discord", 2000), ("teams", 1000), ("pushover", 1024)]
)
def test_a_long_alert_is_one_message_within_the_services_limit_with_its_link(
    services: Services, name: str, limit: int
) -> None:
    (delivery,) = sent_through(services, name, LONG)

    (text,) = [one for one in texts_in(delivery["body"]) if "Headline" in one and "https://outlet.example/1" in one]
    assert len(text) <= limit


@pytest.mark.parametrize(
    "trick",
    ["@everyone", "@here", "<!channel>", "<https://evil.example|Reuters>", "[Reuters](https://evil.example)"],
)
@pytest.mark.parametrize("name", ["discord", "googlechat", "slack", "teams"])
def test_a_headline_neither_calls_a_room_nor_hides_an_address(services: Services, name: str, trick: str) -> None:
    (delivery,) = sent_through(services, name, a_message(subject=trick, text=f"{trick} and more\n{trick}"))

    assert [text for text in texts_in(delivery["body"]) if trick in text] == []


def test_ntfy_gets_the_alert_within_its_bytes() -> None:
    accepted: Route = lambda c: c.answer(200, {}, b'{"id": "1"}')  # noqa: E731

    with serving({"/": accepted}) as server:
        channel = Channel("ntfy", "apprise", {"url": f"ntfy://127.0.0.1:{server.port}/alerts"})
        CHANNELS.send(channel, LONG, NOW)

    (request,) = server.log.requests
    body = json.loads(request.body)
    assert (body["topic"], body["title"]) == ("alerts", LONG.subject)
    assert len(body["message"].encode()) <= 4096
    assert body["message"].endswith("https://outlet.example/1")


def test_matrix_gets_the_alert_in_its_room() -> None:
    def homeserver(c: Any) -> bool:
        room = b'{"room_id": "!room:127.0.0.1", "event_id": "$1", "access_token": "t", "user_id": "@u:127.0.0.1"}'
        return bool(c.answer(200, {"Content-Type": "application/json"}, room))

    with serving(AnyPath(homeserver)) as server:
        channel = Channel("matrix", "apprise", {"url": f"matrix://u:p@127.0.0.1:{server.port}/!room:127.0.0.1?v=3"})
        CHANNELS.send(channel, MESSAGE, NOW)

    (request,) = [one for one in server.log.requests if "/send/m.room.message" in one.path]
    body = json.loads(request.body)
    assert body["msgtype"] == "m.text"
    assert (MESSAGE.body in body["body"], MESSAGE.text in body["body"]) == (True, False)


class AnyPath(dict[str, Route]):
    """One route for every path."""

    def __init__(self, route: Route) -> None:
        super().__init__()
        self._route = route

    def get(self, key: str, default: Any = None) -> Route:
        return self._route


def texts_in(value: Any) -> list[str]:
    """Every text in a decoded JSON document, or in a form."""
    if isinstance(value, str) and value.startswith("token="):
        return [text for _, text in parse_qsl(value)]
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [str(value)]


def golden(name: str, services: Services) -> Any:
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        found = json.dumps([one.as_json() for one in services.deliveries], ensure_ascii=False, indent=2)
        path.write_text(f"{found}\n", encoding="utf-8")
        pytest.fail(f"{path.name} was missing and is written now: look at it")
    return json.loads(path.read_text(encoding="utf-8"))
