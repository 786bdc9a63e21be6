"""Settings in, `Services` out: everything a stage needs from the world, and the only place that reads the clock.

Whoever only looks into the log, or changes something in it by hand, gets a `Log` instead: it reads no settings file
before it is asked for one, so that a mistake in rules.toml hides no article. What takes long to import is
imported where it is made: a command pays for what it uses.

Tests replace `fetch`, `send`, `now` and `chance`; nothing else is ever faked.
"""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker import __version__

if TYPE_CHECKING:
    from worker.model import Channel, FetchRequest, FetchResponse, Judgement, Message, StoredArticle
    from worker.model.subscriptions import HubAnswer
    from worker.queries import Queries
    from worker.settings import Settings
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


class Log:
    """The database of this installation, opened but not migrated. Settings files are read when they are asked for."""

    def __init__(self, database_url: str) -> None:
        from worker.database import connect

        self.engine = connect(database_url)
        self.close: Callable[[], None] = self.engine.dispose

    @functools.cached_property
    def queries(self) -> Queries:
        """Its questions."""
        from worker.queries import Queries

        return Queries(self.engine)

    @functools.cached_property
    def store(self) -> Store:
        """Its writers."""
        from worker.store import Store

        return Store.on(self.engine)

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings of this process.

        Raises:
            SettingsError: the first mistake in them.
        """
        return settings_of_environment()

    def now(self) -> datetime:
        """The time."""
        return utc_now()


def log_of_environment() -> Log:
    """The log of this process.

    Raises:
        SettingsError: the first mistake in the environment.
        StoreError: a database URL that cannot be used.
    """
    from worker.settings.variables import database_url_of, read_variables

    return Log(database_url_of(read_variables(os.environ)))


def settings_of_environment() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: the first mistake in them.
    """
    from worker.settings import load_settings

    return load_settings(os.environ, __version__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def judging(settings: Settings) -> Callable[[StoredArticle], Judgement]:
    """Judges articles by these settings; compiled when it is first needed, which most commands never do."""
    from worker.judge import Judge

    judge = functools.cache(lambda: Judge(settings.profile, settings.lexicons, settings.rules))
    return lambda stored: judge().judge(stored.article, dedicated=stored.dedicated)


def services_for(settings: Settings) -> Services:
    """The real services. The database is opened, not migrated.

    Raises:
        StoreError: a database URL that cannot be used.
    """
    from worker.channels import Channels
    from worker.database import connect
    from worker.fetch import Fetcher, PageFetcher
    from worker.hubs import Hubs
    from worker.pings import Pings
    from worker.queries import Queries
    from worker.store import Store

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
