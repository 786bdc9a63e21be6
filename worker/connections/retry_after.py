"""A `Retry-After` header in, seconds out (RFC 9110, section 10.2.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_s(headers: Mapping[str, str], now: datetime, cap_s: float) -> float | None:
    """The seconds that the server asks to be left alone for.

    Args:
        headers: of the response, names in lower case.
        now: measures a date, unless the response carries a `Date`: then the server's own clock does.
        cap_s: the most that is believed (88 hours have been seen).

    Returns:
        From 0 to `cap_s`; None where the header is missing or means nothing.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.replace(".", "", 1).isdecimal() and value.isascii():
        return min(float(value), cap_s)
    until = http_date(value)
    if until is None:
        return None
    since = http_date(headers.get("date", "")) or now
    return min(max(0.0, (until - since).total_seconds()), cap_s)


def http_date(value: str) -> datetime | None:
    """An HTTP date in any of its three forms, in UTC; None where it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
