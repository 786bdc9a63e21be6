"""Settings in, `Services` out: everything a stage needs from the world, and the only place that reads the clock.

Tests replace `fetch`, `send`, `now` and `chance`; nothing else is ever faked.
"""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from worker import __version__
from worker.channels import Channels
from worker.database import connect
from worker.fetch import Fetcher, PageFetcher
from worker.hubs import Hubs
from worker.judge import Judge
from worker.model import Channel, FetchRequest, FetchResponse, Judgement, Message, StoredArticle
from worker.model.subscriptions import HubAnswer
from worker.pings import Pings
from worker.queries import Queries
from worker.settings import Settings, load_settings
from worker.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """What the stages gather from and apply to."""

    settings: Settings
    store: Store
    queries: Queries
    judge: Callable[[StoredArticle], Judgement]
    fetch: Callable[[FetchRequest], FetchResponse]  # raises FetchError
    fetch_page: Callable[[FetchRequest], FetchResponse]  # … and asks robots.txt first
    send: Callable[[Channel, Message, datetime], None]  # raises DeliveryError
    ask_hub: Callable[[str, Mapping[str, str], datetime], HubAnswer]  # raises FetchError
    ping: Callable[[str, Sequence[str]], None]  # raises FetchError
    now: Callable[[], datetime]  # aware, UTC
    chance: Callable[[], float]  # in [0, 1)
    close: Callable[[], None]


def settings_of_environment() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: the first mistake in them.
    """
    return load_settings(os.environ, __version__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def judging(settings: Settings) -> Callable[[StoredArticle], Judgement]:
    """Judges articles by these settings; compiled when it is first needed, which most commands never do."""
    judge = functools.cache(lambda: Judge(settings.profile, settings.lexicons, settings.rules))
    return lambda stored: judge().judge(stored.article, dedicated=stored.dedicated)


def services_for(settings: Settings) -> Services:
    """The real services. The database is opened, not migrated.

    Raises:
        StoreError: a database URL that cannot be used.
    """
    engine = connect(settings.database_url)
    fetcher, channels = Fetcher(settings.fetch, utc_now), Channels(settings.fetch)
    hubs, pings = Hubs(settings.fetch), Pings(settings.fetch)

    def close() -> None:
        fetcher.close()
        channels.close()
        hubs.close()
        pings.close()
        engine.dispose()

    return Services(
        settings=settings,
        store=Store.on(engine),
        queries=Queries(engine),
        judge=judging(settings),
        fetch=fetcher.get,
        fetch_page=PageFetcher(fetcher.get, utc_now).get,
        send=channels.send,
        ask_hub=hubs.ask,
        ping=pings.ping,
        now=utc_now,
        chance=random.Random().random,  # noqa: S311  jitter, no secret; the system's own takes a call each
        close=close,
    )
