"""A text and a service's limit in; the text as the service can carry it out.

What matters stands first in every message, and its link is how to read on: so lines are left out from the end, links
last of all, and only then is a line cut. Never raises, never returns more than the limit.
"""

from __future__ import annotations

from collections.abc import Callable

ELLIPSIS = "…"

Size = Callable[[str], int]


def in_bytes(text: str) -> int:
    """The size of `text` in UTF-8, which is how some services count."""
    return len(text.encode("utf-8", "replace"))


def fitted(text: str, limit: int, size: Size = len) -> str:
    """`text` within `limit`.

    Args:
        text: lines, the most important one first.
        limit: of the service, in what `size` counts; 0 = it has none.
        size: characters unless told otherwise.
    """
    if not limit or size(text) <= limit:
        return text
    lines = text.split("\n")
    links = [line for line in lines[1:] if _is_link(line)]
    kept = [line for line in lines if line not in links]
    while len(kept) > 1 and size("\n".join([*kept, ELLIPSIS, *links])) > limit:
        kept.pop()
    whole = "\n".join([*kept, ELLIPSIS, *links])
    return whole if size(whole) <= limit else _cut("\n".join([*kept, *links]), limit, size)


def _is_link(line: str) -> bool:
    return "https://" in line or "http://" in line


def _cut(line: str, limit: int, size: Size) -> str:
    """The longest beginning that fits with an ellipsis behind it."""
    room = limit - size(ELLIPSIS)
    low, high = 0, min(len(line), max(room, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(line[:middle]) <= room else (low, middle - 1)
    return line[:low].rstrip() + ELLIPSIS if room >= 0 else ""
