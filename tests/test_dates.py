from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dates import believed, is_dateline, month_of, read_date, read_local

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-03-14T10:30:00Z", utc(2026, 3, 14, 10, 30)),
        ("2026-03-14T10:30:00.123456+04:00", utc(2026, 3, 14, 6, 30)),
        ("2026-03-14T10:30+0400", utc(2026, 3, 14, 6, 30)),
        ("2026-03-14 10:30:15 +04:00", utc(2026, 3, 14, 6, 30, 15)),
        ("2026-03-14T10:30:00+04:00[Asia/Baku]", utc(2026, 3, 14, 6, 30)),
        ("20260314T103000Z", utc(2026, 3, 14, 10, 30)),
        ("2026-03-14", utc(2026, 3, 14)),
        ("20260314", utc(2026, 3, 14)),
        ("Sat, 14 Mar 2026 10:30:00 GMT", utc(2026, 3, 14, 10, 30)),
        ("Sat, 14 Mar 2026 10:30:00 -0500", utc(2026, 3, 14, 15, 30)),
        ("Sat, 14 Mar 26 10:30:00 +0000", utc(2026, 3, 14, 10, 30)),
        ("14 Mar 2026 10:30:00 EST", utc(2026, 3, 14, 15, 30)),
        ("Sat Mar 14 10:30:00 2026", utc(2026, 3, 14, 10, 30)),
        ("March 14, 2026 3:05 pm", utc(2026, 3, 14, 15, 5)),
        ("March 14, 2026, 12:05 a.m.", utc(2026, 3, 14, 0, 5)),
        ("Published 14 March 2026 at 09.45", utc(2026, 3, 14, 9, 45)),
        ("2026-03-14 24:00", utc(2026, 3, 15)),
    ],
)
def test_standard_forms_are_read(raw: str, moment: datetime) -> None:
    assert read_date(raw) == moment


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("AZT", 4), ("AMT", 4), ("GET", 4), ("MSK", 3), ("TRT", 3), ("AZST", 5), ("МСК", 3), ("EET", 2), ("CEST", 2),
        ("IRST", 3.5), ("EDT", -4), ("UTC+4", 4), ("GMT+04:00", 4), ("(UTC+04:00)", 4), ("−03:30", -3.5), ("Z", 0),
    ],
)  # fmt: skip
def test_zone_names_of_the_region_are_not_read_as_utc(zone: str, hours: float) -> None:
    moment = read_date(f"Sat, 14 Mar 2026 12:00:00 {zone}")

    assert moment == utc(2026, 3, 14, 12) - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("25.09.2023", utc(2023, 9, 25)),
        ("25/09/2023", utc(2023, 9, 25)),
        ("25-09-2023", utc(2023, 9, 25)),
        ("05.04.2025", utc(2025, 4, 5)),
        ("05.04.2025 - Güncelleme: 06.04.2025", utc(2025, 4, 5)),
        ("9/25/2023", utc(2023, 9, 25)),
        ("2016/6/29", utc(2016, 6, 29)),
        ("2016.06.29", utc(2016, 6, 29)),
        ("25.09.2023 14:30", utc(2023, 9, 25, 14, 30)),
        ("14:30, 25.09.2023", utc(2023, 9, 25, 14, 30)),
        ("14:30 / 25.09.23", utc(2023, 9, 25, 14, 30)),
    ],
)
def test_numbers_are_read_day_first_unless_that_cannot_be(raw: str, day: datetime) -> None:
    assert read_date(raw) == day


@pytest.mark.parametrize(
    "raw",
    [
        "25 сентября 2023 г., 14:30",
        "25 сен 2023 14:30",
        "14:30, 25 сентября 2023",
        "2023 թ. սեպտեմբերի 25, 14:30",
        "25 սեպտեմբերի, 2023 14:30",
        "սեպտեմբեր 25, 2023 | 14:30",
        "25 sentyabr 2023-cü il 14:30",
        "25 Sentyabr 2023 | 14:30",
        "25 SENTYABR 2023 14:30",
        "25 სექტემბერი, 2023 - 14:30",
        "25 სექტ. 2023, 14:30",
        "25 սեպտ. 2023, 14:30",
        "25 სექტემბრის 2023, 14:30",
        "25 Eylül 2023 Pazartesi, 14:30",
        "25 EYLÜL 2023 14:30",
        "25 вересня 2023, 14:30",
        "25. September 2023, 14:30 Uhr",
        "25 septembre 2023 à 14:30",
        "25 de septiembre de 2023 14:30",
        "25 settembre 2023 14:30",
        "۲۵ سپتامبر ۲۰۲۳ ۱۴:۳۰",
    ],
)
def test_month_names_in_the_languages_of_the_region_are_read(raw: str) -> None:
    assert read_date(raw) == utc(2023, 9, 25, 14, 30)


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ("yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr", "az"),
        ("İYUN", "az, in capitals"),
        ("ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık", "tr"),
        ("января февраля марта апреля мая июня июля августа сентября октября ноября декабря", "ru"),
        (
            "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի",
            "hy",
        ),
        ("იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი", "ka"),
    ],
)
def test_every_month_has_its_number(names: str, language: str) -> None:
    numbers = [month_of(name) for name in names.split()]

    assert numbers in (list(range(1, 13)), [6]), language


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("1695600000", utc(2023, 9, 25)),
        ("1695600000000", utc(2023, 9, 25)),
        ("1695600000000000", utc(2023, 9, 25)),
    ],
)
def test_unix_times_are_read_in_any_unit(raw: str, moment: datetime) -> None:
    assert read_date(raw) == moment


@pytest.mark.parametrize(
    "raw",
    [
        "", "now", "Monday", "12:30", "Today, 12:30", "Сегодня, 12:30", "2 hours ago", "September 2023", "2023-09",
        "31.02.2023", "2023-13-01", "Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00Z", "0",
        "99999999999999999999",
        "9999-12-31T23:59:59-12:00", "25 marched 2023",
    ],
)  # fmt: skip
def test_what_names_no_moment_is_unknown(raw: str) -> None:
    assert read_date(raw) is None


def test_the_zone_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Yerevan")
    time.tzset()

    moments = {read_date(raw) for raw in ("1695600000", "25.09.2023 00:00", "Mon, 25 Sep 2023 00:00:00 GMT")}

    monkeypatch.undo()
    time.tzset()
    assert moments == {utc(2023, 9, 25)}


def test_a_time_without_a_zone_is_taken_in_the_outlets_zone() -> None:
    yerevan = timezone(timedelta(hours=4))

    assert read_date("25.09.2023 14:30", yerevan) == utc(2023, 9, 25, 10, 30)


def test_a_day_without_a_time_stays_the_day_that_was_printed() -> None:
    yerevan = timezone(timedelta(hours=4))

    assert read_date("25.09.2023", yerevan) == utc(2023, 9, 25)


def test_the_local_reading_keeps_the_day_of_the_reader() -> None:
    moment = read_local("2023-09-25T01:00:00+04:00")

    assert str(moment) == "2023-09-25 01:00:00+04:00"


@pytest.mark.parametrize(
    ("at", "belief"),
    [
        (NOW + timedelta(minutes=59), NOW + timedelta(minutes=59)),
        (NOW + timedelta(minutes=61), None),
        (None, None),
    ],
)
def test_nothing_more_than_an_hour_ahead_is_believed(at: datetime | None, belief: datetime | None) -> None:
    assert believed(at, NOW) == belief


@given(st.one_of(st.text(), st.from_regex(r"[0-9./: -]{1,30}( [a-zа-я]{1,9})?", fullmatch=True)))
def test_any_string_is_a_moment_in_utc_or_unknown(raw: str) -> None:
    moment = read_date(raw)

    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2099, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_what_is_written_in_iso_is_read_back(moment: datetime) -> None:
    assert read_date(moment.isoformat()) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("2023-09-25 14:30:00 AZT", 10),
        ("2023-09-25 14:30:00 UTC", 14),
        ("2023-09-25T14:30:00 GMT+4", 10),
        ("2023-09-25 14:30 TRT", 11),
    ],
)
def test_a_zone_whose_name_has_a_t_in_it_is_read_behind_an_iso_date(raw: str, hour: int) -> None:
    at = read_date(raw)

    assert at is not None
    assert at.hour == hour


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2120, 12, 30)),  # noqa: DTZ001 - as above
    st.sampled_from(["GMT", "UTC", "+0400", "-0330", "+1459"]),
)
def test_a_standard_date_is_the_moment_that_its_words_name(moment: datetime, zone: str) -> None:
    standard = f"{moment:%a, %d %b %Y %H:%M:%S} {zone}"
    in_words = f"published: {standard}"

    assert read_local(standard) == read_local(in_words)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("25.09.2023 14:30 TSİ", 11),
        ("25 Eylül 2023, TSİ ile 14:30", 11),
        ("25.09.2023 (UTC+4) 14:30", 10),
        ("25.09.2023 14:30 мск+1", 10),
        ("25 сентября 2023 14:30 (время московское)", 11),
        ("25.09.2023 14:30 по Москве", 11),
        ("25 September 2023 14:30 (Yerevan)", 10),
        ("25.09.2023 14:30 Georgian time", 10),
        ("25 sentyabr 2023, Bakı vaxtı ilə 14:30", 10),
        ("25 сентября 2023 14:30 по московскому времени", 11),
        ("25 сентября 2023, 14:30 (московское время)", 11),
        ("25 сентября 2023 14:30 по ереванскому времени", 10),
        ("25 сентября 2023 14:30 по бакинскому времени", 10),
        ("25 September 2023, 14:30 Tbilisi time", 10),
        ("25 September 2023, 14:30 Moscow local time", 11),
        ("25 Eylül 2023 Türkiye saatiyle 14:30", 11),
        ("2023 թ. սեպտեմբերի 25, Երևանի ժամանակով 14:30", 10),
        ("25 სექტემბერი, 2023, 14:30 თბილისის დროით", 10),
        ("25.09.2023 14:30 местного времени", 9),
        ("25 sentyabr 2023 14:30 yerli vaxtla", 9),
        ("25 sent 2023 14:30 UTC", 14),
    ],
)
def test_a_clock_that_is_named_by_its_city_is_believed(raw: str, hour: int) -> None:
    assert read_date(raw, timezone(timedelta(hours=5))) == utc(2023, 9, 25, hour, 30)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("۳ مهر ۱۴۰۲", utc(2023, 9, 25)),
        ("دوشنبه ۳ مهر ۱۴۰۲ - ۱۴:۳۰", utc(2023, 9, 25, 14, 30)),
        ("۳ مهر ۱۴۰۲ ساعت ۱۴:۳۰ به وقت تهران", utc(2023, 9, 25, 11, 0)),
        ("۱۴۰۲/۰۷/۰۳ ۱۴:۳۰", utc(2023, 9, 25, 14, 30)),
        ("1402-07-03", utc(2023, 9, 25)),
        ("٢٥ سبتمبر ٢٠٢٣", utc(2023, 9, 25)),
        ("30 اسفند 1403", utc(2025, 3, 20)),
        ("31 مهر 1402", None),
        ("1445/03/10", None),
        ("10 ربيع الأول 1445", None),
        ("۳ مهر ۰۲", None),
    ],
)
def test_days_of_the_iranian_calendar_are_read_and_those_of_others_are_unknown(
    raw: str, moment: datetime | None
) -> None:
    assert read_date(raw) == moment


@pytest.mark.parametrize(
    ("line", "nothing_else"),
    [
        ("14 March 2026", True),
        ("Yerevan, 14 March 2026", True),
        ("Updated: 14 March 2026, 10:00 GMT", True),
        ("14 марта 2026, суббота, 10:00", True),
        ("Опубликовано 14 марта 2026 в 10:00", True),
        ("2026 թ. մարտի 14, ժամը 10:00", True),
        ("14 mart 2026-cı il, 10:00", True),
        ("14 მარტი 2026, შაბათი", True),
        ("Talks collapsed 14 March 2026.", False),
        ("It opened on 14 March 2026.", False),
        ("Мост закрыли 14 марта 2026 года.", False),
        ("Fire on 14 March 2026 killed two", False),
        ("no date", False),
        ("", False),
    ],
)
def test_a_dateline_is_told_from_a_short_sentence_with_a_date(line: str, nothing_else: bool) -> None:
    assert is_dateline(line) is nothing_else
