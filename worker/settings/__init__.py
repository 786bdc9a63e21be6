"""Environment and `config/*.toml` in, one frozen `Settings` out.

Every mistake is one `SettingsError`: file, key, complaint, remedy. Nothing is read from the environment anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from worker.errors import SettingsError
from worker.model import Channel, Feed, FetchLimits, Lexicon, Profile, Rule
from worker.model.delivery import Routing
from worker.schedule import Limits
from worker.settings.channels import read_channels
from worker.settings.feeds import read_feeds
from worker.settings.lexicons import read_lexicons
from worker.settings.region import read_region
from worker.settings.routes import KnownNames, read_routes
from worker.settings.rules import read_rules
from worker.settings.variables import Variables, check_names, database_url_of, read_variables
from worker.urls import host_of

__all__ = ["Settings", "complaints", "fetch_limits", "load_settings", "publishers_of"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator decides."""

    config: Path
    data: Path
    database_url: str
    broker_url: str
    feeds: tuple[Feed, ...]
    families: Mapping[str, str]  # of publishers, by the host of their feeds
    profile: Profile
    lexicons: tuple[Lexicon, ...]
    rules: tuple[Rule, ...]
    channels: tuple[Channel, ...]
    routing: Routing
    fetch: FetchLimits
    schedule: Limits
    fresh_for: timedelta  # an older article raises no alert
    language: str  # of stories' headlines, where an article is in it
    keep_polls: timedelta
    keep_captures: timedelta  # the bytes of documents as they were fetched
    public_url: str  # where hubs reach the web service, without a slash at the end; "" = WebSub is off
    link_secret: str  # signs the links in messages; "" = one is made and kept in the database
    ping_url: str  # of a dead-man's switch; "" = none
    web_host: str
    web_port: int
    web_published: str  # the address its port is published on; web_host unless a container lies between
    web_names: tuple[str, ...]  # further names that browsers reach it by
    web_proxies: tuple[str, ...]  # addresses and networks whose X-Forwarded-For and -Proto are believed
    log_level: str


def load_settings(environ: Mapping[str, str], version: str) -> Settings:
    """The settings of this installation.

    Args:
        environ: environment variables.
        version: Trucewire's own, for its User-Agent.

    Raises:
        SettingsError: the first mistake.
    """
    variables = read_variables(environ)
    config = variables.config
    profile = read_region(config / "region.toml")
    places = frozenset(place.label for place in profile.places)
    feeds = read_feeds(config / "feeds.toml")
    rules = read_rules(config / "rules.toml", places, publishers_of(feeds))
    rule_ids = frozenset(rule.rule_id for rule in rules)
    channels = read_channels(config / "channels.toml", environ, rule_ids)
    families = frozenset(feed.family for feed in feeds)
    routing = read_routes(config / "routes.toml", KnownNames(channels.channels, rule_ids, places, families))
    check_names(environ, channels.variables)
    return Settings(
        config=config,
        data=variables.data,
        database_url=database_url_of(variables),
        broker_url=variables.broker_url,
        feeds=feeds,
        families={host_of(feed.url): feed.family for feed in feeds},
        profile=profile,
        lexicons=read_lexicons(),
        rules=rules,
        channels=channels.channels,
        routing=routing,
        fetch=_fetch_limits(variables, version),
        schedule=Limits(polls_per_day=variables.polls_per_day),
        fresh_for=timedelta(hours=variables.fresh_hours),
        language=variables.language,
        keep_polls=timedelta(days=variables.keep_polls_days),
        keep_captures=timedelta(days=variables.keep_captures_days),
        public_url=variables.public_url,
        link_secret=variables.link_secret,
        ping_url=variables.ping_url,
        web_host=variables.web_host,
        web_port=variables.web_port,
        web_published=variables.web_published or variables.web_host,
        web_names=_items(variables.web_names),
        web_proxies=_items(variables.web_proxies),
        log_level=variables.log_level,
    )


def publishers_of(feeds: Iterable[Feed]) -> frozenset[str]:
    """Whose articles a rule can ask for: the publishers of `feeds`, and their families."""
    return frozenset(name for feed in feeds for name in (feed.publisher, feed.family))


def complaints(environ: Mapping[str, str], version: str) -> list[SettingsError]:
    """Every mistake that can be told from the others: empty where `load_settings` would succeed."""
    try:
        config = read_variables(environ).config
    except SettingsError as error:
        return [error, *error.others]
    found: list[SettingsError] = []
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_feeds(config / "feeds.toml"),
        lambda: read_region(config / "region.toml"),
        lambda: read_rules(config / "rules.toml"),
        lambda: read_channels(config / "channels.toml", environ),
        lambda: read_routes(config / "routes.toml"),
        lambda: load_settings(environ, version),
    )
    for reader in readers:
        try:
            reader()
        except SettingsError as error:
            found += [one for one in (error, *error.others) if str(one) not in map(str, found)]
    return found


def fetch_limits(environ: Mapping[str, str], version: str) -> FetchLimits:
    """How this installation fetches; needs no settings file.

    Raises:
        SettingsError: the first mistake in the environment.
    """
    return _fetch_limits(read_variables(environ), version)


def _fetch_limits(variables: Variables, version: str) -> FetchLimits:
    return FetchLimits(
        user_agent=f"Trucewire/{version} (+{variables.contact})",
        spacing_s=variables.host_spacing_s,
        allow=_items(variables.allow),
    )


def _items(listed: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in listed.split(",") if item.strip())
