"""The date strings of feeds and pages in, moments in UTC out.

Reads ISO 8601, RFC 822, Unix times, day-first numbers and month names in the languages of the region and its
neighbours, with the zone names that are used there. What it cannot read is None, never now: it knows no clock, so
half a date ("Monday", "2 hours ago", "September") is unknown as well.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

# Month names by language, in January's to December's order: nominative, forms used in dates, abbreviations.
_MONTHS = {
    "en": "january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sep,sept "
    "october,oct november,nov december,dec",
    "ru": "январь,января,янв февраль,февраля,фев,февр март,марта,мар апрель,апреля,апр май,мая июнь,июня,июн "
    "июль,июля,июл август,августа,авг сентябрь,сентября,сен,сент октябрь,октября,окт ноябрь,ноября,ноя,нояб "
    "декабрь,декабря,дек",
    "hy": "հունվար,հունվարի,հնվ,հուն փետրվար,փետրվարի,փտվ,փետ մարտ,մարտի,մրտ,մար ապրիլ,ապրիլի,ապր մայիս,մայիսի,մյս,մայ "
    "հունիս,հունիսի,հնս հուլիս,հուլիսի,հլս,հուլ օգոստոս,օգոստոսի,օգս,օգո սեպտեմբեր,սեպտեմբերի,սեպ "
    "հոկտեմբեր,հոկտեմբերի,հոկ նոյեմբեր,նոյեմբերի,նոյ դեկտեմբեր,դեկտեմբերի,դեկ",
    "az": "yanvar,yanvarın,yan fevral,fevralın,fev mart,martın,mar aprel,aprelin,apr may,mayın iyun,iyunun,iyn "
    "iyul,iyulun,iyl avqust,avqustun,avq sentyabr,sentyabrın,sen oktyabr,oktyabrın,okt noyabr,noyabrın,noy "
    "dekabr,dekabrın,dek",
    "ka": "იანვარი,იანვრის,იანვარს,იან თებერვალი,თებერვლის,თებერვალს,თებ მარტი,მარტის,მარტს,მარ "
    "აპრილი,აპრილის,აპრილს,აპრ მაისი,მაისის,მაისს,მაი ივნისი,ივნისის,ივნისს,ივნ "
    "ივლისი,ივლისის,ივლისს,ივლ აგვისტო,აგვისტოს,აგვ "
    "სექტემბერი,სექტემბრის,სექტემბერს,სექ ოქტომბერი,ოქტომბრის,ოქტომბერს,ოქტ ნოემბერი,ნოემბრის,ნოემბერს,ნოე "
    "დეკემბერი,დეკემბრის,დეკემბერს,დეკ",
    "tr": "ocak,oca şubat,şub mart,mar nisan,nis mayıs haziran,haz temmuz,tem ağustos,ağu eylül,eyl ekim,eki "
    "kasım,kas aralık,ara",
    "uk": "січень,січня,січ лютий,лютого,лют березень,березня,бер квітень,квітня,кві травень,травня,тра "
    "червень,червня,чер липень,липня,лип серпень,серпня,сер вересень,вересня,вер жовтень,жовтня,жов "
    "листопад,листопада,лис грудень,грудня,гру",
    "de": "januar,jänner februar,feber märz,mär april mai juni juli august september oktober november dezember,dez",
    "fr": "janvier,janv février,févr,fév mars avril,avr mai juin juillet,juil août septembre octobre "
    "novembre décembre,déc",
    "es": "enero,ene febrero marzo abril,abr mayo junio julio agosto,ago septiembre,setiembre octubre noviembre "
    "diciembre,dic",
    "it": "gennaio,gen febbraio marzo aprile maggio,mag giugno,giu luglio,lug agosto settembre,set ottobre,ott "
    "novembre dicembre",
    "pt": "janeiro fevereiro,fev março abril maio,mai junho julho agosto setembro outubro,out novembro dezembro",
    "nl": "januari februari maart,mrt april mei juni juli augustus september oktober november december",
    "pl": "styczeń,stycznia,sty luty,lutego,lut marzec,marca kwiecień,kwietnia,kwi maj,maja czerwiec,czerwca,cze "
    "lipiec,lipca,lip sierpień,sierpnia,sie wrzesień,września,wrz październik,października,paź listopad,listopada,lis "
    "grudzień,grudnia,gru",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه,جولای اوت,آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}

# Hours from UTC. AMT is Armenia's here, as the Amazon's feeds are none of ours; IST and CST mean too many things.
_ZONES = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "west": 1.0, "bst": 1.0, "cet": 1.0,
    "cest": 2.0, "mez": 1.0, "mesz": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "мск": 3.0, "msd": 4.0,
    "trt": 3.0, "tsi": 3.0, "azt": 4.0, "azst": 5.0, "amt": 4.0, "amst": 5.0, "get": 4.0, "gst": 4.0,
    "samt": 4.0, "irst": 3.5, "irdt": 4.5, "ast": -4.0, "adt": -3.0, "est": -5.0, "edt": -4.0, "cdt": -5.0,
    "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0, "jst": 9.0, "kst": 9.0,
}  # fmt: skip

_ISO = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:])([01]?\d|2[0-4])\s?[:.]\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d|60)(?:[.,]\d{1,9})?)?(?![.:]?\d|:)\s*([ap]\.?\s?m\.?(?!\w))?",
    re.IGNORECASE,
)
_HOUR_ONLY = re.compile(r"(?<![\d:])(1[0-2]|[1-9])\s*([ap])\.?m\.?(?!\w)", re.IGNORECASE)
_OFFSET = re.compile(r"^\s*[(\[]?\s*(?:utc|gmt|мск|msk)?\s*([+\-−])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"^\s*[(\[]?\s*([^\W\d_]{1,5})(?![^\W_])")
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
    if not any(char.isdigit() for char in text):
        return None
    try:
        if _RFC_3339.fullmatch(text):
            return _plausible(datetime.fromisoformat(text).replace(microsecond=0))
        if standard := _RFC_822.fullmatch(text):
            return _plausible(_from_rfc_822(standard))
        if epoch := _EPOCH.match(text):
            return _from_epoch(epoch)
        return _from_words(text, zone)
    except (ValueError, OverflowError):
        return None


def believed(at: datetime | None, now: datetime) -> datetime | None:
    """`at`, unless it lies more than an hour ahead of `now`."""
    return at if at is not None and at <= now + TOLERANCE else None


def month_of(word: str) -> int | None:
    """1 to 12 where `word` is a month's name or its abbreviation in one of the languages read, else None."""
    return _MONTH_OF.get(_folded(word))


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.replace("İ", "i").lower())


_MONTH_OF = {
    _folded(name): number
    for names in _MONTHS.values()
    for number, forms in enumerate(names.split(), start=1)
    for name in forms.split(",")
}


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char


def _from_epoch(found: re.Match[str]) -> datetime | None:
    seconds, milliseconds, microseconds = found.groups()
    value = int(seconds) if seconds else int(milliseconds) / 1e3 if milliseconds else int(microseconds) / 1e6
    return _plausible(datetime.fromtimestamp(value, UTC))


def _from_rfc_822(found: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes)) if sign else timedelta()
    zone = timezone(-ahead if sign == "-" else ahead) if sign else UTC
    return datetime(int(year), _MONTH_OF[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=zone)


def _from_words(text: str, zone: tzinfo) -> datetime | None:
    day, rest = _day_in(text)
    if day is None:
        return None
    clock = _clock_in(rest)
    if clock is None:
        return _plausible(datetime.combine(day, time(), UTC))
    since_midnight, after = clock
    offset = _zone_in(after)
    moment = datetime.combine(day, time(), zone if offset is None else offset) + since_midnight
    return _plausible(moment)


def _day_in(text: str) -> tuple[date | None, str]:
    """The day, and the text that is left for the time."""
    if found := _COMPACT.match(text):
        year, month, day, hour, minute, second = found.groups()
        clock = f" {hour}:{minute}:{second or '00'}" if hour else ""
        return date(int(year), int(month), int(day)), clock + text[found.end() :]
    if found := _ISO.search(text):
        return date(int(found[1]), int(found[3]), int(found[4])), _without(text, found).removeprefix("T")
    if found := _DAY_FIRST.search(text):
        day, month, year = int(found[1]), int(found[3]), _full_year(found[4])
        if month > 12 >= day:  # month first, beyond doubt
            day, month = month, day
        return date(year, month, day), _without(text, found)
    return _day_by_name(text)


def _day_by_name(text: str) -> tuple[date | None, str]:
    """A month's name with a day and a year beside it, in any order."""
    for word in _WORD.finditer(text):
        month = month_of(word.group())
        if month is None:
            continue
        clock = _TIME.search(text)
        numbers = [
            number
            for number in _NUMBER.finditer(text)
            if not (clock and clock.start() <= number.start() < clock.end()) and len(number.group()) in (1, 2, 4)
        ]
        years = [n for n in numbers if len(n.group()) == 4 and EARLIEST_YEAR <= int(n.group()) < LATEST_YEAR]
        days = [n for n in numbers if len(n.group()) <= 2 and 1 <= int(n.group()) <= 31]
        if not days:
            return None, text
        # RFC 822 once wrote years in two digits, always right behind the month.
        day = min(days, key=lambda n: (_distance(n, word), n.start()))
        short = [n for n in days if n is not day and n.start() > word.end() and _distance(n, word) <= 2]
        if not years and not short:
            return None, text
        year = years[0] if years else short[0]
        rest = text[max(word.end(), day.end(), year.end()) :] if not clock else text[clock.start() :]
        return date(_full_year(year.group()), month, int(day.group())), rest
    return None, text


def _distance(number: re.Match[str], word: re.Match[str]) -> int:
    return word.start() - number.end() if number.end() <= word.start() else number.start() - word.end()


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else 2000 + year if year < 70 else 1900 + year


def _without(text: str, found: re.Match[str]) -> str:
    """The rest: what follows first, because the time mostly does."""
    return f"{text[found.end() :]} {text[: found.start()]}"


def _clock_in(text: str) -> tuple[timedelta, str] | None:
    if found := _TIME.search(text):
        hour, minute, second = int(found[1]), int(found[2]), min(int(found[3] or 0), 59)
        return timedelta(hours=_in_24(hour, found[4] or ""), minutes=minute, seconds=second), text[found.end() :]
    if found := _HOUR_ONLY.search(text):
        return timedelta(hours=_in_24(int(found[1]), found[2])), text[found.end() :]
    return None


def _in_24(hour: int, half: str) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half[0].lower() == "p" else 0)


def _zone_in(text: str) -> tzinfo | None:
    if found := _OFFSET.match(text):
        hours, minutes = int(found[2]), int(found[3] or 0)
        if hours > 14:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if found[1] == "+" else -offset)
    found = _ZONE_NAME.match(text)
    hours_ahead = _ZONES.get(found[1].lower()) if found else None
    return None if hours_ahead is None else timezone(timedelta(hours=hours_ahead))


def _plausible(at: datetime) -> datetime | None:
    return at if EARLIEST_YEAR <= at.year < LATEST_YEAR else None
