"""Cursors: where a page of a list ended, as text that says nothing and is checked when it comes back.

A list is read downwards by numbers that its rows keep, mostly their ids; a cursor is the list's name and the last ones
seen. What arrives meanwhile moves nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from worker.web.problems import ProblemError

LONGEST = 64  # characters
MOST_ID = 2**53 - 1  # what JavaScript counts exactly, and both databases hold


def cursor(of: str, last_id: int) -> str:
    """The cursor behind the row `last_id` of the list `of`."""
    return place(of, last_id)


def last_seen(of: str, given: str) -> int | None:
    """The id in a cursor of the list `of`; None without a cursor.

    Raises:
        ProblemError: it is not one of ours, or of another list.
    """
    numbers = place_of(of, given, 1)
    return numbers[0] if numbers else None


def place(of: str, *numbers: int) -> str:
    """The cursor behind the row of the list `of` that has these numbers."""
    return urlsafe_b64encode(":".join([of, *map(str, numbers)]).encode()).decode().rstrip("=")


def place_of(of: str, given: str, count: int) -> tuple[int, ...] | None:
    """The numbers in a cursor of the list `of`; None without a cursor.

    Raises:
        ProblemError: it is not one of ours, or of another list.
    """
    if not given:
        return None
    try:
        name, *numbers = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode("ascii").split(":")
    except ValueError:  # of base64 and of ASCII
        name, numbers = "", []
    if name != of or len(numbers) != count or not all(map(_is_possible, numbers)):
        raise ProblemError(422, "This cursor is not one of this list; begin again without it.", ["cursor"])
    return tuple(map(int, numbers))


def _is_possible(number: str) -> bool:
    return len(number) <= len(str(MOST_ID)) and number.isdecimal() and 0 < int(number) <= MOST_ID
