"""The outside world as the tests make it: documents at addresses, channels that accept or refuse, a settable clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from tests.factories import NOW, a_channel, a_feed
from worker.bootstrap import Services
from worker.errors import DeliveryError, FetchError
from worker.judge import Judge
from worker.model import Channel, FetchRequest, FetchResponse, Message, Outcome
from worker.model.delivery import Routing
from worker.model.subscriptions import HubAnswer
from worker.queries import Queries
from worker.settings import Settings
from worker.store import Store


@dataclass(frozen=True)
class Item:
    """One item of a made-up feed."""

    number: int
    title: str
    text: str = ""
    published: str = "Sat, 14 Mar 2026 11:55:00 GMT"


def rss(*items: Item) -> bytes:
    """An RSS document."""
    parts = [
        f"<item><title>{escape(item.title)}</title><link>https://outlet.example/{item.number}</link>"
        f'<guid isPermaLink="false">guid-{item.number}</guid><pubDate>{item.published}</pubDate>'
        f"<description>{escape(item.text)}</description></item>"
        for item in items
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Outlet</title>'
    return f"{head}<link>https://outlet.example/</link>{''.join(parts)}</channel></rss>".encode()


@dataclass
class World:
    """What stands at each address, what each channel does, what time it is."""

    store: Store
    settings: Settings
    judge: Judge
    documents: dict[str, bytes | Exception] = field(default_factory=dict)
    refusals: dict[str, DeliveryError] = field(default_factory=dict)
    channels: tuple[Channel, ...] = (a_channel(),)
    routing: Routing = field(default_factory=Routing)
    now: datetime = NOW
    requests: list[FetchRequest] = field(default_factory=list)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    pings: list[list[str]] = field(default_factory=list)  # the complaints of each

    @property
    def services(self) -> Services:
        """The services of this world."""
        return Services(
            settings=replace(self.settings, channels=self.channels, routing=self.routing),
            store=self.store,
            queries=Queries(self.store.engine),
            judge=lambda stored: self.judge.judge(stored.article, dedicated=stored.dedicated),
            fetch=self._fetch,
            fetch_page=self._fetch,
            send=self._send,
            ask_hub=lambda *_: HubAnswer(404),
            ping=self._ping,
            now=lambda: self.now,
            chance=lambda: 0.5,
            close=lambda: None,
        )

    def publishes(self, document: bytes | Exception, url: str = "https://outlet.example/rss", **feed: object) -> int:
        """Have `document` stand at `url`, watched as a feed; the feed's id."""
        self.documents[url] = document
        self.store.feeds.add([a_feed(url=url, **feed)], self.now)
        ids = {row["url"]: int(row["id"]) for row in Queries(self.store.engine).feeds()}
        return ids[url]

    def passes(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def _fetch(self, request: FetchRequest) -> FetchResponse:
        self.requests.append(request)
        document = self.documents.get(request.url, FetchError("nothing there", Outcome.NOT_FOUND, status=404))
        if isinstance(document, Exception):
            raise document
        return FetchResponse(request.url, 200, {"content-type": "application/rss+xml"}, document)

    def _ping(self, url: str, complaints: Sequence[str]) -> None:
        self.pings.append(list(complaints))

    def _send(self, channel: Channel, message: Message, now: datetime) -> None:
        if channel.name in self.refusals:
            raise self.refusals[channel.name]
        self.sent.append((channel.name, message))
