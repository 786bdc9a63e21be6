"""Closing bylines, and the family of a publisher that nobody has put into one."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AUTHOR_LINE = re.compile(
    r"^(?:authors?|written by|автор(?:ы)?|müəllif|yazar|հեղինակ|ավտոր|ავტორი|auteur|autor|autore)"
    r"\s*[:՝—–-]\s*(.{2,60})$",
    re.IGNORECASE,
)
_LONGEST = 80  # characters of such a line
_LAST = 3  # paragraphs among which a byline stands at the end of a text


def without_byline(paragraphs: Sequence[str]) -> tuple[list[str], str]:
    """The paragraphs without a closing "Author: …" line (and the name printed above it), and the name."""
    for number in range(max(0, len(paragraphs) - _LAST), len(paragraphs)):
        line = paragraphs[number].strip()
        if len(line) <= _LONGEST and (found := _AUTHOR_LINE.match(line)):
            name = found[1].strip()
            before = list(paragraphs[:number])
            while before and before[-1].strip() == name:
                before.pop()
            return [*before, *paragraphs[number + 1 :]], name
    return list(paragraphs), ""


def family_of(publisher: str) -> str:
    """The family of a publisher that nobody has put into one: its name in small letters and hyphens."""
    return re.sub(r"[\W_]+", "-", publisher.casefold()).strip("-") or publisher
