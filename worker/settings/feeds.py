"""`config/feeds.toml` in, the feeds to be watched out; the first mistake in it is one `SettingsError` line.

Never fetches: an address is judged by its form alone. Whether it may be connected to is the fetcher's business.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from worker.errors import SettingsError
from worker.model import Feed, FullText
from worker.opml import SIDE, address_complaint, own_family
from worker.settings.toml import Section, read_toml


def _address(url: str) -> str:
    if complaint := address_complaint(url):
        # What may hold a password is not repeated: complaints end up in logs.
        shown = f"{url!r} " if "@" not in url else ""
        raise ValueError(f"{shown}{complaint}; give the address of the feed itself, https://…")
    return url


def _language(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", code):
        raise ValueError(f'{code!r} is no language code; use two small letters of ISO 639-1, such as "hy" or "az"')
    return code


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}|", code):
        raise ValueError(
            f'{code!r} is no country code; use two capital letters of ISO 3166-1, such as "AM", or leave it out'
        )
    return code


def _side(name: str) -> str:
    if not re.fullmatch(f"(?:{SIDE})?", name):
        raise ValueError(
            f'{name!r} names no side; use capital letters, mostly a country of ISO 3166-1 such as "AZ", or leave it out'
        )
    return name


def _family(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f'{name!r} is no family name; use small letters, digits and hyphens, such as "az-state"')
    return name


def _line(name: str) -> str:
    if not name.isprintable() or not name:
        raise ValueError("is empty or has a line break in it; give a name on one line")
    return name


Address = Annotated[str, AfterValidator(_address)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Side = Annotated[str, AfterValidator(_side)]
Family = Annotated[str, AfterValidator(_family)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]


class FeedSection(Section):
    """One line of a publisher's `feeds`. What is left out is the publisher's."""

    url: Address
    languages: tuple[Language, ...] = Field(min_length=1)
    name: Line | None = None
    dedicated: bool | None = None
    full_text: FullText | None = None
    enabled: bool = True


class PublisherSection(Section):
    """One `[[publisher]]`."""

    name: Line
    feeds: tuple[FeedSection, ...] = Field(min_length=1)
    family: Family | None = None
    country: Country = ""
    side: Side = ""
    dedicated: bool = False
    full_text: FullText = FullText.RELEVANT


class FeedsFile(Section):
    """The whole of feeds.toml."""

    publisher: tuple[PublisherSection, ...] = Field(min_length=1)


def read_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of the file at `path`, in its order.

    Raises:
        SettingsError: the first mistake, with file, key and remedy; so is an address, a feed's name or a publisher that
            stands there twice.
    """
    publishers = read_toml(path, FeedsFile).publisher
    feeds: list[Feed] = []
    keys: dict[str, str] = {}  # what must stand there once → where it stands
    sides: dict[str, tuple[str, str]] = {}  # of each family → where it was first said, and which
    for number, publisher in enumerate(publishers, start=1):
        _claim(path, keys, f"publisher[{number}].name", publisher.name.casefold(), "add the feeds to that one")
        _one_side(path, sides, f"publisher[{number}]", publisher)
        for line, section in enumerate(publisher.feeds, start=1):
            key = f"publisher[{number}].feeds[{line}]"
            feed = _feed(publisher, section)
            _claim(path, keys, f"{key}.url", feed.url, "remove one of the two")
            _claim(path, keys, f"{key}.name", f"name {feed.name}", "give this feed a name of its own")
            feeds.append(feed)
    return tuple(feeds)


def _feed(publisher: PublisherSection, section: FeedSection) -> Feed:
    return Feed(
        url=section.url,
        name=section.name or f"{publisher.name} ({'/'.join(section.languages)})",
        publisher=publisher.name,
        family=publisher.family or own_family(publisher.name),
        languages=section.languages,
        country=publisher.country,
        side=publisher.side,
        dedicated=publisher.dedicated if section.dedicated is None else section.dedicated,
        full_text=section.full_text or publisher.full_text,
        enabled=section.enabled,
    )


def _one_side(path: Path, sides: dict[str, tuple[str, str]], key: str, publisher: PublisherSection) -> None:
    """Complain where publishers of one family, which count as one voice, are said to be of different sides."""
    first, side = sides.setdefault(publisher.family or own_family(publisher.name), (key, publisher.side))
    if side != publisher.side:
        said, other = publisher.side or "none", side or "none"
        complaint = f"{said} here, {other} at {first} of the same family"
        raise SettingsError(path.name, f"{key}.side", complaint, "give both the same side, or another family")


def _claim(path: Path, keys: dict[str, str], key: str, value: str, remedy: str) -> None:
    first = keys.setdefault(value, key)
    if first != key:
        raise SettingsError(path.name, key, f"the same as {first}", remedy)
