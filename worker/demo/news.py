"""The week's TOML files in, outlets and news items out. Never dates them: times count from the week's beginning."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

DAYS = 7


@dataclass(frozen=True, slots=True)
class Outlet:
    """One feed of an invented outlet."""

    id: str
    name: str
    publisher: str
    family: str
    site: str  # without a slash at the end
    language: str  # ISO 639-1
    country: str  # ISO 3166-1 alpha-2, "" = international
    format: str  # rss | atom | json
    dedicated: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news, as it is written down."""

    feeds: tuple[str, ...]  # ids of the outlets' feeds that carry it; several = syndicated under one address
    at: timedelta  # since the week began
    slug: str  # the same feed and slug again = a correction of the earlier item
    title: str
    summary: str
    text: str = ""  # paragraphs separated by a blank line, "" = the feed carries none
    author: str = ""
    expects: tuple[str, ...] = ()  # concepts that it reports for the region
    trap: str = ""  # why nothing in it may raise an alert


@dataclass(frozen=True, slots=True)
class Week:
    """All of it: outlets by id, items in order of time."""

    outlets: dict[str, Outlet]
    items: tuple[Item, ...]


@cache
def load_week() -> Week:
    """The week of the folder `week` beside this module."""
    outlets = {raw["id"]: Outlet(**raw) for raw in _read("feeds.toml")["feed"]}
    items = [_item(raw, day) for day in range(1, DAYS + 1) for raw in _read(f"day{day}.toml")["item"]]
    return Week(outlets, tuple(sorted(items, key=lambda item: item.at)))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("worker.demo").joinpath("week", name).read_text(encoding="utf-8"))


def _item(raw: dict[str, Any], day: int) -> Item:
    hour, minute = raw["at"].split(":")
    return Item(
        feeds=tuple(raw["feeds"]),
        at=timedelta(days=day - 1, hours=int(hour), minutes=int(minute)),
        slug=raw["slug"],
        title=raw["title"],
        summary=raw["summary"],
        text=raw.get("text", "").strip(),
        author=raw.get("author", ""),
        expects=tuple(raw.get("expects", ())),
        trap=raw.get("trap", ""),
    )
