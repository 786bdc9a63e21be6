"""The `TRUCEWIRE_…` environment variables in, a validated `Variables` out.

Each also exists as `…_FILE`, which names a file that holds the value: how Docker and systemd hand over secrets.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from worker.errors import SettingsError
from worker.links import SECRET_LENGTH
from worker.settings.environment import secret
from worker.settings.toml import Section, validated

PREFIX = "TRUCEWIRE_"
PLACE = "environment"  # where a file name stands in other complaints


def _public_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        shown = f"{url!r} " if "@" not in url else ""  # what may hold a password is not repeated
        raise ValueError(f"{shown}is no https address; give the one that the web service has outside, https://…")
    return url.rstrip("/")


def _ping_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http(s) address; copy the ping URL of a check, such as https://hc-ping.com/…")
    return url


PingAddress = Annotated[str, AfterValidator(_ping_address)]
PublicAddress = Annotated[str, AfterValidator(_public_address)]


class Variables(Section):
    """What is set by environment variables: what differs between two installations of one configuration."""

    config: Path = Field(Path("config"), alias="TRUCEWIRE_CONFIG")
    data: Path = Field(Path("data"), alias="TRUCEWIRE_DATA")
    database_url: str = Field("", alias="TRUCEWIRE_DATABASE_URL")  # "" = SQLite in the data folder
    broker_url: str = Field("redis://127.0.0.1:6379/0", alias="TRUCEWIRE_BROKER_URL")
    contact: str = Field("https://github.com/trucewire/trucewire", alias="TRUCEWIRE_CONTACT", min_length=3)
    allow: str = Field("", alias="TRUCEWIRE_ALLOW")  # hosts and networks that may be private, separated by commas
    fresh_hours: float = Field(24.0, alias="TRUCEWIRE_FRESH_HOURS", gt=0)
    # of stories' headlines, where an article is in it; ISO 639-1
    language: str = Field("en", alias="TRUCEWIRE_LANGUAGE", pattern="^[a-z]{2}$")
    polls_per_day: float = Field(288.0, alias="TRUCEWIRE_POLLS_PER_DAY", gt=0, le=1440)
    host_spacing_s: float = Field(1.0, alias="TRUCEWIRE_HOST_SPACING_S", ge=0, le=10)
    keep_polls_days: int = Field(30, alias="TRUCEWIRE_KEEP_POLLS_DAYS", ge=1)
    # where WebSub hubs reach the web service, as https://monitor.example; "" = hubs are not asked
    public_url: PublicAddress = Field("", alias="TRUCEWIRE_PUBLIC_URL")
    # a dead-man's switch that is pinged every minute, such as https://hc-ping.com/…; a secret
    ping_url: PingAddress = Field("", alias="TRUCEWIRE_PING_URL")
    # signs the links in messages; "" = one is made and kept in the database
    link_secret: str = Field("", alias="TRUCEWIRE_LINK_SECRET")
    web_host: str = Field("127.0.0.1", alias="TRUCEWIRE_WEB_HOST")
    web_port: int = Field(8642, alias="TRUCEWIRE_WEB_PORT", ge=1, le=65535)
    # where the port of web_host is published, by a container's host say; "" = web_host is all there is
    web_published: str = Field("", alias="TRUCEWIRE_WEB_PUBLISHED")
    web_names: str = Field("", alias="TRUCEWIRE_WEB_NAMES")  # further names that browsers reach it by
    web_proxies: str = Field("", alias="TRUCEWIRE_WEB_PROXIES")  # whose X-Forwarded-For and -Proto are believed
    keep_captures_days: int = Field(365, alias="TRUCEWIRE_KEEP_CAPTURES_DAYS", ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="TRUCEWIRE_LOG_LEVEL")

    @field_validator("link_secret")
    @classmethod
    def _is_long_enough(cls, secret: str) -> str:
        if secret and len(secret) < SECRET_LENGTH:
            raise ValueError(f"is shorter than {SECRET_LENGTH} characters; make one with: openssl rand -base64 32")
        return secret

    @field_validator("database_url")
    @classmethod
    def _is_known(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("is no database Trucewire knows; write sqlite:///… or postgresql://…")
        return url

    @field_validator("web_proxies")
    @classmethod
    def _are_addresses(cls, items: str) -> str:
        for item in filter(None, (part.strip() for part in items.split(","))):
            if not _is_network(item):
                raise ValueError(f"{item!r} is no address or network; write 127.0.0.1 or 10.0.0.0/8")
        return items

    @field_validator("allow", "web_names")
    @classmethod
    def _are_hosts(cls, items: str) -> str:
        for item in filter(None, (part.strip() for part in items.split(","))):
            if not _HOST.fullmatch(item) or (_LIKE_ADDRESS.fullmatch(item) and not _is_network(item)):
                raise ValueError(
                    f"{item!r} is no host, address or network; write hooks.internal, 10.1.2.3 or 10.0.0.0/8"
                )
        return items


_HOST = re.compile(r"[\w.:\[\]-]+(?:/\d{1,3})?")
_LIKE_ADDRESS = re.compile(r"[\d.]+(?:/\d+)?|.*:.*|.*/.*")


def _is_network(item: str) -> bool:
    try:
        ip_network(item.strip("[]"), strict=False)
    except ValueError:
        return False
    return True


NAMES = tuple(str(info.alias) for info in Variables.model_fields.values())


def read_variables(environ: Mapping[str, str]) -> Variables:
    """The variables of `environ`; an empty one counts as not set.

    Raises:
        SettingsError: a value that cannot be, or both forms of one variable.
    """
    values = {name: value for name in NAMES if (value := secret(name, environ))}
    return validated(PLACE, values, Variables)


def database_url_of(variables: Variables) -> str:
    """Where the database is: SQLite in the data folder, unless another one is named."""
    return variables.database_url or f"sqlite:///{variables.data.absolute() / 'trucewire.db'}"


def check_names(environ: Mapping[str, str], others: Collection[str]) -> None:
    """Complain of a `TRUCEWIRE_…` variable that nothing reads: mostly a misspelt one.

    Args:
        environ: the environment.
        others: variables that `channels.toml` names for its secrets.

    Raises:
        SettingsError: the first such variable.
    """
    known = {*NAMES, *others}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and name.removesuffix("_FILE") not in known:
            bare = {one.removeprefix(PREFIX): one for one in sorted(known)}  # the prefix would make any two alike
            close = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1)
            remedy = f"did you mean {bare[close[0]]}?" if close else "unset it"
            raise SettingsError(PLACE, name, "unknown variable", remedy)
