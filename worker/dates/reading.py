"""A date as a feed or a page prints it in, a moment or None out."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from worker.dates.names import BESIDE_DATES, CITY_ZONES, IRANIAN_MONTHS, MONTHS, ZONES

_ISO = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:])([01]?\d|2[0-4])\s?[:.]\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d|60)(?:[.,]\d{1,9})?)?(?![.:]?\d|:)\s*([ap]\.?\s?m\.?(?!\w))?",
    re.IGNORECASE,
)
_HOUR_ONLY = re.compile(r"(?<![\d:])(1[0-2]|[1-9])\s*([ap])\.?m\.?(?!\w)", re.IGNORECASE)
_OFFSET = re.compile(r"^\s*[(\[]?\s*(?:utc|gmt|(мск|msk))?\s*([+\-−])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"^\s*[(\[]?\s*([^\W\d_]{1,5})(?![^\W_])")
_ZONE_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_]{3,5}(?:[+\-−]\d{1,2}(?::?[0-5]\d)?)?)[)\]]?(?:\s+il[eə])?[\s,:]*$")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_EPOCH = re.compile(r"^(\d{10})(?:\.\d+)?$|^(\d{13})$|^(\d{16})$")

# The two forms that feeds are asked to write, and nine of ten do: read at once, as the words would be.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)", re.ASCII
)
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:GMT|UTC|([+-])(0\d|1[0-4])([0-5]\d))",
    re.ASCII,
)

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
# Years of the Iranian calendar, 1990 to 2041. The Hijri years of the same days are greater, but for those before 1999.
_IRANIAN_YEARS = range(1369, 1420)
# A named clock: a city, the word for time at most two words behind it or right in front of it …
_CITIES = "|".join(f"(?P<z{number}>{stems})" for number, stems in enumerate(CITY_ZONES))
_CITY_TIME = re.compile(
    rf"(?<![^\W_])(?:{_CITIES})\w{{0,5}}\s+(?:local\s+|yerel\s+)?"
    r"(?:time|времен\w*|время|vaxt\w*|saat\w*|ժամանակ\w*|ժամով|დრო\w*|საათ\w*)"
)
_TIME_CITY = re.compile(rf"(?:وقت|время)\s+(?:{_CITIES})")
_CITY_BESIDE = re.compile(rf"\d\s*(?:\(\s*|по\s+)(?:{_CITIES})\w{{0,3}}\s*(?:[).,]|$)")  # … or the city alone
_BESIDE_DATES = frozenset(BESIDE_DATES.split())
_DATELINE_CHARS = 60
_STRANGERS = 2  # words of a dateline that are nothing known: a town and its country, a weekday and a town
TOLERANCE = timedelta(hours=1)  # clocks of publishers run ahead by that much; what is later is a mistake


def read_date(raw: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment that `raw` names, in UTC, or None where it names none.

    A time without a zone is taken in `zone`. A date without a time becomes midnight UTC of that day in any `zone`,
    so that the day stays the day which was printed.
    """
    moment = read_local(raw, zone)
    return None if moment is None else moment.astimezone(UTC)


def read_local(raw: str, zone: tzinfo = UTC) -> datetime | None:
    """As `read_date`, in the zone that `raw` names: there it is the day which a reader of the page sees."""
    text = raw[:400].strip()[:200]
    if not text.isascii():
        text = "".join(map(_ascii_digit, unicodedata.normalize("NFKC", text)))
    try:
        if _RFC_3339.fullmatch(text):
            return _plausible(datetime.fromisoformat(text).replace(microsecond=0))
        if standard := _RFC_822.fullmatch(text):
            return _plausible(_from_rfc_822(standard))
        if not any(map(str.isdigit, text)):
            return None
        if epoch := _EPOCH.match(text):
            return _from_epoch(epoch)
        return _from_words(text, zone)
    except (ValueError, OverflowError):
        return None


def believed(at: datetime | None, now: datetime) -> datetime | None:
    """`at`, unless it lies more than an hour ahead of `now`."""
    return at if at is not None and at <= now + TOLERANCE else None


def is_dateline(line: str) -> bool:
    """Whether a line is nothing but a date, with at most a weekday, a town, a zone or "Published:" beside it.

    "Talks collapsed on 14 March 2026." is a sentence of the article, "Yerevan, 14 March 2026" is none.
    """
    if len(line) > _DATELINE_CHARS or read_local(line) is None:
        return False
    strangers = [word for word in _WORD.findall(line) if not _is_beside_dates(_folded(word))]
    common = [word for word in strangers if word[0].islower() and len(word) > 1]
    return len(strangers) <= (1 if common else _STRANGERS) and not (common and line.rstrip().endswith((".", "!", "։")))


def _is_beside_dates(word: str) -> bool:
    return word in _MONTH_OF or word in _IRANIAN_MONTH_OF or word in _BESIDE_DATES or word in ZONES


def month_of(word: str) -> int | None:
    """1 to 12 where `word` is a month's name or its abbreviation in one of the languages read, else None."""
    return _MONTH_OF.get(_folded(word))


def _folded(word: str) -> str:
    folded = unicodedata.normalize("NFC", word.replace("İ", "i").lower())
    return folded if folded.isascii() else folded.replace("ي", "ی").replace("ك", "ک")


_MONTH_OF = {
    _folded(name): number
    for names in MONTHS.values()
    for number, forms in enumerate(names.split(), start=1)
    for name in forms.split(",")
}


_IRANIAN_MONTH_OF = {
    _folded(name): number for number, forms in enumerate(IRANIAN_MONTHS.split(), start=1) for name in forms.split(",")
}


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char


def _from_epoch(found: re.Match[str]) -> datetime | None:
    seconds, milliseconds, microseconds = found.groups()
    value = int(seconds) if seconds else int(milliseconds) / 1e3 if milliseconds else int(microseconds) / 1e6
    return _plausible(datetime.fromtimestamp(value, UTC))


def _from_rfc_822(found: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    zone = _zone(sign, int(hours), int(minutes)) if sign else UTC
    return datetime(int(year), _MONTH_OF[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=zone)


@lru_cache(maxsize=256)
def _zone(sign: str, hours: int, minutes: int) -> tzinfo:
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if sign == "-" else ahead)


def _from_words(text: str, zone: tzinfo) -> datetime | None:
    day, rest = _day_in(text)
    if day is None:
        return None
    clock = _clock_in(rest)
    if clock is None:
        return _plausible(datetime.combine(day, time(), UTC))
    since_midnight, before, after = clock
    offset = _zone_in(after) or _city_zone_in(text) or _zone_before(before)
    moment = datetime.combine(day, time(), zone if offset is None else offset) + since_midnight
    return _plausible(moment)


def _day_in(text: str) -> tuple[date | None, str]:
    """The day, and the text that is left for the time."""
    if found := _COMPACT.match(text):
        year, month, day, hour, minute, second = found.groups()
        clock = f" {hour}:{minute}:{second or '00'}" if hour else ""
        return date(int(year), int(month), int(day)), clock + text[found.end() :]
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[3]), int(found[4])), _without(text, found).removeprefix("T")
    if found := _DAY_FIRST.search(text):
        day, month, year = int(found[1]), int(found[3]), _full_year(found[4])
        if month > 12 >= day:  # month first, beyond doubt
            day, month = month, day
        return _date(year, month, day), _without(text, found)
    return _day_by_name(text)


def _day_by_name(text: str) -> tuple[date | None, str]:
    """A month's name with a day and a year beside it, in any order."""
    for word in _WORD.finditer(text):
        name = _folded(word.group())
        month = _MONTH_OF.get(name) or _IRANIAN_MONTH_OF.get(name)
        if month is None:
            continue
        known_years = range(EARLIEST_YEAR, LATEST_YEAR) if name in _MONTH_OF else _IRANIAN_YEARS
        clock = _TIME.search(text)
        numbers = [
            number
            for number in _NUMBER.finditer(text)
            if not (clock and clock.start() <= number.start() < clock.end()) and len(number.group()) in (1, 2, 4)
        ]
        years = [n for n in numbers if len(n.group()) == 4 and int(n.group()) in known_years]
        days = [n for n in numbers if len(n.group()) <= 2 and 1 <= int(n.group()) <= 31]
        if not days:
            return None, text
        # RFC 822 once wrote years in two digits, always right behind the month.
        day = min(days, key=lambda n: (_distance(n, word), n.start()))
        short = [n for n in days if n is not day and n.start() > word.end() and _distance(n, word) <= 2]
        if not years and (not short or name not in _MONTH_OF):
            return None, text
        year = years[0] if years else short[0]
        rest = text[max(word.end(), day.end(), year.end()) :] if not clock else text
        return _date(_full_year(year.group()), month, int(day.group())), rest
    return None, text


def _date(year: int, month: int, day: int) -> date:
    """The day; a year that only the Iranian calendar has is one of that calendar."""
    if year not in _IRANIAN_YEARS:
        return date(year, month, day)
    from persiantools.jdatetime import JalaliDate  # few read feeds from Iran

    return JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]  # its constructor has no hints


def _distance(number: re.Match[str], word: re.Match[str]) -> int:
    return word.start() - number.end() if number.end() <= word.start() else number.start() - word.end()


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else 2000 + year if year < 70 else 1900 + year


def _without(text: str, found: re.Match[str]) -> str:
    """The rest: what follows first, because the time mostly does."""
    return f"{text[found.end() :]} {text[: found.start()]}"


def _clock_in(text: str) -> tuple[timedelta, str, str] | None:
    """The time of day, and what stands before and behind it."""
    if found := _TIME.search(text):
        hour, minute, second = int(found[1]), int(found[2]), min(int(found[3] or 0), 59)
        since_midnight = timedelta(hours=_in_24(hour, found[4] or ""), minutes=minute, seconds=second)
    elif found := _HOUR_ONLY.search(text):
        since_midnight = timedelta(hours=_in_24(int(found[1]), found[2]))
    else:
        return None
    return since_midnight, text[: found.start()], text[found.end() :]


def _in_24(hour: int, half: str) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half[0].lower() == "p" else 0)


def _zone_in(text: str) -> tzinfo | None:
    if found := _OFFSET.match(text):
        moscow, sign, hours, minutes = found[1], found[2], int(found[3]), int(found[4] or 0)
        if hours > 14:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        since = timedelta(hours=ZONES["msk"]) if moscow else timedelta()  # "мск+1" is an hour later than Moscow
        return timezone(since + offset if sign == "+" else since - offset)
    found = _ZONE_NAME.match(text)
    hours_ahead = ZONES.get(_folded(found[1])) if found else None
    return None if hours_ahead is None else timezone(timedelta(hours=hours_ahead))


def _zone_before(text: str) -> tzinfo | None:
    """A zone that stands right in front of the time: "TSİ 14:30", "(UTC+4) 14:30"."""
    found = _ZONE_BEFORE.search(text)
    return _zone_in(found[1]) if found else None


def _city_zone_in(text: str) -> tzinfo | None:
    """The clock that a text names by its city, wherever it stands."""
    folded = _folded(text)
    found = _CITY_TIME.search(folded) or _TIME_CITY.search(folded) or _CITY_BESIDE.search(folded)
    if found is None:
        return None
    hours_ahead = list(CITY_ZONES.values())[int(str(found.lastgroup)[1:])]
    return timezone(timedelta(hours=hours_ahead))


def _plausible(at: datetime) -> datetime | None:
    return at if EARLIEST_YEAR <= at.year < LATEST_YEAR else None
