"""Cursors: where a page of a list ended, as text that says nothing and is checked when it comes back.

A list is read by descending id, so a cursor is the list's name and the last id seen. What arrives meanwhile moves
nothing.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from worker.web.problems import ProblemError

LONGEST = 64  # characters
MOST_ID = 2**53 - 1  # what JavaScript counts exactly, and both databases hold


def cursor(of: str, last_id: int) -> str:
    """The cursor behind the row `last_id` of the list `of`."""
    return urlsafe_b64encode(f"{of}:{last_id}".encode()).decode().rstrip("=")


def last_seen(of: str, given: str | None) -> int | None:
    """The id in a cursor of the list `of`; None without a cursor.

    Raises:
        ProblemError: it is not one of ours, or of another list.
    """
    if not given:
        return None
    try:
        name, _, number = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode("ascii").partition(":")
    except (binascii.Error, UnicodeError, ValueError):
        name = number = ""
    if name != of or not (number.isdecimal() and number.isascii()) or not 0 < int(number[:20]) <= MOST_ID:
        raise ProblemError(422, "This cursor is not one of this list; begin again without it.", ["cursor"])
    return int(number)
