"""Times as pages show them: short and relative, with the exact UTC beside. Pure; the browser adds its own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

_LIVE = {"ago": ' data-ago=""', "due": ' data-ago="due"'}  # what the browser keeps up to date
DUE = "due now"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `4 min ago`, `in 3 h`, `2 d ago`, and the date from a week on."""
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < _MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    if distance >= 7 * _DAY:
        return dated(moment, now)
    if distance < _HOUR:
        length = f"{int(distance // _MINUTE)} min"
    elif distance < 2 * _DAY:
        length = f"{int(distance // _HOUR)} h"
    else:
        length = f"{int(distance // _DAY)} d"
    return f"{length} ago" if seconds >= 0 else f"in {length}"


def dated(moment: datetime, now: datetime) -> str:
    """`14 Mar`, with the year where it is not this one."""
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == now.year else f"{day} {moment.year}"


def exact(moment: datetime) -> str:
    """`14 Mar 2026, 12:00:04 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"


def since_words(moment: datetime, now: datetime) -> str:
    """A past moment in the middle of a sentence: `14:02` today, `13 Mar, 14:02` before."""
    clock = f"{moment:%H:%M}"
    return clock if now - moment < timedelta(hours=18) else f"{dated(moment, now)}, {clock}"


def time_tag(moment: datetime | None, now: datetime, form: str = "ago") -> Markup:
    """A `<time>`: relative (`ago`), the clock (`clock`), date and clock (`full`), or as within a sentence (`since`).

    `due` is relative, too: what should have begun by now is `due now`, and not `just now`.
    """
    if moment is None:
        return Markup('<span class="unknown">time unknown</span>')
    shown = {
        "ago": lambda: ago(moment, now),
        "due": lambda: ago(moment, now) if moment > now else DUE,
        "clock": lambda: f"{moment:%H:%M}",
        "full": lambda: f"{dated(moment, now)}, {moment:%H:%M}",
        "since": lambda: since_words(moment, now),
        "exact": lambda: exact(moment),
    }[form]()
    # A large page has a thousand, so they are not escaped: digits, names of months and our own words need not be.
    iso = moment.astimezone(UTC).isoformat()
    return Markup(f'<time datetime="{iso}" title="{exact(moment)}"{_LIVE.get(form, "")}>{shown}</time>')  # noqa: S704


def length(seconds: float) -> str:
    """A length of time: `40 s`, `12 min`, `3.5 h`, `2 d`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.1f} h".replace(".0 h", " h")
    return f"{seconds / _DAY:.0f} d"
