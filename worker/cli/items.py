"""Lines of JSON that a user hands over in, items out; every mistake is one line with the file, the line and the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from worker.cli.console import UsageError, read_input
from worker.dates import read_date


@dataclass(frozen=True, slots=True)
class Item:
    """A JSON object, and where it stands."""

    where: str  # file and line
    values: dict[str, Any]

    def text(self, *names: str) -> str:
        """The first of the fields `names` that says anything, "" where none does.

        Raises:
            UsageError: it is no text.
        """
        for name in names:
            value = self.values.get(name)
            if value is not None and not isinstance(value, str):
                raise self.mistake(name, f"not a text, got {self.shown(name)}", "write it in quotes")
            if value:
                return value
        return ""

    def plain(self, name: str) -> str | int | float | bool | None:
        """A name or number.

        Raises:
            UsageError: it is a list or an object.
        """
        value = self.values.get(name)
        if isinstance(value, (list, dict)):
            raise self.mistake(name, f"not a name or a number, got {self.shown(name)}", "write one of them")
        return value

    def moment(self, *names: str) -> datetime | None:
        """The first of the fields `names` that holds a time; None where none does, or its form is not known.

        A date in any form, or seconds since 1970.

        Raises:
            UsageError: it is neither text nor number.
        """
        name = next((name for name in names if self.values.get(name)), "")
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return read_date(value) if value else None
        try:
            return datetime.fromtimestamp(float("nan") if isinstance(value, bool) else value, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            remedy = "write a date in quotes, or seconds since 1970"
            raise self.mistake(name, f"not a time, got {self.shown(name)}", remedy) from None

    def lacks(self, *names: str) -> bool:
        """Whether none of these keys is there."""
        return all(self.values.get(name) is None for name in names)

    def shown(self, name: str) -> str:
        """A value as a complaint shows it."""
        text = json.dumps(self.values.get(name), ensure_ascii=False)
        return text if len(text) <= 40 else f"{text[:39]}…"

    def mistake(self, name: str, complaint: str, remedy: str) -> UsageError:
        """What is wrong with a key."""
        return UsageError(f"{self.where}: {name}: {complaint}; {remedy}")


def items_of(name: str) -> Iterator[Item]:
    """The JSON objects of a file, or of standard input for `-`, a line each.

    Raises:
        UsageError: it cannot be read, nothing is in it, or a line of it is no JSON object.
    """
    source = "standard input" if name == "-" else name
    found = False
    # Bytes are split, not text: within a JSON string, U+2028 ends no line.
    for number, line in enumerate(read_input(name).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            found = True
            yield _item(f"{source}: line {number}", line)
    if not found:
        raise UsageError(f"{source}: nothing in it; write one JSON object a line")


def _item(where: str, line: bytes) -> Item:
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 at byte {error.start + 1}; give a text file saved as UTF-8") from error
    except json.JSONDecodeError as error:
        complaint = f"not JSON: {error.msg} at column {error.colno}"
        raise UsageError(f"{where}: {complaint}; write one object a line") from error
    except (RecursionError, ValueError) as error:  # nested without end, or a number without end
        raise UsageError(f"{where}: not JSON that can be read: {type(error).__name__}; write it simpler") from error
    if not isinstance(values, dict):
        raise UsageError(f'{where}: not a JSON object; write one object a line, as in {{"id": 1}}')
    return Item(where, values)
