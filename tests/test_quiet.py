"""Which sources are unusually silent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from worker.quiet import (
    PATIENCE,
    Habit,
    Quiet,
    Source,
    habits,
    habits_from_json,
    habits_to_json,
    quiet_sources,
)

FEED, FAMILY = Source("feed", "1"), Source("family", "agency")
START = NOW - timedelta(days=28)


def hourly(feed_id: int, *, days: float = 28.0, pauses: tuple[int, ...] = ()) -> list[tuple[datetime, int]]:
    """One arrival an hour, but for the hours of the day named in `pauses`."""
    moments = (START + timedelta(hours=hour) for hour in range(int(days * 24)))
    return [(moment, feed_id) for moment in moments if moment.hour not in pauses]


def a_habit(*, longest_h: float = 8.0, last_at: datetime = NOW, arrivals: int = 200) -> Habit:
    return Habit(START, last_at, arrivals, timedelta(hours=longest_h))


def test_the_longest_pause_is_the_habit() -> None:
    known = habits(hourly(1, pauses=(0, 1, 2, 3, 4)), {1: [FEED]})

    assert known[FEED].longest == timedelta(hours=6)
    assert known[FEED].known


def test_feeds_of_one_family_fill_each_others_pauses() -> None:
    nights, days = hourly(1, pauses=tuple(range(12))), hourly(2, pauses=tuple(range(12, 24)))

    known = habits(sorted(nights + days), {1: [FAMILY], 2: [FAMILY]})

    assert known[FAMILY].longest == timedelta(hours=1)


def test_what_comes_together_is_one_arrival() -> None:
    known = habits([(START, 1)] * 50, {1: [FEED]})

    assert known[FEED].arrivals == 1


def test_hours_in_which_trucewire_was_down_are_nobodys_habit() -> None:
    arrivals = [one for one in hourly(1) if not START + timedelta(days=10) < one[0] < START + timedelta(days=15)]

    known = habits(arrivals, {1: [FEED]}, [(START + timedelta(days=10), START + timedelta(days=15))])

    assert known[FEED].longest == timedelta(hours=1)


@pytest.mark.parametrize(
    ("silent_for", "is_quiet"),
    [(timedelta(hours=17), False), (timedelta(hours=18, minutes=1), True), (timedelta(days=9), True)],
)
def test_a_source_is_quiet_after_half_as_long_again_as_ever_and_some_hours(
    silent_for: timedelta, is_quiet: bool
) -> None:
    last_at = NOW - silent_for

    found = quiet_sources({FEED: a_habit(longest_h=8, last_at=last_at)}, {}, NOW)

    assert found == [Quiet(FEED, last_at, timedelta(hours=8))] * is_quiet


def test_news_since_the_habit_was_learned_ends_the_silence() -> None:
    known = {FEED: a_habit(last_at=NOW - timedelta(days=3))}

    found = quiet_sources(known, {FEED: NOW - timedelta(hours=1)}, NOW)

    assert found == []


@pytest.mark.parametrize(
    "habit",
    [
        a_habit(arrivals=19, last_at=NOW - timedelta(days=20)),
        Habit(NOW - timedelta(days=26), NOW - timedelta(days=20), 300, timedelta(hours=1)),
    ],
)
def test_a_source_without_a_habit_is_never_quiet(habit: Habit) -> None:
    found = quiet_sources({FEED: habit}, {}, NOW)

    assert found == []


def test_the_longest_silence_comes_first() -> None:
    known = {FEED: a_habit(last_at=NOW - timedelta(days=2)), FAMILY: a_habit(last_at=NOW - timedelta(days=3))}

    found = quiet_sources(known, {}, NOW)

    assert [quiet.source for quiet in found] == [FAMILY, FEED]


@given(st.lists(st.integers(0, 28 * 24 * 60), min_size=2, max_size=60))
def test_a_source_is_never_quiet_within_its_own_past(minutes: list[int]) -> None:
    moments = [START + timedelta(minutes=minute) for minute in sorted(minutes)]
    known = habits([(moment, 1) for moment in moments], {1: [FEED]})

    found = quiet_sources(known, {}, moments[-1] + known[FEED].longest + PATIENCE)

    assert found == []


def test_habits_are_remembered_as_they_were() -> None:
    known = habits(hourly(1, pauses=(3, 4)), {1: [FEED, FAMILY]})

    again = habits_from_json(habits_to_json(known))

    assert again == known
