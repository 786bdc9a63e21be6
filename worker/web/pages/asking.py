"""What a page's query asks for: its parameters in, those that are read out, and what to say about the others. Pure.

A page never fails for a slip in its address: what cannot be read is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from worker.web.unread import remedies, unread

LONGEST = 200  # characters of a value
LARGEST_ID = 2**62
SPANS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
SPAN_WORDS = {"1h": "last hour", "1d": "last day", "7d": "last week", "30d": "last month", "90d": "last three months"}
TIMES, NUMBERS = ("since", "until"), ("feed", "story", "before")
NO_CHOICES: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A page's query, as far as it is read."""

    values: dict[str, str]  # by parameter; none is empty
    unread: list[str]  # a sentence for each parameter that was left out

    def get(self, name: str) -> str:
        """The value of a parameter; "" where it is not given."""
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        """The id that a parameter gives."""
        return number(self.get(name))

    def without(self, name: str) -> dict[str, str]:
        """The values but for one."""
        return {other: value for other, value in self.values.items() if other != name}


def asked(
    query: Mapping[str, str],
    read: Collection[str],
    now: datetime,
    numbers: Iterable[str] = NUMBERS,
    choices: Mapping[str, Collection[str]] = NO_CHOICES,
) -> Asked:
    """Read a query.

    Args:
        query: as it was given.
        read: the parameters that the page knows.
        now: spans of time end here.
        numbers: which of them are ids.
        choices: the only values of some of them.
    """
    given = {name: text(value) for name, value in query.items()}
    strange = unread(given, read)
    said = remedies(strange, read)
    values = {name: value for name, value in given.items() if value and name not in strange}
    for name in (*TIMES, *numbers):
        value = values.get(name)
        if value is None or (moment(value, now) if name in TIMES else number(value)) is not None:
            continue
        remedy = "a time is 7d, 2026-03-14 or 2026-03-14T12:00" if name in TIMES else "it is a number"
        said.append(f"“{value}” is left out: for “{name}”, {remedy}.")
        del values[name]
    for name, allowed in choices.items():
        if name in values and values[name] not in allowed:
            said.append(f"“{values.pop(name)}” is left out: “{name}” is one of {', '.join(allowed)}.")
    return Asked(values, said)


def text(value: str) -> str:
    """A field of a form as it may be asked for: bounded, and without what no database takes."""
    return "".join(char for char in value.strip()[:LONGEST] if char.isprintable())


def number(value: str) -> int | None:
    """An id in a query; None where it is none."""
    return int(value) if value.isascii() and value.isdecimal() and 0 < int(value) < LARGEST_ID else None


def moment(value: str, now: datetime) -> datetime | None:
    """A time in a query: a span back from now (`7d`), or ISO 8601; None where it is neither."""
    if value in SPANS:
        return now - SPANS[value]
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if 1900 <= found.year <= 2200 else None
